/* Losses that compare neighbouring or corresponding numbers, and their gradients, each in one pass. Sums: sixteen lanes of
 * f32 over at most 16 terms each, the lanes added in f64; no fused operations, so the same bytes on every level. */
#ifndef CK_LOSS_H
#define CK_LOSS_H
#include "part.h"

enum { LOSS_TERMS = 16 };

INLINE vf cost_of(vf d, bool square) { return square ? d * d : __builtin_elementwise_abs(d); }

/* Half the slope of a square, the slope of a magnitude: 0 at 0, NaN stays. */
INLINE vf slope_at(vf d, bool square) {
  return square ? d : choose(d > 0.0f, SPLAT(1.0f), choose(d < 0.0f, SPLAT(-1.0f), d));
}

/* The sum of the costs of y[j] - x[j] over n numbers. */
INLINE double costs(const float *x, const float *y, int64_t n, bool square) {
  double total = 0;
  for (int64_t i = 0; i < n;) {
    vf a = SPLAT(0.0f), b = SPLAT(0.0f);
    const int64_t end = n - i < 2 * SIDE * LOSS_TERMS ? n : i + 2 * SIDE * LOSS_TERMS;
    for (; i + 2 * SIDE <= end; i += 2 * SIDE) {
      a += cost_of(load(y + i) - load(x + i), square);
      b += cost_of(load(y + i + SIDE) - load(x + i + SIDE), square);
    }
    for (; i < end; i += SIDE) {
      const int64_t m = end - i < SIDE ? end - i : SIDE;
      a += cost_of(load_part(y + i, m) - load_part(x + i, m), square);
    }
    i = end;
    total += lanes_sum(a) + lanes_sum(b);
  }
  return total;
}

void NAME(ck_distance_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_distance *p = plan;
  const int64_t begin = row * CK_LOSS_BLOCK, n = p->count - begin < CK_LOSS_BLOCK ? p->count - begin : CK_LOSS_BLOCK;
  const float *x = p->x + begin, *y = p->y + begin;
  p->sums[row] = p->square ? costs(y, x, n, true) : costs(y, x, n, false);
}

void NAME(ck_distance_back_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_distance_back *p = plan;
  const int64_t begin = row * CK_LOSS_BLOCK, end = p->count - begin < CK_LOSS_BLOCK ? p->count : begin + CK_LOSS_BLOCK;
  for (int64_t i = begin; i < end; i += SIDE) {
    const int64_t n = end - i < SIDE ? end - i : SIDE;
    store_part(p->dx + i, n, slope_at(load_part(p->x + i, n) - load_part(p->y + i, n), p->square) * p->scale);
  }
}

void NAME(ck_variation_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_variation *p = plan;
  const int64_t width = p->width;
  const bool last = row % p->height == p->height - 1;
  const float *x = p->x + row * width;
  p->sums[2 * row] = last ? 0 : p->square ? costs(x, x + width, width, true) : costs(x, x + width, width, false);
  p->sums[2 * row + 1] = p->square ? costs(x, x + 1, width - 1, true) : costs(x, x + 1, width - 1, false);
}

/* n neighbouring numbers' gradients; left, right: whether the numbers outside belong to the row. */
INLINE vf variation_slope(const ck_variation_back *p, const float *x, int64_t n, bool above, bool below, bool left,
                          bool right) {
  const vf v = load_part(x, n);
  vf down = SPLAT(0.0f), across = SPLAT(0.0f);
  if (above) down += slope_at(v - load_part(x - p->width, n), p->square);
  if (below) down -= slope_at(load_part(x + p->width, n) - v, p->square);
  if (left) across += slope_at(v - load_part(x - 1, n), p->square);
  if (right) across -= slope_at(load_part(x + 1, n) - v, p->square);
  return down * p->down + across * p->across;
}

void NAME(ck_variation_back_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_variation_back *p = plan;
  const int64_t width = p->width, line = row % p->height;
  const bool above = line > 0, below = line < p->height - 1;
  const float *x = p->x + row * width;
  float *dx = p->dx + row * width;
  store_part(dx, 1, variation_slope(p, x, 1, above, below, false, width > 1));
  for (int64_t i = 1; i < width - 1; i += SIDE) {
    const int64_t n = width - 1 - i < SIDE ? width - 1 - i : SIDE;
    store_part(dx + i, n, variation_slope(p, x + i, n, above, below, true, true));
  }
  if (width > 1) store_part(dx + width - 1, 1, variation_slope(p, x + width - 1, 1, above, below, true, false));
}
#endif
