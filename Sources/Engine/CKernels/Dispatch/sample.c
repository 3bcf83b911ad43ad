/* Values of maps at given places, in blocks of places. */
#include "internal.h"

typedef struct {
  const ck_sampling *p;
  ck_sample_places body;
  const void *x, *grid;
  void *out;
  int64_t blocks, per_chunk; /* blocks of one map's places, blocks in a chunk */
} sampling;

static void sample_task(void *context, int64_t chunk) {
  const sampling *s = context;
  const int64_t end = ck_min((chunk + 1) * s->per_chunk, s->p->batch * s->blocks);
  for (int64_t i = chunk * s->per_chunk; i < end && !ck_stopped(); i++)
    s->body(s->p, s->x, s->grid, i / s->blocks, i % s->blocks * CK_SAMPLE_BLOCK, s->out);
}

int ck_grid_sample(int type, const ck_sampling *p, const void *x, const void *grid, void *out) {
  if (type != CK_F32 && type != CK_F64) return -1;
  if (p->batch * p->channels * p->places == 0) return 0;
  sampling s = {.p = p, .body = ck_kernels->sample[type], .x = x, .grid = grid, .out = out,
                .blocks = ck_ceil_div(p->places, CK_SAMPLE_BLOCK)};
  const int64_t work = CK_SAMPLE_BLOCK * (p->mode == CK_SAMPLE_CUBIC ? 16 : 4) * (p->channels + 8);
  s.per_chunk = work >= CK_CHUNK ? 1 : CK_CHUNK / work;
  ck_parallel(ck_ceil_div(p->batch * s.blocks, s.per_chunk), sample_task, &s);
  return 0;
}
