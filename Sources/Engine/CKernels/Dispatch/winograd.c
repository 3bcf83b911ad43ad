/* Convolutions of 3 × 3 by Winograd's filtering. Where there are many tiles, everybody takes some through the whole way and
 * what is transformed stays in the second cache; where there are few, all are transformed first, and then everybody takes
 * some output channels of some tiles. The sums are over the channels in order, in both. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Groups of tiles and output channels that are worked on at a time (about), and bytes of tiles transformed at once. */
enum { GROUPS = 3, CHUNK = 32, SHARED = 24 << 20 };

typedef struct {
  ck_winograd_job job;
  int64_t groups, per_task; /* groups of tiles in all, and of a task */
  int64_t first, count;     /* the groups transformed at once, where they are shared */
  int64_t channels;         /* output channels, rounded up to register tiles */
  int64_t per_thread;       /* elements of scratch */
  float *shared, *scratch;
} passage;

static int64_t step_of(const ck_winograd *p, int64_t panels) {
  /* A line more: powers of two would put all frequencies into the same lines of the cache. */
  return panels * ck_kernels->winograd->vectors * 16 * p->in_channels + 16;
}

static void set_geometry(passage *s, const ck_winograd *p) {
  const int64_t rows = ck_kernels->winograd->rows, vectors = ck_kernels->winograd->vectors;
  const int64_t across = ck_ceil_div(p->out_width, 4), down = ck_ceil_div(p->out_height, 4);
  int64_t least = INT64_MAX;
  for (int64_t wide = 16; wide >= 4; wide /= 2) {
    const int64_t count = ck_ceil_div(across, wide) * ck_ceil_div(down, 16 / wide);
    if (count >= least) continue;
    least = count;
    s->job.wide = wide, s->job.across = ck_ceil_div(across, wide), s->job.down = ck_ceil_div(down, 16 / wide);
  }
  s->groups = p->batch * least;
  s->per_task = GROUPS / vectors * vectors;
  s->channels = ck_ceil_div(p->out_channels, rows) * rows;
  s->job.panels = GROUPS / vectors;
  s->job.chunk = ck_min(CHUNK / rows * rows, s->channels);
}

static bool is_shared(const passage *s) { return s->groups < s->per_task * 8 * ck_threads(); }

static int64_t results_count(const passage *s) {
  return 36 * (s->job.chunk * s->job.panels * ck_kernels->winograd->vectors * 16 + 16);
}

/* Fills what follows from the plan and the number of threads; the elements of scratch needed. */
static int64_t plan_passage(passage *s, const ck_winograd *p) {
  *s = (passage){.job = {.plan = p}};
  set_geometry(s, p);
  const int64_t vectors = ck_kernels->winograd->vectors;
  if (!is_shared(s)) {
    s->job.step = step_of(p, s->job.panels);
    s->per_thread = 36 * s->job.step + results_count(s);
    return s->per_thread * ck_threads();
  }
  const int64_t panel = 36 * vectors * 16 * 4 * p->in_channels, most = SHARED / panel / s->job.panels * s->job.panels;
  s->count = ck_min(ck_ceil_div(s->groups, vectors), most < s->job.panels ? s->job.panels : most) * vectors;
  s->job.step = step_of(p, s->count / vectors);
  s->per_thread = results_count(s);
  return 36 * s->job.step + s->per_thread * ck_threads();
}

static float *place_of_group(const passage *s, float *v, int64_t group) {
  const int64_t vectors = ck_kernels->winograd->vectors;
  return v + group / vectors * s->job.plan->in_channels * vectors * 16 + group % vectors * 16;
}

static void whole_way(void *context, int64_t task) {
  const passage *s = context;
  const int64_t first = task * s->per_task, count = ck_min(s->per_task, s->groups - first);
  float *v = s->scratch + omp_get_thread_num() * s->per_thread, *m = v + 36 * s->job.step;
  for (int64_t g = 0; g < count && !ck_stopped(); g++)
    ck_kernels->winograd->transform(&s->job, first + g, place_of_group(s, v, g), s->job.step);
  for (int64_t k = 0; k < s->channels && !ck_stopped(); k += s->job.chunk)
    ck_kernels->winograd->products(&s->job, v, first, count, k, ck_min(k + s->job.chunk, s->channels), m);
}

static void transform_one(void *context, int64_t group) {
  const passage *s = context;
  ck_kernels->winograd->transform(&s->job, s->first + group, place_of_group(s, s->shared, group), s->job.step);
}

static void multiply_some(void *context, int64_t task) {
  const passage *s = context;
  const int64_t chunks = ck_ceil_div(s->channels, s->job.chunk), group = task / chunks * s->per_task;
  const int64_t from = task % chunks * s->job.chunk, here = ck_min(s->count, s->groups - s->first);
  ck_kernels->winograd->products(&s->job, place_of_group(s, s->shared, group), s->first + group,
                                 ck_min(s->per_task, here - group), from, ck_min(from + s->job.chunk, s->channels),
                                 s->scratch + omp_get_thread_num() * s->per_thread);
}

int64_t ck_winograd_scratch(const ck_winograd *p) {
  passage s;
  return plan_passage(&s, p);
}

void ck_winograd_forward(const ck_winograd *p, const float *x, const float *ready, const ck_epilogue *end, float *y,
                         float *scratch) {
  passage s;
  plan_passage(&s, p);
  s.job.x = x, s.job.ready = ready, s.job.end = *end, s.job.y = y;
  s.scratch = scratch;
  if (!is_shared(&s)) {
    ck_parallel(ck_ceil_div(s.groups, s.per_task), whole_way, &s);
    return;
  }
  s.shared = scratch, s.scratch = scratch + 36 * s.job.step;
  for (s.first = 0; s.first < s.groups && !ck_stopped(); s.first += s.count) {
    const int64_t here = ck_min(s.count, s.groups - s.first);
    ck_parallel(here, transform_one, &s);
    ck_parallel(ck_ceil_div(here, s.per_task) * ck_ceil_div(s.channels, s.job.chunk), multiply_some, &s);
  }
}

static int64_t blocks_of(int64_t out_channels) { return ck_ceil_div(out_channels, ck_kernels->winograd->rows); }

int64_t ck_winograd_weights_count(int64_t out_channels, int64_t in_channels) {
  const int64_t rows = ck_kernels->winograd->rows;
  /* The turned product reads its last block of channels whole. */
  return 36 * blocks_of(out_channels) * rows * in_channels + rows * rows;
}

typedef struct {
  ck_winograd_weights_job job;
  float *ready;
} preparation;

static void prepare(void *context, int64_t block) {
  const preparation *p = context;
  ck_kernels->winograd->weights(&p->job, block, p->ready);
}

void ck_winograd_weights(int64_t out_channels, int64_t in_channels, const float *w, float *ready) {
  preparation p = {.job = {out_channels, in_channels, w}, .ready = ready};
  const int64_t count = ck_winograd_weights_count(out_channels, in_channels), rest = ck_kernels->winograd->rows;
  memset(ready + count - rest * rest, 0, (size_t)(rest * rest) * sizeof(float));
  ck_parallel(blocks_of(out_channels), prepare, &p);
}
