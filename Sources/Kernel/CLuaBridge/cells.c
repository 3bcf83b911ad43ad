// Cells: pieces of input that share an environment of their own over the globals. What a cell declares `local` at its top
// level lives there (the front end rewrites `local x` into `__cell.x`), and so do the results of earlier cells. Reads that
// find nothing fall through to the globals, and so do writes of names that the environment does not have.
#include "internal.h"

#include <string.h>

#define DEEPEST_MEASURE 4
#define LONGEST_MEASURE 100000

// `__cell.name = value`. Upvalue 1: the environment.
static int declare(lua_State *L) {
  lua_settop(L, 3);
  lua_rawset(L, lua_upvalueindex(1));
  return 0;
}

// Pushes the environment, made at its first use.
void atl_push_environment(lua_State *L) {
  atl_host *host = host_of(L);
  if (host->environment != 0) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, host->environment);
    return;
  }
  lua_newtable(L);
  lua_createtable(L, 0, 3);
  lua_pushglobaltable(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__index");
  lua_setfield(L, -2, "__newindex");
  lua_setmetatable(L, -2);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushvalue(L, -3);
  lua_pushcclosure(L, declare, 1);
  lua_setfield(L, -2, "__newindex");
  lua_setmetatable(L, -2);
  lua_pushliteral(L, "__cell");
  lua_insert(L, -2);
  lua_rawset(L, -3);
  lua_pushliteral(L, "Out");
  lua_newtable(L);
  lua_rawset(L, -3);
  lua_pushvalue(L, -1);
  host->environment = luaL_ref(L, LUA_REGISTRYINDEX);
}

// [nothing, chunk] → nothing. The chunk's first upvalue is its environment.
static int enter_environment(lua_State *L) {
  lua_settop(L, 2);
  atl_push_environment(L);
  if (lua_setupvalue(L, 2, 1) == NULL) lua_pop(L, 1);
  return 0;
}

int32_t atl_load_cell(atl_host *host, const char *text, size_t length, const char *name) {
  int32_t status = atl_load_text(host, text, length, name);
  if (status != ATL_RUN_OK) return status;
  lua_State *L = host->main;
  if (!lua_checkstack(L, 4)) return ATL_RUN_SYNTAX;
  lua_pushcfunction(L, enter_environment);
  lua_pushnil(L);
  lua_pushvalue(L, -3);
  if (lua_pcall(L, 2, 0, 0) == LUA_OK) return ATL_RUN_OK;
  atl_keep_message(host, L, -1);
  lua_pop(L, 2);
  return ATL_RUN_SYNTAX;
}

typedef struct results_walk {
  int32_t index;
  int64_t number;
  int64_t bytes;
  void *object[2];
} results_walk;

// The results of the last run, kept by keep_results, as a table on the stack; false when there are none.
static bool push_results(lua_State *L) {
  atl_host *host = host_of(L);
  if (host->results == 0) return false;
  return lua_rawgeti(L, LUA_REGISTRYINDEX, host->results) == LUA_TTABLE;
}

// Called at the end of a run whose values are shown: keeps them for the calls below.
void atl_keep_results(lua_State *L, int first, int count) {
  atl_host *host = host_of(L);
  lua_createtable(L, count, 0);
  for (int i = 0; i < count; i++) {
    lua_pushvalue(L, first + i);
    lua_rawseti(L, -2, i + 1);
  }
  if (host->results == 0) {
    host->results = luaL_ref(L, LUA_REGISTRYINDEX);
  } else {
    lua_rawseti(L, LUA_REGISTRYINDEX, host->results);
  }
}

void atl_forget_results(atl_host *host) {
  if (host->results == 0) return;
  lua_pushboolean(host->main, 0);
  lua_rawseti(host->main, LUA_REGISTRYINDEX, host->results);
}

static int find_object(lua_State *L) {
  results_walk *walk = lua_touserdata(L, 1);
  if (!push_results(L)) return 0;
  lua_rawgeti(L, -1, walk->index + 1);
  atl_handle *handle = atl_handle_at(L, -1);
  if (handle != NULL && !handle->callable) memcpy(walk->object, handle->object, sizeof(handle->object));
  return 0;
}

bool atl_result_object(atl_host *host, int32_t index, void **object) {
  results_walk walk = {.index = index};
  if (!atl_protect(host, find_object, &walk) || walk.object[0] == NULL) return false;
  memcpy(object, walk.object, sizeof(walk.object));
  return true;
}

static int64_t measure(lua_State *L, int index, int depth, int *budget) {
  size_t length;
  if (--*budget < 0) return 0;
  switch (lua_type(L, index)) {
  case LUA_TSTRING:
    lua_tolstring(L, index, &length);
    return (int64_t)length + 24;
  case LUA_TUSERDATA: {
    atl_handle *handle = atl_handle_at(L, index);
    return handle == NULL ? (int64_t)lua_rawlen(L, index) : handle->bytes + (int64_t)sizeof(atl_handle);
  }
  case LUA_TTABLE: break;
  default: return 16;
  }
  int64_t bytes = 56;
  if (depth == DEEPEST_MEASURE || !lua_checkstack(L, 4)) return bytes;
  int table = lua_absindex(L, index);
  lua_pushnil(L);
  while (*budget > 0 && lua_next(L, table)) {
    bytes += 32 + measure(L, lua_gettop(L), depth + 1, budget);
    lua_pop(L, 1);
  }
  return bytes;
}

int64_t atl_measure(lua_State *L, int index) {
  int budget = LONGEST_MEASURE;
  return measure(L, index, 0, &budget);
}

// Sets `_`, `__` and `Out[number]`.
static int remember(lua_State *L) {
  results_walk *walk = lua_touserdata(L, 1);
  if (!push_results(L) || lua_rawlen(L, -1) == 0) return 0;
  lua_rawgeti(L, -1, 1);
  int value = lua_gettop(L);
  atl_push_environment(L);
  int environment = lua_gettop(L);
  lua_pushliteral(L, "__");
  lua_pushliteral(L, "_");
  lua_rawget(L, environment);
  lua_rawset(L, environment);
  lua_pushliteral(L, "_");
  lua_pushvalue(L, value);
  lua_rawset(L, environment);
  lua_pushliteral(L, "Out");
  if (lua_rawget(L, environment) == LUA_TTABLE) {
    lua_pushvalue(L, value);
    lua_rawseti(L, -2, walk->number);
  }
  walk->bytes = atl_measure(L, value);
  return 0;
}

int64_t atl_remember_result(atl_host *host, int64_t number) {
  results_walk walk = {.number = number};
  return atl_protect(host, remember, &walk) ? walk.bytes : 0;
}

static int forget(lua_State *L) {
  results_walk *walk = lua_touserdata(L, 1);
  atl_push_environment(L);
  lua_pushliteral(L, "Out");
  if (lua_rawget(L, -2) != LUA_TTABLE) return 0;
  lua_pushnil(L);
  lua_rawseti(L, -2, walk->number);
  return 0;
}

void atl_forget_result(atl_host *host, int64_t number) {
  results_walk walk = {.number = number};
  atl_protect(host, forget, &walk);
}

static int drop_environment(lua_State *L) {
  atl_host *host = host_of(L);
  luaL_unref(L, LUA_REGISTRYINDEX, host->environment);
  host->environment = 0;
  return 0;
}

void atl_reset_cells(atl_host *host) {
  if (host->environment != 0) atl_protect(host, drop_environment, NULL);
}

typedef struct assignment {
  const char *name, *text;
  size_t length;
} assignment;

static int set_string(lua_State *L) {
  const assignment *a = lua_touserdata(L, 1);
  atl_push_environment(L);
  lua_pushlstring(L, a->text, a->length);
  lua_setfield(L, -2, a->name);
  return 0;
}

bool atl_set_variable(atl_host *host, const char *name, const char *text, size_t length) {
  assignment a = {name, text, length};
  return atl_protect(host, set_string, &a);
}
