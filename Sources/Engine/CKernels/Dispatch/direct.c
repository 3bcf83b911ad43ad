/* Convolutions as they are defined, band by band of the output. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* A band's rows of the input, laid out, stay below this many bytes where they can. */
enum { STAGE_BYTES = 384 << 10 };

typedef struct {
  ck_direct_job job;
  const ck_direct_kernel *kernel;
  float *scratch;
  int64_t stage; /* elements of a thread's laid out rows */
} passage;

static const ck_direct_kernel *kernel_of(const ck_direct *p) {
  const ck_direct_kernel *kernel = ck_kernels->direct;
  const int64_t outputs = p->out_channels / p->groups;
  while (kernel->rows < outputs && kernel[1].rows > 0) kernel++;
  return kernel;
}

static int64_t stage_of(passage *s, int64_t band, int64_t width) {
  const ck_direct *p = s->job.plan;
  s->job.band = band, s->job.width = width;
  s->job.lines = (band - 1) * p->stride_y + p->kernel_height;
  /* Whole vectors are read, also beyond the last column. */
  s->job.length = ck_ceil_div(width, 16) * 16 + (p->kernel_width - 1) * p->dilation_x / p->stride_x + 1;
  return p->in_channels / p->groups * s->job.lines * s->job.length * p->stride_x;
}

/* Bands as broad as the picture where they fit, then as high as fits (at most eight rows; dilated windows share none). */
static void plan_passage(passage *s, const ck_direct *p) {
  *s = (passage){.job = {.plan = p}, .kernel = kernel_of(p)};
  const int64_t columns = s->kernel->columns;
  int64_t width = ck_ceil_div(p->out_width, columns) * columns, band = 1;
  while (width > columns && stage_of(s, 1, width) * 4 > STAGE_BYTES) width = ck_ceil_div(width / 2, columns) * columns;
  const int64_t tall = p->dilation_y > 1 ? 1 : 8;
  while (band < tall && band < p->out_height && stage_of(s, band * 2, width) * 4 <= STAGE_BYTES) band *= 2;
  s->stage = (stage_of(s, ck_min(band, p->out_height), width) + 15) / 16 * 16 + 16;
  s->job.across = ck_ceil_div(p->out_width, width), s->job.down = ck_ceil_div(p->out_height, s->job.band);
  s->job.depth = p->in_channels / p->groups * p->kernel_height * p->kernel_width;
  s->job.ready_step = ck_ceil_div(p->out_channels / p->groups, s->kernel->rows) * s->kernel->rows * s->job.depth;
}

void ck_direct_offsets(const ck_direct *p, int64_t channels, int64_t lines, int64_t length, int64_t *offsets) {
  for (int64_t c = 0; c < channels; c++)
    for (int64_t i = 0; i < p->kernel_height; i++)
      for (int64_t j = 0; j < p->kernel_width; j++) {
        const int64_t column = j * p->dilation_x, line = c * lines + i;
        *offsets++ = (line * p->stride_x + column % p->stride_x) * length + column / p->stride_x;
      }
}

/* Elements of scratch (floats) that the offsets take. */
static int64_t offsets_room(const passage *s) { return (2 * s->job.depth + 15) / 16 * 16; }

static void one_band(void *context, int64_t task) {
  const passage *s = context;
  s->kernel->band(&s->job, task, s->scratch + omp_get_thread_num() * s->stage);
}

int64_t ck_direct_scratch(const ck_direct *p) {
  passage s;
  plan_passage(&s, p);
  return offsets_room(&s) + s.stage * ck_threads();
}

void ck_direct_forward(const ck_direct *p, const float *x, const float *ready, const ck_epilogue *end, float *y,
                       float *scratch) {
  passage s;
  plan_passage(&s, p);
  int64_t *offsets = (int64_t *)scratch;
  ck_direct_offsets(p, p->in_channels / p->groups, s.job.lines, s.job.length, offsets);
  s.job.x = x, s.job.ready = ready, s.job.end = *end, s.job.y = y, s.job.offsets = offsets;
  s.scratch = scratch + offsets_room(&s);
  ck_parallel(p->batch * p->groups * s.job.across * s.job.down, one_band, &s);
}

int64_t ck_direct_weights_count(const ck_direct *p) {
  passage s;
  plan_passage(&s, p);
  return p->groups * s.job.ready_step;
}

void ck_direct_weights(const ck_direct *p, const float *w, int64_t out_step, int64_t in_step, bool turned,
                       float *ready) {
  const int64_t rows = kernel_of(p)->rows, outputs = p->out_channels / p->groups, inputs = p->in_channels / p->groups;
  const int64_t taps = p->kernel_height * p->kernel_width;
  /* A group's windows lie together, by its output channels or, where the roles are exchanged, by its input channels. */
  const int64_t group_step = turned ? inputs * in_step : outputs * out_step;
  for (int64_t g = 0; g < p->groups; g++)
    for (int64_t k = 0; k < outputs; k += rows)
      for (int64_t c = 0; c < inputs; c++)
        for (int64_t t = 0; t < taps; t++)
          for (int64_t i = 0; i < rows; i++)
            *ready++ = k + i < outputs ? w[g * group_step + (k + i) * out_step + c * in_step +
                                           (turned ? taps - 1 - t : t)]
                                       : 0;
}
