// What the bridge's files share. The rule of all of them: Swift is never called under a frame that Lua may jump over,
// and nothing that may raise runs while a Swift frame is below, except inside lua_pcall.
#ifndef ATELIER_BRIDGE_INTERNAL_H
#define ATELIER_BRIDGE_INTERNAL_H

#include "include/bridge.h"

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>

// Lua itself stops at 200 nested C calls; a call of ours takes at least one of them.
#define ATL_MAX_DEPTH 224
#define ATL_MAX_MODULES 64

/// The buffers of one call depth: `in` for arguments of its trampoline or results of its callback, `out` for the
/// other direction.
typedef struct atl_level {
  atl_buffer in, out;
  bool holds_references;  // `in` has ATL_FUNCTION tokens that nobody took yet
} atl_level;

#define ATL_POOL_CLASSES 8

typedef struct atl_block { struct atl_block *next; } atl_block;

/// Free lists of small blocks, by size in steps of 16 bytes, and the slab that new ones are cut from.
typedef struct atl_pool {
  atl_block *free[ATL_POOL_CLASSES];
  struct slab *slabs;
  char *next;
  size_t left;
} atl_pool;

struct atl_host {
  lua_State *main;
  lua_State *volatile running;  // the state whose code runs: read by the signal handler
  volatile int32_t *interrupt;
  atl_callbacks callbacks;
  void *context;
  size_t used, limit;                  // Lua's heap
  atl_pool pool;
  size_t native_live, native_debt;     // bytes of objects in handles; bytes added since the last collection
  int depth;                           // index of the level that the next trampoline uses
  atl_level *levels[ATL_MAX_DEPTH];
  int *metatables;                     // registry references by type slot; 0: not defined
  int32_t slots;
  pthread_mutex_t queue_lock;
  int *queue;                          // references to be released at the next safe moment
  volatile size_t queued;
  size_t queue_room;
  int raised_slot;                     // registry index of the error value that `trace` belongs to
  int memory_error;                    // registry reference of the error value for "no memory"
  int environment;                     // registry reference: what cells share over the globals; 0: not made yet
  int globals_at_start, modules_at_start;  // registry references: copies for `atl_restore`; 0: none
  int results;                         // registry reference: list of the values of the last shown run; 0: never any
  int modules_table;                   // registry reference: name → engine's own table (the table `atelier`)
  const char *modules[ATL_MAX_MODULES];
  bool overwritten[ATL_MAX_MODULES];
  int module_count;
  char *trace, *message;
  lua_State *trace_state;              // whose calls were added to `frames` last
  atl_frame frames[ATL_MAX_FRAMES];    // the calls that `trace` shows, innermost first
  int32_t frame_count;
  struct atl_file *files;              // files of Lua code that were loaded, and their times
  size_t message_length;
  struct { char *bytes; size_t length; } *shown;
  int32_t shown_count;
  bool warnings, warning_continues;
  bool closing;                        // objects made by finalizers now would never be released: no engine calls
};

/// A Swift object in Lua's hands. Lua code can make no user data of this size and content, so the magic word tells
/// it from any other user data without looking at metatables.
typedef struct atl_handle {
  const void *magic;
  void *object[2];  // a Swift class existential; NULL once closed
  int64_t bytes;    // native bytes reported when the handle was made
  int64_t callable; // 1: an engine callable, upvalue of a Lua function
} atl_handle;

static inline atl_host *host_of(lua_State *L) { return *(atl_host **)lua_getextraspace(L); }

// pool.c
/// Resizes a block, or makes one; NULL when there is no memory (never when it shrinks).
void *atl_pool_resize(atl_pool *pool, void *block, size_t old_size, size_t new_size);
void atl_pool_free(atl_pool *pool, void *block, size_t size);
void atl_pool_end(atl_pool *pool);

// handles.c
atl_handle *atl_handle_at(lua_State *L, int index);
/// Whether the value is an object with a length and elements at positions.
bool atl_has_elements(lua_State *L, int index);
/// [object] → iterator, object, 0; raises for other values.
int atl_elements(lua_State *L);
int atl_index_handle(lua_State *L);
void atl_push_object(lua_State *L, atl_host *host, atl_token *token);
void atl_push_callable(lua_State *L, atl_host *host, atl_token *token);
void atl_collect_native(lua_State *L, atl_host *host);
bool atl_grow_types(atl_host *host, int32_t slot);

// buffers.c
atl_level *atl_level_at(atl_host *host, int depth);
void atl_reset_out(atl_host *host, atl_buffer *buffer);
void atl_reset_in(atl_host *host, atl_level *level);
void atl_free_level(atl_host *host, atl_level *level);

// read.c, push.c
/// Reads the `count` values from stack index `first` on. May raise (no memory); frees nothing it should not.
void atl_read(lua_State *L, atl_host *host, atl_level *level, int first, int count, bool opaque);
/// Pushes every value of the buffer; returns how many. The call's own arguments follow stack index `arguments`.
int atl_push_all(lua_State *L, atl_host *host, atl_buffer *buffer, int arguments);

// trampoline.c
int atl_trampoline(lua_State *L);
int atl_trampoline_drop_first(lua_State *L);
int atl_trampoline_unary(lua_State *L);
int atl_trampoline_opaque(lua_State *L);
int atl_trampoline_callable(lua_State *L);
int atl_invoke(lua_State *L, const void *function, bool opaque);
int atl_display(lua_State *L);
lua_CFunction atl_entry_point(int32_t flags);

// references.c
void atl_drain_references(lua_State *L, atl_host *host);

// run.c
/// Runs `body` with `data` as its light user data argument under lua_pcall; on failure the message is kept.
bool atl_protect(atl_host *host, lua_CFunction body, void *data);
void atl_keep_message(atl_host *host, lua_State *L, int index);
int atl_record_trace(lua_State *L);

// frames.c
/// Whether the value is the one that the recorded calls belong to; makes it the one.
bool atl_is_raised(lua_State *L, int index);
void atl_set_raised(lua_State *L, int index);
/// Records the calls of `from`, from `level` on; `known` adds them behind those recorded already. May raise (no memory).
void atl_record_frames(lua_State *L, lua_State *from, int level, bool known);
void atl_forget_frames(atl_host *host);
/// luaL_loadfilex of text, which remembers the file's time.
int atl_load_lua_file(lua_State *L, const char *path);
void atl_forget_files(atl_host *host);

// show.c
void atl_show_value(lua_State *L, int index);
// inspect.c
/// What the value at a stack index is, found without running anything.
void atl_see_at(lua_State *L, int index, atl_sight *sight);

// cells.c
/// Pushes the environment of cells.
void atl_push_environment(lua_State *L);
void atl_keep_results(lua_State *L, int first, int count);
void atl_forget_results(atl_host *host);
/// Bytes that a value keeps alive: native ones of objects, text, and those of tables to a depth that ends.
int64_t atl_measure(lua_State *L, int index);

// libraries.c, coroutines.c
void atl_open_libraries(lua_State *L, atl_host *host);
void atl_open_coroutines(lua_State *L);
void atl_warn(void *context, const char *text, int continues);

// interrupt.c
void atl_arm(lua_State *L);
atl_host *atl_activate(atl_host *host);

#endif
