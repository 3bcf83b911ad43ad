// The border between Lua and Swift. Swift sees this header and nothing of Lua: no lua_State, no Lua call.
// The protocol and its invariants are in ../README.md.
#ifndef ATELIER_BRIDGE_H
#define ATELIER_BRIDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What a token holds.
enum {
  ATL_NIL = 0,
  ATL_BOOL = 1,     // integer: 0 or 1
  ATL_INTEGER = 2,  // integer
  ATL_NUMBER = 3,   // number
  ATL_STRING = 4,   // text; in an outgoing buffer `text.bytes` is NULL and `extra` the offset into the buffer's bytes
  ATL_OBJECT = 5,   // object: two words of a Swift class existential; `slot` its type, `extra` its native bytes
  ATL_TABLE = 6,    // table: `list` values follow, then `fields` pairs of a string token and a value
  ATL_FUNCTION = 7, // incoming: `integer` is a registry reference that the buffer owns until Swift takes it
  ATL_CALLABLE = 8, // outgoing: an engine callable, two words like an object; becomes a Lua function
  ATL_REFERENCE = 9,  // outgoing: push what the registry reference `integer` refers to
  ATL_ARGUMENT = 10,  // outgoing: push the call's own argument number `integer`, counted from 1
  ATL_PROBLEM = 11,   // incoming: the argument cannot be read; `integer` is one of the problems below
  ATL_TAKEN = 12,     // a token whose payload somebody else owns now
};

/// Why an argument cannot be read.
enum {
  ATL_TOO_DEEP = 1,  // tables nested deeper than ATL_MAX_NESTING
  ATL_CYCLE = 2,     // a table that contains itself
  ATL_BAD_KEY = 3,   // a key that is neither a string nor an integer
  ATL_TOO_MANY = 4,  // more than ATL_MAX_VALUES values
  ATL_NO_MEMORY = 5,
  ATL_CLOSED = 6,   // an object whose handle was closed
  ATL_FOREIGN = 7,  // a value the engine has no word for: thread, file; `text` would be its type name
};

/// How a Swift body ended.
enum {
  ATL_OK = 0,      // the result buffer holds the results
  ATL_FAILED = 1,  // the result buffer holds one string: the message, to which Lua's position is added
  ATL_RAISED = 2,  // the result buffer holds one value: raised as it is
};

/// How a run ended.
enum {
  ATL_RUN_OK = 0,
  ATL_RUN_SYNTAX = 1,       // the text does not compile
  ATL_RUN_ERROR = 2,        // an error was raised
  ATL_RUN_INTERRUPTED = 3,  // Ctrl-C
};

/// Flags of a defined function.
enum {
  ATL_PLAIN = 0,
  ATL_DROP_FIRST = 1,  // the first argument (the module table of a call `tensor{…}`) is not passed on
  ATL_UNARY = 2,       // only the first argument is passed on (Lua gives unary events a second one)
  ATL_OPAQUE = 3,      // tables arrive as references instead of being read
};

#define ATL_MAX_NESTING 64
#define ATL_MAX_VALUES (1 << 24)

/// One value on its way between Lua and Swift; tables are sequences of tokens.
typedef struct atl_token {
  int32_t tag;
  int32_t slot;
  int64_t extra;
  union {
    int64_t integer;
    double number;
    struct { const char *bytes; size_t length; } text;
    struct { int64_t list, fields; } table;
    void *object[2];
  } as;
} atl_token;

/// A growing array of tokens with the bytes of its strings.
typedef struct atl_buffer {
  atl_token *tokens;
  size_t count, capacity;
  char *bytes;
  size_t used, room;
} atl_buffer;

typedef struct atl_host atl_host;

/// What a call in the chain of an error is.
enum {
  ATL_FRAME_LUA = 0,
  ATL_FRAME_MAIN = 1,       // a whole chunk
  ATL_FRAME_C = 2,          // a function of Lua's library
  ATL_FRAME_ENGINE = 3,     // a function of the engine: `function` is its `Function`, if it has one
  ATL_FRAME_COROUTINE = 4,  // no call: what follows resumed the coroutine that what comes before ran in
};

#define ATL_MAX_FRAMES 48

/// One call. A text is NULL when there was no memory for it.
typedef struct atl_frame {
  int32_t kind;
  const char *chunk;     // the chunk's name as Lua keeps it: `=prompt`, `@file.lua`; empty for others
  const char *place;     // the same as messages show it
  const char *name;      // as the caller calls it, or empty
  const char *what;      // what the name is to the caller, in Lua's words: `local`, `method`, `metamethod`, …; or empty
  int32_t line;          // where it stands, from 1
  int32_t defined;       // the line where the function begins
  int32_t skipped;       // how many calls are left out before this one
  const void *function;
} atl_frame;

/// What Swift offers to the bridge. None of these may call a bridge function that raises: there is none.
typedef struct atl_callbacks {
  /// Runs the body of a `Function`; the result goes into atl_result_buffer.
  int32_t (*invoke)(void *context, const void *function, atl_token *arguments, int32_t count);
  /// Calls an engine callable, given the two words of its existential.
  int32_t (*call)(void *context, void *const *callable, atl_token *arguments, int32_t count);
  /// Writes the text of an object, given the two words of its existential, into atl_result_buffer.
  int32_t (*display)(void *context, void *const *object);
  /// Gives up one reference to a Swift object (the first word of an existential).
  void (*release)(void *object);
  /// Takes what `print` writes.
  void (*write)(void *context, const char *bytes, size_t length);
} atl_callbacks;

// Life. `limit` bounds the memory of Lua's own heap in bytes (0: half of what the machine has); `interrupt` is the
// word that Ctrl-C raises.
atl_host *atl_create(size_t limit, int32_t *interrupt, atl_callbacks callbacks);
/// What the callbacks get. NULL, as at first: engine calls raise an error, `print` goes to standard output.
void atl_set_context(atl_host *host, void *context);
void atl_destroy(atl_host *host);
size_t atl_memory_limit(const atl_host *host);
/// Bytes of Lua's heap, and native bytes of the objects that live Lua handles hold.
size_t atl_lua_bytes(const atl_host *host);
size_t atl_native_bytes(const atl_host *host);
/// Collects all garbage now.
void atl_collect(atl_host *host);

// Definitions. Each runs protected and returns false when memory is short. `function` is a borrowed pointer to a
// Swift `Function` that outlives the host.
bool atl_define_module(atl_host *host, const char *name);
bool atl_define_entry(atl_host *host, const char *module, const char *name, const void *function, int32_t flags);
bool atl_define_value(atl_host *host, const char *module, const char *name, const atl_buffer *value);
bool atl_define_metamethod(
  atl_host *host, const char *module, const char *event, const void *function, int32_t flags);
/// A type: its metatable with `__gc`, `__close`, `__tostring`, `__name`, identity `__eq` and method lookup.
bool atl_define_type(
  atl_host *host, int32_t slot, const char *name, const void *unknown, const void *index, const void *assign);
bool atl_define_method(atl_host *host, int32_t slot, const char *name, const void *function);
bool atl_define_event(atl_host *host, int32_t slot, const char *event, const void *function, int32_t flags);
bool atl_has_type(const atl_host *host, int32_t slot);

// Buffers. The result buffer belongs to the body that runs now, the call buffer to the callback it is about to make.
atl_buffer *atl_result_buffer(atl_host *host);
atl_buffer *atl_call_buffer(atl_host *host);
/// Room for `more` tokens; false when there is no memory.
bool atl_reserve(atl_buffer *buffer, size_t more);
/// Appends bytes and returns their offset, or -1 when there is no memory.
int64_t atl_append_bytes(atl_buffer *buffer, const char *bytes, size_t length);

/// Frees what a buffer made by Swift holds; objects in it are released.
void atl_free_buffer(atl_host *host, atl_buffer *buffer);

// References to Lua values. `atl_release_reference` only queues: it may be called at any moment, from any thread.
void atl_release_reference(atl_host *host, int32_t reference);
/// Calls the referenced function with the call buffer's tokens. ATL_OK: `results` and `count` are set until the next
/// bridge call. ATL_RAISED: `reference` is a new reference to the error value (-1: nil, -2: there was no memory
/// for one), atl_message its text.
int32_t atl_call(
  atl_host *host, int32_t callee, atl_token **results, int32_t *count, int32_t *reference);
/// The `Function` behind a referenced engine function, or NULL.
const void *atl_function_of(atl_host *host, int32_t reference);
/// Whether the reference is a table, and whether it is the named module's table.
bool atl_is_module(atl_host *host, int32_t reference, const char *module);

// Running. Loading leaves the compiled chunk for the next atl_run.
int32_t atl_load_text(atl_host *host, const char *text, size_t length, const char *name);
int32_t atl_load_file(atl_host *host, const char *path);
/// Whether the text compiles; atl_message then holds the parser's message when it does not.
bool atl_compiles(atl_host *host, const char *text, size_t length, const char *name);
/// Loads a cell: a chunk whose globals are the environment that all cells share. `__cell.name = value` declares a name
/// of that environment itself; other names are looked up there first and then among the globals.
int32_t atl_load_cell(atl_host *host, const char *text, size_t length, const char *name);
/// Runs the loaded chunk with string arguments. With `show`, atl_shown has its values as text.
int32_t atl_run(atl_host *host, const char *const *arguments, int32_t count, bool show);
/// Sets `arg` (`arg[0]` is the script, its arguments follow) and makes `require` look beside the script first.
bool atl_set_script(atl_host *host, const char *script, const char *const *arguments, int32_t count);
/// The calls in which the last failure was raised, innermost first; valid until the next run.
int32_t atl_frame_count(const atl_host *host);
const atl_frame *atl_frame_at(const atl_host *host, int32_t index);
/// Whether a file of Lua code is another than when it was loaded, or gone.
bool atl_file_changed(const atl_host *host, const char *path);
/// Message and traceback of what failed last; valid until the next call.
const char *atl_message(const atl_host *host, size_t *length);
const char *atl_traceback(const atl_host *host);
int32_t atl_shown_count(const atl_host *host);
const char *atl_shown(const atl_host *host, int32_t index, size_t *length);
/// The object among the shown values (two words of its existential, borrowed until the next run); false for others.
bool atl_result_object(atl_host *host, int32_t index, void **object);
/// Makes the first shown value `_` and `Out[number]` of the cells' environment, `_` before it `__`. Returns the bytes that
/// the value keeps alive.
int64_t atl_remember_result(atl_host *host, int64_t number);
/// Clears `Out[number]`.
void atl_forget_result(atl_host *host, int64_t number);
/// Forgets what cells declared, and their results.
void atl_reset_cells(atl_host *host);
/// Sets a variable of cells to a text.
bool atl_set_variable(atl_host *host, const char *name, const char *text, size_t length);
/// Remembers globals and loaded modules as they are now, for the three below.
bool atl_snapshot(atl_host *host);
/// Forgets everything that cells and scripts have made since the snapshot.
bool atl_restore(atl_host *host);
/// Forgets the modules loaded since the snapshot, so that `require` reads them again.
bool atl_forget_modules(atl_host *host);
/// Name of a module whose global no longer holds the engine's table and was not reported before, or NULL.
const char *atl_overwritten(atl_host *host);

/// Calls `visit` with every string key of a global table given by a path of names (`string`; empty: the globals
/// themselves), read raw: no metamethod runs.
void atl_each_key(
  atl_host *host, const char *table, void *context, void (*visit)(void *context, const char *key, size_t length));

// Looking at values without running anything of the script: raw reads only, no finalizers, nothing raised.

/// One step of a path: a name, or (name NULL) a position.
typedef struct atl_step {
  const char *name;
  size_t length;
  int64_t index;
} atl_step;

/// What a value is. Pointers hold while the visitor runs.
typedef struct atl_sight {
  int32_t tag;            // ATL_NIL to ATL_FUNCTION as for tokens; ATL_PROBLEM: anything else
  int64_t integer;        // booleans, integers; of tables the raw length
  double number;
  const char *text;       // strings
  size_t length;
  void *object[2];        // engine objects, borrowed
  const void *function;   // engine functions: their `Function`
  const char *module;     // the engine's own tables: their name
  const char *source;     // functions of the script: their chunk's name as Lua keeps it, and their lines
  int32_t first_line, last_line;
} atl_sight;

enum {
  ATL_PREFIX = 0,  // keys that begin with the filter
  ATL_INSIDE = 1,  // keys that contain it, in letters of either case
};

/// Monotonic time in nanoseconds.
int64_t atl_clock(void);
/// Shows the value at a path to `visit` (key NULL); the first name is looked up in the cells' environment, then among the
/// globals, further ones raw and in tables behind `__index`. A path of no steps is the globals.
bool atl_see(
  atl_host *host, const atl_step *path, int32_t steps, void *context,
  bool (*visit)(void *context, const char *key, size_t length, const atl_sight *sight));
/// Shows what stands under string keys of that value, and in tables behind it, as far as the keys pass the filter. Ends
/// early (false) at `deadline` on atl_clock, after `most` keys, or when `visit` gives false.
bool atl_see_keys(
  atl_host *host, const atl_step *path, int32_t steps, const char *filter, size_t length, int32_t mode,
  int64_t deadline, int32_t most, void *context,
  bool (*visit)(void *context, const char *key, size_t length, const atl_sight *sight));

/// Calls `visit` with every variable that is not as it was at the snapshot, those of cells first, and the bytes that it
/// keeps alive.
void atl_each_variable(
  atl_host *host, void *context,
  void (*visit)(void *context, const char *name, const atl_sight *sight, int64_t bytes));

// Standard output and standard error. Writing an error first flushes the output.
void atl_write_output(const void *bytes, size_t length);
void atl_write_error(const void *bytes, size_t length);
bool atl_flush_output(void);

// Interrupts. The calling thread becomes the one that runs Lua; SIGINT raises the host's word and stops its Lua code.
void atl_catch_interrupts(int32_t *word);
/// Does what Ctrl-C does, from any thread.
void atl_interrupt(void);

#endif
