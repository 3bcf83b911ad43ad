// The fixed global tables: each is a plain Lua table of functions, held a second time by the table `atelier`, which
// `require "atelier"` returns.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct definition {
  const char *module, *name;
  const void *function;
  lua_CFunction entry;
  const atl_buffer *value;
} definition;

static void push_module(lua_State *L, const char *name) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, host_of(L)->modules_table);
  if (strcmp(name, "atelier") == 0) return;
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

static int define_module(lua_State *L) {
  const definition *d = lua_touserdata(L, 1);
  atl_host *host = host_of(L);
  lua_rawgeti(L, LUA_REGISTRYINDEX, host->modules_table);
  if (strcmp(d->module, "atelier") == 0) {
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushvalue(L, -2);
    lua_setfield(L, -2, d->module);
    lua_pop(L, 1);
  } else {
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, d->module);
  }
  lua_newtable(L);
  lua_pushstring(L, d->module);
  lua_setfield(L, -2, "__name");
  lua_setmetatable(L, -2);
  lua_setglobal(L, d->module);
  return 0;
}

bool atl_define_module(atl_host *host, const char *name) {
  if (host->module_count == ATL_MAX_MODULES) return false;
  definition d = {.module = name};
  char *copy = strdup(name);
  if (copy == NULL || !atl_protect(host, define_module, &d)) {
    free(copy);
    return false;
  }
  host->modules[host->module_count++] = copy;
  return true;
}

static int define_entry(lua_State *L) {
  const definition *d = lua_touserdata(L, 1);
  if (d->module == NULL) {
    lua_pushglobaltable(L);
  } else {
    push_module(L, d->module);
  }
  if (d->value != NULL) {
    atl_push_all(L, host_of(L), (atl_buffer *)d->value, 0);
  } else {
    lua_pushlightuserdata(L, (void *)d->function);
    lua_pushcclosure(L, d->entry, 1);
  }
  lua_setfield(L, 2, d->name);
  return 0;
}

bool atl_define_entry(atl_host *host, const char *module, const char *name, const void *function, int32_t flags) {
  definition d = {.module = module, .name = name, .function = function, .entry = atl_entry_point(flags)};
  return atl_protect(host, define_entry, &d);
}

bool atl_define_value(atl_host *host, const char *module, const char *name, const atl_buffer *value) {
  definition d = {.module = module, .name = name, .value = value};
  return atl_protect(host, define_entry, &d);
}

// `table.unknown`. Upvalue 1: the Function that answers. Only names are answered; `tensor[1]` is nil as in any table.
static int unknown_field(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  lua_remove(L, 1);
  return atl_trampoline(L);
}

static int define_metamethod(lua_State *L) {
  const definition *d = lua_touserdata(L, 1);
  push_module(L, d->module);
  lua_getmetatable(L, -1);
  lua_pushlightuserdata(L, (void *)d->function);
  lua_pushcclosure(L, strcmp(d->name, "__index") == 0 ? unknown_field : d->entry, 1);
  lua_setfield(L, -2, d->name);
  return 0;
}

bool atl_define_metamethod(
  atl_host *host, const char *module, const char *event, const void *function, int32_t flags) {
  definition d = {.module = module, .name = event, .function = function, .entry = atl_entry_point(flags)};
  return atl_protect(host, define_metamethod, &d);
}

// Reads a field of a table without metamethods and without allocating: the name is a key already or absent.
typedef struct lookup {
  const char *name;
  int32_t reference;
  bool found;
} lookup;

static int compare_module(lua_State *L) {
  lookup *l = lua_touserdata(L, 1);
  if (l->reference == 0) {
    lua_pushglobaltable(L);
    lua_pushstring(L, l->name);
    lua_rawget(L, -2);
  } else {
    lua_rawgeti(L, LUA_REGISTRYINDEX, l->reference);
  }
  lua_rawgeti(L, LUA_REGISTRYINDEX, host_of(L)->modules_table);
  if (strcmp(l->name, "atelier") != 0) {
    lua_pushstring(L, l->name);
    lua_rawget(L, -2);
  }
  l->found = lua_rawequal(L, -1, l->reference == 0 ? 3 : 2);
  return 0;
}

bool atl_is_module(atl_host *host, int32_t reference, const char *module) {
  lookup l = {.name = module, .reference = reference};
  return atl_protect(host, compare_module, &l) && l.found;
}

const char *atl_overwritten(atl_host *host) {
  for (int i = 0; i < host->module_count; i++) {
    lookup l = {.name = host->modules[i]};
    if (host->overwritten[i] || !atl_protect(host, compare_module, &l) || l.found) continue;
    host->overwritten[i] = true;
    return host->modules[i];
  }
  return NULL;
}

typedef struct visit {
  const char *table;
  void *context;
  void (*each)(void *context, const char *key, size_t length);
} visit;

// `each` is Swift, but nothing below it raises: lua_next on an unchanged table cannot.
static int visit_keys(lua_State *L) {
  const visit *v = lua_touserdata(L, 1);
  lua_pushglobaltable(L);
  if (v->table[0] != '\0') {
    lua_pushstring(L, v->table);
    lua_rawget(L, -2);
    if (lua_type(L, -1) != LUA_TTABLE) return 0;
  }
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    lua_pop(L, 1);
    size_t length;
    if (lua_type(L, -1) != LUA_TSTRING) continue;
    const char *key = lua_tolstring(L, -1, &length);
    v->each(v->context, key, length);
  }
  return 0;
}

void atl_each_key(
  atl_host *host, const char *table, void *context, void (*each)(void *context, const char *key, size_t length)) {
  visit v = {table, context, each};
  atl_protect(host, visit_keys, &v);
}
