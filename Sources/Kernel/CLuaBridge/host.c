// The life of a Lua state, and its allocator.
#include "internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Lua's heap. Past the limit an allocation fails, which Lua turns into a collection and then into an error.
static void *allocate(void *context, void *block, size_t old_size, size_t new_size) {
  atl_host *host = context;
  if (block == NULL) old_size = 0;  // then it is a kind, not a size
  if (new_size == 0) {
    atl_pool_free(&host->pool, block, old_size);
    host->used -= old_size;
    return NULL;
  }
  if (new_size > old_size && new_size - old_size > host->limit - (host->used < host->limit ? host->used : host->limit)) {
    return NULL;
  }
  void *moved = atl_pool_resize(&host->pool, block, old_size, new_size);
  if (moved != NULL) host->used += new_size - old_size;
  return moved;
}

static size_t control_group_limit(void) {
  FILE *file = fopen("/sys/fs/cgroup/memory.max", "r");
  if (file == NULL) return SIZE_MAX;
  size_t bytes = 0;
  int read = fscanf(file, "%zu", &bytes);  // the word "max" where there is no limit
  fclose(file);
  return read == 1 && bytes > 0 ? bytes : SIZE_MAX;
}

static size_t half_of_memory(void) {
  size_t pages = (size_t)sysconf(_SC_PHYS_PAGES), page = (size_t)sysconf(_SC_PAGESIZE);
  size_t bytes = pages * page, group = control_group_limit();
  return (bytes < group ? bytes : group) / 2;
}

// Every call into Lua is protected, so this is a bug of the bridge.
static int panic(lua_State *L) {
  const char *message = lua_tostring(L, -1);
  fprintf(stderr, "atelier: unprotected Lua error: %s\n", message == NULL ? "not a string" : message);
  abort();
}

// A collection starts when the heap has grown by half (Lua's own default: doubled). Handles are small but what they
// hold is not: with less garbage between collections, memory is reused while it is still in the cache. Measured on
// sums of small tensors: a fifth less time.
#define GROWTH_BEFORE_COLLECTION 150

static int set_up(lua_State *L) {
  atl_host *host = host_of(L);
  lua_gc(L, LUA_GCINC, GROWTH_BEFORE_COLLECTION, 0, 0);
  lua_pushinteger(L, 0);
  host->raised_slot = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_pushliteral(L, "not enough memory");
  host->memory_error = luaL_ref(L, LUA_REGISTRYINDEX);
  lua_newtable(L);
  host->modules_table = luaL_ref(L, LUA_REGISTRYINDEX);
  atl_open_libraries(L, host);
  atl_open_coroutines(L);
  return 0;
}

atl_host *atl_create(size_t limit, int32_t *interrupt, atl_callbacks callbacks) {
  atl_host *host = calloc(1, sizeof(atl_host));
  if (host == NULL) return NULL;
  host->limit = limit > 0 ? limit : half_of_memory();
  host->interrupt = interrupt;
  host->callbacks = callbacks;
  pthread_mutex_init(&host->queue_lock, NULL);
  host->main = lua_newstate(allocate, host);
  if (host->main != NULL) {
    *(atl_host **)lua_getextraspace(host->main) = host;
    host->running = host->main;
    lua_atpanic(host->main, panic);
    lua_setwarnf(host->main, atl_warn, host);
    // Slot 0 is the metatable of engine callables.
    if (atl_protect(host, set_up, NULL) && atl_define_type(host, 0, "function of the engine", NULL, NULL, NULL)) {
      return host;
    }
  }
  atl_destroy(host);
  return NULL;
}

void atl_set_context(atl_host *host, void *context) { host->context = context; }

void atl_destroy(atl_host *host) {
  atl_host *active = atl_activate(NULL);
  if (active != host) atl_activate(active);
  host->closing = true;
  if (host->main != NULL) lua_close(host->main);
  atl_pool_end(&host->pool);
  for (int i = 0; i < ATL_MAX_DEPTH; i++) atl_free_level(host, host->levels[i]);
  for (int i = 0; i < host->shown_count; i++) free(host->shown[i].bytes);
  for (int i = 0; i < host->module_count; i++) free((void *)host->modules[i]);
  free(host->shown);
  free(host->metatables);
  free(host->queue);
  free(host->trace);
  atl_forget_frames(host);
  atl_forget_files(host);
  free(host->message);
  pthread_mutex_destroy(&host->queue_lock);
  free(host);
}

size_t atl_memory_limit(const atl_host *host) { return host->limit; }

size_t atl_lua_bytes(const atl_host *host) { return host->used; }

void atl_collect(atl_host *host) {
  atl_drain_references(host->running, host);
  lua_gc(host->running, LUA_GCCOLLECT);
  host->native_debt = 0;
}

bool atl_grow_types(atl_host *host, int32_t slot) {
  if (slot < host->slots) return true;
  int32_t slots = slot + 32;
  int *grown = realloc(host->metatables, (size_t)slots * sizeof(int));
  if (grown == NULL) return false;
  memset(grown + host->slots, 0, (size_t)(slots - host->slots) * sizeof(int));
  host->metatables = grown;
  host->slots = slots;
  return true;
}
