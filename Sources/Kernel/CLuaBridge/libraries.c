// Lua's standard libraries, with what differs here: `print` writes to the host's sink, and what could crash the process
// is closed. Only text is ever compiled (a crafted binary chunk can crash Lua), in `load`, `loadfile`, `dofile` and
// `require`; C modules cannot be loaded; `debug` reaches into no C function, no user data and not the registry.
#include "internal.h"

#include <stdio.h>
#include <string.h>

// One write per call, so that lines of several outputs do not mix.
static int print(lua_State *L) {
  int count = lua_gettop(L);
  luaL_Buffer line;
  luaL_checkstack(L, 4, "too many values to print");
  lua_pushnil(L);  // room for one text below the buffer
  luaL_buffinit(L, &line);
  for (int i = 1; i <= count; i++) {
    if (i > 1) luaL_addchar(&line, '\t');
    // A table without a text of its own shows what is in it, not where it lies.
    atl_show_value(L, i);
    lua_replace(L, count + 1);
    size_t length;
    const char *text = lua_tolstring(L, count + 1, &length);
    luaL_addlstring(&line, text, length);
  }
  luaL_addchar(&line, '\n');
  luaL_pushresult(&line);
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  atl_host *host = host_of(L);
  if (host->context == NULL) {
    fwrite(text, 1, length, stdout);
  } else {
    host->callbacks.write(host->context, text, length);
  }
  return 0;
}

// io.write(…): where the default output is standard output, to the host's sink as `print`, so that both keep their order
// and a front end sees them. Upvalues: Lua's own io.write, io.output, io.stdout.
static int write_default(lua_State *L) {
  atl_host *host = host_of(L);
  int count = lua_gettop(L);
  luaL_checkstack(L, 4, "too many values to write");
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_call(L, 0, 1);
  bool plain = host->context != NULL && lua_rawequal(L, -1, lua_upvalueindex(3));
  lua_pop(L, 1);
  if (!plain) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, count, LUA_MULTRET);
    return lua_gettop(L);
  }
  for (int i = 1; i <= count; i++) {
    size_t length;
    const char *text = luaL_checklstring(L, i, &length);
    host->callbacks.write(host->context, text, length);
  }
  lua_pushvalue(L, lua_upvalueindex(3));
  return 1;
}

static void replace_write(lua_State *L) {
  lua_getglobal(L, "io");
  lua_getfield(L, -1, "write");
  lua_getfield(L, -2, "output");
  lua_getfield(L, -3, "stdout");
  lua_pushcclosure(L, write_default, 3);
  lua_setfield(L, -2, "write");
  lua_pop(L, 1);
}

// load(chunk [, name [, mode [, env]]]) with mode "t". Upvalue 1: Lua's own load.
static int load_text(lua_State *L) {
  luaL_checkany(L, 1);
  if (lua_gettop(L) > 4) lua_settop(L, 4);
  if (lua_gettop(L) < 3) lua_settop(L, 3);
  lua_pushliteral(L, "t");
  lua_replace(L, 3);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

// loadfile([name [, mode [, env]]]) with mode "t".
static int load_text_file(lua_State *L) {
  const char *name = luaL_optstring(L, 1, NULL);
  bool environment = !lua_isnone(L, 3);
  if (atl_load_lua_file(L, name) != LUA_OK) {
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
  }
  if (environment) {
    lua_pushvalue(L, 3);
    if (lua_setupvalue(L, -2, 1) == NULL) lua_pop(L, 1);
  }
  return 1;
}

static int do_file_done(lua_State *L, int status, lua_KContext context) {
  (void)status;
  (void)context;
  return lua_gettop(L) - 1;
}

static int do_file(lua_State *L) {
  const char *name = luaL_optstring(L, 1, NULL);
  lua_settop(L, 1);
  if (atl_load_lua_file(L, name) != LUA_OK) return lua_error(L);
  lua_callk(L, 0, LUA_MULTRET, 0, do_file_done);
  return do_file_done(L, LUA_OK, 0);
}

// A searcher of `require` for Lua text. Upvalue 1: the table `package`.
static int search_text(lua_State *L) {
  luaL_checkstring(L, 1);
  lua_getfield(L, lua_upvalueindex(1), "searchpath");
  lua_pushvalue(L, 1);
  lua_getfield(L, lua_upvalueindex(1), "path");
  lua_call(L, 2, 2);
  if (lua_isnil(L, -2)) return 1;  // the text on top says where it looked
  lua_pop(L, 1);
  const char *file = luaL_checkstring(L, -1);
  if (atl_load_lua_file(L, file) != LUA_OK) {
    return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", lua_tostring(L, 1), file,
                      lua_tostring(L, -1));
  }
  lua_pushvalue(L, -2);
  return 2;
}

static void restrict_package(lua_State *L) {
  lua_getglobal(L, "package");
  lua_pushliteral(L, "");
  lua_setfield(L, -2, "cpath");
  lua_pushnil(L);
  lua_setfield(L, -2, "loadlib");
  lua_getfield(L, -1, "searchers");
  lua_pushvalue(L, -2);
  lua_pushcclosure(L, search_text, 1);
  lua_rawseti(L, -2, 2);
  for (int i = 4; i >= 3; i--) {
    lua_pushnil(L);
    lua_rawseti(L, -2, i);
  }
  lua_pop(L, 2);
}

// Upvalue 1 of the three: Lua's own function of that name.
static int forward(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

// debug.setupvalue(f, up, value): the upvalues of C functions are pointers here.
static int set_upvalue(lua_State *L) {
  if (lua_iscfunction(L, 1)) return luaL_error(L, "upvalues of a C function cannot be set");
  return forward(L);
}

// debug.setmetatable(value, table): with another type's metatable its functions would misread the user data.
static int set_metatable(lua_State *L) {
  if (lua_type(L, 1) == LUA_TUSERDATA) return luaL_error(L, "the metatable of a userdata cannot be set");
  return forward(L);
}

// debug.setlocal([thread,] level, local, value): a C function relies on what it has on the stack.
static int set_local(lua_State *L) {
  lua_State *thread = lua_tothread(L, 1);
  int first = thread == NULL ? 1 : 2;
  lua_Debug frame;
  // Level 0 is this very function, as it is Lua's own one in `debug.setlocal`.
  if (lua_getstack(thread == NULL ? L : thread, (int)luaL_checkinteger(L, first), &frame)) {
    lua_getinfo(thread == NULL ? L : thread, "S", &frame);
    if (frame.what[0] == 'C') return luaL_error(L, "locals of a C function cannot be set");
  }
  // Called from here, the function stands one level deeper.
  if (thread == NULL) {
    lua_pushinteger(L, lua_tointeger(L, first) + 1);
    lua_replace(L, first);
  }
  return forward(L);
}

static void restrict_debug(lua_State *L) {
  static const luaL_Reg replaced[] = {
    {"setupvalue", set_upvalue}, {"setmetatable", set_metatable}, {"setlocal", set_local}, {NULL, NULL},
  };
  lua_getglobal(L, "debug");
  for (const luaL_Reg *entry = replaced; entry->name != NULL; entry++) {
    lua_getfield(L, -1, entry->name);
    lua_pushcclosure(L, entry->func, 1);
    lua_setfield(L, -2, entry->name);
  }
  lua_pushnil(L);
  lua_setfield(L, -2, "getregistry");
  lua_pop(L, 1);
}

// ipairs(x): Lua's own stops at the first nil, but an object reports a position behind its end as an error.
static int ipairs(lua_State *L) {
  luaL_checkany(L, 1);
  return atl_has_elements(L, 1) ? atl_elements(L) : forward(L);
}

void atl_open_libraries(lua_State *L, atl_host *host) {
  (void)host;
  luaL_openlibs(L);
  lua_getglobal(L, "load");
  lua_pushcclosure(L, load_text, 1);
  lua_setglobal(L, "load");
  lua_register(L, "loadfile", load_text_file);
  lua_register(L, "dofile", do_file);
  lua_register(L, "print", print);
  lua_getglobal(L, "ipairs");
  lua_pushcclosure(L, ipairs, 1);
  lua_setglobal(L, "ipairs");
  replace_write(L);
  restrict_package(L);
  restrict_debug(L);
}

// `warn`, with its control messages "@on" and "@off"; off at the start as in `lua`.
void atl_warn(void *context, const char *text, int continues) {
  atl_host *host = context;
  if (!host->warning_continues && !continues && text[0] == '@') {
    if (strcmp(text, "@on") == 0) host->warnings = true;
    if (strcmp(text, "@off") == 0) host->warnings = false;
    return;
  }
  if (host->warnings) {
    fprintf(stderr, "%s%s%s", host->warning_continues ? "" : "Lua warning: ", text, continues ? "" : "\n");
    fflush(stderr);
  }
  host->warning_continues = continues != 0;
}
