// Looking at a script's values without running any of it: everything is read raw, metatables only as tables, and the
// collector rests meanwhile so that no finalizer runs either. Completion and help stand on this.
#include "internal.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#define MOST_HOPS 16
#define KEYS_PER_GLANCE 256

typedef struct look {
  const atl_step *path;
  int32_t steps;
  const char *filter;
  size_t filter_length;
  int32_t mode;
  int64_t deadline;
  int32_t most;
  void *context;
  bool (*visit)(void *context, const char *key, size_t length, const atl_sight *sight);
  int64_t seen;
  int32_t given;
  bool finished;
} look;

int64_t atl_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// [] → the raw field `name` of the metatable of the value at `index`; false and nothing pushed when it has none.
static bool push_meta(lua_State *L, int index, const char *name) {
  if (!lua_getmetatable(L, index)) return false;
  lua_pushstring(L, name);
  lua_rawget(L, -2);
  lua_remove(L, -2);
  if (!lua_isnil(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

// [value] → the table in which names that the value lacks are looked up raw: `__index` where that is a table, the
// methods of an engine object. False and nothing pushed when there is none.
static bool push_behind(lua_State *L, int index) {
  if (!push_meta(L, index, atl_handle_at(L, index) != NULL ? "methods" : "__index")) return false;
  if (lua_istable(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

static void push_step(lua_State *L, const atl_step *step) {
  if (step->name != NULL) {
    lua_pushlstring(L, step->name, step->length);
  } else {
    lua_pushinteger(L, step->index);
  }
}

// [value] → [the value under the step, or nil]
static void follow(lua_State *L, const atl_step *step) {
  for (int hop = 0; hop < MOST_HOPS; hop++) {
    if (lua_istable(L, -1)) {
      push_step(L, step);
      if (lua_rawget(L, -2) != LUA_TNIL) {
        lua_remove(L, -2);
        return;
      }
      lua_pop(L, 1);
    }
    if (!push_behind(L, lua_gettop(L))) break;
    lua_remove(L, -2);
  }
  lua_pop(L, 1);
  lua_pushnil(L);
}

// Pushes the value at the path: its first name from the cells' environment, then from the globals.
static void push_path(lua_State *L, const look *l) {
  atl_host *host = host_of(L);
  int first = 0;
  lua_pushnil(L);
  if (l->steps > 0 && host->environment != 0) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, host->environment);
    push_step(L, &l->path[0]);
    lua_rawget(L, -2);
    lua_replace(L, -3);
    lua_pop(L, 1);
    first = lua_isnil(L, -1) ? 0 : 1;
  }
  if (first == 0) {
    lua_pop(L, 1);
    lua_pushglobaltable(L);
  }
  for (int i = first; i < l->steps && !lua_isnil(L, -1); i++) follow(L, &l->path[i]);
}

static const char *module_at(lua_State *L, int index) {
  atl_host *host = host_of(L);
  const char *name = NULL;
  int value = lua_absindex(L, index);
  lua_rawgeti(L, LUA_REGISTRYINDEX, host->modules_table);
  if (lua_rawequal(L, -1, value)) name = "atelier";
  for (int i = 0; i < host->module_count && name == NULL; i++) {
    lua_pushstring(L, host->modules[i]);
    lua_rawget(L, -2);
    if (lua_rawequal(L, -1, value)) name = host->modules[i];
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return name;
}

static void see_function(lua_State *L, int index, atl_sight *sight) {
  sight->tag = ATL_FUNCTION;
  lua_CFunction entry = lua_tocfunction(L, index);
  if (entry == atl_trampoline || entry == atl_trampoline_unary || entry == atl_trampoline_opaque) {
    lua_getupvalue(L, index, 1);
    sight->function = lua_touserdata(L, -1);
    lua_pop(L, 1);
  }
  if (entry != NULL) return;
  lua_Debug info;
  lua_pushvalue(L, index);
  lua_getinfo(L, ">S", &info);
  sight->source = info.source;
  sight->first_line = info.linedefined;
  sight->last_line = info.lastlinedefined;
}

// What the value at a stack index is.
void atl_see_at(lua_State *L, int index, atl_sight *sight) {
  memset(sight, 0, sizeof(*sight));
  sight->tag = ATL_PROBLEM;
  index = lua_absindex(L, index);
  switch (lua_type(L, index)) {
  case LUA_TNIL: sight->tag = ATL_NIL; break;
  case LUA_TBOOLEAN:
    sight->tag = ATL_BOOL;
    sight->integer = lua_toboolean(L, index);
    break;
  case LUA_TNUMBER:
    sight->tag = lua_isinteger(L, index) ? ATL_INTEGER : ATL_NUMBER;
    if (lua_isinteger(L, index)) sight->integer = lua_tointeger(L, index);
    else sight->number = lua_tonumber(L, index);
    break;
  case LUA_TSTRING:
    sight->tag = ATL_STRING;
    sight->text = lua_tolstring(L, index, &sight->length);
    break;
  case LUA_TTABLE:
    sight->tag = ATL_TABLE;
    sight->integer = (int64_t)lua_rawlen(L, index);
    sight->module = module_at(L, index);
    break;
  case LUA_TFUNCTION: see_function(L, index, sight); break;
  case LUA_TUSERDATA: {
    atl_handle *handle = atl_handle_at(L, index);
    if (handle == NULL || handle->callable || handle->object[0] == NULL) break;
    sight->tag = ATL_OBJECT;
    memcpy(sight->object, handle->object, sizeof(sight->object));
    break;
  }
  default: break;
  }
}

static bool matches(const look *l, const char *key, size_t length) {
  if (l->filter_length > length) return false;
  if (l->mode == ATL_PREFIX) return memcmp(key, l->filter, l->filter_length) == 0;
  for (size_t start = 0; start + l->filter_length <= length; start++)
    if (strncasecmp(key + start, l->filter, l->filter_length) == 0) return true;
  return false;
}

// [table] The string keys that pass the filter; false when the time or the number is used up.
static bool visit_table(lua_State *L, look *l) {
  atl_sight sight;
  lua_pushnil(L);
  while (lua_next(L, -2)) {
    if (++l->seen % KEYS_PER_GLANCE == 0 && atl_clock() > l->deadline) return false;
    size_t length;
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tolstring(L, -2, &length) : NULL;
    if (key != NULL && matches(l, key, length)) {
      atl_see_at(L, -1, &sight);
      if (++l->given > l->most || !l->visit(l->context, key, length, &sight)) return false;
    }
    lua_pop(L, 1);
  }
  return true;
}

static int look_keys(lua_State *L) {
  look *l = lua_touserdata(L, 1);
  atl_host *host = host_of(L);
  luaL_checkstack(L, 32, NULL);
  if (l->steps == 0 && host->environment != 0) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, host->environment);
    if (!visit_table(L, l)) return 0;
    lua_settop(L, 1);
  }
  push_path(L, l);
  for (int hop = 0; hop < MOST_HOPS; hop++) {
    if (lua_istable(L, -1) && !visit_table(L, l)) return 0;
    if (!push_behind(L, lua_gettop(L))) break;
    lua_remove(L, -2);
  }
  l->finished = true;
  return 0;
}

static int look_value(lua_State *L) {
  look *l = lua_touserdata(L, 1);
  luaL_checkstack(L, 32, NULL);
  push_path(L, l);
  atl_sight sight;
  atl_see_at(L, -1, &sight);
  l->visit(l->context, NULL, 0, &sight);
  l->finished = true;
  return 0;
}

static bool inspect(atl_host *host, lua_CFunction body, look *l) {
  lua_State *L = host->running;
  bool collects = lua_gc(L, LUA_GCISRUNNING) != 0;
  if (collects) lua_gc(L, LUA_GCSTOP);
  bool done = atl_protect(host, body, l);
  if (collects) lua_gc(L, LUA_GCRESTART);
  return done && l->finished;
}

bool atl_see(
  atl_host *host, const atl_step *path, int32_t steps, void *context,
  bool (*visit)(void *context, const char *key, size_t length, const atl_sight *sight)) {
  look l = {.path = path, .steps = steps, .context = context, .visit = visit};
  return inspect(host, look_value, &l);
}

bool atl_see_keys(
  atl_host *host, const atl_step *path, int32_t steps, const char *filter, size_t length, int32_t mode,
  int64_t deadline, int32_t most, void *context,
  bool (*visit)(void *context, const char *key, size_t length, const atl_sight *sight)) {
  look l = {
    .path = path, .steps = steps, .filter = filter, .filter_length = length, .mode = mode, .deadline = deadline,
    .most = most, .context = context, .visit = visit,
  };
  return inspect(host, look_keys, &l);
}
