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

INLINE void store_part(float *p, int64_t count, vf v) {
  if (count >= SIDE)
    *(vf_u *)p = v;
  else
    memcpy(p, &v, (size_t)count * sizeof(float));
}
#endif
