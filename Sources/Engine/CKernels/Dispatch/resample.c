/* Weighted sums along one axis: lines side by side are the vector loop. Lines that are contiguous themselves are turned
 * into such columns first, 16 at a time. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { SIDE = 16 };

typedef struct {
  ck_walk walk; /* operands (out, x) over the other axes */
  int type;
  int64_t n, step, outputs, out_step, taps; /* steps in bytes */
  const int32_t *starts;
  const float *weights;
  int64_t group, blocks, per_chunk; /* lines of a block, blocks along the last axis */
  bool direct;
  _Atomic bool failed;
} resampling;

static void resample_task(void *context, int64_t chunk) {
  resampling *r = context;
  const ck_walk *w = &r->walk;
  const int last = w->rank - 1, shift = ck_shift_of[r->type];
  const int64_t b = ck_size_of[r->type], size = w->size[last];
  char *memory = NULL, *turned = NULL;
  if (!r->direct) {
    memory = aligned_alloc(64, (size_t)((r->n + r->outputs) * SIDE * b + 63) / 64 * 64);
    if (memory == NULL) {
      r->failed = true;
      return;
    }
    turned = memory + r->n * SIDE * b;
  }
  const int64_t total = w->count / size * r->blocks, end = ck_min((chunk + 1) * r->per_chunk, total);
  for (int64_t i = chunk * r->per_chunk; i < end && !ck_stopped(); i++) {
    int64_t index[CK_MAX_RANK];
    char *at[4];
    const int64_t first = i % r->blocks * r->group, m = ck_min(r->group, size - first);
    ck_seek(w, i / r->blocks * size + first, index, at);
    const ck_resample_lines kernel = ck_kernels->resample[r->type];
    if (r->direct) {
      kernel(m, r->n, r->outputs, r->taps, r->starts, r->weights, at[1], r->step / b, at[0], r->out_step / b);
      continue;
    }
    /* memory[t][line] = x[line][t], and back */
    if (r->step == b)
      ck_kernels->transpose[shift](memory, at[1], r->n, m, m * b, w->step[1][last]);
    else
      ck_kernels->gather[shift](memory, at[1], r->n, m, r->step, w->step[1][last]);
    kernel(m, r->n, r->outputs, r->taps, r->starts, r->weights, memory, m, turned, m);
    if (r->out_step == b)
      ck_kernels->transpose[shift](at[0], turned, m, r->outputs, w->step[0][last], m * b);
    else
      ck_kernels->scatter[shift](at[0], turned, r->outputs, m, r->out_step, w->step[0][last]);
  }
  free(memory);
}

int ck_resample(int type, const ck_nest *outer, int64_t n, int64_t stride, int64_t outputs, int64_t out_stride,
                int64_t taps, const int32_t *starts, const float *weights, void *out, const void *x) {
  if (type != CK_F32 && type != CK_F64) return -1;
  const int64_t b = ck_size_of[type];
  resampling r = {.type = type, .n = n, .step = stride * b, .outputs = outputs, .out_step = out_stride * b,
                  .taps = taps, .starts = starts, .weights = weights};
  r.walk.base[0] = out, r.walk.base[1] = (char *)x;
  ck_collapse(&r.walk, outer, 2, (const uint8_t[]){(uint8_t)b, (uint8_t)b}, true);
  const ck_walk *w = &r.walk;
  if (w->count == 0 || outputs == 0 || n == 0) return 0;
  const int last = w->rank - 1;
  r.direct = w->step[0][last] == b && w->step[1][last] == b;
  r.group = r.direct ? 512 : SIDE;
  r.blocks = ck_ceil_div(w->size[last], r.group);
  const int64_t work = ck_min(r.group, w->size[last]) * (outputs * taps + n);
  const int64_t total = w->count / w->size[last] * r.blocks;
  r.per_chunk = work * total <= CK_INLINE ? total : work >= CK_CHUNK ? 1 : CK_CHUNK / work;
  ck_parallel(ck_ceil_div(total, r.per_chunk), resample_task, &r);
  return r.failed ? -2 : 0;
}
