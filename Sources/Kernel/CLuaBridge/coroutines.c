// `coroutine.resume` and `coroutine.wrap`, which tell the host which state runs: Ctrl-C has to stop that one, and an
// interrupt that ended a coroutine has to stop the code that resumed it as well.
#include "internal.h"

static void arm_if_interrupted(atl_host *host, lua_State *L) {
  if (*host->interrupt != 0) atl_arm(L);
}

// Resumes with `count` arguments from the top of L. Returns the number of results moved to L, or -1 with the error
// value on top of L.
static int resume(lua_State *L, lua_State *thread, int count) {
  atl_host *host = host_of(L);
  if (!lua_checkstack(thread, count)) {
    lua_pushliteral(L, "too many arguments to resume");
    return -1;
  }
  lua_xmove(L, thread, count);
  host->running = thread;
  arm_if_interrupted(host, thread);
  int results = 0;
  int status = lua_resume(thread, L, count, &results);
  host->running = L;
  arm_if_interrupted(host, L);
  if (status == LUA_OK || status == LUA_YIELD) {
    if (!lua_checkstack(L, results + 1)) {
      lua_pop(thread, results);
      lua_pushliteral(L, "too many results to resume");
      return -1;
    }
    lua_xmove(thread, L, results);
    return results;
  }
  // Its calls are still there to be seen; a failure to record them must not hide the error.
  if (status != LUA_ERRMEM && lua_checkstack(thread, 4)) {
    bool known = atl_is_raised(thread, -1);
    atl_record_frames(L, thread, 0, known);
    if (!known) atl_set_raised(thread, lua_absindex(thread, -1));
  }
  lua_xmove(thread, L, 1);
  return -1;
}

static int coroutine_resume(lua_State *L) {
  lua_State *thread = lua_tothread(L, 1);
  luaL_argexpected(L, thread != NULL, 1, "coroutine");
  int results = resume(L, thread, lua_gettop(L) - 1);
  lua_pushboolean(L, results >= 0);
  lua_insert(L, -((results < 0 ? 1 : results) + 1));
  return (results < 0 ? 1 : results) + 1;
}

// The function that `coroutine.wrap` returns. Upvalue 1: the coroutine.
static int call_wrapped(lua_State *L) {
  lua_State *thread = lua_tothread(L, lua_upvalueindex(1));
  int results = resume(L, thread, lua_gettop(L));
  if (results >= 0) return results;
  int status = lua_status(thread);
  if (status != LUA_OK && status != LUA_YIELD) {
    // The coroutine failed: close its to-be-closed variables, which may replace the error.
    status = lua_resetthread(thread);
    lua_xmove(thread, L, 1);
  }
  if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
    bool known = atl_is_raised(L, -1);
    luaL_where(L, 1);
    lua_insert(L, -2);
    lua_concat(L, 2);
    if (known) atl_set_raised(L, -1);  // the same error with a place before it
  }
  return lua_error(L);
}

static int coroutine_wrap(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_State *thread = lua_newthread(L);
  lua_pushvalue(L, 1);
  lua_xmove(L, thread, 1);
  lua_pushcclosure(L, call_wrapped, 1);
  return 1;
}

void atl_open_coroutines(lua_State *L) {
  lua_getglobal(L, "coroutine");
  lua_pushcfunction(L, coroutine_resume);
  lua_setfield(L, -2, "resume");
  lua_pushcfunction(L, coroutine_wrap);
  lua_setfield(L, -2, "wrap");
  lua_pop(L, 1);
}
