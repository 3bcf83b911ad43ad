/* The walk over the axes of a nest, and element-wise jobs on it. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* From this many elements on, operands that run along another axis than the output are copied first. */
enum { STRAIGHTENED = 4096 };

/* Puts the axes in the order of operand 0's memory, all running forward there. */
static void arrange(ck_walk *w) {
  for (int d = 0; d < w->rank; d++) {
    if (w->step[0][d] >= 0) continue;
    for (int k = 0; k < w->operands; k++) {
      w->base[k] += w->step[k][d] * (w->size[d] - 1);
      w->step[k][d] = -w->step[k][d];
    }
  }
  for (int d = 1; d < w->rank; d++) {
    for (int e = d; e > 0 && w->step[0][e - 1] < w->step[0][e]; e--) {
      int64_t size = w->size[e];
      w->size[e] = w->size[e - 1], w->size[e - 1] = size;
      for (int k = 0; k < w->operands; k++) {
        int64_t step = w->step[k][e];
        w->step[k][e] = w->step[k][e - 1], w->step[k][e - 1] = step;
      }
    }
  }
}

static bool joins(const ck_walk *w, int d, int next) {
  for (int k = 0; k < w->operands; k++)
    if (w->step[k][d] != w->step[k][next] * w->size[next]) return false;
  return true;
}

void ck_collapse(ck_walk *w, const ck_nest *nest, int operands, const uint8_t *bytes, bool reorder) {
  w->operands = operands;
  w->count = 1;
  int rank = 0;
  for (int d = 0; d < nest->rank; d++) {
    int64_t size = nest->size[d];
    w->count *= size;
    if (size == 1) continue;
    w->size[rank] = size;
    for (int k = 0; k < operands; k++) w->step[k][rank] = nest->stride[k][d] * bytes[k];
    rank++;
  }
  w->rank = rank;
  if (w->count <= 0) {
    w->count = 0;
    return;
  }
  if (reorder && rank > 0) arrange(w);
  int kept = 0;
  for (int d = 1; d < rank; d++) {
    if (joins(w, kept, d)) {
      w->size[kept] *= w->size[d];
    } else {
      kept++;
      w->size[kept] = w->size[d];
    }
    for (int k = 0; k < operands; k++) w->step[k][kept] = w->step[k][d];
  }
  w->rank = rank == 0 ? 1 : kept + 1;
  if (rank == 0) {
    w->size[0] = 1;
    for (int k = 0; k < operands; k++) w->step[k][0] = bytes[k];
  }
}

void ck_seek(const ck_walk *w, int64_t place, int64_t *index, char **at) {
  for (int k = 0; k < w->operands; k++) at[k] = w->base[k];
  for (int d = w->rank - 1; d >= 0; d--) {
    const int64_t i = d == 0 ? place : place % w->size[d];
    if (d != 0) place /= w->size[d];
    index[d] = i;
    for (int k = 0; k < w->operands; k++) at[k] += i * w->step[k][d];
  }
}

void ck_advance(const ck_walk *w, int d, int64_t *index, char **at) {
  for (; d >= 0; d--) {
    for (int k = 0; k < w->operands; k++) at[k] += w->step[k][d];
    if (++index[d] < w->size[d]) return;
    for (int k = 0; k < w->operands; k++) at[k] -= w->step[k][d] * w->size[d];
    index[d] = 0;
  }
}

static void stage(int shift, char *at, char *buffer, int64_t rows, int64_t cols, int64_t rs, int64_t cs, bool store) {
  if (store)
    ck_kernels->scatter[shift](at, buffer, rows, cols, rs, cs);
  else
    ck_kernels->gather[shift](buffer, at, rows, cols, rs, cs);
}

void ck_span(const ck_walk *w, int k, int shift, const int64_t *start, char *at, int64_t n, char *buffer, bool store) {
  const int inner = w->rank - 1;
  const int64_t *step = w->step[k], cols = w->size[inner];
  if (inner == 0) {
    stage(shift, at, buffer, 1, n, 0, step[0], store);
    return;
  }
  int64_t index[CK_MAX_RANK];
  memcpy(index, start, sizeof(int64_t) * (size_t)w->rank);
  while (n > 0) {
    int64_t rows = 1, taken = ck_min(cols - index[inner], n);
    if (taken == cols) {
      rows = ck_min(w->size[inner - 1] - index[inner - 1], n / cols);
      taken = rows * cols;
      stage(shift, at, buffer, rows, cols, step[inner - 1], step[inner], store);
    } else {
      stage(shift, at, buffer, 1, taken, 0, step[inner], store);
      index[inner] += taken;
      at += taken * step[inner];
      rows = index[inner] == cols;
      if (rows != 0) at -= cols * step[inner], index[inner] = 0;
    }
    n -= taken;
    buffer += taken << shift;
    index[inner - 1] += rows;
    at += rows * step[inner - 1];
    for (int d = inner - 1; d > 0 && index[d] == w->size[d]; d--) {
      at += step[d - 1] - step[d] * w->size[d];
      index[d] = 0;
      index[d - 1]++;
    }
  }
}

typedef struct {
  _Alignas(64) char buffer[4][CK_STAGE * 8];
  _Alignas(64) char raw[CK_STAGE * 2];
  const char *filled[4]; /* the broadcast element that the buffer holds, and how often */
  int64_t copies[4];
} staging;

static void to_float(const ck_job *j, int k, int64_t n, void *out, const void *half) {
  ck_kernels->convert[j->half[k]][CK_F32](n, out, half, NULL, NULL, 0, 0);
}

static void from_float(const ck_job *j, int k, int64_t n, void *half, const void *in) {
  ck_kernels->convert[CK_F32][j->half[k]](n, half, in, NULL, NULL, 0, 0);
}

/* n <= CK_STAGE elements of operand k along the inner axis, contiguous and in the computing type. */
static void *load_row(const ck_job *j, staging *s, int k, char *at, int64_t n) {
  const int64_t step = j->walk.step[k][j->walk.rank - 1], bytes = (int64_t)1 << j->shift[k];
  if (step == bytes) {
    if (j->half[k] < 0) return at;
    to_float(j, k, n, s->buffer[k], at);
    return s->buffer[k];
  }
  if (step == 0 && s->filled[k] == at && s->copies[k] >= n) return s->buffer[k];
  char *raw = j->half[k] < 0 ? s->buffer[k] : s->raw;
  ck_kernels->gather[j->shift[k]](raw, at, 1, n, 0, step);
  if (j->half[k] >= 0) to_float(j, k, n, s->buffer[k], raw);
  s->filled[k] = step == 0 ? at : NULL;
  s->copies[k] = n;
  return s->buffer[k];
}

static void run_row(const ck_job *j, staging *s, char *const *at, int64_t n) {
  const ck_walk *w = &j->walk;
  const int inner = w->rank - 1;
  bool direct = true;
  for (int k = 0; k < w->operands; k++) direct &= w->step[k][inner] == (int64_t)1 << j->shift[k] && j->half[k] < 0;
  if (direct) {
    j->kernel(n, at[0], at[1], at[2], at[3], j->p0, j->p1);
    return;
  }
  const int64_t out_step = w->step[0][inner];
  const bool plain = out_step == (int64_t)1 << j->shift[0];
  for (int64_t i = 0; i < n; i += CK_STAGE) {
    const int64_t m = ck_min(n - i, CK_STAGE);
    void *in[4] = {NULL, NULL, NULL, NULL};
    for (int k = 1; k < w->operands; k++) in[k] = load_row(j, s, k, at[k] + i * w->step[k][inner], m);
    char *to = at[0] + i * out_step;
    const bool straight = plain && j->half[0] < 0;
    void *out = straight ? to : s->buffer[0];
    j->kernel(m, out, in[1], in[2], in[3], j->p0, j->p1);
    if (straight) continue;
    char *raw = out;
    if (j->half[0] >= 0) {
      raw = plain ? to : s->raw;
      from_float(j, 0, m, raw, out);
    }
    if (!plain) ck_kernels->scatter[j->shift[0]](to, raw, 1, m, 0, out_step);
  }
}

/* Short rows: blocks of CK_STAGE elements are staged across rows. */
static void run_merged(const ck_job *j, staging *s, int64_t begin, int64_t end) {
  const ck_walk *w = &j->walk;
  int64_t index[CK_MAX_RANK];
  char *at[4] = {NULL, NULL, NULL, NULL};
  for (int64_t place = begin; place < end; place += CK_STAGE) {
    const int64_t n = ck_min(end - place, CK_STAGE);
    ck_seek(w, place, index, at);
    void *in[4] = {NULL, NULL, NULL, NULL};
    for (int k = 1; k < w->operands; k++) {
      in[k] = j->flat[k] ? at[k] : j->half[k] < 0 ? s->buffer[k] : s->raw;
      if (!j->flat[k]) ck_span(w, k, j->shift[k], index, at[k], n, in[k], false);
      if (j->half[k] < 0) continue;
      to_float(j, k, n, s->buffer[k], in[k]);
      in[k] = s->buffer[k];
    }
    void *out = j->flat[0] && j->half[0] < 0 ? at[0] : s->buffer[0];
    j->kernel(n, out, in[1], in[2], in[3], j->p0, j->p1);
    if (j->half[0] >= 0) {
      void *raw = j->flat[0] ? at[0] : s->raw;
      from_float(j, 0, n, raw, out);
      out = raw;
    }
    if (!j->flat[0]) ck_span(w, 0, j->shift[0], index, at[0], n, out, true);
  }
}

static void run_range(const ck_job *j, int64_t begin, int64_t end) {
  const ck_walk *w = &j->walk;
  const int inner = w->rank - 1;
  staging s;
  for (int k = 0; k < 4; k++) s.filled[k] = NULL;
  if (inner > 0 && w->size[inner] < CK_SHORT_ROW) {
    run_merged(j, &s, begin, end);
    return;
  }
  int64_t index[CK_MAX_RANK];
  char *at[4] = {NULL, NULL, NULL, NULL};
  ck_seek(w, begin, index, at);
  while (begin < end) {
    const int64_t n = ck_min(w->size[inner] - index[inner], end - begin);
    run_row(j, &s, at, n);
    begin += n;
    index[inner] += n;
    if (index[inner] < w->size[inner]) return;
    for (int k = 0; k < w->operands; k++) at[k] -= (w->size[inner] - n) * w->step[k][inner];
    index[inner] = 0;
    ck_advance(w, inner - 1, index, at);
  }
}

typedef struct {
  const ck_job *job;
  int64_t chunk;
} slices;

static void run_slice(void *context, int64_t i) {
  const slices *s = context;
  run_range(s->job, i * s->chunk, ck_min((i + 1) * s->chunk, s->job->walk.count));
}

static void run_walk(ck_job *j, int weight) {
  const ck_walk *w = &j->walk;
  for (int k = 0; k < w->operands; k++) {
    int64_t expected = (int64_t)1 << j->shift[k];
    j->flat[k] = true;
    for (int d = w->rank - 1; d >= 0; d--) {
      j->flat[k] &= w->step[k][d] == expected;
      expected *= w->size[d];
    }
  }
  if (w->count <= CK_INLINE / weight) {
    run_range(j, 0, w->count);
    return;
  }
  slices s = {.job = j, .chunk = CK_CHUNK / weight};
  const int64_t row = w->size[w->rank - 1];
  if (row < s.chunk) s.chunk -= s.chunk % row;
  ck_parallel(ck_ceil_div(w->count, s.chunk), run_slice, &s);
}

void ck_run(ck_job *j, const ck_nest *nest, int operands, const uint8_t *types, bool computed, void *const *places,
            int weight) {
  uint8_t bytes[4];
  for (int k = 0; k < operands; k++) {
    bytes[k] = ck_size_of[types[k]];
    j->shift[k] = ck_shift_of[types[k]];
    j->half[k] = computed && ck_is_half(types[k]) ? (int8_t)types[k] : -1;
    j->walk.base[k] = places[k];
  }
  ck_walk *w = &j->walk;
  ck_collapse(w, nest, operands, bytes, true);
  if (w->count == 0) return;
  if (operands == 2 && types[0] == types[1] && j->kernel == ck_kernels->convert[types[0]][types[0]] &&
      ck_copy_turned(w, j->shift[0]))
    return;
  char *copies[4] = {NULL, NULL, NULL, NULL};
  if (w->count >= STRAIGHTENED)
    for (int k = 1; k < operands; k++)
      if (ck_turned_axis(w, k, j->shift[k]) >= 0) copies[k] = ck_straighten(w, k, j->shift[k]);
  run_walk(j, weight);
  for (int k = 1; k < operands; k++) ck_free(copies[k], (size_t)w->count << j->shift[k]);
}
