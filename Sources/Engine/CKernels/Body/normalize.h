/* Normalising rows of numbers by their own mean and variance, with what usually follows. A row is read twice: for its
 * moments, and to be changed. */
#ifndef CK_NORMALIZE_H
#define CK_NORMALIZE_H
#include "part.h"

/* Numbers that are summed in f32 at a time; between blocks sums are f64. */
enum { MOMENT_BLOCK = 4096 };

/* Mean and variance (biased) of n numbers: those of blocks, put together by Chan, Golub & LeVeque's rule (1979). */
static void row_moments(const float *x, int64_t n, double *mean, double *variance) {
  double m = 0, squares = 0;
  for (int64_t first = 0; first < n; first += MOMENT_BLOCK) {
    const int64_t count = n - first < MOMENT_BLOCK ? n - first : MOMENT_BLOCK;
    vf sum[2] = {SPLAT(0.0f), SPLAT(0.0f)};
    for (int64_t i = 0; i < count; i += SIDE) sum[i / SIDE & 1] += load_part(x + first + i, count - i);
    const float about = (float)(lanes_sum(sum[0] + sum[1]) / (double)count);
    /* Far from 0 that is a rounded mean: what it lacks shows in the differences from it. */
    vf rest = SPLAT(0.0f), square = SPLAT(0.0f);
    int64_t i = 0;
    for (; i + SIDE <= count; i += SIDE) {
      const vf d = load(x + first + i) - about;
      rest += d;
      square = VFMA(d, d, square);
    }
    double own_rest = lanes_sum(rest), own_squares = lanes_sum(square);
    for (; i < count; i++) {
      const double d = x[first + i] - about;
      own_rest += d, own_squares += d * d;
    }
    const double own = about + own_rest / (double)count;
    own_squares -= own_rest * own_rest / (double)count;
    const double gap = own - m, total = (double)(first + count);
    m += gap * (double)count / total;
    squares += own_squares + gap * gap * (double)first * (double)count / total;
  }
  *mean = m;
  *variance = squares / (double)n;
}

INLINE vf logistic(vf v) { return 1.0f / (1.0f + vector_exp(VMIN(VMAX(-v, SPLAT(-80.0f)), SPLAT(80.0f)))); }

INLINE vf activated(int32_t activation, vf v) {
  if (activation == CK_ACTIVATION_RELU) return rectified(v);
  return activation == CK_ACTIVATION_SILU ? v * logistic(v) : v;
}

/* The gradient before the activation, from that after it. */
INLINE vf before_activation(int32_t activation, vf v, vf g) {
  if (activation == CK_ACTIVATION_RELU) return choose(v <= 0.0f, SPLAT(0.0f), g);
  if (activation != CK_ACTIVATION_SILU) return g;
  const vf s = logistic(v);
  return g * s * (1.0f + v * (1.0f - s));
}

/* The mean is m + rest: what f32 does not hold of it shows where it is many deviations large. */
INLINE vf normal(vf x, float m, float rest, float inverse) { return (x - m - rest) * inverse; }

/* The weights (or biases) of elements i… of a row: one for all of a channel, or each its own where channels have a single
 * element. */
INLINE vf row_parameter(const float *p, int64_t channel, int64_t area, int64_t i, int64_t count, float otherwise) {
  if (p == NULL) return SPLAT(otherwise);
  return area == 1 ? load_part(p + channel + i, count) : SPLAT(p[channel]);
}

void NAME(ck_normalize_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_normalize *p = plan;
  const int64_t n = p->channels * p->area, first = row % p->groups * p->channels;
  const float *x = p->x + row * n;
  float *y = p->y + row * n;
  double mean, variance;
  row_moments(x, n, &mean, &variance);
  const float m = (float)mean, rest = (float)(mean - m), inverse = (float)(1 / sqrt(variance + p->eps));
  if (p->mean != NULL) p->mean[row] = m, p->rest[row] = rest, p->inverse[row] = inverse;
  const int64_t parts = p->area == 1 ? 1 : p->channels, length = n / parts;
  for (int64_t c = 0; c < parts; c++, x += length, y += length)
    for (int64_t i = 0; i < length; i += SIDE) {
      const vf w = row_parameter(p->weight, first + c, p->area, i, length - i, 1);
      const vf b = row_parameter(p->bias, first + c, p->area, i, length - i, 0);
      const vf v = VFMA(normal(load_part(x + i, length - i), m, rest, inverse), w, b);
      store_part(y + i, length - i, activated(p->activation, v));
    }
}

void NAME(ck_normalize_back_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_normalize_back *p = plan;
  const int64_t n = p->channels * p->area, first = row % p->groups * p->channels;
  const float *x = p->x + row * n, *g = p->g + row * n, m = p->mean[row], rest = p->rest[row];
  const float inverse = p->inverse[row];
  const int64_t parts = p->area == 1 ? 1 : p->channels, length = n / parts;
  double sum = 0, along = 0; /* of weight · gradient, and of that times the normal value */
  for (int64_t c = 0; c < parts; c++) {
    double channel_sum = 0, channel_along = 0;
    for (int64_t from = 0; from < length; from += MOMENT_BLOCK) {
      const int64_t to = from + MOMENT_BLOCK < length ? from + MOMENT_BLOCK : length;
      vf s = SPLAT(0.0f), a = SPLAT(0.0f);
      for (int64_t i = from; i < to; i += SIDE) {
        const vf w = row_parameter(p->weight, first + c, p->area, i, to - i, 1);
        const vf b = row_parameter(p->bias, first + c, p->area, i, to - i, 0);
        vf h = normal(load_part(x + c * length + i, to - i), m, rest, inverse);
        if (to - i < SIDE) h = choose(lanes_below(to - i), h, SPLAT(0.0f));
        vf d = before_activation(p->activation, VFMA(h, w, b), load_part(g + c * length + i, to - i));
        if (p->area == 1) d *= w;
        s += d;
        a = VFMA(d, h, a);
      }
      channel_sum += lanes_sum(s), channel_along += lanes_sum(a);
    }
    const double w = p->weight == NULL || p->area == 1 ? 1 : p->weight[first + c];
    sum += w * channel_sum, along += w * channel_along;
    if (p->dbias != NULL)
      p->dbias[row * p->channels + c] = (float)channel_sum, p->dweight[row * p->channels + c] = (float)channel_along;
  }
  const float level = (float)(sum / (double)n), slope = (float)(along / (double)n);
  float *dx = p->dx + row * n;
  for (int64_t c = 0; c < parts; c++)
    for (int64_t i = 0; i < length; i += SIDE) {
      const vf w = row_parameter(p->weight, first + c, p->area, i, length - i, 1);
      const vf b = row_parameter(p->bias, first + c, p->area, i, length - i, 0);
      const vf h = normal(load_part(x + c * length + i, length - i), m, rest, inverse);
      const vf d = before_activation(p->activation, VFMA(h, w, b), load_part(g + c * length + i, length - i)) * w;
      store_part(dx + c * length + i, length - i, (VFMA(h, SPLAT(-slope), d) - level) * inverse);
    }
}
#endif
