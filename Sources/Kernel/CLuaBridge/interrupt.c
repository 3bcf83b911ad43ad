// Ctrl-C. The handler raises the word that the engine polls and arms a count hook in the Lua state that runs. The
// hook stays armed until the outermost run ends, so `while true do pcall(f) end` stops as well; with no interrupt
// pending nothing is polled at all.
#include "internal.h"

#include <errno.h>
#include <signal.h>

static atl_host *volatile active;         // the host whose run is outermost
static int32_t *volatile word;
static pthread_t lua_thread;

static void stop(lua_State *L, lua_Debug *frame) {
  (void)frame;
  if (*host_of(L)->interrupt == 0) {
    // Left over in a coroutine that outlived the interrupt.
    lua_sethook(L, NULL, 0, 0);
    return;
  }
  luaL_error(L, "interrupted");
}

// Only instructions are counted: the hook never stands before a C function, so `__close` of files still works.
void atl_arm(lua_State *L) { lua_sethook(L, stop, LUA_MASKCOUNT, 1); }

atl_host *atl_activate(atl_host *host) {
  atl_host *before = active;
  active = host;
  return before;
}

static void on_signal(int number) {
  if (!pthread_equal(pthread_self(), lua_thread)) {
    // Lua's state may only be touched by the thread that runs it.
    pthread_kill(lua_thread, number);
    return;
  }
  int saved = errno;
  *word = 1;
  atl_host *host = active;
  if (host != NULL) atl_arm(host->running);
  errno = saved;
}

void atl_catch_interrupts(int32_t *interrupt) {
  word = interrupt;
  lua_thread = pthread_self();
  // Without SA_RESTART: a read from the terminal ends, and the Lua code that waits for it stops.
  struct sigaction action = {.sa_handler = on_signal};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  // A parent that starts us from a worker thread hands its blocked signals on.
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void atl_interrupt(void) {
  if (word != NULL) pthread_kill(lua_thread, SIGINT);
}
