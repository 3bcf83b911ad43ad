/* The joint bilateral filter: a pixel becomes the mean of its neighbours inside a circle, each weighted by
 * 2^(near[tap] + say d^2), d the sum over the guide's channels of the absolute differences to the pixel.
 *
 * One row of the output, 32 neighbouring pixels at a time; every pixel is computed alone. */
#ifndef CK_BILATERAL_H
#define CK_BILATERAL_H
#include "picture.h"

INLINE vf vabs(vf x) { return __builtin_elementwise_abs(x); }

/* 2^x for -126 <= x <= 0; the largest relative error is 2e-7. */
INLINE vf vector_exp2(vf x) {
  const vf magic = SPLAT(0x1.8p23f);
  const vf shifted = x + magic;
  const vf r = x - (shifted - magic);
  vf p = VFMA(SPLAT(0x1.5bb994p-10f), r, SPLAT(0x1.3cea84p-7f));
  p = VFMA(p, r, SPLAT(0x1.c6b754p-5f));
  p = VFMA(p, r, SPLAT(0x1.ebf9bcp-3f));
  p = VFMA(p, r, SPLAT(0x1.62e42ap-1f));
  p = VFMA(p, r, SPLAT(1.0f));
  return (vf)((vi)p + ((vi)shifted << 23));
}

enum { BILATERAL_VECTORS = 2 };

/* One block of pixels. `guides` channels of the guide, `channels` of the picture; `same`: the picture is the guide. */
INLINE void bilateral_block(const ck_bilateral *p, const int vectors, const int64_t guides, const int64_t channels,
                            const bool same, const float *guide, const float *x, vf *sums, float *out,
                            int64_t first) {
  vf weight[BILATERAL_VECTORS], centre[BILATERAL_VECTORS][4];
  for (int v = 0; v < vectors; v++) {
    weight[v] = SPLAT(0.0f);
    for (int64_t c = 0; c < channels; c++) sums[v * channels + c] = SPLAT(0.0f);
    for (int64_t g = 0; g < guides && g < 4; g++) centre[v][g] = load(guide + g * p->plane + v * SIDE);
  }
  const vf say = SPLAT(p->say), least = SPLAT(-126.0f);
  for (int64_t t = 0; t < p->taps; t++) {
    const int64_t offset = p->offsets[t];
    const vf near = SPLAT(p->near[t]);
    for (int v = 0; v < vectors; v++) {
      const float *from = guide + offset + v * SIDE;
      vf there[4], far = SPLAT(0.0f);
      for (int64_t g = 0; g < guides; g++) {
        const vf q = load(from + g * p->plane);
        if (g < 4) there[g] = q;
        far += vabs(q - (g < 4 ? centre[v][g] : load(guide + g * p->plane + v * SIDE)));
      }
      const vf w = vector_exp2(VMAX(VFMA(far * say, far, near), least));
      weight[v] += w;
      for (int64_t c = 0; c < channels; c++) {
        const vf q = same && c < 4 ? there[c] : load(x + c * p->plane + offset + v * SIDE);
        sums[v * channels + c] = VFMA(w, q, sums[v * channels + c]);
      }
    }
  }
  for (int v = 0; v < vectors; v++)
    for (int64_t c = 0; c < channels; c++)
      store(out + c * p->height * p->width, p->width, first + v * SIDE, sums[v * channels + c] / weight[v]);
}

INLINE void bilateral_row(const ck_bilateral *p, const int64_t guides, const int64_t channels, const bool same,
                          int64_t row, vf *sums) {
  const int64_t image = row / p->height, y = row % p->height, wide = BILATERAL_VECTORS * SIDE;
  const int64_t start = (y + p->margin) * p->row + p->margin;
  const float *guide = p->guide + (p->shared ? 0 : image * guides * p->plane) + start;
  const float *x = p->x + image * channels * p->plane + start;
  float *out = p->out + (image * channels * p->height + y) * p->width;
  int64_t at = 0;
  for (; at + wide <= p->width; at += wide)
    bilateral_block(p, BILATERAL_VECTORS, guides, channels, same, guide + at, x + at, sums, out, at);
  for (; at < p->width; at += SIDE) {
    /* The last block of a row ends with it and computes some pixels twice, to the same bytes. */
    if (p->width >= SIDE && at > p->width - SIDE) at = p->width - SIDE;
    bilateral_block(p, 1, guides, channels, same, guide + at, x + at, sums, out, at);
  }
}

/* scratch: room for BILATERAL_VECTORS * channels vectors. */
void NAME(ck_bilateral_row)(const void *plan, int64_t row, void *scratch) {
  const ck_bilateral *p = plan;
  const bool same = p->x == p->guide && p->channels == p->guides && !p->shared;
  vf sums[BILATERAL_VECTORS * 3];
  if (same && p->channels == 1) bilateral_row(p, 1, 1, true, row, sums);
  else if (same && p->channels == 3) bilateral_row(p, 3, 3, true, row, sums);
  else if (p->guides == 1 && p->channels == 3) bilateral_row(p, 1, 3, false, row, sums);
  else if (p->guides == 3 && p->channels == 3) bilateral_row(p, 3, 3, false, row, sums);
  else if (p->guides == 3 && p->channels == 1) bilateral_row(p, 3, 1, false, row, sums);
  else bilateral_row(p, p->guides, p->channels, same, row, scratch);
}
#endif
