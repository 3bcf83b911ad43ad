// Loading and running chunks; messages and tracebacks.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

bool atl_protect(atl_host *host, lua_CFunction body, void *data) {
  lua_State *L = host->running;
  if (!lua_checkstack(L, 4)) return false;
  int depth = host->depth;
  lua_pushcfunction(L, body);
  lua_pushlightuserdata(L, data);
  // Definitions may run finalizers, whose engine calls must not touch the buffers of this depth.
  if (atl_level_at(host, depth + 1) != NULL) host->depth = depth + 1;
  int failed = lua_pcall(L, 1, 0, 0);
  host->depth = depth;
  if (failed == LUA_OK) return true;
  atl_keep_message(host, L, -1);
  lua_pop(L, 1);
  return false;
}

void atl_keep_message(atl_host *host, lua_State *L, int index) {
  size_t length = 0;
  // A string is never converted here: lua_tolstring on a number would allocate.
  const char *text = lua_type(L, index) == LUA_TSTRING ? lua_tolstring(L, index, &length) : "error";
  if (lua_type(L, index) != LUA_TSTRING) length = strlen(text);
  char *copy = malloc(length + 1);
  free(host->message);
  host->message = copy;
  host->message_length = copy == NULL ? 0 : length;
  if (copy == NULL) return;
  memcpy(copy, text, length);
  copy[length] = '\0';
}

const char *atl_message(const atl_host *host, size_t *length) {
  *length = host->message_length;
  return host->message == NULL ? "" : host->message;
}

const char *atl_traceback(const atl_host *host) { return host->trace == NULL ? "" : host->trace; }

// Message handler: keeps the traceback of an error value the first time it is seen. An error that travels through
// Swift and is raised again keeps the traceback of the place where it was raised first; one that left a coroutine gets
// the calls that resumed it added.
int atl_record_trace(lua_State *L) {
  bool known = atl_is_raised(L, 1);
  atl_record_frames(L, L, 1, known);
  if (!known) atl_set_raised(L, 1);
  lua_settop(L, 1);
  return 1;
}

// The outermost message handler also turns the error value into text.
static int describe_error(lua_State *L) {
  atl_record_trace(L);
  if (lua_type(L, 1) == LUA_TSTRING) return 1;
  if (luaL_getmetafield(L, 1, "__tostring") != LUA_TNIL) {
    luaL_tolstring(L, 1, NULL);
    return 1;
  }
  lua_settop(L, 1);
  lua_pushfstring(L, "an error was raised with %s ", lua_type(L, 1) == LUA_TTABLE ? "the table" : "the value");
  atl_show_value(L, 1);
  lua_concat(L, 2);
  return 1;
}

static int32_t loaded(atl_host *host, int failed) {
  if (failed == LUA_OK) return ATL_RUN_OK;
  atl_keep_message(host, host->main, -1);
  lua_pop(host->main, 1);
  return ATL_RUN_SYNTAX;
}

int32_t atl_load_text(atl_host *host, const char *text, size_t length, const char *name) {
  if (!lua_checkstack(host->main, 4)) return ATL_RUN_SYNTAX;
  return loaded(host, luaL_loadbufferx(host->main, text, length, name, "t"));
}

int32_t atl_load_file(atl_host *host, const char *path) {
  if (!lua_checkstack(host->main, 4)) return ATL_RUN_SYNTAX;
  return loaded(host, atl_load_lua_file(host->main, path));
}

bool atl_compiles(atl_host *host, const char *text, size_t length, const char *name) {
  if (atl_load_text(host, text, length, name) != ATL_RUN_OK) return false;
  lua_pop(host->main, 1);
  return true;
}

typedef struct run {
  const char *const *arguments;
  int32_t count;
  bool show;
} run;

static void keep_shown(lua_State *L, atl_host *host, int first, int count) {
  host->shown = calloc((size_t)count, sizeof(*host->shown));
  if (host->shown == NULL) luaL_error(L, "not enough memory");
  for (int i = 0; i < count; i++) {
    atl_show_value(L, first + i);
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    char *copy = malloc(length + 1);
    if (copy == NULL) luaL_error(L, "not enough memory");
    memcpy(copy, text, length + 1);
    host->shown[host->shown_count].bytes = copy;
    host->shown[host->shown_count++].length = length;
    lua_pop(L, 1);
  }
}

// [run, chunk] → nothing.
static int run_chunk(lua_State *L) {
  const run *r = lua_touserdata(L, 1);
  luaL_checkstack(L, r->count + 4, "too many arguments to script");
  for (int i = 0; i < r->count; i++) lua_pushstring(L, r->arguments[i]);
  lua_call(L, r->count, r->show ? LUA_MULTRET : 0);
  int results = lua_gettop(L) - 1;
  if (r->show && results > 0) {
    luaL_checkstack(L, 8, "too many results");
    atl_keep_results(L, 2, results);
    keep_shown(L, host_of(L), 2, results);
  }
  return 0;
}

static void forget_last_run(atl_host *host) {
  for (int i = 0; i < host->shown_count; i++) free(host->shown[i].bytes);
  free(host->shown);
  host->shown = NULL;
  host->shown_count = 0;
  atl_forget_results(host);
  free(host->trace);
  host->trace = NULL;
  atl_forget_frames(host);
  lua_pushinteger(host->main, 0);
  lua_rawseti(host->main, LUA_REGISTRYINDEX, host->raised_slot);
}

int32_t atl_run(atl_host *host, const char *const *arguments, int32_t count, bool show) {
  lua_State *L = host->main;
  run r = {arguments, count, show};
  forget_last_run(host);
  host->running = L;
  atl_host *before = atl_activate(host);
  if (*host->interrupt != 0) atl_arm(L);
  lua_pushcfunction(L, describe_error);  // [chunk, handler]
  lua_insert(L, -2);                     // [handler, chunk]
  lua_pushcfunction(L, run_chunk);
  lua_insert(L, -2);
  lua_pushlightuserdata(L, &r);
  lua_insert(L, -2);  // [handler, run_chunk, run, chunk]
  int failed = lua_pcall(L, 2, 0, -4);
  atl_activate(before);
  host->running = L;
  int32_t status = failed == LUA_OK ? ATL_RUN_OK : ATL_RUN_ERROR;
  if (failed != LUA_OK) {
    atl_keep_message(host, L, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  if (*host->interrupt != 0) {
    // Also where the chunk came to its end: a read that Ctrl-C ended gives a value like any other.
    status = ATL_RUN_INTERRUPTED;
    *host->interrupt = 0;
  }
  lua_sethook(L, NULL, 0, 0);
  return status;
}

int32_t atl_shown_count(const atl_host *host) { return host->shown_count; }

const char *atl_shown(const atl_host *host, int32_t index, size_t *length) {
  *length = host->shown[index].length;
  return host->shown[index].bytes;
}

typedef struct script {
  const char *path;
  const char *const *arguments;
  int32_t count;
} script;

static int set_script(lua_State *L) {
  const script *s = lua_touserdata(L, 1);
  lua_createtable(L, s->count, 1);
  lua_pushstring(L, s->path);
  lua_rawseti(L, -2, 0);
  lua_pushliteral(L, "atelier");
  lua_rawseti(L, -2, -1);
  for (int i = 0; i < s->count; i++) {
    lua_pushstring(L, s->arguments[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setglobal(L, "arg");
  const char *slash = strrchr(s->path, '/');
  if (slash == NULL) return 0;  // then it is the current folder, which Lua's own path has
  lua_pushlstring(L, s->path, (size_t)(slash - s->path));
  const char *folder = lua_tostring(L, -1);
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "path");
  lua_pushfstring(L, "%s/?.lua;%s/?/init.lua;%s", folder, folder, luaL_optstring(L, -1, ""));
  lua_setfield(L, -3, "path");
  return 0;
}

bool atl_set_script(atl_host *host, const char *path, const char *const *arguments, int32_t count) {
  script s = {path, arguments, count};
  return atl_protect(host, set_script, &s);
}
