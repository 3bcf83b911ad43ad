/* The Kuwahara family with eight sectors: one row of the output, sixteen neighbouring pixels at a time.
 *
 * A pixel gathers weighted sums over each of its sectors, and blends the sectors' means by how even they are. The
 * generalised filter has the same sectors everywhere (a table of taps); the anisotropic one shapes them as an ellipse
 * along the local direction. Every pixel is computed alone, so that splitting the rows changes no byte. */
#ifndef CK_KUWAHARA_H
#define CK_KUWAHARA_H
#include "picture.h"

enum { SECTORS = 8 };

/* A sector's say in the result: 1 / (1 + (255 v)^(q/2)), v the variance summed over the channels. */
INLINE vf evenness(vf variance, float sharpness) {
  const vf v = VMIN(VMAX(variance * 255.0f, SPLAT(1e-30f)), SPLAT(1e30f));
  const vf power = VMAX(VMIN(vector_log(v) * (0.5f * sharpness), SPLAT(60.0f)), SPLAT(-80.0f));
  return 1.0f / (1.0f + vector_exp(power));
}

/* sums: for every sector the weight, the energy, then the channels. */
INLINE void blend(const ck_kuwahara *p, const int64_t channels, const vf *sums, float *out, int64_t first) {
  vf share[SECTORS], total = SPLAT(0.0f);
  for (int k = 0; k < SECTORS; k++) {
    const vf *s = sums + k * (channels + 2);
    const vf scale = 1.0f / s[0];
    vf variance = s[1] * scale;
    for (int64_t c = 0; c < channels; c++) {
      const vf mean = s[2 + c] * scale;
      variance -= mean * mean;
    }
    const vf say = evenness(variance, p->sharpness);
    share[k] = say * scale;
    total += say;
  }
  for (int64_t c = 0; c < channels; c++) {
    vf sum = SPLAT(0.0f);
    for (int k = 0; k < SECTORS; k++) sum = VFMA(share[k], sums[k * (channels + 2) + 2 + c], sum);
    store(out + c * p->height * p->width, p->width, first, sum / total);
  }
}

/* Sums of one sector's taps over up to four planes at once. */
INLINE void table_sums(const int planes, const float *const *from, int64_t taps, const int64_t *offset,
                       const float *weight, vf *to) {
  vf sum[4] = {SPLAT(0.0f), SPLAT(0.0f), SPLAT(0.0f), SPLAT(0.0f)};
  for (int64_t t = 0; t < taps; t++) {
    const vf w = SPLAT(weight[t]);
    for (int i = 0; i < planes; i++) sum[i] = VFMA(w, load(from[i] + offset[t]), sum[i]);
  }
  for (int i = 0; i < planes; i++) to[i] = sum[i];
}

/* The generalised filter: each sector's taps from the table; their weights add up to 1. */
INLINE void table_block(const ck_kuwahara *p, const int64_t channels, const float *x, const float *energy, vf *sums,
                        float *out, int64_t first) {
  const int64_t *offset = p->offsets;
  const float *weight = p->weights;
  for (int k = 0; k < SECTORS; k++) {
    vf *s = sums + k * (channels + 2);
    const int64_t n = p->counts[k];
    s[0] = SPLAT(1.0f);
    if (channels <= 3) {
      const float *const from[4] = {energy, x, channels > 1 ? x + p->plane : x, channels > 2 ? x + 2 * p->plane : x};
      table_sums((int)channels + 1, from, n, offset, weight, s + 1);
    } else {
      table_sums(1, &energy, n, offset, weight, s + 1);
      for (int64_t c = 0; c < channels; c++) {
        const float *plane = x + c * p->plane;
        table_sums(1, &plane, n, offset, weight, s + 2 + c);
      }
    }
    offset += n;
    weight += n;
  }
  blend(p, channels, sums, out, first);
}

/* A map from steps in pixels to the unit disc, per lane: v = (ax dx + ay dy, bx dx + by dy). */
typedef struct {
  vf ax, ay, bx, by;
  int64_t reach_x, reach_y;
} ellipse;

/* The ellipse along the direction of least change, from the smoothed structure tensor (e f; f g). */
INLINE ellipse ellipse_of(const ck_kuwahara *p, const float *tensor) {
  const vf e = load(tensor), f = load(tensor + SIDE), g = load(tensor + 2 * SIDE);
  const vf zero = SPLAT(0.0f), one = SPLAT(1.0f);
  const vf middle = 0.5f * (e + g), half = 0.5f * (e - g);
  const vf root = VSQRT(VFMA(half, half, f * f));
  const vf anisotropy = choose(middle > zero, root / middle, zero);
  vf u, v;
  calmest(e, f, g, &u, &v);
  const vf stretch = (p->eccentricity + anisotropy) / p->eccentricity;
  const vf a = p->radius * VMIN(stretch, SPLAT(2.0f)), b = p->radius * VMAX(one / stretch, SPLAT(0.1f));
  const vf reach_x = VSQRT(VFMA(a * u, a * u, b * v * (b * v)));
  const vf reach_y = VSQRT(VFMA(a * v, a * v, b * u * (b * u)));
  /* Rounding may not push a tap out of the margin; a NaN in the picture ends here. */
  const float limit = (float)p->margin;
  const float most_x = __builtin_reduce_max(VMIN(reach_x, SPLAT(limit)));
  const float most_y = __builtin_reduce_max(VMIN(reach_y, SPLAT(limit)));
  return (ellipse){.ax = u / a, .ay = v / a, .bx = -v / b, .by = u / b,
                   .reach_x = most_x <= limit ? (int64_t)most_x : 0, .reach_y = most_y <= limit ? (int64_t)most_y : 0};
}

/* Weights of the eight sectors at v (4 axis-aligned and 4 diagonal polynomials), and their sum. */
INLINE vf sector_weights(vf x, vf y, float zeta, float eta, vf *w) {
  const vf zero = SPLAT(0.0f);
  vf z, total = zero;
  for (int turn = 0; turn < 2; turn++) {
    const vf along = zeta - eta * x * x, across = zeta - eta * y * y;
    z = VMAX(zero, y + along), w[turn] = z * z;
    z = VMAX(zero, across - x), w[turn + 2] = z * z;
    z = VMAX(zero, along - y), w[turn + 4] = z * z;
    z = VMAX(zero, across + x), w[turn + 6] = z * z;
    total += (w[turn] + w[turn + 2]) + (w[turn + 4] + w[turn + 6]);
    const vf turned = 0.70710678f * (x - y);
    y = 0.70710678f * (x + y);
    x = turned;
  }
  return total;
}

/* Pairs of opposite taps whose weights are known before they are summed. */
enum { PAIRS = 32 };
typedef struct {
  int64_t count, offset[PAIRS];
  vf w[PAIRS][SECTORS];
} pairs;

/* Adds the pairs' share of up to four planes to the sums of sectors k, k + 1, k + 4 and k + 5: few enough to stay in
 * registers. Sector k sees at v what sector k + 4 sees at -v. */
INLINE void add_pairs(const int planes, const float *const *from, const pairs *taps, const int k, vf *sums, int64_t parts) {
  vf sum[4][4];
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < planes; j++) sum[i][j] = sums[(k + i % 2 + i / 2 * 4) * parts + j];
  for (int64_t n = 0; n < taps->count; n++) {
    const vf *w = taps->w[n];
    for (int j = 0; j < planes; j++) {
      const vf there = load(from[j] + taps->offset[n]), opposite = load(from[j] - taps->offset[n]);
      for (int i = 0; i < 2; i++) {
        sum[i][j] = VFMA(w[k + i], there, VFMA(w[k + i + 4], opposite, sum[i][j]));
        sum[i + 2][j] = VFMA(w[k + i + 4], there, VFMA(w[k + i], opposite, sum[i + 2][j]));
      }
    }
  }
  for (int i = 0; i < 4; i++)
    for (int j = 0; j < planes; j++) sums[(k + i % 2 + i / 2 * 4) * parts + j] = sum[i][j];
}

/* Adds the pairs' share to all sums. */
INLINE void add_all(const ck_kuwahara *p, const int64_t channels, const float *x, const float *energy,
                    const pairs *taps, vf *sums) {
  const int64_t parts = channels + 2;
  vf weight[4];
  for (int k = 0; k < 4; k++) weight[k] = sums[k * parts];
  for (int64_t n = 0; n < taps->count; n++)
    for (int k = 0; k < 4; k++) weight[k] += taps->w[n][k] + taps->w[n][k + 4];
  for (int k = 0; k < SECTORS; k++) sums[k * parts] = weight[k % 4];
  if (channels <= 3) {
    const float *const from[4] = {energy, x, channels > 1 ? x + p->plane : x, channels > 2 ? x + 2 * p->plane : x};
    for (int k = 0; k < 4; k += 2) add_pairs((int)channels + 1, from, taps, k, sums + 1, parts);
    return;
  }
  for (int64_t c = -1; c < channels; c++) {
    const float *plane = c < 0 ? energy : x + c * p->plane;
    for (int k = 0; k < 4; k += 2) add_pairs(1, &plane, taps, k, sums + 2 + c, parts);
  }
}

/* The anisotropic filter. */
INLINE void ellipse_block(const ck_kuwahara *p, const int64_t channels, const float *x, const float *energy,
                          const ellipse *shape, vf *sums, float *out, int64_t first) {
  const int64_t parts = channels + 2;
  for (int k = 0; k < SECTORS; k++) {
    vf *s = sums + k * parts;
    s[0] = SPLAT(0.125f);
    s[1] = 0.125f * load(energy);
    for (int64_t c = 0; c < channels; c++) s[2 + c] = 0.125f * load(x + c * p->plane);
  }
  pairs taps;
  taps.count = 0;
  for (int64_t dy = 0; dy <= shape->reach_y; dy++)
    for (int64_t dx = dy == 0 ? 1 : -shape->reach_x; dx <= shape->reach_x; dx++) {
      const vf vx = VFMA(shape->ax, SPLAT((float)dx), shape->ay * (float)dy);
      const vf vy = VFMA(shape->bx, SPLAT((float)dx), shape->by * (float)dy);
      const vf square = VFMA(vx, vx, vy * vy);
      if (__builtin_reduce_or(square <= SPLAT(1.0f)) == 0) continue;
      vf *w = taps.w[taps.count];
      const vf total = sector_weights(vx, vy, p->zeta, p->eta, w);
      const vf inside = VMIN(square, SPLAT(1.0f));
      const vf bell = choose(square <= inside, vector_exp(inside * -3.14159265f) / total, SPLAT(0.0f));
      for (int k = 0; k < SECTORS; k++) w[k] *= bell;
      taps.offset[taps.count++] = dy * p->row + dx;
      if (taps.count < PAIRS) continue;
      add_all(p, channels, x, energy, &taps, sums);
      taps.count = 0;
    }
  add_all(p, channels, x, energy, &taps, sums);
  blend(p, channels, sums, out, first);
}

INLINE void kuwahara_row(const ck_kuwahara *p, const int64_t channels, int64_t row, vf *sums) {
  const int64_t image = row / p->height, y = row % p->height;
  const float *x = p->x + image * channels * p->plane + (y + p->margin) * p->row + p->margin;
  const float *energy = p->energy + image * p->plane + (y + p->margin) * p->row + p->margin;
  float *out = p->out + (image * channels * p->height + y) * p->width;
  const int64_t area = p->height * p->width;
  for (int64_t first = 0; first < p->width; first += SIDE) {
    /* The last block of a row ends with it and computes some pixels twice, to the same bytes. */
    if (p->width >= SIDE && first > p->width - SIDE) first = p->width - SIDE;
    if (p->tensor == NULL) {
      table_block(p, channels, x + first, energy + first, sums, out, first);
      continue;
    }
    float field[3 * SIDE] = {0};
    const float *tensor = p->tensor + image * 3 * area + y * p->width + first;
    const size_t bytes = (size_t)(p->width < SIDE ? p->width : SIDE) * sizeof(float);
    for (int k = 0; k < 3; k++) memcpy(field + k * SIDE, tensor + k * area, bytes);
    const ellipse shape = ellipse_of(p, field);
    ellipse_block(p, channels, x + first, energy + first, &shape, sums, out, first);
  }
}

/* scratch: room for 8 (channels + 2) vectors, used beyond three channels. */
void NAME(ck_kuwahara_row)(const void *plan, int64_t row, void *scratch) {
  const ck_kuwahara *p = plan;
  vf sums[SECTORS * 5];
  switch (p->channels) {
    case 1: kuwahara_row(p, 1, row, sums); break;
    case 2: kuwahara_row(p, 2, row, sums); break;
    case 3: kuwahara_row(p, 3, row, sums); break;
    default: kuwahara_row(p, p->channels, row, scratch); break;
  }
}
#endif
