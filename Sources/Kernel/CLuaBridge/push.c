// Pushing: tokens onto the Lua stack. Runs under lua_pcall, because every allocation here may raise; what was not
// pushed yet stays owned by the buffer.
#include "internal.h"

typedef struct pusher {
  lua_State *L;
  atl_host *host;
  atl_buffer *out;
  size_t cursor;
  int arguments;  // stack index below the call's own first argument
} pusher;

static void push_value(pusher *p);

static void push_table(pusher *p, const atl_token *table) {
  lua_State *L = p->L;
  int64_t list = table->as.table.list, fields = table->as.table.fields;
  luaL_checkstack(L, 4, "a result is nested too deeply");
  lua_createtable(L, (int)list, (int)fields);
  for (int64_t i = 1; i <= list; i++) {
    if ((i & 0xfff) == 0 && *p->host->interrupt != 0) luaL_error(L, "interrupted");
    push_value(p);
    lua_rawseti(L, -2, i);
  }
  for (int64_t i = 0; i < fields; i++) {
    push_value(p);
    push_value(p);
    lua_rawset(L, -3);
  }
}

static void push_value(pusher *p) {
  lua_State *L = p->L;
  atl_token *token = &p->out->tokens[p->cursor++];
  switch (token->tag) {
  case ATL_BOOL: lua_pushboolean(L, token->as.integer != 0); break;
  case ATL_INTEGER: lua_pushinteger(L, token->as.integer); break;
  case ATL_NUMBER: lua_pushnumber(L, token->as.number); break;
  case ATL_STRING: lua_pushlstring(L, p->out->bytes + token->extra, token->as.text.length); break;
  case ATL_OBJECT: atl_push_object(L, p->host, token); break;
  case ATL_CALLABLE: atl_push_callable(L, p->host, token); break;
  case ATL_REFERENCE: lua_rawgeti(L, LUA_REGISTRYINDEX, token->as.integer); break;
  case ATL_ARGUMENT: lua_pushvalue(L, p->arguments + (int)token->as.integer); break;
  case ATL_TABLE: push_table(p, token); break;
  default: lua_pushnil(L); break;
  }
}

int atl_push_all(lua_State *L, atl_host *host, atl_buffer *buffer, int arguments) {
  pusher p = {.L = L, .host = host, .out = buffer, .arguments = arguments};
  int pushed = 0;
  while (p.cursor < buffer->count) {
    luaL_checkstack(L, 4, "too many results");
    push_value(&p);
    pushed++;
  }
  return pushed;
}
