/* Steps of optimisers: parameters, gradients and moments read once and written once. The roundings are those of the
 * element-wise kernels that the rules are otherwise composed of, so that both give the same bytes. */
#ifndef CK_UPDATE_H
#define CK_UPDATE_H
#include "part.h"

/* The gradient, with the parameter's weight added to it where weights decay that way. */
INLINE vf slope_of(const float *gradient, vf parameter, float decay, int64_t n) {
  const vf g = load_part(gradient, n);
  return decay == 0.0f ? g : g + parameter * decay;
}

/* x + weight (y - x), exact at both ends. */
INLINE vf lerp_of(vf x, vf y, float weight) {
  return weight < 0.5f ? VFMA(SPLAT(weight), y - x, x) : VFMA(y - x, SPLAT(weight - 1.0f), y);
}

INLINE void adam_some(const ck_adam *p, int64_t i, int64_t n) {
  const vf x = load_part(p->parameter + i, n) * p->shrink;
  const vf g = slope_of(p->gradient + i, x, p->decay, n);
  const vf first = lerp_of(load_part(p->first + i, n), g, p->rise);
  const vf second = VFMA(p->gain * g, g, load_part(p->second + i, n) * p->keep);
  vf spread = second;
  if (p->largest != NULL) {
    const vf before = load_part(p->largest + i, n);
    spread = choose((before > second) | (before != before), before, second);
    store_part(p->largest + i, n, spread);
  }
  const vf denominator = VSQRT(spread) / p->correction + p->eps;
  store_part(p->first + i, n, first);
  store_part(p->second + i, n, second);
  store_part(p->parameter + i, n, x + p->step * first / denominator);
}

void NAME(ck_adam_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_adam *p = plan;
  const int64_t begin = row * CK_UPDATE_BLOCK;
  const int64_t end = p->count - begin < CK_UPDATE_BLOCK ? p->count : begin + CK_UPDATE_BLOCK;
  int64_t i = begin;
  for (; i + SIDE <= end; i += SIDE) adam_some(p, i, SIDE);
  if (i < end) adam_some(p, i, end - i);
}

INLINE void sgd_some(const ck_sgd *p, int64_t i, int64_t n) {
  const vf x = load_part(p->parameter + i, n);
  vf direction = slope_of(p->gradient + i, x, p->decay, n);
  if (p->velocity != NULL) {
    const vf velocity =
        p->fresh ? direction : load_part(p->velocity + i, n) * p->momentum + direction * p->gain;
    store_part(p->velocity + i, n, velocity);
    direction = p->nesterov ? direction + velocity * p->momentum : velocity;
  }
  store_part(p->parameter + i, n, x + p->step * direction);
}

void NAME(ck_sgd_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_sgd *p = plan;
  const int64_t begin = row * CK_UPDATE_BLOCK;
  const int64_t end = p->count - begin < CK_UPDATE_BLOCK ? p->count : begin + CK_UPDATE_BLOCK;
  int64_t i = begin;
  for (; i + SIDE <= end; i += SIDE) sgd_some(p, i, SIDE);
  if (i < end) sgd_some(p, i, end - i);
}
#endif
