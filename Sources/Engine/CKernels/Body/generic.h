/* Names for bodies that are written once and compiled for several element types: T is the type, TAG its suffix, U the
 * unsigned type that integer arithmetic wraps in. */
#ifndef CK_GENERIC_H
#define CK_GENERIC_H
#include "math.h"

#define JOIN(a, b) JOIN2(a, b)
#define JOIN2(a, b) a##_##b
#define M(f, ...) M2(f, TAG, __VA_ARGS__)
#define M2(f, tag, ...) M3(f, tag, __VA_ARGS__)
#define M3(f, tag, ...) m_##f##_##tag(__VA_ARGS__)
#define C(v) ((T)(v))

/* A double as a 64-bit integer, saturating, NaN as 0. */
INLINE int64_t wrapped(double p) {
  return p != p ? 0 : p <= -0x1p63 ? INT64_MIN : p >= 0x1p63 ? INT64_MAX : (int64_t)p;
}

INLINE int64_t saturated(double p, int64_t low, int64_t high) {
  int64_t v = wrapped(p);
  return v < low ? low : v > high ? high : v;
}
#endif
