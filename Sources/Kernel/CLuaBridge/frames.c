// The chain of calls in which an error was raised, through coroutines and engine functions, and which files of code have
// changed since they were loaded. Nothing here runs code.
#include "internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// Of one coroutine's calls the innermost and the outermost are kept.
#define INNERMOST 12
#define OUTERMOST 8
#define LONGEST_SOURCE 4096

void atl_forget_frames(atl_host *host) {
  for (int i = 0; i < host->frame_count; i++) {
    free((void *)host->frames[i].chunk);
    free((void *)host->frames[i].place);
    free((void *)host->frames[i].name);
  }
  host->frame_count = 0;
  host->trace_state = NULL;
}

static bool has_level(lua_State *L, int level) {
  lua_Debug frame;
  return lua_getstack(L, level, &frame) != 0;
}

// The number of levels, by doubling and halving: a stack that overflowed has hundreds of thousands.
static int depth_of(lua_State *L) {
  int low = 0, high = 1;
  while (has_level(L, high)) {
    low = high;
    high *= 2;
  }
  while (low + 1 < high) {
    int middle = low + (high - low) / 2;
    if (has_level(L, middle)) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return has_level(L, low) ? low + 1 : 0;
}

// The engine's `Function` behind the C function on top of L's stack; NULL for others.
static const void *engine_function(lua_State *L, bool *is_engine) {
  lua_CFunction entry = lua_tocfunction(L, -1);
  int upvalue = 0;
  if (entry == atl_trampoline || entry == atl_trampoline_drop_first || entry == atl_trampoline_unary
      || entry == atl_trampoline_opaque) {
    upvalue = 1;
  } else if (entry == atl_index_handle) {
    upvalue = 3;
  }
  *is_engine = upvalue > 0 || entry == atl_trampoline_callable;
  if (upvalue == 0 || lua_getupvalue(L, -1, upvalue) == NULL) return NULL;
  const void *function = lua_touserdata(L, -1);
  lua_pop(L, 1);
  return function;
}

static void add_frame(atl_host *host, lua_State *L, int level, int skipped) {
  lua_Debug debug;
  if (host->frame_count == ATL_MAX_FRAMES || !lua_getstack(L, level, &debug)) return;
  lua_getinfo(L, "Slnf", &debug);
  bool is_engine = false;
  const void *function = engine_function(L, &is_engine);
  lua_pop(L, 1);
  atl_frame *frame = &host->frames[host->frame_count++];
  bool is_named = debug.source[0] == '=' || debug.source[0] == '@';
  frame->kind = is_engine ? ATL_FRAME_ENGINE
    : debug.what[0] == 'C' ? ATL_FRAME_C
    : debug.what[0] == 'm' ? ATL_FRAME_MAIN
                           : ATL_FRAME_LUA;
  frame->chunk = strdup(is_named && debug.srclen < LONGEST_SOURCE ? debug.source : "");
  frame->place = strdup(debug.short_src);
  frame->name = strdup(debug.name == NULL ? "" : debug.name);
  frame->what = debug.namewhat;  // one of Lua's own constants
  frame->line = debug.currentline;
  frame->defined = debug.linedefined;
  frame->skipped = skipped;
  frame->function = function;
}

// Adds the calls of a state from `first` on; behind those of a coroutine that it resumed when there are any.
static void add_frames(atl_host *host, lua_State *L, int first) {
  if (host->frame_count > 0 && host->frame_count < ATL_MAX_FRAMES) {
    atl_frame *border = &host->frames[host->frame_count++];
    memset(border, 0, sizeof(*border));
    border->kind = ATL_FRAME_COROUTINE;
  }
  host->trace_state = L;
  int depth = depth_of(L);
  for (int level = first; level < depth; level++) {
    int skipped = 0;
    if (level == first + INNERMOST && depth - level > OUTERMOST) {
      skipped = depth - level - OUTERMOST;
      level += skipped;
    }
    add_frame(host, L, level, skipped);
  }
}

bool atl_is_raised(lua_State *L, int index) {
  atl_host *host = host_of(L);
  index = lua_absindex(L, index);
  lua_rawgeti(L, LUA_REGISTRYINDEX, host->raised_slot);
  bool known = host->trace != NULL && lua_rawequal(L, index, -1);
  lua_pop(L, 1);
  return known;
}

void atl_set_raised(lua_State *L, int index) {
  lua_pushvalue(L, index);
  lua_rawseti(L, LUA_REGISTRYINDEX, host_of(L)->raised_slot);
}

void atl_record_frames(lua_State *L, lua_State *from, int level, bool known) {
  atl_host *host = host_of(L);
  if (known && host->trace_state == from) return;
  luaL_traceback(L, from, NULL, level);
  const char *trace = lua_tostring(L, -1);
  if (known) {
    size_t length = strlen(host->trace);
    char *joined = malloc(length + strlen(trace) + 2);
    if (joined != NULL) {
      memcpy(joined, host->trace, length);
      joined[length] = '\n';
      strcpy(joined + length + 1, trace);
      free(host->trace);
      host->trace = joined;
    }
  } else {
    free(host->trace);
    host->trace = strdup(trace);
    atl_forget_frames(host);
  }
  lua_pop(L, 1);
  add_frames(host, from, level);
}

int32_t atl_frame_count(const atl_host *host) { return host->frame_count; }

const atl_frame *atl_frame_at(const atl_host *host, int32_t index) { return &host->frames[index]; }

// MARK: Files

struct atl_file {
  struct atl_file *next;
  struct timespec changed;
  char path[];
};

int atl_load_lua_file(lua_State *L, const char *path) {
  atl_host *host = host_of(L);
  struct stat status;
  bool is_known = path != NULL && stat(path, &status) == 0;
  int failed = luaL_loadfilex(L, path, "t");
  if (!is_known) return failed;
  struct atl_file *file = host->files;
  while (file != NULL && strcmp(file->path, path) != 0) file = file->next;
  if (file == NULL) {
    file = malloc(sizeof(*file) + strlen(path) + 1);
    if (file == NULL) return failed;
    strcpy(file->path, path);
    file->next = host->files;
    host->files = file;
  }
  file->changed = status.st_mtim;
  return failed;
}

bool atl_file_changed(const atl_host *host, const char *path) {
  for (const struct atl_file *file = host->files; file != NULL; file = file->next) {
    if (strcmp(file->path, path) != 0) continue;
    struct stat status;
    return stat(path, &status) != 0 || status.st_mtim.tv_sec != file->changed.tv_sec
      || status.st_mtim.tv_nsec != file->changed.tv_nsec;
  }
  return false;
}

void atl_forget_files(atl_host *host) {
  while (host->files != NULL) {
    struct atl_file *file = host->files;
    host->files = file->next;
    free(file);
  }
}
