/* The domain transform of Gastal and Oliveira 2011: sixteen lines, rows or columns, at a time. */
#ifndef CK_DOMAIN_H
#define CK_DOMAIN_H
#include "part.h"

#define LOWER(n, s) (((n) & (s)) != 0 ? (n) - (s) + 16 : (n))
#define UPPER(n, s) (((n) & (s)) != 0 ? (n) + 16 : (n) + (s))
#define EACH(M, s)                                                                                           \
  M(0, s), M(1, s), M(2, s), M(3, s), M(4, s), M(5, s), M(6, s), M(7, s), M(8, s), M(9, s), M(10, s), M(11, s), \
      M(12, s), M(13, s), M(14, s), M(15, s)
#define EXCHANGE(s)                                                        \
  for (int i = 0; i < SIDE; i++)                                           \
    if ((i & (s)) == 0) {                                                  \
      const vf a = r[i], b = r[i + (s)];                                   \
      r[i] = __builtin_shufflevector(a, b, EACH(LOWER, s));                \
      r[i + (s)] = __builtin_shufflevector(a, b, EACH(UPPER, s));          \
    }

/* Rows become columns: quarters off the diagonal change places, then those of the quarters. */
INLINE void transpose(vf *r) {
#pragma clang loop unroll(full)
  EXCHANGE(8)
#pragma clang loop unroll(full)
  EXCHANGE(4)
#pragma clang loop unroll(full)
  EXCHANGE(2)
#pragma clang loop unroll(full)
  EXCHANGE(1)
}
#undef LOWER
#undef UPPER
#undef EACH
#undef EXCHANGE

/* Up to sixteen lines of a plane, each `length` long; `along` and `across` are the steps, in elements, to the next
 * place of a line and to the next line; one of them is 1. */
typedef struct {
  int64_t length, lines, along, across;
} bundle;

/* Sixteen places from `first` on: block[j] holds place first + j of every line. */
INLINE void take_block(const bundle *b, const float *from, int64_t first, vf *block) {
  const int64_t places = b->length - first < SIDE ? b->length - first : SIDE;
  if (b->across == 1) {
    for (int64_t j = 0; j < places; j++) block[j] = load_part(from + (first + j) * b->along, b->lines);
    for (int64_t j = places; j < SIDE; j++) block[j] = SPLAT(0.0f);
    return;
  }
  for (int64_t i = 0; i < SIDE; i++)
    block[i] = i < b->lines ? load_part(from + i * b->across + first, places) : SPLAT(0.0f);
  transpose(block);
}

/* The way back; the block is spoilt. */
INLINE void put_block(const bundle *b, float *to, int64_t first, vf *block) {
  const int64_t places = b->length - first < SIDE ? b->length - first : SIDE;
  if (b->across == 1) {
    for (int64_t j = 0; j < places; j++) store_part(to + (first + j) * b->along, b->lines, block[j]);
    return;
  }
  transpose(block);
  for (int64_t i = 0; i < b->lines; i++) store_part(to + i * b->across + first, places, block[i]);
}

/* Feedback of 1e-8 or less is lost in rounding; as zero it cannot become a denormal number, which is slow. */
INLINE vf squared(vf v, int64_t times) {
  for (int64_t t = 0; t < times; t++) v = v * v;
  return choose(v > SPLAT(1e-8f), v, SPLAT(0.0f));
}

/* Recursive filter: y[j] = x[j] + v[j] (y[j-1] - x[j]) forth, then the same back with v[j+1]. */
INLINE void recursive_lines(const ck_domain *p, const bundle *b, const float *steps, float *x, int64_t plane, vf *tile) {
  const int64_t whole = (b->length + SIDE - 1) / SIDE * SIDE;
  vf *v = tile, *y = tile + whole + 1;
  for (int64_t j = 0; j < whole; j += SIDE) {
    take_block(b, steps, j, v + j);
    for (int k = 0; k < SIDE; k++) v[j + k] = squared(v[j + k], p->squarings);
  }
  v[0] = v[b->length] = SPLAT(0.0f);
  for (int64_t c = 0; c < p->channels; c++, x += plane) {
    vf last = SPLAT(0.0f);
    for (int64_t j = 0; j < whole; j += SIDE) {
      take_block(b, x, j, y + j);
      for (int k = 0; k < SIDE; k++) last = y[j + k] = VFMA(v[j + k], last - y[j + k], y[j + k]);
    }
    last = SPLAT(0.0f);
    for (int64_t j = whole - SIDE; j >= 0; j -= SIDE) {
      for (int64_t k = SIDE - 1; k >= 0; k--)
        if (j + k < b->length) last = y[j + k] = VFMA(v[j + k + 1], last - y[j + k], y[j + k]);
      put_block(b, x, j, y + j);
    }
  }
}

/* A line's places in the transformed domain and, for each, how many places lie at or below place - radius (low) and
 * place + radius (high). */
typedef struct {
  double *at, *sums, *slopes, *values;
  int32_t *low, *high;
} domain_line;

INLINE void find_boxes(const domain_line *l, const float *steps, int64_t length, double radius) {
  double at = 0;
  for (int64_t j = 0; j < length; j++) l->at[j] = at += (double)steps[j];
  int32_t low = 0, high = 0;
  for (int32_t j = 0; j < length; j++) {
    const double from = l->at[j] - radius, to = l->at[j] + radius;
    /* A box holds its own pixel, even where places are infinite or no numbers. */
    while (low < j && l->at[low] <= from) low++;
    while (high <= j || (high < length && l->at[high] <= to)) high++;
    l->low[j] = low;
    l->high[j] = high;
  }
}

/* Normalised convolution: the mean of the pixels in the box. */
INLINE void average_line(const domain_line *l, float *x, int64_t length) {
  double sum = 0;
  l->sums[0] = 0;
  for (int64_t j = 0; j < length; j++) l->sums[j + 1] = sum += (double)x[j];
  LOOP for (int64_t j = 0; j < length; j++) {
    const int32_t low = l->low[j], high = l->high[j];
    x[j] = (float)((l->sums[high] - l->sums[low]) / (double)(high - low));
  }
}

/* Interpolated convolution: the mean over the box of the line that runs straight from pixel to pixel and on past the
 * ends as it is there. Entry k of the tables holds what begins at pixel k - 1: its place, the integral up to it, its
 * value and half the slope behind it; entry 0 what lies before the first pixel. */
INLINE void interpolate_line(const domain_line *l, float *x, int64_t length, double radius) {
  double sum = 0;
  l->sums[0] = l->slopes[0] = 0;
  l->values[0] = (double)x[0];
  for (int64_t j = 0; j < length; j++) {
    const double here = (double)x[j];
    const bool ends = j + 1 == length;
    const double gap = ends ? 1 : l->at[j + 1] - l->at[j], next = ends ? here : (double)x[j + 1];
    l->sums[j + 1] = sum;
    l->values[j + 1] = here;
    l->slopes[j + 1] = 0.5 * (next - here) / gap;
    sum += 0.5 * (here + next) * gap;
  }
  const double share = 0.5 / radius;
  LOOP for (int64_t j = 0; j < length; j++) {
    const int32_t low = l->low[j], high = l->high[j];
    const double from = l->at[j] - radius - l->at[low > 0 ? low - 1 : 0], to = l->at[j] + radius - l->at[high - 1];
    const double before = l->sums[low] + from * (l->values[low] + from * l->slopes[low]);
    const double through = l->sums[high] + to * (l->values[high] + to * l->slopes[high]);
    x[j] = (float)((through - before) * share);
  }
}

INLINE void filter_line(const ck_domain *p, const domain_line *l, float *x, int64_t length) {
  if (p->kind == CK_DOMAIN_NORMALIZED) average_line(l, x, length);
  if (p->kind == CK_DOMAIN_INTERPOLATED) interpolate_line(l, x, length, p->radius);
  if (p->kind == CK_DOMAIN_COUNT)
    LOOP for (int64_t j = 0; j < length; j++) x[j] += (float)(l->high[j] - l->low[j]);
}

/* Columns as lines, or lines as columns again. */
INLINE void gather_columns(const bundle *b, const float *from, float *lines, int64_t stride) {
  for (int64_t j = 0; j < b->length; j += SIDE) {
    vf block[SIDE];
    take_block(b, from, j, block);
    transpose(block);
    for (int i = 0; i < SIDE; i++) *(vf *)(lines + i * stride + j) = block[i];
  }
}

INLINE void scatter_columns(const bundle *b, float *to, const float *lines, int64_t stride) {
  for (int64_t j = 0; j < b->length; j += SIDE) {
    vf block[SIDE];
    for (int i = 0; i < SIDE; i++) block[i] = *(const vf *)(lines + i * stride + j);
    transpose(block);
    put_block(b, to, j, block);
  }
}

INLINE void boxed_lines(const ck_domain *p, const bundle *b, const float *steps, float *x, int64_t plane, void *scratch) {
  const int64_t stride = (b->length + 2 * SIDE) / SIDE * SIDE, channels = p->channels;
  double *tables = scratch;
  const domain_line l = {tables, tables + stride, tables + 2 * stride, tables + 3 * stride,
                         (int32_t *)(tables + 4 * stride), (int32_t *)(tables + 4 * stride) + stride};
  if (!p->columns) {
    for (int64_t i = 0; i < b->lines; i++) {
      find_boxes(&l, steps + i * b->across, b->length, p->radius);
      for (int64_t c = 0; c < channels; c++) filter_line(p, &l, x + c * plane + i * b->across, b->length);
    }
    return;
  }
  float *own_steps = (float *)(tables + 5 * stride), *own = own_steps + SIDE * stride;
  gather_columns(b, steps, own_steps, stride);
  for (int64_t c = 0; c < channels; c++) gather_columns(b, x + c * plane, own + c * SIDE * stride, stride);
  for (int64_t i = 0; i < b->lines; i++) {
    find_boxes(&l, own_steps + i * stride, b->length, p->radius);
    for (int64_t c = 0; c < channels; c++) filter_line(p, &l, own + (c * SIDE + i) * stride, b->length);
  }
  for (int64_t c = 0; c < channels; c++) scatter_columns(b, x + c * plane, own + c * SIDE * stride, stride);
}

void NAME(ck_domain_row)(const void *plan, int64_t row, void *scratch) {
  const ck_domain *p = plan;
  const int64_t plane = p->height * p->width, across = p->columns ? p->width : p->height;
  const int64_t bundles = (across + SIDE - 1) / SIDE, image = row / bundles, first = row % bundles * SIDE;
  bundle b = {.lines = across - first < SIDE ? across - first : SIDE};
  b.length = p->columns ? p->height : p->width;
  b.along = p->columns ? p->width : 1;
  b.across = p->columns ? 1 : p->width;
  const int64_t start = first * b.across;
  const float *steps = p->steps + image * plane + start;
  float *x = p->x + image * p->channels * plane + start;
  if (p->kind == CK_DOMAIN_RECURSIVE)
    recursive_lines(p, &b, steps, x, plane, scratch);
  else
    boxed_lines(p, &b, steps, x, plane, scratch);
}

/* How far each pixel of a row lies from its left and its upper neighbour. */
void NAME(ck_domain_steps_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_domain_steps *p = plan;
  const int64_t width = p->width, plane = p->height * width, image = row / p->height, y = row % p->height;
  float *right = p->right + row * width, *down = p->down + row * width;
  for (int64_t j = 0; j < width; j++) right[j] = down[j] = 0;
  for (int64_t c = 0; c < p->channels; c++) {
    const float *x = p->x + (image * p->channels + c) * plane + y * width, *above = x - (y > 0 ? width : 0);
    LOOP for (int64_t j = 1; j < width; j++) right[j] += __builtin_fabsf(x[j] - x[j - 1]);
    LOOP for (int64_t j = 0; j < width; j++) down[j] += __builtin_fabsf(x[j] - above[j]);
  }
  LOOP for (int64_t j = 0; j < width; j++) {
    const float r = FMAF(p->ratio, right[j], 1.0f), d = FMAF(p->ratio, down[j], 1.0f);
    right[j] = p->rate == 0 ? r : m_exp_f32(-p->rate * r);
    down[j] = p->rate == 0 ? d : m_exp_f32(-p->rate * d);
  }
}
#endif
