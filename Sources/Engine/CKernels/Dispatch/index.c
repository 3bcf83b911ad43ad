/* Gathering and scatter-adding along an axis. Indices are checked before anything is written. */
#include <string.h>

#include "internal.h"

typedef struct {
  ck_walk walk;
  int type, axis; /* axis: the one that scatter_add is split along, or -1 */
  int64_t axis_step, per_chunk;
} indexing;

/* True when all indices lie in 0..<size; axes along which the index is broadcast are looked at once. */
static bool valid(const ck_nest *nest, const int64_t *index, int64_t size, int64_t *bad) {
  ck_nest one = {.rank = nest->rank, .operands = 1};
  for (int d = 0; d < nest->rank; d++) {
    one.stride[0][d] = nest->stride[1][d];
    one.size[d] = nest->stride[1][d] == 0 ? ck_min(nest->size[d], 1) : nest->size[d];
  }
  ck_walk w = {.base = {(char *)index}};
  ck_collapse(&w, &one, 1, (const uint8_t[]){8}, false);
  int64_t place[CK_MAX_RANK];
  char *at[4];
  const int last = w.rank - 1;
  if (w.count == 0) return true;
  ck_seek(&w, 0, place, at);
  for (int64_t done = 0; done < w.count; done += w.size[last]) {
    const int64_t step = w.step[0][last];
    uint64_t wrong = 0;
    for (int64_t j = 0; j < w.size[last]; j++) wrong |= *(const uint64_t *)(at[0] + j * step) >= (uint64_t)size;
    for (int64_t j = 0; wrong && j < w.size[last]; j++) {
      *bad = *(const int64_t *)(at[0] + j * step);
      if (*bad < 0 || *bad >= size) return false;
    }
    ck_advance(&w, last - 1, place, at);
  }
  return true;
}

#define GATHER(T)                                                                                         \
  for (int64_t j = 0; j < n; j++)                                                                         \
    *(T *)(at[0] + j * os) = *(const T *)(at[2] + j * xs + *(const int64_t *)(at[1] + j * is) * g->axis_step); \
  break;

static void gather_row(const indexing *g, char *const *at, int64_t n) {
  const int last = g->walk.rank - 1;
  const int64_t os = g->walk.step[0][last], is = g->walk.step[1][last], xs = g->walk.step[2][last];
  const int shift = ck_shift_of[g->type];
  const int64_t bytes = ck_size_of[g->type];
  if (is == 0) { /* one index for the whole row: the row is copied */
    const char *from = at[2] + *(const int64_t *)at[1] * g->axis_step;
    if (os == bytes) {
      ck_kernels->gather[shift](at[0], from, 1, n, 0, xs);
      return;
    }
  }
  switch (shift) {
    case 0: GATHER(uint8_t)
    case 1: GATHER(uint16_t)
    case 2: GATHER(uint32_t)
    default: GATHER(uint64_t)
  }
}

static void gather_task(void *context, int64_t i) {
  const indexing *g = context;
  const ck_walk *w = &g->walk;
  const int last = w->rank - 1;
  int64_t index[CK_MAX_RANK];
  char *at[4];
  int64_t begin = i * g->per_chunk;
  const int64_t end = ck_min(begin + g->per_chunk, w->count);
  ck_seek(w, begin, index, at);
  while (begin < end) {
    const int64_t n = ck_min(w->size[last] - index[last], end - begin);
    gather_row(g, at, n);
    begin += n;
    if (begin >= end) return;
    for (int k = 0; k < 3; k++) at[k] -= index[last] * w->step[k][last];
    index[last] = 0;
    ck_advance(w, last - 1, index, at);
  }
}

int ck_gather(int type, const ck_nest *nest, void *out, const int64_t *index, const void *x, int64_t axis_stride,
              int64_t axis_size, int64_t *bad) {
  if (!ck_is_type(type)) return -1;
  const uint8_t bytes = ck_size_of[type];
  indexing g = {.type = type, .axis_step = axis_stride * bytes, .per_chunk = CK_CHUNK / 4};
  g.walk.base[0] = out, g.walk.base[1] = (char *)index, g.walk.base[2] = (char *)x;
  ck_collapse(&g.walk, nest, 3, (const uint8_t[]){bytes, 8, bytes}, true);
  if (g.walk.count == 0) return 0;
  if (!valid(nest, index, axis_size, bad)) return 1;
  if (g.walk.count <= CK_INLINE / 4) g.per_chunk = g.walk.count;
  ck_parallel(ck_ceil_div(g.walk.count, g.per_chunk), gather_task, &g);
  return 0;
}

/* ---- scatter_add ---- */

static float half_value(int type, uint16_t h) {
  float f;
  ck_kernels->convert[type][CK_F32](1, &f, &h, NULL, NULL, 0, 0);
  return f;
}

#define SCATTER(T, SUM)                                                                   \
  for (int64_t j = 0; j < n; j++) {                                                       \
    T *to = (T *)(at[2] + j * os + *(const int64_t *)(at[1] + j * is) * g->axis_step);    \
    const T s = *(const T *)(at[0] + j * ss);                                             \
    *to = SUM;                                                                            \
  }                                                                                       \
  break;

static void scatter_row(const indexing *g, const ck_walk *w, char *const *at, int64_t n) {
  const int last = w->rank - 1;
  const int64_t ss = w->step[0][last], is = w->step[1][last], os = w->step[2][last];
  if (is == 0 && ss == ck_size_of[g->type] && os == ss && ck_kernels->binary[CK_ADD][g->type] != NULL) {
    char *to = at[2] + *(const int64_t *)at[1] * g->axis_step;
    ck_kernels->binary[CK_ADD][g->type](n, to, to, at[0], NULL, 0, 0);
    return;
  }
  switch (g->type) {
    case CK_F32: SCATTER(float, *to + s)
    case CK_F64: SCATTER(double, *to + s)
    case CK_BF16:
    case CK_F16:
      for (int64_t j = 0; j < n; j++) {
        uint16_t *to = (uint16_t *)(at[2] + j * os + *(const int64_t *)(at[1] + j * is) * g->axis_step);
        const float sum = half_value(g->type, *to) + half_value(g->type, *(const uint16_t *)(at[0] + j * ss));
        ck_kernels->convert[CK_F32][g->type](1, to, &sum, NULL, NULL, 0, 0);
      }
      break;
    case CK_I64: SCATTER(uint64_t, *to + s)
    case CK_I32: SCATTER(uint32_t, *to + s)
    case CK_I16: SCATTER(uint16_t, (uint16_t)(*to + s))
    case CK_BOOL: SCATTER(uint8_t, *to | s)
    default: SCATTER(uint8_t, (uint8_t)(*to + s))
  }
}

/* A slice of the split axis writes places of `out` that no other slice does, in loop order. */
static void scatter_task(void *context, int64_t i) {
  const indexing *g = context;
  ck_walk w = g->walk;
  if (g->axis >= 0) {
    const int64_t begin = i * g->per_chunk, size = ck_min(g->per_chunk, w.size[g->axis] - begin);
    for (int k = 0; k < 3; k++) w.base[k] += begin * w.step[k][g->axis];
    w.count = w.count / w.size[g->axis] * size;
    w.size[g->axis] = size;
  }
  const int last = w.rank - 1;
  int64_t index[CK_MAX_RANK];
  char *at[4];
  ck_seek(&w, 0, index, at);
  for (int64_t done = 0; done < w.count && !ck_stopped(); done += w.size[last]) {
    scatter_row(g, &w, at, w.size[last]);
    ck_advance(&w, last - 1, index, at);
  }
}

int ck_scatter_add(int type, const ck_nest *nest, const void *source, const int64_t *index, void *out,
                   int64_t axis_stride, int64_t axis_size, int64_t *bad) {
  if (!ck_is_type(type)) return -1;
  const uint8_t bytes = ck_size_of[type];
  indexing g = {.type = type, .axis = -1, .axis_step = axis_stride * bytes, .per_chunk = 1};
  g.walk.base[0] = (char *)source, g.walk.base[1] = (char *)index, g.walk.base[2] = out;
  ck_collapse(&g.walk, nest, 3, (const uint8_t[]){bytes, 8, bytes}, false);
  const ck_walk *w = &g.walk;
  if (w->count == 0) return 0;
  if (!valid(nest, index, axis_size, bad)) return 1;
  int64_t chunks = 1;
  if (w->count > CK_INLINE / 4) {
    /* The longest axis along which out moves: its slices are independent. */
    for (int d = 0; d < w->rank; d++)
      if (w->step[2][d] != 0 && w->size[d] > 1 && (g.axis < 0 || w->size[d] > w->size[g.axis])) g.axis = d;
    if (g.axis >= 0) {
      const int64_t slice = w->count / w->size[g.axis];
      g.per_chunk = slice >= CK_CHUNK / 4 ? 1 : CK_CHUNK / 4 / slice;
      chunks = ck_ceil_div(w->size[g.axis], g.per_chunk);
    }
  }
  ck_parallel(chunks, scatter_task, &g);
  return 0;
}
