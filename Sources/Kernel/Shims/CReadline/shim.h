// GNU readline. Its settings are global variables, which Swift may not touch in language mode 6; the functions here do.
#include <stdio.h>

#include <readline/readline.h>
#include <readline/history.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/select.h>

/// Starts readline: our name for the user's ~/.inputrc; no signal handlers of its own (ours end the wait for a key); text
/// is UTF-8 whatever the locale says, for the program writes nothing else; keys come from `key`, `available` says whether
/// there are more.
static inline void atl_readline_set_up(rl_getc_func_t *_Nonnull key, rl_hook_func_t *_Nonnull available) {
  rl_readline_name = "atelier";
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  // COLUMNS and LINES are not put into the environment: they would mislead what a script starts.
  rl_change_environment = 0;
  history_write_timestamps = 1;
  history_comment_char = '#';
  history_multiline_entries = 1;
  rl_getc_function = key;
  rl_input_available_hook = available;
  setlocale(LC_CTYPE, "");
  char *before = NULL;
  int is_foreign = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
  if (is_foreign) {
    // Readline asks the environment first; it is put back as it was.
    before = getenv("LC_ALL") == NULL ? NULL : strdup(getenv("LC_ALL"));
    setenv("LC_ALL", "C.UTF-8", 1);
    setlocale(LC_CTYPE, "C.UTF-8");
  }
  rl_initialize();
  if (is_foreign) {
    if (before == NULL) unsetenv("LC_ALL"); else setenv("LC_ALL", before, 1);
    free(before);
  }
  // Else the terminal's kill character (Ctrl-U) would be readline's, which kills more than the line.
  rl_variable_bind("bind-tty-special-chars", "off");
  using_history();
}

/// Whether the terminal's cursor can be moved to other rows.
static inline int atl_terminal_has_cursor(void) {
  return rl_get_termcap("up") != NULL && rl_get_termcap("ce") != NULL;
}

/// What draws the text being edited, instead of readline.
static inline void atl_readline_draw_with(rl_voidfunc_t *_Nonnull draw) { rl_redisplay_function = draw; }

/// The text being edited, its length and the place of the cursor in bytes, and what stands before it on the screen.
static inline const char *_Nonnull atl_line(void) { return rl_line_buffer == NULL ? "" : rl_line_buffer; }
static inline int atl_line_end(void) { return rl_end; }
static inline int atl_line_point(void) { return rl_point; }
static inline void atl_set_line_point(int point) { rl_point = point; }
static inline const char *_Nonnull atl_line_prompt(void) { return rl_display_prompt == NULL ? "" : rl_display_prompt; }

/// Gives a key, in readline's notation, a function while text is typed, in both of readline's editing modes.
static inline void atl_bind_key(const char *_Nonnull key, rl_command_func_t *_Nonnull function) {
  rl_bind_keyseq_in_map(key, function, emacs_standard_keymap);
  rl_bind_keyseq_in_map(key, function, vi_insertion_keymap);
}

/// Ends the line: it goes to the handler.
static inline void atl_accept_line(void) { rl_done = 1; }

/// Looks in the history for an entry that begins with the text before the cursor; `goes_on` for the same text as last time.
static inline void atl_search_history(int back, int goes_on) {
  rl_last_func = goes_on ? rl_history_search_backward : NULL;
  back ? rl_history_search_backward(1, 0) : rl_history_search_forward(1, 0);
}

/// Whether readline itself ends the line when Ctrl-D closes the prompt, as it does with bracketed paste.
static inline int atl_readline_ends_line(void) {
  const char *value = rl_variable_value("enable-bracketed-paste");
  return value != NULL && value[0] == 'o' && value[1] == 'n' && atl_terminal_has_cursor();
}

/// Drops what was typed and everything readline remembers of the keys before.
static inline void atl_readline_drop_line(void) {
  rl_free_line_state();
  rl_callback_sigcleanup();
  rl_replace_line("", 0);
  rl_point = rl_end = 0;
  rl_done = 0;
}

/// Draws prompt and text again where the cursor stands, by readline itself.
static inline void atl_readline_draw_again(void) {
  rl_on_new_line();
  rl_redisplay();
}

/// Writes after what readline has written.
static inline void atl_readline_write(const void *_Nonnull bytes, size_t count) {
  FILE *stream = rl_outstream == NULL ? stdout : rl_outstream;
  fwrite(bytes, 1, count, stream);
  fflush(stream);
}

/// The size of the terminal as it says itself; 0 where it says nothing.
static inline void atl_terminal_size(int *_Nonnull columns, int *_Nonnull rows) {
  struct winsize size = {0};
  if (ioctl(1, TIOCGWINSZ, &size) != 0 && ioctl(0, TIOCGWINSZ, &size) != 0) size.ws_col = size.ws_row = 0;
  *columns = size.ws_col;
  *rows = size.ws_row;
}

/// The signals that the prompt waits for beside keys: blocked, or let through again.
static inline void atl_block_signals(int block) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTSTP);
  sigaddset(&set, SIGCONT);
  sigaddset(&set, SIGWINCH);
  sigprocmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/// Lets through what ends the process from outside: a parent that starts us from a worker thread hands its blocked
/// signals on.
static inline void atl_unblock_ends(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGQUIT);
  sigaddset(&set, SIGABRT);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/// Waits for a key, the end of input or a signal (or until so many milliseconds have passed; negative: without end), with
/// the signals let through only meanwhile, so that none is lost between looking at its flag and waiting. True when there
/// is something to read.
static inline int atl_wait_for_input(int milliseconds) {
  sigset_t set;
  sigprocmask(SIG_BLOCK, NULL, &set);
  sigdelset(&set, SIGINT);
  sigdelset(&set, SIGTSTP);
  sigdelset(&set, SIGCONT);
  sigdelset(&set, SIGWINCH);
  fd_set input;
  FD_ZERO(&input);
  FD_SET(0, &input);
  struct timespec limit = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  return pselect(1, &input, NULL, NULL, milliseconds < 0 ? NULL : &limit, &set) > 0;
}
