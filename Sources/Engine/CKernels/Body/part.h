/* Vectors of fewer than sixteen pixels, for the ends of rows. */
#ifndef CK_PART_H
#define CK_PART_H
#include "picture.h"

INLINE vf load_part(const float *p, int64_t count) {
  if (count >= SIDE) return load(p);
  vf v = SPLAT(0.0f);
  memcpy(&v, p, (size_t)count * sizeof(float));
  return v;
}

/* True in the first lanes. */
INLINE vi lanes_below(int64_t count) {
  const vi lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return lane < (int32_t)count;
}

INLINE void store_part(float *p, int64_t count, vf v) {
  if (count >= SIDE)
    *(vf_u *)p = v;
  else
    memcpy(p, &v, (size_t)count * sizeof(float));
}

/* The sum of all lanes, in f64. */
INLINE double lanes_sum(vf v) {
  const vd s = __builtin_convertvector(v.lo, vd) + __builtin_convertvector(v.hi, vd);
  return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}
#endif
