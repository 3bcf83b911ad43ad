// How the prompt shows a value: strings and numbers as `print` writes them, tables by their first entries.
#include "internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

static void show_table(lua_State *L, int table, int depth, luaL_Buffer *out);

static void add_number(lua_State *L, int index, luaL_Buffer *out) {
  char number[64];
  if (lua_isinteger(L, index)) {
    snprintf(number, sizeof(number), LUA_INTEGER_FMT, lua_tointeger(L, index));
  } else {
    double value = lua_tonumber(L, index);
    bool whole = value == floor(value) && fabs(value) < 1e14;
    snprintf(number, sizeof(number), whole ? "%.1f" : "%.14g", value);
  }
  luaL_addstring(out, number);
}

// The first line of what an object says about itself.
static void add_object(lua_State *L, int index, luaL_Buffer *out) {
  size_t length;
  const char *text = luaL_tolstring(L, index, &length);
  const char *end = memchr(text, '\n', length);
  lua_pushlstring(L, text, end == NULL ? length : (size_t)(end - text));
  lua_remove(L, -2);
  luaL_addvalue(out);
}

// An entry of a table. No metamethod of the script runs.
static void show_inner(lua_State *L, int index, int depth, luaL_Buffer *out) {
  switch (lua_type(L, index)) {
  case LUA_TNIL: luaL_addstring(out, "nil"); break;
  case LUA_TBOOLEAN: luaL_addstring(out, lua_toboolean(L, index) ? "true" : "false"); break;
  case LUA_TSTRING: add_quoted(L, index, out); break;
  case LUA_TNUMBER: add_number(L, index, out); break;
  case LUA_TTABLE: show_table(L, index, depth + 1, out); break;
  default:
    if (atl_handle_at(L, index) != NULL) {
      add_object(L, index, out);
    } else {
      luaL_addstring(out, luaL_typename(L, index));
    }
    break;
  }
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Names in the order a person expects: runs of digits compare as numbers, so `2.weight` stands before `10.weight`.
static int compare_names(const char *a, const char *b) {
  while (*a != '\0' && *b != '\0') {
    if (is_digit(*a) && is_digit(*b)) {
      while (*a == '0' && is_digit(a[1])) a++;
      while (*b == '0' && is_digit(b[1])) b++;
      size_t first = strspn(a, "0123456789"), second = strspn(b, "0123456789");
      if (first != second) return first < second ? -1 : 1;
      int order = strncmp(a, b, first);
      if (order != 0) return order;
      a += first;
      b += second;
    } else {
      if (*a != *b) return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
      a++;
      b++;
    }
  }
  return *a == *b ? 0 : *a == '\0' ? -1 : 1;
}

// Whether the key at index `a` is shown before the one at `b`: numbers, then names, then the rest.
static bool precedes(lua_State *L, int a, int b) {
  int first = lua_type(L, a), second = lua_type(L, b);
  if (first != second) {
    if (first == LUA_TNUMBER || second == LUA_TNUMBER) return first == LUA_TNUMBER;
    if (first == LUA_TSTRING || second == LUA_TSTRING) return first == LUA_TSTRING;
    return first < second;
  }
  if (first == LUA_TNUMBER) return lua_compare(L, a, b, LUA_OPLT);
  if (first == LUA_TSTRING) return compare_names(lua_tostring(L, a), lua_tostring(L, b)) < 0;
  if (first == LUA_TBOOLEAN) return lua_toboolean(L, a) < lua_toboolean(L, b);
  return (uintptr_t)lua_topointer(L, a) < (uintptr_t)lua_topointer(L, b);
}

// Puts the first keys outside 1…length into the stack slots from `first` on, in order. Returns how many there are in
// the table, of which at most MOST_ENTRIES were kept. The slot behind the last is free for the newcomer.
static size_t choose_keys(lua_State *L, int table, lua_Unsigned length, int first) {
  size_t count = 0;
  int scratch = first + MOST_ENTRIES;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    if (lua_isinteger(L, -1) && lua_tointeger(L, -1) >= 1 && (lua_Unsigned)lua_tointeger(L, -1) <= length) continue;
    int kept = count < MOST_ENTRIES ? (int)count : MOST_ENTRIES;
    count++;
    lua_pushvalue(L, -1);
    lua_replace(L, scratch);
    int position = kept;
    while (position > 0 && precedes(L, scratch, first + position - 1)) position--;
    if (position == MOST_ENTRIES) continue;
    for (int i = kept < MOST_ENTRIES ? kept : MOST_ENTRIES - 1; i > position; i--) {
      lua_copy(L, first + i - 1, first + i);
    }
    lua_copy(L, scratch, first + position);
  }
  return count;
}

// Reads raw. Stack discipline: between operations on the buffer the stack is as the buffer left it, so values are
// reached by absolute index. Tables in tables in tables stay closed.
static void show_table(lua_State *L, int table, int depth, luaL_Buffer *out) {
  if (depth > 1) {
    lua_pushnil(L);
    bool empty = !lua_next(L, table);
    if (!empty) lua_pop(L, 2);
    luaL_addstring(out, empty ? "{}" : "{…}");
    return;
  }
  luaL_checkstack(L, MOST_ENTRIES + 16, "no room to show a value");
  int first = lua_gettop(L) + 1;
  for (int i = 0; i < MOST_ENTRIES + 2; i++) lua_pushnil(L);
  int value = first + MOST_ENTRIES + 1;
  lua_Unsigned length = lua_rawlen(L, table);
  size_t named = choose_keys(L, table, length, first);
  luaL_Buffer inner;
  luaL_buffinit(L, &inner);
  luaL_addchar(&inner, '{');
  size_t shown = 0;
  for (; shown < length && shown < MOST_ENTRIES; shown++) {
    if (shown > 0) luaL_addstring(&inner, ", ");
    lua_rawgeti(L, table, (lua_Integer)shown + 1);
    lua_replace(L, value);
    show_inner(L, value, depth, &inner);
  }
  for (int key = first; key < first + (int)named && shown < MOST_ENTRIES; key++, shown++) {
    if (shown > 0) luaL_addstring(&inner, ", ");
    if (lua_type(L, key) == LUA_TSTRING) {
      luaL_addstring(&inner, lua_tostring(L, key));
    } else {
      luaL_addchar(&inner, '[');
      show_inner(L, key, 1, &inner);
      luaL_addchar(&inner, ']');
    }
    luaL_addstring(&inner, " = ");
    lua_pushvalue(L, key);
    lua_rawget(L, table);
    lua_replace(L, value);
    show_inner(L, value, depth, &inner);
  }
  luaL_addstring(&inner, shown < length + named ? ", …}" : "}");
  luaL_pushresult(&inner);
  lua_replace(L, first);
  lua_settop(L, first);
  if (out != NULL) luaL_addvalue(out);
}

void atl_show_value(lua_State *L, int index) {
  bool plain_table = lua_type(L, index) == LUA_TTABLE;
  if (plain_table && lua_getmetatable(L, index)) {
    lua_pop(L, 1);
    plain_table = false;
  }
  luaL_checkstack(L, 12, "no room to show a value");
  if (plain_table) {
    show_table(L, index, 0, NULL);
  } else {
    luaL_tolstring(L, index, NULL);
  }
}
