/* The gradient of weights as it is defined: every tap is a product of two lines, a channel of the output's gradient and
 * the laid out rows of the input from the tap's offset on. A register tile takes some output channels by some taps,
 * sixteen pixels in the lanes, which are summed up at the end of a band. */
#ifndef CK_DIRECT_GRADIENT_H
#define CK_DIRECT_GRADIENT_H
#include "direct.h"

/* The register tile: output channels by taps. */
#if CK_LEVEL == 4
enum { DD_ROWS = 4, DD_TAPS = 6 };
#elif CK_LEVEL == 3
enum { DD_ROWS = 2, DD_TAPS = 2 };
#else
enum { DD_ROWS = 2, DD_TAPS = 1 };
#endif

/* Adds the halves (quarters, …) of the lanes of a and b; those of b follow those of a. */
#define DD_FOLD_8(a, b)                                                             \
  (SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +          \
   SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#define DD_FOLD_4(a, b)                                                             \
  (SHUFFLE(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +        \
   SHUFFLE(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))
#define DD_FOLD_2(a, b)                                                             \
  (SHUFFLE(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29) +        \
   SHUFFLE(a, b, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31))
#define DD_FOLD_1(a, b)                                                             \
  (SHUFFLE(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30) +       \
   SHUFFLE(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31))

/* The sums over the lanes of four vectors. */
INLINE void dd_sums(const vf v[4], float out[4]) {
  const vf a = DD_FOLD_8(v[0], v[1]), b = DD_FOLD_8(v[2], v[3]), c = DD_FOLD_4(a, b);
  const vf d = DD_FOLD_2(c, c), e = DD_FOLD_1(d, d);
  UNROLL for (int i = 0; i < 4; i++) out[i] = e[i];
}

/* Adds one register tile of a band; dy: planes of `plane` elements, whose rows are `width` (whole vectors) long. */
INLINE void dd_tile(const ck_direct_gradient_job *j, int64_t height, int64_t width, const float *dy, int64_t plane,
                    const float *x, const int64_t *offsets, int64_t rows, int64_t taps, float *sums) {
  vf sum[DD_ROWS][DD_TAPS];
  const float *line[DD_TAPS];
  UNROLL for (int n = 0; n < DD_TAPS; n++) line[n] = x + offsets[n < taps ? n : 0];
  UNROLL for (int i = 0; i < DD_ROWS; i++) UNROLL for (int n = 0; n < DD_TAPS; n++) sum[i][n] = SPLAT(0.0f);
  const int64_t step = j->plan->stride_y * j->length * j->plan->stride_x;
  for (int64_t r = 0; r < height; r++, dy += width)
    for (int64_t q = 0; q < width; q += SIDE) {
      vf g[DD_ROWS];
      UNROLL for (int i = 0; i < DD_ROWS; i++) g[i] = *(const vf *)(dy + i * plane + q);
      UNROLL for (int n = 0; n < DD_TAPS; n++) {
        const vf v = load(line[n] + r * step + q);
        UNROLL for (int i = 0; i < DD_ROWS; i++) sum[i][n] = VFMA(g[i], v, sum[i][n]);
      }
    }
  UNROLL for (int n = 0; n < DD_TAPS; n++) {
    if (n >= taps) return;
    vf column[4];
    float total[4];
    UNROLL for (int i = 0; i < 4; i++) column[i] = sum[i % DD_ROWS][n];
    dd_sums(column, total);
    UNROLL for (int i = 0; i < DD_ROWS; i++)
      if (i < rows) sums[i * j->depth + n] += total[i];
  }
}

/* Adds a band's share to the sums of some windows: of `part`, sums[out_channels][depth]. */
static void dd_band(const ck_direct_gradient_job *j, int64_t band, const ck_direct_gradient_part *part, float *stage,
                    float *sums) {
  const ck_direct *p = j->plan;
  const int64_t blocks = j->across * j->down, image = band / blocks;
  const int64_t top = band % blocks / j->across * j->band, left = band % j->across * j->width;
  const int64_t height = p->out_height - top < j->band ? p->out_height - top : j->band;
  const int64_t width = p->out_width - left < j->width ? p->out_width - left : j->width;
  const int64_t whole = (width + SIDE - 1) / SIDE * SIDE, plane = height * whole;
  const float *x = j->x + (image * p->in_channels + part->input) * p->in_height * p->in_width;
  const float *dy = j->dy + ((image * p->out_channels + part->output) * p->out_height + top) * p->out_width + left;
  const int64_t rows = (part->outputs + DD_ROWS - 1) / DD_ROWS * DD_ROWS;
  float *gradient = stage, *laid = stage + rows * plane;
  for (int64_t k = 0; k < rows; k++)
    for (int64_t r = 0; r < height; r++, gradient += whole) {
      const int64_t count = k < part->outputs ? width : 0;
      if (count > 0) memcpy(gradient, dy + (k * p->out_height + r) * p->out_width, (size_t)count * sizeof(float));
      memset(gradient + count, 0, (size_t)(whole - count) * sizeof(float));
    }
  direct_lay(p, x, part->inputs, height, top, left, j->lines, j->length, laid);
  const int64_t taps = part->inputs * p->kernel_height * p->kernel_width;
  sums += part->output * j->depth + part->first;
  for (int64_t k = 0; k < part->outputs; k += DD_ROWS)
    for (int64_t n = 0; n < taps; n += DD_TAPS)
      dd_tile(j, height, whole, stage + k * plane, plane, laid, j->offsets + n, part->outputs - k, taps - n,
              sums + k * j->depth + n);
}

const ck_direct_gradient_kernel NAME(ck_direct_gradient_table) = {.rows = DD_ROWS, .band = dd_band};
#endif
