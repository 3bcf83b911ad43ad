/* Linear recurrences along an axis: h[j] = b[j] + a[j] h[j-1], or from the end h[j] = b[j] + a[j] h[j+1]. */
#ifndef CK_RECURRENCE_H
#define CK_RECURRENCE_H
#include "base.h"

#define RUN(type, FMA)                                                                                    \
  {                                                                                                       \
    const type *a = (const type *)p->a + start, *b = (const type *)p->b + start;                          \
    type *h = (type *)p->h + start;                                                                       \
    for (int64_t j = 0; j < p->inner; j++) h[first + j] = b[first + j];                                   \
    for (int64_t k = 1; k < p->length; k++) {                                                             \
      const int64_t at = first + k * step, before = at - step;                                            \
      LOOP for (int64_t j = 0; j < p->inner; j++) h[at + j] = FMA(a[at + j], h[before + j], b[at + j]);   \
    }                                                                                                     \
  }

void NAME(ck_recurrence_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_recurrence *p = plan;
  const int64_t start = row * p->length * p->inner;
  const int64_t step = p->backward ? -p->inner : p->inner, first = p->backward ? (p->length - 1) * p->inner : 0;
  if (p->is_double)
    RUN(double, FMAD)
  else
    RUN(float, FMAF)
}
#undef RUN
#endif
