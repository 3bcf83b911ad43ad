// Reading: Lua values into tokens. Tables are read raw: no metamethod runs, so nothing can change underneath.
#include "internal.h"

#include <string.h>

typedef struct reader {
  lua_State *L;
  atl_host *host;
  atl_level *level;
  int problem;
  int nesting;
  const void *path[ATL_MAX_NESTING];  // the tables being read, outermost first
} reader;

static bool read_value(reader *r, int index);

static bool fail(reader *r, int problem) {
  r->problem = problem;
  return false;
}

static atl_token *next_token(reader *r) {
  atl_buffer *in = &r->level->in;
  if (in->count >= ATL_MAX_VALUES) {
    fail(r, ATL_TOO_MANY);
    return NULL;
  }
  if (!atl_reserve(in, 1)) {
    fail(r, ATL_NO_MEMORY);
    return NULL;
  }
  return &in->tokens[in->count++];
}

static void set_string(lua_State *L, int index, atl_token *token) {
  token->tag = ATL_STRING;
  token->as.text.bytes = lua_tolstring(L, index, &token->as.text.length);
}

// A function or, where tables stay opaque, a table: kept as a reference that the buffer owns until Swift takes it.
static bool read_reference(reader *r, int index) {
  atl_token *token = next_token(r);
  if (token == NULL) return false;
  token->tag = ATL_TAKEN;
  token->slot = lua_type(r->L, index) == LUA_TTABLE;
  lua_pushvalue(r->L, index);
  int reference = luaL_ref(r->L, LUA_REGISTRYINDEX);
  token->tag = ATL_FUNCTION;
  token->as.integer = reference;
  r->level->holds_references = true;
  return true;
}

// The key on top of the stack as a string token; integer keys outside 1…n become `[0]`.
static bool read_key(reader *r) {
  lua_State *L = r->L;
  if (lua_type(L, -1) == LUA_TSTRING) {
    atl_token *token = next_token(r);
    if (token == NULL) return false;
    set_string(L, -1, token);
    return true;
  }
  if (!lua_isinteger(L, -1)) return fail(r, ATL_BAD_KEY);
  atl_token *token = next_token(r);
  if (token == NULL) return false;
  token->tag = ATL_INTEGER;
  token->as.integer = lua_tointeger(L, -1);
  return true;
}

static void set_number(lua_State *L, int index, atl_token *token) {
  if (lua_isinteger(L, index)) {
    token->tag = ATL_INTEGER;
    token->as.integer = lua_tointeger(L, index);
  } else {
    token->tag = ATL_NUMBER;
    token->as.number = lua_tonumber(L, index);
  }
}

// Positions 1…n. Lists of numbers are the long ones: a reservation for all and no call per value.
static bool read_list(reader *r, int index, lua_Integer length) {
  lua_State *L = r->L;
  atl_buffer *in = &r->level->in;
  if (!atl_reserve(in, (size_t)length)) return fail(r, ATL_NO_MEMORY);
  for (lua_Integer i = 1; i <= length; i++) {
    if ((i & 0xfff) == 0 && *r->host->interrupt != 0) luaL_error(L, "interrupted");
    if (lua_rawgeti(L, index, i) == LUA_TNUMBER && in->count < in->capacity) {
      set_number(L, -1, &in->tokens[in->count++]);
    } else if (!read_value(r, lua_gettop(L))) {
      return false;
    }
    lua_pop(L, 1);
  }
  return true;
}

static bool read_fields(reader *r, int index, lua_Integer list, int64_t *fields) {
  lua_State *L = r->L;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    if (lua_isinteger(L, -2)) {
      lua_Integer key = lua_tointeger(L, -2);
      if (key >= 1 && key <= list) {
        lua_pop(L, 1);
        continue;
      }
    }
    int value = lua_gettop(L);
    lua_pushvalue(L, -2);
    if (!read_key(r)) return false;
    lua_pop(L, 1);
    if (!read_value(r, value)) return false;
    lua_pop(L, 1);
    ++*fields;
  }
  return true;
}

static bool read_table(reader *r, int index) {
  lua_State *L = r->L;
  const void *table = lua_topointer(L, index);
  for (int i = 0; i < r->nesting; i++) {
    if (r->path[i] == table) return fail(r, ATL_CYCLE);
  }
  if (r->nesting == ATL_MAX_NESTING || !lua_checkstack(L, 6)) return fail(r, ATL_TOO_DEEP);
  lua_Unsigned length = lua_rawlen(L, index);
  if (r->level->in.count + length > ATL_MAX_VALUES) return fail(r, ATL_TOO_MANY);
  r->path[r->nesting++] = table;
  atl_token *token = next_token(r);
  if (token == NULL) return false;
  size_t position = r->level->in.count - 1;
  int64_t fields = 0;
  token->tag = ATL_TABLE;
  if (!read_list(r, index, (lua_Integer)length)) return false;
  if (!read_fields(r, index, (lua_Integer)length, &fields)) return false;
  token = &r->level->in.tokens[position];  // the buffer may have moved
  token->as.table.list = (int64_t)length;
  token->as.table.fields = fields;
  r->nesting--;
  return true;
}

static bool read_handle(reader *r, int index) {
  atl_handle *handle = atl_handle_at(r->L, index);
  if (handle == NULL || handle->callable) return fail(r, ATL_FOREIGN);
  if (handle->object[0] == NULL) return fail(r, ATL_CLOSED);
  atl_token *token = next_token(r);
  if (token == NULL) return false;
  token->tag = ATL_OBJECT;
  memcpy(token->as.object, handle->object, sizeof(handle->object));
  return true;
}

static bool read_value(reader *r, int index) {
  lua_State *L = r->L;
  int type = lua_type(L, index);
  switch (type) {
  case LUA_TUSERDATA: return read_handle(r, index);
  case LUA_TTABLE: return read_table(r, index);
  case LUA_TFUNCTION: return read_reference(r, index);
  case LUA_TTHREAD:
  case LUA_TLIGHTUSERDATA: return fail(r, ATL_FOREIGN);
  default: break;
  }
  atl_token *token = next_token(r);
  if (token == NULL) return false;
  switch (type) {
  case LUA_TNUMBER: set_number(L, index, token); break;
  case LUA_TSTRING: set_string(L, index, token); break;
  case LUA_TBOOLEAN:
    token->tag = ATL_BOOL;
    token->as.integer = lua_toboolean(L, index);
    break;
  default: token->tag = ATL_NIL; break;
  }
  return true;
}

void atl_read(lua_State *L, atl_host *host, atl_level *level, int first, int count, bool opaque) {
  atl_reset_in(host, level);
  reader r = {.L = L, .host = host, .level = level};
  int top = lua_gettop(L);
  for (int i = 0; i < count; i++) {
    size_t start = level->in.count;
    int index = first + i;
    bool reference = opaque && lua_type(L, index) == LUA_TTABLE;
    if (reference ? read_reference(&r, index) : read_value(&r, index)) continue;
    // What was read of this argument is replaced by the problem; references in it are given back.
    lua_settop(L, top);
    r.nesting = 0;
    for (size_t j = start; j < level->in.count; j++) {
      atl_token *token = &level->in.tokens[j];
      if (token->tag == ATL_FUNCTION) atl_release_reference(host, (int32_t)token->as.integer);
    }
    level->in.count = start;
    if (!atl_reserve(&level->in, 1)) luaL_error(L, "not enough memory");
    level->in.tokens[level->in.count++] = (atl_token){.tag = ATL_PROBLEM, .as.integer = r.problem};
  }
}
