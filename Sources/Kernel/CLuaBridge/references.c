// Lua values held by Swift, and calls from Swift back into Lua.
#include "internal.h"

#include <stdlib.h>

void atl_release_reference(atl_host *host, int32_t reference) {
  pthread_mutex_lock(&host->queue_lock);
  if (host->queued == host->queue_room) {
    size_t room = host->queue_room == 0 ? 64 : host->queue_room * 2;
    int *grown = realloc(host->queue, room * sizeof(int));
    if (grown != NULL) {
      host->queue = grown;
      host->queue_room = room;
    }
  }
  // Without memory the reference leaks, which is the lesser harm.
  if (host->queued < host->queue_room) host->queue[host->queued++] = reference;
  pthread_mutex_unlock(&host->queue_lock);
}

void atl_drain_references(lua_State *L, atl_host *host) {
  pthread_mutex_lock(&host->queue_lock);
  // Setting an existing registry slot allocates nothing, so this cannot raise with the lock held.
  for (size_t i = 0; i < host->queued; i++) luaL_unref(L, LUA_REGISTRYINDEX, host->queue[i]);
  host->queued = 0;
  pthread_mutex_unlock(&host->queue_lock);
}

typedef struct callback {
  atl_level *level;
  int32_t callee;
} callback;

static int call_back(lua_State *L) {
  const callback *call = lua_touserdata(L, 1);
  atl_host *host = host_of(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, call->callee);
  int arguments = atl_push_all(L, host, &call->level->out, 0);
  lua_call(L, arguments, LUA_MULTRET);
  atl_read(L, host, call->level, 2, lua_gettop(L) - 1, false);
  lua_pushinteger(L, lua_gettop(L) - 1);
  return 1;
}

static int refer(lua_State *L) {
  lua_pushinteger(L, luaL_ref(L, LUA_REGISTRYINDEX));
  return 1;
}

// Turns the error value on top of the stack into a reference; Swift carries it and raises it again unchanged.
static int32_t keep_error(lua_State *L, atl_host *host) {
  int32_t reference = LUA_NOREF;
  atl_keep_message(host, L, -1);
  lua_pushcfunction(L, refer);
  lua_insert(L, -2);
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) reference = (int32_t)lua_tointeger(L, -1);
  lua_pop(L, 1);
  return reference;
}

int32_t atl_call(atl_host *host, int32_t callee, atl_token **results, int32_t *count, int32_t *reference) {
  lua_State *L = host->running;
  int depth = host->depth;
  callback call = {atl_level_at(host, depth), callee};
  if (call.level == NULL || !lua_checkstack(L, 8)) {
    *reference = LUA_NOREF;
    return ATL_RAISED;
  }
  // Calls made by the function, or by finalizers while its arguments are pushed, use the next level.
  host->depth = depth + 1;
  lua_pushcfunction(L, atl_record_trace);
  lua_pushcfunction(L, call_back);
  lua_pushlightuserdata(L, &call);
  int failed = lua_pcall(L, 1, 1, -3);
  host->depth = depth;
  host->running = L;
  atl_reset_out(host, &call.level->out);
  if (failed == LUA_OK) {
    *count = (int32_t)lua_tointeger(L, -1);
    *results = call.level->in.tokens;
    lua_pop(L, 2);
    return ATL_OK;
  }
  *reference = keep_error(L, host);
  lua_pop(L, 1);
  return ATL_RAISED;
}

const void *atl_function_of(atl_host *host, int32_t reference) {
  lua_State *L = host->running;
  if (!lua_checkstack(L, 2)) return NULL;
  lua_rawgeti(L, LUA_REGISTRYINDEX, reference);
  lua_CFunction entry = lua_tocfunction(L, -1);
  const void *function = NULL;
  if (entry == atl_trampoline || entry == atl_trampoline_unary || entry == atl_trampoline_opaque) {
    lua_getupvalue(L, -1, 1);
    function = lua_touserdata(L, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return function;
}
