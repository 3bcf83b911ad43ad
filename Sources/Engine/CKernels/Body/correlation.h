/* Windows over planes: one row of one plane, sixty-four neighbouring pixels at a time. */
#ifndef CK_CORRELATION_H
#define CK_CORRELATION_H
#include "picture.h"

/* One block of a correlation: `vectors` times sixteen pixels, the taps in reading order. */
INLINE void correlate_block(const ck_correlation *p, const int vectors, const float *in, float *out) {
  vf sum[4] = {SPLAT(0.0f), SPLAT(0.0f), SPLAT(0.0f), SPLAT(0.0f)};
  const float *window = p->window;
  for (int64_t i = 0; i < p->rows; i++, in += p->width)
    for (int64_t j = 0; j < p->columns; j++) {
      const vf w = SPLAT(*window++);
      for (int v = 0; v < vectors; v++) sum[v] = VFMA(w, load(in + j + v * SIDE), sum[v]);
    }
  for (int v = 0; v < vectors; v++) *(vf_u *)(out + v * SIDE) = sum[v];
}

void NAME(ck_correlation_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_correlation *p = plan;
  const int64_t height = p->height - p->rows + 1, width = p->width - p->columns + 1;
  const float *in = p->in + (row / height * p->height + row % height) * p->width;
  float *out = p->out + row * width;
  int64_t x = 0;
  for (; x + 4 * SIDE <= width; x += 4 * SIDE) correlate_block(p, 4, in + x, out + x);
  for (; x + SIDE <= width; x += SIDE) correlate_block(p, 1, in + x, out + x);
  if (x < width && width >= SIDE) {
    /* The last block ends with the row and computes some pixels twice, to the same bytes. */
    correlate_block(p, 1, in + width - SIDE, out + width - SIDE);
    return;
  }
  for (; x < width; x++) {
    float sum = 0;
    for (int64_t i = 0; i < p->rows; i++)
      for (int64_t j = 0; j < p->columns; j++)
        sum = FMAF(p->window[i * p->columns + j], in[i * p->width + x + j], sum);
    out[x] = sum;
  }
}
#endif
