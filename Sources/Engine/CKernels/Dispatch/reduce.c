/* Reductions: the layout decides between folding rows (the reduced axis is the contiguous one) and folding columns (a
 * kept axis is); large ones are cut into fixed pieces whose partial results are combined in order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { COLUMNS = 256, STAGED_ROWS = 8, MOST_PIECES = 256, ENOUGH_UNITS = 64 };

/* An accumulator is a double for floating types (not ANY, ALL), else an int64_t; both are moved as 64 bits. */
typedef union {
  double f;
  int64_t i;
} value;

typedef struct {
  ck_walk kept, inner; /* kept: operand 0 = x, 1 = out; inner: operand 0 = x */
  int op, type, out_type;
  bool real; /* accumulators are doubles */
  int shift;
  int64_t blocks, width;      /* columns: blocks of `width` along the last kept axis */
  int64_t units, pieces, piece; /* pieces of `piece` positions of the inner walk */
  int64_t per_chunk;
  value neutral;
  value *partial; /* [unit][piece] (rows) or [unit][piece][COLUMNS] */
} reduction;

static value neutral_of(int op, int type, bool real) {
  value v = {.i = 0};
  const bool product = op == CK_PROD, high = op == CK_RMIN, low = op == CK_RMAX;
  if (real)
    v.f = product ? 1 : low ? -INFINITY : high ? INFINITY : 0;
  else
    v.i = product || op == CK_ALL ? 1 : low ? ck_lowest[type] : high ? ck_highest[type] : 0;
  return v;
}

static value combine(const reduction *r, value a, value b) {
  value v = a;
  if (r->real) {
    switch (r->op) {
      case CK_PROD: v.f = a.f * b.f; break;
      case CK_RMAX: v.f = b.f > a.f || b.f != b.f ? b.f : a.f; break;
      case CK_RMIN: v.f = b.f < a.f || b.f != b.f ? b.f : a.f; break;
      default: v.f = a.f + b.f; break;
    }
    if (a.f != a.f) v = a;
    return v;
  }
  switch (r->op) {
    case CK_PROD: v.i = (int64_t)((uint64_t)a.i * (uint64_t)b.i); break;
    case CK_RMAX: v.i = a.i > b.i ? a.i : b.i; break;
    case CK_RMIN: v.i = a.i < b.i ? a.i : b.i; break;
    case CK_ANY: v.i = a.i | b.i; break;
    case CK_ALL: v.i = a.i & b.i; break;
    default: v.i = (int64_t)((uint64_t)a.i + (uint64_t)b.i); break;
  }
  return v;
}

/* Rounds m accumulators to the output's type and stores them `step` bytes apart. */
static void store(const reduction *r, int64_t m, const value *from, char *out, int64_t step) {
  _Alignas(64) char wide[COLUMNS * 8], narrow[COLUMNS * 8];
  const int target = ck_is_half(r->out_type) ? CK_F32 : r->out_type;
  ck_kernels->convert[r->real ? CK_F64 : CK_I64][target](m, wide, from, NULL, NULL, 0, 0);
  char *done = wide;
  if (target != r->out_type) {
    ck_kernels->convert[CK_F32][r->out_type](m, narrow, wide, NULL, NULL, 0, 0);
    done = narrow;
  }
  ck_kernels->scatter[ck_shift_of[r->out_type]](out, done, 1, m, 0, step);
}

static int computing(int type) { return ck_is_half(type) ? CK_F32 : type; }

/* Folds positions begin..<end of the inner walk, seen from the element at x, into one accumulator. */
static void fold_range(const reduction *r, const char *x, int64_t begin, int64_t end, value *acc) {
  const ck_walk *w = &r->inner;
  const int last = w->rank - 1;
  const ck_fold_row fold = ck_kernels->fold_row[r->op][computing(r->type)];
  const bool half = ck_is_half(r->type), unit = w->step[0][last] == (int64_t)1 << r->shift;
  const int64_t shift_base = x - w->base[0];
  int64_t index[CK_MAX_RANK];
  char *at[4];
  if (unit && !half && (last == 0 || w->size[last] >= CK_SHORT_ROW)) {
    ck_seek(w, begin, index, at);
    while (begin < end) {
      const int64_t n = ck_min(w->size[last] - index[last], end - begin);
      fold(n, at[0] + shift_base, acc);
      begin += n;
      if (begin >= end) return;
      at[0] -= index[last] * w->step[0][last];
      index[last] = 0;
      ck_advance(w, last - 1, index, at);
    }
    return;
  }
  _Alignas(64) char buffer[CK_STAGE * 8], raw[CK_STAGE * 2];
  for (; begin < end; begin += CK_STAGE) {
    const int64_t n = ck_min(end - begin, CK_STAGE);
    ck_seek(w, begin, index, at);
    ck_span(w, 0, r->shift, index, at[0] + shift_base, n, half ? raw : buffer, false);
    if (half) ck_kernels->convert[r->type][CK_F32](n, buffer, raw, NULL, NULL, 0, 0);
    fold(n, buffer, acc);
  }
}

/* Folds positions begin..<end of the inner walk into m accumulators; x is the first column's element. */
static void fold_columns(const reduction *r, const char *x, int64_t m, int64_t begin, int64_t end, value *acc) {
  const ck_walk *w = &r->inner;
  const int last = w->rank - 1;
  const ck_fold_cols fold = ck_kernels->fold_cols[r->op][computing(r->type)];
  const bool half = ck_is_half(r->type);
  const int64_t col_step = r->kept.step[0][r->kept.rank - 1], row_step = w->step[0][last];
  const int64_t shift_base = x - w->base[0], bytes = ck_size_of[computing(r->type)];
  const bool direct = col_step == (int64_t)1 << r->shift && !half;
  _Alignas(64) char buffer[STAGED_ROWS * COLUMNS * 8], raw[STAGED_ROWS * COLUMNS * 2];
  int64_t index[CK_MAX_RANK];
  char *at[4];
  ck_seek(w, begin, index, at);
  while (begin < end) {
    int64_t rows = ck_min(w->size[last] - index[last], end - begin);
    const char *from = at[0] + shift_base;
    if (direct) {
      fold(rows, m, from, row_step, acc);
    } else {
      rows = ck_min(rows, STAGED_ROWS);
      ck_kernels->gather[r->shift](half ? raw : buffer, from, rows, m, row_step, col_step);
      if (half) ck_kernels->convert[r->type][CK_F32](rows * m, buffer, raw, NULL, NULL, 0, 0);
      fold(rows, m, buffer, m * bytes, acc);
    }
    begin += rows;
    index[last] += rows;
    at[0] += rows * row_step;
    if (index[last] < w->size[last]) continue;
    at[0] -= w->size[last] * row_step;
    index[last] = 0;
    ck_advance(w, last - 1, index, at);
  }
}

static void row_task(void *context, int64_t i) {
  const reduction *r = context;
  int64_t index[CK_MAX_RANK];
  char *at[4];
  if (r->pieces > 1) {
    ck_seek(&r->kept, i / r->pieces, index, at);
    const int64_t begin = i % r->pieces * r->piece;
    value acc = r->neutral;
    fold_range(r, at[0], begin, ck_min(begin + r->piece, r->inner.count), &acc);
    r->partial[i] = acc;
    return;
  }
  const int64_t end = ck_min((i + 1) * r->per_chunk, r->units);
  ck_seek(&r->kept, i * r->per_chunk, index, at);
  for (int64_t u = i * r->per_chunk; u < end; u++) {
    value acc = r->neutral;
    fold_range(r, at[0], 0, r->inner.count, &acc);
    store(r, 1, &acc, at[1], 0);
    ck_advance(&r->kept, r->kept.rank - 1, index, at);
  }
}

/* First column and the number of columns of a unit. */
static int64_t locate(const reduction *r, int64_t unit, char **at) {
  const ck_walk *w = &r->kept;
  int64_t index[CK_MAX_RANK];
  const int64_t size = w->size[w->rank - 1], first = unit % r->blocks * r->width;
  ck_seek(w, unit / r->blocks * size + first, index, at);
  return ck_min(r->width, size - first);
}

static void column_task(void *context, int64_t i) {
  const reduction *r = context;
  char *at[4];
  if (r->pieces > 1) {
    const int64_t m = locate(r, i / r->pieces, at), begin = i % r->pieces * r->piece;
    value *acc = r->partial + i * COLUMNS;
    for (int64_t j = 0; j < m; j++) acc[j] = r->neutral;
    fold_columns(r, at[0], m, begin, ck_min(begin + r->piece, r->inner.count), acc);
    return;
  }
  const int64_t end = ck_min((i + 1) * r->per_chunk, r->units);
  for (int64_t u = i * r->per_chunk; u < end; u++) {
    const int64_t m = locate(r, u, at);
    value acc[COLUMNS];
    for (int64_t j = 0; j < m; j++) acc[j] = r->neutral;
    fold_columns(r, at[0], m, 0, r->inner.count, acc);
    store(r, m, acc, at[1], r->kept.step[1][r->kept.rank - 1]);
  }
}

/* Combines the pieces of every unit in order. */
static void finish(const reduction *r, bool columns) {
  for (int64_t u = 0; u < r->units; u++) {
    int64_t index[CK_MAX_RANK], m = 1, stride = columns ? COLUMNS : 1;
    char *at[4];
    if (columns)
      m = locate(r, u, at);
    else
      ck_seek(&r->kept, u, index, at);
    value *acc = r->partial + u * r->pieces * stride;
    for (int64_t p = 1; p < r->pieces; p++)
      for (int64_t j = 0; j < m; j++) acc[j] = combine(r, acc[j], acc[p * stride + j]);
    store(r, m, acc, at[1], columns ? r->kept.step[1][r->kept.rank - 1] : 0);
  }
}

static int64_t magnitude(int64_t v) { return v < 0 ? -v : v; }

int ck_reduce(int op, int type, const ck_nest *outer, const ck_nest *inner, void *out, const void *x) {
  if (op < 0 || op >= CK_REDUCE_COUNT || !ck_is_type(type)) return -1;
  const bool logical = op == CK_ANY || op == CK_ALL;
  reduction r = {.op = op, .type = type, .out_type = logical ? CK_BOOL : type, .shift = ck_shift_of[type],
                 .real = ck_is_float(type) && !logical};
  r.neutral = neutral_of(op, type, r.real);
  ck_nest swapped = *outer;
  memcpy(swapped.stride[0], outer->stride[1], sizeof swapped.stride[0]);
  memcpy(swapped.stride[1], outer->stride[0], sizeof swapped.stride[1]);
  r.kept.base[0] = r.inner.base[0] = (char *)x;
  r.kept.base[1] = out;
  const uint8_t bytes[2] = {ck_size_of[type], ck_size_of[r.out_type]};
  ck_collapse(&r.kept, &swapped, 2, bytes, true);
  if (r.kept.count == 0) return 0;
  ck_collapse(&r.inner, inner, 1, bytes, true);
  if (r.inner.count == 0) r.inner.rank = 1, r.inner.size[0] = 0, r.inner.step[0][0] = bytes[0];
  /* ck_collapse may have moved the first element of the inner walk (reversed axes); folding starts from there. */
  const int64_t moved = r.inner.base[0] - (char *)x;
  r.inner.base[0] = (char *)x;
  r.kept.base[0] += moved;
  const int last = r.kept.rank - 1;
  const int64_t row = r.kept.size[last], step = magnitude(r.kept.step[0][last]);
  const int64_t inner_step = magnitude(r.inner.step[0][r.inner.rank - 1]);
  const bool short_rows = r.inner.count < 16 && row >= 16;
  const bool columns = row > 1 && step != 0 && (step < inner_step || inner_step == 0 || short_rows);
  r.width = columns ? ck_min(row, COLUMNS) : 1;
  r.blocks = columns ? ck_ceil_div(row, r.width) : 1;
  r.units = columns ? r.kept.count / row * r.blocks : r.kept.count;
  const int64_t work = r.inner.count * r.width;
  r.pieces = r.per_chunk = 1;
  if (work <= CK_CHUNK || r.units >= ENOUGH_UNITS) {
    r.per_chunk = work * r.units <= CK_INLINE ? r.units : work >= CK_CHUNK ? 1 : CK_CHUNK / (work + 1) + 1;
  } else {
    r.piece = (CK_CHUNK / r.width + 7) / 8 * 8;
    if (ck_ceil_div(r.inner.count, r.piece) > MOST_PIECES) r.piece = (r.inner.count / MOST_PIECES / 64 + 1) * 64;
    r.pieces = ck_ceil_div(r.inner.count, r.piece);
  }
  if (r.pieces > 1) {
    r.partial = malloc(sizeof(value) * (size_t)(r.units * r.pieces * (columns ? COLUMNS : 1)));
    if (r.partial == NULL) return -2;
    ck_parallel(r.units * r.pieces, columns ? column_task : row_task, &r);
    if (!ck_stopped()) finish(&r, columns);
    free(r.partial);
    return 0;
  }
  ck_parallel(ck_ceil_div(r.units, r.per_chunk), columns ? column_task : row_task, &r);
  return 0;
}
