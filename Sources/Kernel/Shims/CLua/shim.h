// Lua 5.4 of the system. Only CLuaBridge includes it: no Swift file sees a lua_State.
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
