/* The largest of every two by two pixels, and the way of gradients back there. */
#ifndef CK_HALVE_H
#define CK_HALVE_H
#include "part.h"

/* Where b takes the place of a, which came first: it is larger, or the first NaN. */
INLINE vi takes_over(vf a, vf b) { return (b > a) | ((b != b) & (a == a)); }

/* 2n neighbouring numbers (n <= 16) → the first and the second of each pair. */
INLINE void load_pairs(const float *p, int64_t n, vf *first, vf *second) {
  const vf a = load_part(p, 2 * n), b = 2 * n > SIDE ? load_part(p + SIDE, 2 * n - SIDE) : SPLAT(0.0f);
  *first = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  *second = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

INLINE void store_pairs(float *p, int64_t n, vf first, vf second) {
  store_part(p, 2 * n, __builtin_shufflevector(first, second, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
  if (2 * n > SIDE)
    store_part(p + SIDE, 2 * n - SIDE,
               __builtin_shufflevector(first, second, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
}

void NAME(ck_halve_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_halve *p = plan;
  const int64_t height = p->height / 2, width = p->width / 2;
  const float *x = p->x + (row / height * p->height + row % height * 2) * p->width;
  float *y = p->y + row * width;
  for (int64_t i = 0; i < width; i += SIDE) {
    const int64_t n = width - i < SIDE ? width - i : SIDE;
    vf a, b, c, d;
    load_pairs(x + 2 * i, n, &a, &b);
    load_pairs(x + 2 * i + p->width, n, &c, &d);
    a = choose(takes_over(a, b), b, a);
    a = choose(takes_over(a, c), c, a);
    store_part(y + i, n, choose(takes_over(a, d), d, a));
  }
}

void NAME(ck_halve_back_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_halve_back *p = plan;
  const int64_t height = p->height / 2, width = p->width / 2, plane = row / height, line = row % height;
  const int64_t at = (plane * p->height + line * 2) * p->width;
  const float *x = p->x + at, *g = p->g + row * width;
  float *dx = p->dx + at;
  for (int64_t i = 0; i < width; i += SIDE) {
    const int64_t n = width - i < SIDE ? width - i : SIDE;
    vf a, b, c, d;
    load_pairs(x + 2 * i, n, &a, &b);
    load_pairs(x + 2 * i + p->width, n, &c, &d);
    const vi second = takes_over(a, b);
    a = choose(second, b, a);
    const vi third = takes_over(a, c);
    a = choose(third, c, a);
    const vi fourth = takes_over(a, d);
    const vf value = load_part(g + i, n), none = SPLAT(0.0f);
    store_pairs(dx + 2 * i, n, choose(second | third | fourth, none, value),
                choose(second & ~third & ~fourth, value, none));
    store_pairs(dx + 2 * i + p->width, n, choose(third & ~fourth, value, none), choose(fourth, value, none));
  }
  /* What no window reaches. */
  if (p->width & 1) dx[p->width - 1] = dx[2 * p->width - 1] = 0;
  if ((p->height & 1) != 0 && line == height - 1) memset(dx + 2 * p->width, 0, (size_t)p->width * sizeof(float));
}
#endif
