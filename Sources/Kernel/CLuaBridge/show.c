// How the prompt shows a value: strings and numbers as `print` writes them, tables by their first entries.
#include "internal.h"

#include <math.h>
#include <stdio.h>

#define MOST_ENTRIES 8
#define LONGEST_STRING 60

static void add_quoted(lua_State *L, int index, luaL_Buffer *out) {
  size_t length;
  const char *text = lua_tolstring(L, index, &length);
  size_t shown = length > LONGEST_STRING ? LONGEST_STRING : length;
  // Not in the middle of a UTF-8 character.
  while (shown < length && shown > 0 && (text[shown] & 0xC0) == 0x80) shown--;
  luaL_addchar(out, '"');
  for (size_t i = 0; i < shown; i++) {
    if (text[i] == '\n') {
      luaL_addstring(out, "\\n");
    } else if (text[i] == '"' || text[i] == '\\') {
      luaL_addchar(out, '\\');
      luaL_addchar(out, text[i]);
    } else {
      luaL_addchar(out, text[i]);
    }
  }
  luaL_addstring(out, shown < length ? "…\"" : "\"");
}

// An entry of a table: no metamethod runs, nested tables stay closed.
static void show_inner(lua_State *L, int index, luaL_Buffer *out) {
  switch (lua_type(L, index)) {
  case LUA_TNIL: luaL_addstring(out, "nil"); break;
  case LUA_TBOOLEAN: luaL_addstring(out, lua_toboolean(L, index) ? "true" : "false"); break;
  case LUA_TSTRING: add_quoted(L, index, out); break;
  case LUA_TTABLE: luaL_addstring(out, "{…}"); break;
  case LUA_TNUMBER: {
    char number[64];
    if (lua_isinteger(L, index)) {
      lua_Integer value = lua_tointeger(L, index);
      snprintf(number, sizeof(number), LUA_INTEGER_FMT, value);
    } else {
      double value = lua_tonumber(L, index);
      bool whole = value == floor(value) && fabs(value) < 1e14;
      snprintf(number, sizeof(number), whole ? "%.1f" : "%.14g", value);
    }
    luaL_addstring(out, number);
    break;
  }
  default: luaL_addstring(out, luaL_typename(L, index)); break;
  }
}

// Reads raw. Stack discipline: between luaL_Buffer operations the stack is as the buffer left it, so values are
// reached by absolute index.
static void show_table(lua_State *L, int table) {
  luaL_Buffer out;
  int key = lua_gettop(L) + 1;
  lua_pushnil(L);
  lua_pushnil(L);
  luaL_buffinit(L, &out);
  luaL_addchar(&out, '{');
  lua_Unsigned length = lua_rawlen(L, table);
  int shown = 0;
  for (lua_Integer i = 1; i <= (lua_Integer)length && shown < MOST_ENTRIES; i++, shown++) {
    if (shown > 0) luaL_addstring(&out, ", ");
    lua_rawgeti(L, table, i);
    lua_replace(L, key + 1);
    show_inner(L, key + 1, &out);
  }
  bool more = length > MOST_ENTRIES;
  lua_pushnil(L);
  lua_replace(L, key);
  for (;;) {
    lua_pushvalue(L, key);
    if (!lua_next(L, table)) break;
    lua_replace(L, key + 1);
    lua_replace(L, key);
    if (lua_isinteger(L, key)) {
      lua_Integer position = lua_tointeger(L, key);
      if (position >= 1 && position <= (lua_Integer)length) continue;
    }
    if (shown >= MOST_ENTRIES) {
      more = true;
      break;
    }
    if (shown++ > 0) luaL_addstring(&out, ", ");
    if (lua_type(L, key) == LUA_TSTRING) {
      luaL_addstring(&out, lua_tostring(L, key));
    } else {
      luaL_addchar(&out, '[');
      show_inner(L, key, &out);
      luaL_addchar(&out, ']');
    }
    luaL_addstring(&out, " = ");
    show_inner(L, key + 1, &out);
  }
  luaL_addstring(&out, more ? ", …}" : "}");
  luaL_pushresult(&out);
  lua_replace(L, key);
  lua_settop(L, key);
}

void atl_show_value(lua_State *L, int index) {
  bool plain_table = lua_type(L, index) == LUA_TTABLE;
  if (plain_table && lua_getmetatable(L, index)) {
    lua_pop(L, 1);
    plain_table = false;
  }
  luaL_checkstack(L, 12, "no room to show a value");
  if (plain_table) {
    show_table(L, index);
  } else {
    luaL_tolstring(L, index, NULL);
  }
}
