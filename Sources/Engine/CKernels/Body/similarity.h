/* Structural similarity of two pictures: one row of windows. Sums run in double precision, eight columns at a time,
 * because variances are small differences of large numbers. */
#ifndef CK_SIMILARITY_H
#define CK_SIMILARITY_H
#include "base.h"

enum { WIDE = 8 };

typedef float half_row __attribute__((ext_vector_type(8), aligned(4)));

#if CK_LEVEL >= 3
#define DFMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define DFMA(a, b, c) ((a) * (b) + (c))
#endif

#define DSPLAT(v) ((vd)(v))

/* Eight floats as doubles; zeros past the row's end. */
INLINE vd load_wide(const float *p, int64_t left) {
  half_row v = (half_row)(0.0f);
  if (left >= WIDE)
    v = *(const half_row *)p;
  else
    memcpy(&v, p, (size_t)left * sizeof(float));
  return __builtin_convertvector(v, vd);
}

/* Column sums over the window's rows: of x, of y, of x² + y² and of xy, each `stride` doubles. */
INLINE void sum_columns(const ck_similarity *p, const float *x, const float *y, double *sums, int64_t stride) {
  for (int64_t j = 0; j < p->width; j += WIDE) {
    vd a = DSPLAT(0.0), b = DSPLAT(0.0), squares = DSPLAT(0.0), product = DSPLAT(0.0);
    for (int64_t t = 0; t < p->taps; t++) {
      const vd w = DSPLAT(p->window[t]);
      const vd u = load_wide(x + t * p->width + j, p->width - j), v = load_wide(y + t * p->width + j, p->width - j);
      a = DFMA(w, u, a);
      b = DFMA(w, v, b);
      squares = DFMA(w, DFMA(u, u, v * v), squares);
      product = DFMA(w, u * v, product);
    }
    const vd column[4] = {a, b, squares, product};
    for (int k = 0; k < 4; k++) *(vd_u *)(sums + k * stride + j) = column[k];
  }
}

/* Weighted sums over the window's columns. */
INLINE vd sum_taps(const ck_similarity *p, const double *from) {
  vd sum = DSPLAT(0.0);
  for (int64_t t = 0; t < p->taps; t++) sum = DFMA(DSPLAT(p->window[t]), *(const vd_u *)(from + t), sum);
  return sum;
}

/* What is left of a block past the row's end counts nothing. */
INLINE double total_of(vd v, int64_t left) {
  double sum = 0;
  for (int64_t l = 0; l < WIDE && l < left; l++) sum += v[l];
  return sum;
}

void NAME(ck_similarity_row)(const void *plan, int64_t row, void *scratch) {
  const ck_similarity *p = plan;
  double *sums = scratch;
  const int64_t rows = p->height - p->taps + 1, width = p->width - p->taps + 1;
  const int64_t stride = ck_similarity_stride(p->width), first = (row / rows * p->height + row % rows) * p->width;
  sum_columns(p, p->x + first, p->y + first, sums, stride);
  /* Windows of the last block read past the columns; what they read there is thrown away but must be numbers. */
  for (int k = 0; k < 4; k++) memset(sums + (k + 1) * stride - WIDE, 0, WIDE * sizeof(double));
  double similarity = 0, contrast = 0;
  for (int64_t j = 0; j < width; j += WIDE) {
    const vd a = sum_taps(p, sums + j), b = sum_taps(p, sums + stride + j);
    const vd squares = sum_taps(p, sums + 2 * stride + j), product = sum_taps(p, sums + 3 * stride + j);
    const vd means = a * a + b * b, both = a * b; /* not fused: equal pictures give exactly 1 */
    const vd c = DFMA(DSPLAT(2 * p->covariance), product - both, DSPLAT(p->c2)) /
                 DFMA(DSPLAT(p->covariance), squares - means, DSPLAT(p->c2));
    const vd s = c * (DFMA(DSPLAT(2.0), both, DSPLAT(p->c1)) / (means + p->c1));
    contrast += total_of(c, width - j);
    similarity += total_of(s, width - j);
    if (p->map != NULL) {
      const half_row values = __builtin_convertvector(s, half_row);
      const int64_t left = width - j;
      memcpy(p->map + row * width + j, &values, (size_t)(left < WIDE ? left : WIDE) * sizeof(float));
    }
  }
  p->sums[2 * row] = similarity;
  p->sums[2 * row + 1] = contrast;
}
#endif
