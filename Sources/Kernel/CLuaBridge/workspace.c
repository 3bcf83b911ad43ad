// What a session has made: listing its variables, and going back to the state at the start. Everything is raw: no code of
// the script runs.
#include "internal.h"

#include <string.h>

typedef struct listing {
  void *context;
  void (*visit)(void *context, const char *name, const atl_sight *sight, int64_t bytes);
} listing;

// The variable at the top of the stack (its name below it) to the visitor.
static void visit_variable(lua_State *L, const listing *list) {
  // lua_tostring would change a number that is the key of the walk.
  if (lua_type(L, -2) != LUA_TSTRING) return;
  const char *name = lua_tostring(L, -2);
  if (strncmp(name, "__", 2) == 0) return;
  atl_sight sight;
  atl_see_at(L, -1, &sight);
  list->visit(list->context, name, &sight, atl_measure(L, -1));
}

static bool is_at_start(lua_State *L, int start, int name, int value) {
  lua_pushvalue(L, name);
  lua_rawget(L, start);
  bool same = lua_rawequal(L, -1, value);
  lua_pop(L, 1);
  return same;
}

// `visit` is Swift, but nothing below it raises.
static int list_variables(lua_State *L) {
  const listing *list = lua_touserdata(L, 1);
  luaL_checkstack(L, 16, "no room to list variables");
  lua_rawgeti(L, LUA_REGISTRYINDEX, host_of(L)->globals_at_start);
  int start = lua_gettop(L);
  atl_push_environment(L);
  int environment = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, environment)) {
    visit_variable(L, list);
    lua_pop(L, 1);
  }
  lua_pushglobaltable(L);
  int globals = lua_gettop(L);
  lua_pushnil(L);
  while (lua_next(L, globals)) {
    int value = lua_gettop(L);
    bool known = lua_type(L, start) == LUA_TTABLE && is_at_start(L, start, value - 1, value);
    if (!known) visit_variable(L, list);
    lua_pop(L, 1);
  }
  return 0;
}

void atl_each_variable(
  atl_host *host, void *context,
  void (*visit)(void *context, const char *name, const atl_sight *sight, int64_t bytes)) {
  listing list = {context, visit};
  atl_protect(host, list_variables, &list);
}

static void copy_table(lua_State *L, int from, int to) {
  lua_pushnil(L);
  while (lua_next(L, from)) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, to);
  }
}

// The loaded modules and the globals, as copies under their names in one table.
static int snapshot(lua_State *L) {
  atl_host *host = host_of(L);
  // A later snapshot takes the place of an earlier one.
  if (host->globals_at_start != 0) luaL_unref(L, LUA_REGISTRYINDEX, host->globals_at_start);
  if (host->modules_at_start != 0) luaL_unref(L, LUA_REGISTRYINDEX, host->modules_at_start);
  lua_pushglobaltable(L);
  lua_newtable(L);
  copy_table(L, 2, 3);
  host->globals_at_start = luaL_ref(L, LUA_REGISTRYINDEX);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_newtable(L);
  copy_table(L, 3, 4);
  host->modules_at_start = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

bool atl_snapshot(atl_host *host) { return atl_protect(host, snapshot, NULL); }

// Clears what `table` has beyond `start` and sets the rest as it was.
static void restore(lua_State *L, int table, int start) {
  lua_pushnil(L);
  while (lua_next(L, table)) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, start) == LUA_TNIL) {
      lua_pushvalue(L, -2);
      lua_pushnil(L);
      lua_rawset(L, table);  // clearing a field is allowed during the walk
    }
    lua_pop(L, 1);
  }
  copy_table(L, start, table);
}

static int restore_all(lua_State *L) {
  atl_host *host = host_of(L);
  luaL_checkstack(L, 16, "no room to reset");
  lua_pushglobaltable(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, host->globals_at_start);
  restore(L, 2, 3);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_rawgeti(L, LUA_REGISTRYINDEX, host->modules_at_start);
  restore(L, 4, 5);
  for (int i = 0; i < host->module_count; i++) host->overwritten[i] = false;
  return 0;
}

bool atl_restore(atl_host *host) {
  if (host->globals_at_start == 0) return false;
  atl_reset_cells(host);
  bool done = atl_protect(host, restore_all, NULL);
  atl_collect(host);
  return done;
}

// Forgets the modules that the session has loaded, so that `require` reads their files again.
static int forget_modules(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_rawgeti(L, LUA_REGISTRYINDEX, host_of(L)->modules_at_start);
  restore(L, 2, 3);
  return 0;
}

bool atl_forget_modules(atl_host *host) {
  return host->globals_at_start != 0 && atl_protect(host, forget_modules, NULL);
}
