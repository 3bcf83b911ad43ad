// The one place where Lua calls Swift. Order of every call: read the arguments (may raise: no Swift frame yet), run
// the Swift body (which neither sees a lua_State nor can be jumped over), push its result under lua_pcall, and raise
// only then.
#include "internal.h"


// Under lua_pcall: [result, the call's first argument or nil] → results. An ATL_ARGUMENT token always means argument 1.
static int push_results(lua_State *L) {
  atl_buffer *out = lua_touserdata(L, 1);
  return atl_push_all(L, host_of(L), out, 1);
}

// "file:line: " of the Lua code nearest to the failing call, so that a call through pcall(f, …) has a place as well.
static void push_position(lua_State *L) {
  lua_Debug frame;
  for (int level = 1; lua_getstack(L, level, &frame); level++) {
    lua_getinfo(L, "Sl", &frame);
    if (frame.currentline > 0) {
      lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
      return;
    }
  }
  lua_pushliteral(L, "");
}

// Pushes the single plain result of a body, where that needs no memory; returns false where it does.
static bool push_plain(lua_State *L, const atl_token *token) {
  switch (token->tag) {
  case ATL_NIL: lua_pushnil(L); return true;
  case ATL_BOOL: lua_pushboolean(L, token->as.integer != 0); return true;
  case ATL_INTEGER: lua_pushinteger(L, token->as.integer); return true;
  case ATL_NUMBER: lua_pushnumber(L, token->as.number); return true;
  case ATL_ARGUMENT: lua_pushvalue(L, (int)token->as.integer); return true;
  default: return false;
  }
}

// Pushes what the body left in the level's buffer and restores the depth; raises what is to be raised.
static int finish(lua_State *L, atl_host *host, atl_level *level, int depth, int32_t status) {
  atl_buffer *out = &level->out;
  if (status == ATL_OK) {
    if (out->count == 0 || (out->count == 1 && push_plain(L, &out->tokens[0]))) {
      int pushed = (int)out->count;
      out->count = 0;
      host->depth = depth;
      return pushed;
    }
  }
  // The flag may have been raised without a signal, by another front end.
  if (status != ATL_OK && *host->interrupt != 0) atl_arm(L);
  int top = lua_gettop(L);
  lua_pushcfunction(L, push_results);
  lua_pushlightuserdata(L, out);
  if (top > 0) {
    lua_pushvalue(L, 1);
  } else {
    lua_pushnil(L);
  }
  int failed = lua_pcall(L, 2, LUA_MULTRET, 0);
  host->depth = depth;
  atl_reset_out(host, out);
  if (failed != LUA_OK || status == ATL_RAISED) return lua_error(L);
  if (status == ATL_FAILED) {
    push_position(L);
    lua_insert(L, -2);
    lua_concat(L, 2);
    return lua_error(L);
  }
  return lua_gettop(L) - top;
}

// What every call does before it reads arguments: release what was queued, collect when native memory grew, and find
// the buffers of this depth.
static atl_level *enter(lua_State *L, atl_host *host) {
  if (host->closing || host->context == NULL) luaL_error(L, "the engine has been shut down");
  host->running = L;
  if (host->queued > 0) atl_drain_references(L, host);
  atl_collect_native(L, host);
  atl_level *level = atl_level_at(host, host->depth);
  if (level == NULL) luaL_error(L, "calls between Lua and the engine are nested too deeply");
  return level;
}

int atl_invoke(lua_State *L, const void *function, bool opaque) {
  atl_host *host = host_of(L);
  atl_level *level = enter(L, host);
  int depth = host->depth;
  int count = lua_gettop(L);
  atl_read(L, host, level, 1, count, opaque);
  host->depth = depth + 1;
  int32_t status = host->callbacks.invoke(host->context, function, level->in.tokens, count);
  return finish(L, host, level, depth, status);
}

int atl_trampoline(lua_State *L) { return atl_invoke(L, lua_touserdata(L, lua_upvalueindex(1)), false); }

int atl_trampoline_drop_first(lua_State *L) {
  lua_remove(L, 1);
  return atl_trampoline(L);
}

int atl_trampoline_unary(lua_State *L) {
  lua_settop(L, 1);
  return atl_trampoline(L);
}

int atl_trampoline_opaque(lua_State *L) { return atl_invoke(L, lua_touserdata(L, lua_upvalueindex(1)), true); }

lua_CFunction atl_entry_point(int32_t flags) {
  switch (flags) {
  case ATL_DROP_FIRST: return atl_trampoline_drop_first;
  case ATL_UNARY: return atl_trampoline_unary;
  case ATL_OPAQUE: return atl_trampoline_opaque;
  default: return atl_trampoline;
  }
}

// A function that the engine returned. Its handle is upvalue 1; the call keeps it alive.
int atl_trampoline_callable(lua_State *L) {
  atl_host *host = host_of(L);
  atl_handle *handle = atl_handle_at(L, lua_upvalueindex(1));
  if (handle == NULL || handle->object[0] == NULL) return luaL_error(L, "this function of the engine was closed");
  atl_level *level = enter(L, host);
  int depth = host->depth;
  int count = lua_gettop(L);
  atl_read(L, host, level, 1, count, false);
  host->depth = depth + 1;
  int32_t status = host->callbacks.call(host->context, handle->object, level->in.tokens, count);
  return finish(L, host, level, depth, status);
}

// `__tostring`.
int atl_display(lua_State *L) {
  atl_host *host = host_of(L);
  atl_handle *handle = atl_handle_at(L, 1);
  if (handle == NULL) return luaL_error(L, "not an object of the engine");
  if (handle->object[0] == NULL) {
    lua_pushliteral(L, "closed object");
    return 1;
  }
  atl_level *level = enter(L, host);
  int depth = host->depth;
  atl_reset_in(host, level);
  host->depth = depth + 1;
  int32_t status = host->callbacks.display(host->context, handle->object);
  return finish(L, host, level, depth, status);
}
