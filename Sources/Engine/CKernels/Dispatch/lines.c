/* Calls that need a whole line at once (softmax, running sums, sorting, positions of extremes): lines that are not
 * contiguous are staged, up to 16 neighbours together, so that cache lines are used whole. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* BLOCK: elements of a long line between two questions whether to stop. */
enum { GROUP = 16, BLOCK = 1 << 20 };

#define EACH(i, n) \
  for (int64_t i##_0 = 0; i##_0 < (n) && !ck_stopped(); i##_0 += BLOCK) \
    for (int64_t i = i##_0, i##_1 = ck_min((n), i##_0 + BLOCK); i < i##_1; i++)

typedef struct lines {
  ck_walk walk; /* operands (out, x) or (out, x, positions) */
  int type, out_type;
  int64_t n, x_step, out_step, positions_step; /* bytes along the line; out_step 0: one element a line */
  /* One line, contiguous, in the computing type; scratch is `scratch_bytes` long. */
  void (*body)(const struct lines *l, void *out, int64_t *positions, const void *x, char *scratch);
  ck_row row;
  ck_find find;
  bool descending;
  int64_t scratch_bytes, group, per_chunk;
  _Atomic bool failed;
} lines;

static int computing(int type) { return ck_is_half(type) ? CK_F32 : type; }

/* Copies g lines of n elements between memory (line_step, step) and a buffer whose lines lie one after the other. */
static void move_lines(int type, int64_t g, int64_t n, char *memory, int64_t line_step, int64_t step, char *buffer,
                       bool store) {
  const int shift = ck_shift_of[type];
  const int64_t bytes = ck_size_of[type];
  if (line_step == bytes && step != bytes && g > 1) {
    if (store)
      ck_kernels->transpose[shift](memory, buffer, n, g, step, n * bytes);
    else
      ck_kernels->transpose[shift](buffer, memory, g, n, n * bytes, step);
    return;
  }
  for (int64_t i = 0; i < g; i++, memory += line_step, buffer += n * bytes) {
    for (int64_t first = 0; first < n && !ck_stopped(); first += BLOCK) {
      const int64_t m = ck_min(BLOCK, n - first);
      if (store)
        ck_kernels->scatter[shift](memory + first * step, buffer + first * bytes, 1, m, 0, step);
      else
        ck_kernels->gather[shift](buffer + first * bytes, memory + first * step, 1, m, 0, step);
    }
  }
}

static void run_group(const lines *l, char *const *at, int64_t g, char *memory) {
  const int last = l->walk.rank - 1;
  const int64_t n = l->n, wide = ck_size_of[computing(l->type)], bytes = ck_size_of[l->type];
  const bool half = ck_is_half(l->type);
  char *xs = memory, *outs = xs + l->group * n * 8, *places = outs + l->group * n * 8;
  char *raw = places + (l->walk.operands > 2 ? l->group * n * 8 : 0), *scratch = raw + l->group * n * 2;
  const int64_t x_line = l->walk.step[1][last], out_line = l->walk.step[0][last];
  const bool direct = l->x_step == bytes && !half, line_out = l->out_step != 0;
  const bool straight = !line_out || (l->out_step == ck_size_of[l->out_type] && !ck_is_half(l->out_type));
  if (!direct) {
    move_lines(l->type, g, n, at[1], x_line, l->x_step, half ? raw : xs, false);
    if (half) ck_kernels->convert[l->type][CK_F32](g * n, xs, raw, NULL, NULL, 0, 0);
  }
  for (int64_t i = 0; i < g; i++) {
    const void *x = direct ? at[1] + i * x_line : xs + i * n * wide;
    void *out = straight ? at[0] + i * out_line : outs + i * n * wide;
    l->body(l, out, (int64_t *)(places + i * n * 8), x, scratch);
  }
  if (ck_stopped()) return;
  if (l->walk.operands > 2)
    move_lines(CK_I64, g, n, at[2], l->walk.step[2][last], l->positions_step, places, true);
  if (straight) return;
  if (ck_is_half(l->out_type)) {
    ck_kernels->convert[CK_F32][l->out_type](g * n, raw, outs, NULL, NULL, 0, 0);
    outs = raw;
  }
  move_lines(l->out_type, g, n, at[0], out_line, l->out_step, outs, true);
}

static void line_task(void *context, int64_t i) {
  lines *l = context;
  const ck_walk *w = &l->walk;
  const int last = w->rank - 1;
  const int64_t n = l->n;
  const size_t bytes = (size_t)(l->group * n * (l->walk.operands > 2 ? 26 : 18) + l->scratch_bytes + 64);
  char *memory = malloc(bytes);
  if (memory == NULL) {
    l->failed = true;
    return;
  }
  int64_t index[CK_MAX_RANK];
  char *at[4];
  const int64_t end = ck_min((i + 1) * l->per_chunk, w->count);
  ck_seek(w, i * l->per_chunk, index, at);
  for (int64_t line = i * l->per_chunk; line < end && !ck_stopped();) {
    const int64_t g = ck_min(l->group, ck_min(end - line, w->size[last] - index[last]));
    run_group(l, at, g, memory);
    line += g;
    index[last] += g - 1;
    for (int k = 0; k < w->operands; k++) at[k] += (g - 1) * w->step[k][last];
    ck_advance(w, last, index, at);
  }
  ck_free(memory, bytes);
}

/* Neighbouring lines of x must be the inner loop, so that groups share cache lines: the walk is put in x's order. */
static int run_lines(lines *l, const ck_nest *outer, void *out, const void *x, int64_t *positions, int weight) {
  ck_nest nest = *outer;
  memcpy(nest.stride[0], outer->stride[1], sizeof nest.stride[0]);
  memcpy(nest.stride[1], outer->stride[0], sizeof nest.stride[1]);
  memcpy(nest.stride[2], outer->stride[0], sizeof nest.stride[2]);
  const int operands = positions != NULL ? 3 : 2;
  const uint8_t bytes[3] = {ck_size_of[l->type], ck_size_of[l->out_type], 8};
  l->walk.base[0] = (char *)x, l->walk.base[1] = out, l->walk.base[2] = (char *)positions;
  ck_collapse(&l->walk, &nest, operands, bytes, true);
  if (l->walk.count == 0 || l->n == 0) return 0;
  ck_walk *w = &l->walk;
  for (int d = 0; d < w->rank; d++) { /* back to (out, x) */
    int64_t step = w->step[0][d];
    w->step[0][d] = w->step[1][d], w->step[1][d] = step;
  }
  char *base = w->base[0];
  w->base[0] = w->base[1], w->base[1] = base;
  const bool near = l->x_step == ck_size_of[l->type];
  l->group = near || l->n > 1 << 20 ? 1 : GROUP;
  const int64_t work = l->n * weight;
  int64_t per_chunk = work >= CK_CHUNK ? 1 : CK_CHUNK / work;
  per_chunk = ck_ceil_div(per_chunk, l->group) * l->group;
  l->per_chunk = w->count <= CK_INLINE / work ? w->count : per_chunk;
  ck_parallel(ck_ceil_div(w->count, l->per_chunk), line_task, l);
  return l->failed ? -2 : 0;
}

static void softmax_body(const lines *l, void *out, int64_t *positions, const void *x, char *scratch) {
  (void)positions, (void)scratch;
  l->row(l->n, out, x, NULL, NULL, 0, 0);
}

int ck_softmax(bool logarithm, int type, const ck_nest *outer, int64_t n, int64_t out_stride, int64_t stride, void *out,
               const void *x) {
  if (!ck_is_type(type) || !ck_is_float(type)) return -1;
  const int64_t bytes = ck_size_of[type];
  lines l = {.type = type, .out_type = type, .n = n, .x_step = stride * bytes, .out_step = out_stride * bytes,
             .body = softmax_body, .row = ck_kernels->softmax[logarithm][computing(type)]};
  if (n == 1) l.out_step = l.x_step = bytes;
  return run_lines(&l, outer, out, x, NULL, 4);
}

static void arg_body(const lines *l, void *out, int64_t *positions, const void *x, char *scratch) {
  (void)positions, (void)scratch;
  const int type = computing(l->type), shift = ck_shift_of[type];
  const char *v = x;
  int64_t best = l->find(ck_min(l->n, BLOCK), v);
  /* Of two extremes the search itself says which one counts. */
  for (int64_t first = BLOCK; first < l->n && !ck_stopped(); first += BLOCK) {
    const int64_t here = first + l->find(ck_min(l->n - first, BLOCK), v + (first << shift));
    char pair[16];
    memcpy(pair, v + (best << shift), (size_t)1 << shift);
    memcpy(pair + ((size_t)1 << shift), v + (here << shift), (size_t)1 << shift);
    if (l->find(2, pair) == 1) best = here;
  }
  *(int64_t *)out = best;
}

int ck_arg(bool smallest, int type, const ck_nest *outer, int64_t n, int64_t stride, int64_t *out, const void *x) {
  if (!ck_is_type(type)) return -1;
  lines l = {.type = type, .out_type = CK_I64, .n = n, .x_step = stride * ck_size_of[type], .body = arg_body,
             .find = ck_kernels->find[smallest][computing(type)]};
  return run_lines(&l, outer, out, x, NULL, 1);
}

#define RUNNING(T, ACC)                                                                                        \
  {                                                                                                            \
    ACC sum = 0;                                                                                               \
    const T *v = x;                                                                                            \
    T *o = out;                                                                                                \
    EACH(i, n) {                                                                                               \
      sum += (ACC)v[i];                                                                                        \
      o[i] = (T)sum;                                                                                           \
    }                                                                                                          \
    break;                                                                                                     \
  }

static void cumsum_body(const lines *l, void *out, int64_t *positions, const void *x, char *scratch) {
  (void)positions, (void)scratch;
  const int64_t n = l->n;
  switch (computing(l->type)) {
    case CK_F32: RUNNING(float, double)
    case CK_F64: RUNNING(double, double)
    case CK_I64: RUNNING(int64_t, uint64_t)
    case CK_I32: RUNNING(int32_t, uint32_t)
    case CK_I16: RUNNING(int16_t, uint32_t)
    case CK_I8: RUNNING(int8_t, uint32_t)
    default: RUNNING(uint8_t, uint32_t)
  }
}

int ck_cumsum(int type, const ck_nest *outer, int64_t n, int64_t out_stride, int64_t stride, void *out, const void *x) {
  if (!ck_is_type(type) || type == CK_BOOL) return -1;
  const int64_t bytes = ck_size_of[type];
  lines l = {.type = type, .out_type = type, .n = n, .x_step = stride * bytes, .out_step = out_stride * bytes,
             .body = cumsum_body};
  if (n == 1) l.out_step = l.x_step = bytes;
  return run_lines(&l, outer, out, x, NULL, 2);
}

/* ---- sorting: keys of 64 bits that order as the values do, then a radix sort (or insertion, for short lines) ---- */

typedef struct {
  uint64_t key;
  int64_t place;
} entry;

static uint64_t key_of(double v, bool single) {
  if (v != v) return UINT64_MAX;
  if (v == 0) v = 0; /* -0 and 0 are equal */
  uint64_t bits;
  if (single) {
    float f = (float)v;
    uint32_t u;
    memcpy(&u, &f, 4);
    return u >> 31 != 0 ? (uint32_t)~u : u | 0x80000000u;
  }
  memcpy(&bits, &v, 8);
  return bits >> 63 != 0 ? ~bits : bits | 1ull << 63;
}

static uint64_t key_at(int type, const void *x, int64_t i) {
  const uint64_t flip = 1ull << 63;
  switch (type) {
    case CK_F32: return key_of(((const float *)x)[i], true);
    case CK_F64: return key_of(((const double *)x)[i], false);
    case CK_I64: return (uint64_t)((const int64_t *)x)[i] ^ flip;
    case CK_I32: return (uint64_t)((int64_t)((const int32_t *)x)[i] + INT64_C(0x80000000));
    case CK_I16: return (uint64_t)(((const int16_t *)x)[i] + 0x8000);
    case CK_I8: return (uint64_t)(((const int8_t *)x)[i] + 0x80);
    default: return ((const uint8_t *)x)[i];
  }
}

static void insertion(entry *a, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    entry e = a[i];
    int64_t j = i;
    for (; j > 0 && a[j - 1].key > e.key; j--) a[j] = a[j - 1];
    a[j] = e;
  }
}

/* Least significant byte first; bytes in which all keys agree are skipped. Returns the array that holds the result. */
static entry *radix(entry *a, entry *b, int64_t n) {
  uint64_t differ = 0;
  EACH(i, n) differ |= a[i].key ^ a[0].key;
  for (int shift = 0; shift < 64; shift += 8) {
    if ((differ >> shift & 255) == 0) continue;
    int64_t start[257] = {0};
    EACH(i, n) start[(a[i].key >> shift & 255) + 1]++;
    for (int d = 0; d < 256; d++) start[d + 1] += start[d];
    EACH(i, n) b[start[a[i].key >> shift & 255]++] = a[i];
    entry *swap = a;
    a = b, b = swap;
  }
  return a;
}

static void sort_body(const lines *l, void *out, int64_t *positions, const void *x, char *scratch) {
  const int64_t n = l->n;
  const int type = computing(l->type), shift = ck_shift_of[type];
  entry *a = (entry *)(((uintptr_t)scratch + 15) & ~(uintptr_t)15);
  EACH(i, n) {
    const uint64_t key = key_at(type, x, i);
    a[i] = (entry){.key = l->descending ? ~key : key, .place = i};
  }
  if (n <= 64)
    insertion(a, n);
  else
    a = radix(a, a + n, n);
  if (ck_stopped()) return; /* the order may be no order */
  EACH(i, n) {
    positions[i] = a[i].place;
    memcpy((char *)out + (i << shift), (const char *)x + (a[i].place << shift), (size_t)1 << shift);
  }
}

int ck_sort(bool descending, int type, const ck_nest *outer, int64_t n, int64_t out_stride, int64_t stride, void *out,
            int64_t *positions, const void *x) {
  if (!ck_is_type(type)) return -1;
  const int64_t bytes = ck_size_of[type];
  lines l = {.type = type, .out_type = type, .n = n, .x_step = stride * bytes, .out_step = out_stride * bytes,
             .positions_step = out_stride * 8, .descending = descending, .body = sort_body,
             .scratch_bytes = n * (int64_t)sizeof(entry) * 2 + 16};
  if (n == 1) l.out_step = l.x_step = bytes, l.positions_step = 8;
  return run_lines(&l, outer, out, x, positions, 32);
}
