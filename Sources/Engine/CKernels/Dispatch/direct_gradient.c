/* Gradients of weights of any windows, as they are defined. The bands of the output are shared out in segments, each
 * with sums of its own that are added up in order at the end; within a segment, everybody takes some windows. All of it
 * follows from the sizes alone, so the order of the sums does not depend on the number of threads. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Bytes of a band that is laid out, vectors of a channel of it, and bytes of sums, at most; output channels that are
 * worked on at a time, and taps, at least, of whole input channels. */
enum { STAGE_BYTES = 384 << 10, VECTORS = 128, SUMS_BYTES = 16 << 20, SEGMENTS = 16, OUTPUTS = 64, TAPS = 144 };

typedef struct {
  ck_direct_gradient_job job;
  ck_direct plan;
  int64_t inputs, outputs; /* channels of a group */
  int64_t part;            /* input channels that are worked on at a time */
  int64_t bands, segments;
  int64_t stage, weights; /* elements */
  float *scratch, *sums, *dw;
} gradient;

static int64_t stage_of(gradient *s, int64_t band, int64_t width) {
  const ck_direct *p = s->job.plan;
  const int64_t rows = ck_kernels->direct_gradient->rows;
  ck_direct_gradient_job *j = &s->job;
  j->band = band, j->width = width;
  j->lines = (band - 1) * p->stride_y + p->kernel_height;
  j->length = width + (p->kernel_width - 1) * p->dilation_x / p->stride_x + 1;
  const int64_t outputs = ck_ceil_div(ck_min(s->outputs, OUTPUTS), rows) * rows;
  return s->part * j->lines * j->length * p->stride_x + outputs * band * width;
}

static void plan_gradient(gradient *s, const ck_direct *p) {
  *s = (gradient){.job = {.plan = &s->plan}, .plan = *p};
  ck_direct_gradient_job *j = &s->job;
  const int64_t taps = p->kernel_height * p->kernel_width;
  if (taps == 1 && p->out_height == p->in_height && p->out_width == p->in_width) {
    /* Without steps and padding the rows are one long row. */
    s->plan.in_width = s->plan.out_width = p->out_height * p->out_width, s->plan.in_height = s->plan.out_height = 1;
    p = &s->plan;
  }
  s->inputs = p->in_channels / p->groups, s->outputs = p->out_channels / p->groups;
  s->part = ck_min(s->inputs, ck_ceil_div(TAPS, taps));
  int64_t width = ck_ceil_div(p->out_width, 16) * 16, band = 1;
  while (width > 16 && (width > VECTORS * 16 || stage_of(s, 1, width) * 4 > STAGE_BYTES))
    width = ck_ceil_div(width / 2, 16) * 16;
  while (p->dilation_y == 1 && band < p->out_height && band * 2 * width <= VECTORS * 16 && stage_of(s, band * 2, width) * 4 <= STAGE_BYTES)
    band *= 2;
  s->stage = ck_ceil_div(stage_of(s, ck_min(band, p->out_height), width), 16) * 16 + 16;
  j->across = ck_ceil_div(p->out_width, width), j->down = ck_ceil_div(p->out_height, j->band);
  j->depth = s->inputs * p->kernel_height * p->kernel_width;
  s->bands = p->batch * j->across * j->down;
  s->weights = p->out_channels * j->depth;
  const int64_t fit = SUMS_BYTES / (4 * s->weights);
  s->segments = ck_min(s->bands, fit < 1 ? 1 : ck_min(fit, SEGMENTS));
}

/* Elements of scratch (floats) that the offsets take. */
static int64_t offsets_count(const gradient *s) {
  const ck_direct *p = s->job.plan;
  return ck_ceil_div(2 * s->part * p->kernel_height * p->kernel_width, 16) * 16;
}

int64_t ck_direct_gradient_scratch(const ck_direct *p) {
  gradient s;
  plan_gradient(&s, p);
  return offsets_count(&s) + s.stage * ck_threads() + s.segments * s.weights;
}

/* Some windows of a segment. */
static void one_part(void *context, int64_t task) {
  const gradient *s = context;
  const ck_direct *p = s->job.plan;
  const int64_t across = ck_ceil_div(s->inputs, s->part), down = ck_ceil_div(s->outputs, OUTPUTS);
  const int64_t segment = task / (across * down * p->groups), group = task / (across * down) % p->groups;
  const int64_t input = task % across * s->part, output = task / across % down * OUTPUTS;
  const ck_direct_gradient_part part = {
      .input = group * s->inputs + input, .inputs = ck_min(s->part, s->inputs - input),
      .output = group * s->outputs + output, .outputs = ck_min(OUTPUTS, s->outputs - output),
      .first = input * p->kernel_height * p->kernel_width};
  float *sums = s->sums + segment * s->weights;
  const int64_t count = part.inputs * p->kernel_height * p->kernel_width;
  for (int64_t k = 0; k < part.outputs; k++)
    memset(sums + (part.output + k) * s->job.depth + part.first, 0, (size_t)count * sizeof(float));
  const int64_t first = segment * s->bands / s->segments, end = (segment + 1) * s->bands / s->segments;
  for (int64_t band = first; band < end && !ck_stopped(); band++)
    ck_kernels->direct_gradient->band(&s->job, band, &part, s->scratch + omp_get_thread_num() * s->stage, sums);
}

static void add_up(void *context, int64_t chunk) {
  const gradient *s = context;
  const int64_t from = chunk * CK_CHUNK, count = ck_min(CK_CHUNK, s->weights - from);
  memcpy(s->dw + from, s->sums + from, (size_t)count * sizeof(float));
  for (int64_t segment = 1; segment < s->segments; segment++) {
    const float *sums = s->sums + segment * s->weights + from;
    for (int64_t i = 0; i < count; i++) s->dw[from + i] += sums[i];
  }
}

void ck_direct_gradient(const ck_direct *p, const float *x, const float *dy, float *dw, float *scratch) {
  gradient s;
  plan_gradient(&s, p);
  p = &s.plan;
  ck_direct_gradient_job *j = &s.job;
  int64_t *offsets = (int64_t *)scratch;
  ck_direct_offsets(p, s.part, j->lines, j->length, offsets);
  j->x = x, j->dy = dy, j->offsets = offsets, s.dw = dw;
  s.scratch = scratch + offsets_count(&s), s.sums = s.scratch + s.stage * ck_threads();
  const int64_t parts = p->groups * ck_ceil_div(s.inputs, s.part) * ck_ceil_div(s.outputs, OUTPUTS);
  ck_parallel(s.segments * parts, one_part, &s);
  ck_parallel(ck_ceil_div(s.weights, CK_CHUNK), add_up, &s);
}
