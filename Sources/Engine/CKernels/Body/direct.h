/* Convolution as it is defined, without unfolding: the rows that a band of the output reads are laid out once, column
 * phase by column phase, so that every tap of a window is a run of neighbouring floats; a register tile then adds up
 * its output channels and pixels tap by tap, in the order channel, row, column. */
#ifndef CK_DIRECT_H
#define CK_DIRECT_H
#include "planes.h"

/* Lays out one row of one channel: the phases one after the other, each of `length` columns. */
static void direct_line(const ck_direct *p, const float *x, int64_t row, int64_t column, int64_t length, float *out) {
  const int64_t from = shown(row, p->in_height, p->outside);
  if (from < 0) {
    memset(out, 0, (size_t)(length * p->stride_x) * sizeof(float));
    return;
  }
  x += from * p->in_width;
  for (int64_t phase = 0; phase < p->stride_x; phase++, out += length) {
    const int64_t first = column + phase;
    /* i with 0 <= first + i * stride < width */
    int64_t begin = first >= 0 ? 0 : (-first + p->stride_x - 1) / p->stride_x;
    int64_t end = first >= p->in_width ? 0 : (p->in_width - first + p->stride_x - 1) / p->stride_x;
    begin = begin > length ? length : begin, end = end > length ? length : end < begin ? begin : end;
    for (int64_t i = 0; i < begin; i++) {
      const int64_t at = shown(first + i * p->stride_x, p->in_width, p->outside);
      out[i] = at < 0 ? 0 : x[at];
    }
    if (p->stride_x == 1)
      memcpy(out + begin, x + first + begin, (size_t)(end - begin) * sizeof(float));
    else
      LOOP for (int64_t i = begin; i < end; i++) out[i] = x[first + i * p->stride_x];
    for (int64_t i = end; i < length; i++) {
      const int64_t at = shown(first + i * p->stride_x, p->in_width, p->outside);
      out[i] = at < 0 ? 0 : x[at];
    }
  }
}

/* Lays out what `height` rows of the output from (top, left) on read of some channels, `step` rows for each. Where windows
 * are dilated only the rows that one row of the output reads. */
static void direct_lay(const ck_direct *p, const float *x, int64_t channels, int64_t height, int64_t top, int64_t left,
                       int64_t step, int64_t length, float *stage) {
  const int64_t lines = (height - 1) * p->stride_y + p->kernel_height;
  for (int64_t c = 0; c < channels; c++, x += p->in_height * p->in_width)
    for (int64_t l = 0; l < lines; l++)
      direct_line(p, x, top * p->stride_y - p->pad_top + l * p->dilation_y, left * p->stride_x - p->pad_left, length,
                  stage + (c * step + l) * length * p->stride_x);
}

/* `rows` output channels by `vectors` runs of sixteen pixels. at: of the first result; count: pixels from there on. */
INLINE void direct_tile(const int rows, const int vectors, const ck_direct_job *j, const float *a, const float *b,
                        int64_t at, int64_t channel, int64_t channels, int64_t count) {
  vf sum[8][8];
  UNROLL for (int i = 0; i < rows; i++) UNROLL for (int n = 0; n < vectors; n++) sum[i][n] = SPLAT(0.0f);
  const int64_t *offset = j->offsets;
  for (int64_t d = 0; d < j->depth; d++, a += rows) {
    const float *line = b + offset[d];
    vf v[8];
    UNROLL for (int n = 0; n < vectors; n++) v[n] = load(line + SIDE * n);
    UNROLL for (int i = 0; i < rows; i++) {
      const vf w = SPLAT(a[i]);
      UNROLL for (int n = 0; n < vectors; n++) sum[i][n] = VFMA(w, v[n], sum[i][n]);
    }
  }
  const int64_t plane = j->plan->out_height * j->plan->out_width;
  UNROLL for (int i = 0; i < rows; i++) {
    if (i >= channels) return;
    UNROLL for (int n = 0; n < vectors; n++)
      if (count > SIDE * n) finish_run(&j->end, channel + i, j->y + at + i * plane + SIDE * n, count - SIDE * n, sum[i][n]);
  }
}

/* A band: all output channels of one group of one image. */
INLINE void direct_band(const int rows, const int vectors, const ck_direct_job *j, int64_t task, float *stage) {
  const ck_direct *p = j->plan;
  const int64_t blocks = j->across * j->down, part = task / blocks, image = part / p->groups, group = part % p->groups;
  const int64_t top = task % blocks / j->across * j->band, left = task % blocks % j->across * j->width;
  const int64_t height = p->out_height - top < j->band ? p->out_height - top : j->band;
  const int64_t width = p->out_width - left < j->width ? p->out_width - left : j->width;
  const int64_t inputs = p->in_channels / p->groups, outputs = p->out_channels / p->groups;
  const float *x = j->x + (image * p->in_channels + group * inputs) * p->in_height * p->in_width;
  direct_lay(p, x, inputs, height, top, left, j->lines, j->length, stage);
  const float *a = j->ready + group * j->ready_step;
  for (int64_t k = 0; k < outputs; k += rows, a += rows * j->depth)
    for (int64_t r = 0; r < height; r++) {
      const int64_t channel = group * outputs + k;
      const int64_t at = ((image * p->out_channels + channel) * p->out_height + top + r) * p->out_width + left;
      const float *b = stage + r * p->stride_y * j->length * p->stride_x;
      int64_t column = 0;
      for (; column + SIDE * (vectors - 1) < width; column += SIDE * vectors)
        direct_tile(rows, vectors, j, a, b + column, at + column, channel, outputs - k, width - column);
      for (; column < width; column += SIDE)
        direct_tile(rows, 1, j, a, b + column, at + column, channel, outputs - k, width - column);
    }
}

#if CK_LEVEL == 4
#define DIRECT_TILES(X) X(3, 8) X(4, 6) X(8, 3)
#elif CK_LEVEL == 3
#define DIRECT_TILES(X) X(3, 2) X(4, 1) X(6, 1)
#else
#define DIRECT_TILES(X) X(2, 1)
#endif
#define DIRECT_TASK(rows, vectors)                                                               \
  static void direct_##rows(const ck_direct_job *j, int64_t task, float *stage) {                \
    direct_band(rows, vectors, j, task, stage);                                                  \
  }
DIRECT_TILES(DIRECT_TASK)
#define DIRECT_ENTRY(rows, vectors) {rows, vectors * SIDE, direct_##rows},
const ck_direct_kernel NAME(ck_direct_table)[] = {DIRECT_TILES(DIRECT_ENTRY){0, 0, NULL}};
#endif
