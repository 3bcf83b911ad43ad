// Token buffers: one pair for each call depth, reused from call to call.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

// A buffer that one huge table made large is given back afterwards.
#define KEEP_TOKENS (1 << 16)
#define KEEP_BYTES (1 << 20)

atl_level *atl_level_at(atl_host *host, int depth) {
  if (depth >= ATL_MAX_DEPTH) return NULL;
  if (host->levels[depth] == NULL) {
    atl_level *level = calloc(1, sizeof(atl_level));
    if (level == NULL || !atl_reserve(&level->in, 16) || !atl_reserve(&level->out, 16)) {
      if (level != NULL) free(level->in.tokens);
      free(level);
      return NULL;
    }
    host->levels[depth] = level;
  }
  return host->levels[depth];
}

bool atl_reserve(atl_buffer *buffer, size_t more) {
  if (buffer->capacity - buffer->count >= more) return true;
  size_t needed = buffer->count + more, doubled = buffer->capacity * 2;
  size_t capacity = needed > doubled ? needed : doubled;
  if (capacity > SIZE_MAX / sizeof(atl_token)) return false;
  atl_token *grown = realloc(buffer->tokens, capacity * sizeof(atl_token));
  if (grown == NULL) return false;
  buffer->tokens = grown;
  buffer->capacity = capacity;
  return true;
}

int64_t atl_append_bytes(atl_buffer *buffer, const char *bytes, size_t length) {
  if (buffer->room - buffer->used < length) {
    size_t room = (buffer->used + length) * 2;
    char *grown = realloc(buffer->bytes, room);
    if (grown == NULL) return -1;
    buffer->bytes = grown;
    buffer->room = room;
  }
  int64_t offset = (int64_t)buffer->used;
  if (length > 0) memcpy(buffer->bytes + offset, bytes, length);
  buffer->used += length;
  return offset;
}

static void trim(atl_buffer *buffer) {
  buffer->count = 0;
  buffer->used = 0;
  if (buffer->capacity > KEEP_TOKENS) {
    free(buffer->tokens);
    buffer->tokens = NULL;
    buffer->capacity = 0;
    atl_reserve(buffer, 16);
  }
  if (buffer->room > KEEP_BYTES) {
    free(buffer->bytes);
    buffer->bytes = NULL;
    buffer->room = 0;
  }
}

void atl_reset_out(atl_host *host, atl_buffer *buffer) {
  for (size_t i = 0; i < buffer->count; i++) {
    atl_token *token = &buffer->tokens[i];
    if (token->tag == ATL_OBJECT || token->tag == ATL_CALLABLE) host->callbacks.release(token->as.object[0]);
  }
  trim(buffer);
}

void atl_reset_in(atl_host *host, atl_level *level) {
  if (level->holds_references) {
    for (size_t i = 0; i < level->in.count; i++) {
      atl_token *token = &level->in.tokens[i];
      if (token->tag == ATL_FUNCTION) atl_release_reference(host, (int32_t)token->as.integer);
    }
    level->holds_references = false;
  }
  trim(&level->in);
}

void atl_free_buffer(atl_host *host, atl_buffer *buffer) {
  atl_reset_out(host, buffer);
  free(buffer->tokens);
  free(buffer->bytes);
  *buffer = (atl_buffer){0};
}

void atl_free_level(atl_host *host, atl_level *level) {
  if (level == NULL) return;
  atl_free_buffer(host, &level->out);
  free(level->in.tokens);
  free(level->in.bytes);
  free(level);
}

atl_buffer *atl_result_buffer(atl_host *host) { return &host->levels[host->depth - 1]->out; }

atl_buffer *atl_call_buffer(atl_host *host) {
  atl_level *level = atl_level_at(host, host->depth);
  if (level == NULL) return NULL;
  atl_reset_out(host, &level->out);
  return &level->out;
}
