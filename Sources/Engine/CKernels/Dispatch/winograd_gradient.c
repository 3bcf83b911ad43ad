/* Gradients of weights of 3 × 3 by Winograd's filtering. Some tiles are transformed by everybody, then everybody
 * multiplies some frequencies and output channels of them; sums of products are added up from round to round. What a
 * round takes follows from the sizes alone, so the order of the sums does not depend on the number of threads. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Bytes of transformed tiles that a round takes where it has more than TILES of them; bytes of sums of products at
 * most, in several rounds and where one is enough. Output channels that are multiplied at a time; runs of a task. */
enum { ROUND_BYTES = 6 << 20, SUMS_BYTES = 48 << 20, CACHED_BYTES = 6 << 20, TILES = 256, CHUNK = 64, RUNS = 8 };

typedef struct {
  ck_winograd_gradient_job job;
  int64_t lines;           /* rows of tiles in all pictures */
  int64_t inputs, outputs; /* panels of 16 channels; outputs: that are worked on at a time */
  int64_t transformed;     /* panels of inputs that need no more work */
  int64_t per_round;       /* runs */
  int64_t begin, end;      /* runs of this round */
  int64_t channels, tiles; /* output channels that are worked on now, and tiles of this round */
  float *dw;
} gradient;

static int64_t plan_gradient(gradient *s, const ck_winograd *p) {
  *s = (gradient){.job = {.plan = p}};
  ck_winograd_gradient_job *j = &s->job;
  j->across = ck_ceil_div(p->out_width, 4), j->down = ck_ceil_div(p->out_height, 4);
  j->runs = ck_ceil_div(j->across, CK_WINOGRAD_RUN), j->run = ck_ceil_div(j->across, j->runs);
  j->runs = ck_ceil_div(j->across, j->run);
  s->lines = p->batch * j->down;
  s->inputs = ck_ceil_div(p->in_channels, 16);
  const int64_t runs = s->lines * j->runs, bytes = s->lines * j->across > TILES ? SUMS_BYTES : CACHED_BYTES;
  const int64_t step = CHUNK / 16, steps = bytes / (36 * 4 * 256 * s->inputs * step);
  s->outputs = ck_min(ck_ceil_div(p->out_channels, 16), steps < 1 ? step : steps * step);
  const int64_t most = ROUND_BYTES / (36 * 4 * 16 * (s->inputs + s->outputs)), tiles = most < TILES ? TILES : most;
  s->per_round = ck_min(runs, ck_ceil_div(tiles, j->run));
  /* Odd numbers of lines of the cache, so that not all steps lead to the same places of it. */
  j->room = (s->per_round * j->run) | 1;
  j->v_step = (s->inputs * j->room + 1) * 16, j->u_step = (s->outputs * j->room + 1) * 16;
  j->m_step = (s->outputs * 16 * s->inputs + 1) * 16;
  return 36 * (j->v_step + j->u_step + j->m_step);
}

int64_t ck_winograd_gradient_scratch(const ck_winograd *p) {
  gradient s;
  return plan_gradient(&s, p);
}

static int64_t first_tile(const gradient *s, int64_t run) {
  const ck_winograd_gradient_job *j = &s->job;
  return run / j->runs * j->across + run % j->runs * j->run;
}

static void transform(void *context, int64_t task) {
  const gradient *s = context;
  const int64_t panels = s->inputs - s->transformed + ck_ceil_div(s->channels, 16);
  const int64_t panel = s->transformed + task % panels;
  const int64_t first = s->begin + task / panels * RUNS;
  for (int64_t run = first; run < ck_min(first + RUNS, s->end); run++) {
    if (panel < s->inputs)
      ck_kernels->winograd_gradient->inputs(&s->job, run, panel);
    else
      ck_kernels->winograd_gradient->outputs(&s->job, run, panel - s->inputs);
  }
}

static void multiply(void *context, int64_t task) {
  const gradient *s = context;
  const int64_t chunks = ck_ceil_div(s->channels, CHUNK), from = task % chunks * CHUNK;
  ck_kernels->winograd_gradient->products(&s->job, task / chunks, from, ck_min(from + CHUNK, s->channels), s->tiles,
                                          s->begin > 0);
}

static void back(void *context, int64_t channel) {
  const gradient *s = context;
  ck_kernels->winograd_gradient->back(&s->job, channel, s->dw);
}

void ck_winograd_gradient(const ck_winograd *p, const float *x, const float *dy, float *dw, float *scratch) {
  gradient s;
  plan_gradient(&s, p);
  ck_winograd_gradient_job *j = &s.job;
  j->x = x, j->dy = dy, s.dw = dw;
  j->v = scratch, j->u = j->v + 36 * j->v_step, j->m = j->u + 36 * j->u_step;
  const int64_t runs = s.lines * j->runs;
  for (j->channel = 0; j->channel < p->out_channels; j->channel += s.outputs * 16) {
    s.channels = ck_min(s.outputs * 16, p->out_channels - j->channel);
    for (s.begin = 0; s.begin < runs && !ck_stopped(); s.begin = s.end) {
      s.end = ck_min(s.begin + s.per_round, runs);
      j->first = first_tile(&s, s.begin);
      s.tiles = first_tile(&s, s.end) - j->first;
      const int64_t panels = s.inputs - s.transformed + ck_ceil_div(s.channels, 16);
      ck_parallel(ck_ceil_div(s.end - s.begin, RUNS) * panels, transform, &s);
      if (s.per_round == runs) s.transformed = s.inputs; /* stays where it is */
      ck_parallel(36 * ck_ceil_div(s.channels, CHUNK), multiply, &s);
    }
    ck_parallel(s.channels, back, &s);
  }
}
