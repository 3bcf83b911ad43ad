/* Steps that move values between neighbouring pixels: anisotropic diffusion, and the right hand sides of L0 smoothing. */
#ifndef CK_DIFFUSION_H
#define CK_DIFFUSION_H
#include "math.h"

void NAME(ck_diffusion_row)(const void *plan, int64_t row, void *scratch) {
  const ck_diffusion *p = plan;
  const int64_t width = p->width, plane = p->height * width, image = row / p->height, y = row % p->height;
  const int64_t start = image * p->channels * plane + y * width;
  const int64_t up = y > 0 ? -width : 0, down = y + 1 < p->height ? width : 0;
  /* Conductances to the pixels above and below, and, at j + 1, to the right. */
  float *above = scratch, *below = above + width, *beside = below + width;
  memset(scratch, 0, (size_t)(3 * width + 1) * sizeof(float));
  for (int64_t c = 0; c < p->channels; c++) {
    const float *x = p->x + start + c * plane, *north = x + up, *south = x + down;
    LOOP for (int64_t j = 0; j < width; j++) {
      const float n = north[j] - x[j], s = south[j] - x[j];
      above[j] = FMAF(n, n, above[j]);
      below[j] = FMAF(s, s, below[j]);
    }
    LOOP for (int64_t j = 0; j + 1 < width; j++) beside[j + 1] = FMAF(x[j + 1] - x[j], x[j + 1] - x[j], beside[j + 1]);
  }
  const float scale = p->scale;
  float *all = scratch;
  if (p->rational)
    LOOP for (int64_t j = 0; j < 3 * width; j++) all[j] = 1 / FMAF(scale, all[j], 1.0f);
  else
    LOOP for (int64_t j = 0; j < 3 * width; j++) all[j] = m_exp_f32(-scale * all[j]);
  /* Nothing flows over the sides. */
  beside[0] = beside[width] = 0;
  for (int64_t c = 0; c < p->channels; c++) {
    const float *x = p->x + start + c * plane, *north = x + up, *south = x + down;
    float *out = p->out + start + c * plane;
    const int64_t last = width - 1;
    LOOP for (int64_t j = 0; j < width; j++) {
      const float here = x[j], west = x[j > 0 ? j - 1 : 0], east = x[j < last ? j + 1 : last];
      float flow = FMAF(above[j], north[j] - here, below[j] * (south[j] - here));
      flow += FMAF(beside[j], west - here, beside[j + 1] * (east - here));
      out[j] = FMAF(p->step, flow, here);
    }
  }
}

/* 1 where a pixel's differences to its right and lower neighbours are kept. */
INLINE void keep_row(const ck_l0 *p, const float *x, int64_t y, float *keep) {
  const int64_t width = p->width, plane = p->height * width, down = y + 1 < p->height ? width : 0;
  memset(keep, 0, (size_t)width * sizeof(float));
  for (int64_t c = 0; c < p->channels; c++) {
    const float *row = x + c * plane + y * width, *below = row + down;
    LOOP for (int64_t j = 0; j < width; j++) keep[j] = FMAF(below[j] - row[j], below[j] - row[j], keep[j]);
    LOOP for (int64_t j = 0; j + 1 < width; j++) keep[j] = FMAF(row[j + 1] - row[j], row[j + 1] - row[j], keep[j]);
  }
  LOOP for (int64_t j = 0; j < width; j++) keep[j] = keep[j] < p->threshold ? 0.0f : 1.0f;
}

void NAME(ck_l0_row)(const void *plan, int64_t row, void *scratch) {
  const ck_l0 *p = plan;
  const int64_t width = p->width, plane = p->height * width, image = row / p->height, y = row % p->height;
  const int64_t start = image * p->channels * plane, down = y + 1 < p->height ? width : 0;
  float *keep = scratch, *above = keep + width;
  keep_row(p, p->x + start, y, keep);
  if (y > 0) keep_row(p, p->x + start, y - 1, above);
  for (int64_t c = 0; c < p->channels; c++) {
    const int64_t at = start + c * plane + y * width;
    const float *x = p->x + at, *source = p->source + at;
    float *out = p->out + at;
    LOOP for (int64_t j = 0; j < width; j++) {
      const float from_above = y > 0 ? above[j] * (x[j] - x[j - width]) : 0;
      out[j] = FMAF(p->beta, from_above - keep[j] * (x[j + down] - x[j]), source[j]);
    }
    for (int64_t j = 0; j + 1 < width; j++) {
      const float flow = p->beta * keep[j] * (x[j + 1] - x[j]);
      out[j] -= flow;
      out[j + 1] += flow;
    }
  }
}
#endif
