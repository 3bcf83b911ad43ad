// Handles: Swift objects as Lua user data, and the accounting of the native memory they hold.
#include "internal.h"

#include <string.h>

static const char handle_magic[] = "atelier handle";

// Below this much new native memory no collection is worth its time, in bytes.
#define SMALLEST_STEP ((size_t)32 << 20)

atl_handle *atl_handle_at(lua_State *L, int index) {
  if (lua_rawlen(L, index) != sizeof(atl_handle)) return NULL;
  atl_handle *handle = lua_touserdata(L, index);
  return handle != NULL && handle->magic == handle_magic ? handle : NULL;
}

// Makes a handle around the token's object; from the moment the handle exists, it and not the token owns the object.
static void push_handle(lua_State *L, atl_host *host, atl_token *token, int metatable) {
  atl_handle *handle = lua_newuserdatauv(L, sizeof(atl_handle), 0);
  handle->magic = handle_magic;
  memcpy(handle->object, token->as.object, sizeof(handle->object));
  handle->bytes = token->extra;
  handle->callable = token->tag == ATL_CALLABLE;
  token->tag = ATL_TAKEN;
  host->native_live += (size_t)handle->bytes;
  host->native_debt += (size_t)handle->bytes;
  lua_rawgeti(L, LUA_REGISTRYINDEX, metatable);
  lua_setmetatable(L, -2);
}

void atl_push_object(lua_State *L, atl_host *host, atl_token *token) {
  push_handle(L, host, token, host->metatables[token->slot]);
}

void atl_push_callable(lua_State *L, atl_host *host, atl_token *token) {
  push_handle(L, host, token, host->metatables[0]);
  lua_pushcclosure(L, atl_trampoline_callable, 1);
}

// `__gc` and `__close`: gives the object up once; later uses of the handle find it closed.
static int close_handle(lua_State *L) {
  atl_handle *handle = atl_handle_at(L, 1);
  if (handle == NULL || handle->object[0] == NULL) return 0;
  atl_host *host = host_of(L);
  void *object = handle->object[0];
  handle->object[0] = handle->object[1] = NULL;
  host->native_live -= (size_t)handle->bytes;
  host->callbacks.release(object);
  return 0;
}

static int equal_handles(lua_State *L) {
  atl_handle *a = atl_handle_at(L, 1), *b = atl_handle_at(L, 2);
  lua_pushboolean(L, a != NULL && b != NULL && a->object[0] == b->object[0]);
  return 1;
}

// `object[key]`. Upvalues: methods table, Function for unknown names, Function for element access (or NULL).
int atl_index_handle(lua_State *L) {
  if (lua_type(L, 2) == LUA_TSTRING) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    lua_pop(L, 1);
    return atl_invoke(L, lua_touserdata(L, lua_upvalueindex(2)), false);
  }
  const void *index = lua_touserdata(L, lua_upvalueindex(3));
  return atl_invoke(L, index != NULL ? index : lua_touserdata(L, lua_upvalueindex(2)), false);
}

// A step of `for i, element in ipairs(object)`. Upvalue 1: the length, asked for once.
static int next_element(lua_State *L) {
  lua_Integer position = luaL_checkinteger(L, 2) + 1;
  if (position > lua_tointeger(L, lua_upvalueindex(1))) return 0;
  lua_settop(L, 1);
  lua_pushinteger(L, position);
  lua_pushvalue(L, -1);
  lua_gettable(L, 1);
  return 2;
}

bool atl_has_elements(lua_State *L, int index) {
  if (atl_handle_at(L, index) == NULL || luaL_getmetafield(L, index, "__len") == LUA_TNIL) return false;
  lua_pop(L, 1);
  if (luaL_getmetafield(L, index, "elements") == LUA_TNIL) return false;
  lua_pop(L, 1);
  return true;
}

// `__pairs`, and `ipairs` of an object: its elements by position.
int atl_elements(lua_State *L) {
  if (!atl_has_elements(L, 1)) return luaL_typeerror(L, 1, "table");
  lua_settop(L, 1);
  lua_pushinteger(L, luaL_len(L, 1));
  lua_pushcclosure(L, next_element, 1);
  lua_insert(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

// A large heap costs more to collect, so the step grows with both kinds of memory: the work stays in proportion.
void atl_collect_native(lua_State *L, atl_host *host) {
  size_t step = (host->native_live > host->used ? host->native_live : host->used) / 2;
  if (host->native_debt < (step > SMALLEST_STEP ? step : SMALLEST_STEP)) return;
  host->native_debt = 0;
  lua_gc(L, LUA_GCCOLLECT);
}

size_t atl_native_bytes(const atl_host *host) { return host->native_live; }

typedef struct type_definition {
  int32_t slot;
  const char *name, *key;
  const void *unknown, *index, *assign;
  lua_CFunction entry;
} type_definition;

static void set_function(lua_State *L, const char *key, const void *function, lua_CFunction entry) {
  lua_pushlightuserdata(L, (void *)function);
  lua_pushcclosure(L, entry, 1);
  lua_setfield(L, -2, key);
}

static int define_type(lua_State *L) {
  const type_definition *type = lua_touserdata(L, 1);
  atl_host *host = host_of(L);
  lua_createtable(L, 0, 16);
  lua_pushstring(L, type->name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  static const luaL_Reg events[] = {
    {"__gc", close_handle}, {"__close", close_handle}, {"__eq", equal_handles}, {"__tostring", atl_display},
    {NULL, NULL},
  };
  luaL_setfuncs(L, events, 0);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "methods");
  lua_pushlightuserdata(L, (void *)type->unknown);
  lua_pushlightuserdata(L, (void *)type->index);
  lua_pushcclosure(L, atl_index_handle, 3);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, atl_elements);
  lua_setfield(L, -2, "__pairs");
  lua_pushboolean(L, 1);
  if (type->index != NULL) {
    lua_setfield(L, -2, "elements");
  } else {
    lua_pop(L, 1);
  }
  if (type->assign != NULL) set_function(L, "__newindex", type->assign, atl_trampoline);
  host->metatables[type->slot] = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

bool atl_has_type(const atl_host *host, int32_t slot) { return slot < host->slots && host->metatables[slot] != 0; }

bool atl_define_type(
  atl_host *host, int32_t slot, const char *name, const void *unknown, const void *index, const void *assign) {
  if (!atl_grow_types(host, slot)) return false;
  type_definition type = {slot, name, NULL, unknown, index, assign, NULL};
  return atl_protect(host, define_type, &type);
}

static int define_method(lua_State *L) {
  const type_definition *type = lua_touserdata(L, 1);
  lua_rawgeti(L, LUA_REGISTRYINDEX, host_of(L)->metatables[type->slot]);
  if (type->entry == NULL) lua_getfield(L, -1, "methods");
  set_function(L, type->key, type->index, type->entry == NULL ? atl_trampoline : type->entry);
  return 0;
}

bool atl_define_method(atl_host *host, int32_t slot, const char *name, const void *function) {
  type_definition type = {slot, NULL, name, NULL, function, NULL, NULL};
  return atl_protect(host, define_method, &type);
}

bool atl_define_event(atl_host *host, int32_t slot, const char *event, const void *function, int32_t flags) {
  type_definition type = {slot, NULL, event, NULL, function, NULL, atl_entry_point(flags)};
  return atl_protect(host, define_method, &type);
}
