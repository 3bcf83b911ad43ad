// GNU readline. Its settings are global variables, which Swift may not write in language mode 6; the functions here
// write them.
#include <stdio.h>

#include <readline/readline.h>
#include <readline/history.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>

/// Our name for the user's ~/.inputrc; no signal handlers of readline's own (ours ends the wait for a key); entries of
/// several lines kept whole in the history and its file.
static inline void atl_readline_set_up(
    rl_completion_func_t *_Nonnull complete, rl_compentry_func_t *_Nonnull nothing) {
  rl_readline_name = "atelier";
  rl_catch_signals = 0;
  history_write_timestamps = 1;
  history_comment_char = '#';
  history_multiline_entries = 1;
  rl_attempted_completion_function = complete;
  rl_completion_entry_function = nothing;
  rl_completer_word_break_characters = " \t\n\"\\'><=;+-*/%^~#{}()[],!|&";
  rl_variable_bind("enable-bracketed-paste", "on");
}

/// To be called by the completer: readline must not fall back to file names, nor add a blank to a completed name (it
/// forgets both before every completion).
static inline void atl_readline_completing(void) {
  rl_attempted_completion_over = 1;
  rl_completion_append_character = '\0';
}

/// Whether readline itself ends the line when Ctrl-D closes the prompt, as it does with bracketed paste.
static inline int atl_readline_ends_line(void) {
  const char *value = rl_variable_value("enable-bracketed-paste");
  return value != NULL && value[0] == 'o' && value[1] == 'n';
}

/// Drops what was typed and everything readline remembers of the keys before.
static inline void atl_readline_drop_line(void) {
  rl_free_line_state();
  rl_callback_sigcleanup();
  rl_replace_line("", 0);
  rl_point = rl_end = 0;
  rl_done = 0;
}

/// The newest entry of the history, or NULL.
static inline const char *_Nullable atl_history_last(void) {
  HIST_ENTRY *entry = history_get(history_base + history_length - 1);
  return entry == NULL ? NULL : entry->line;
}

/// Blocks SIGINT, or lets it through again.
static inline void atl_block_interrupts(int block) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigprocmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

/// Waits for a key, the end of input or a signal, with SIGINT let through only meanwhile, so that none is lost between
/// looking at the flag and waiting. True when there is something to read.
static inline int atl_wait_for_input(void) {
  sigset_t set;
  sigprocmask(SIG_BLOCK, NULL, &set);
  sigdelset(&set, SIGINT);
  fd_set input;
  FD_ZERO(&input);
  FD_SET(0, &input);
  return pselect(1, &input, NULL, NULL, NULL, &set) > 0;
}
