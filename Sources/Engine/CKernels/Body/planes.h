/* What kernels of convolutions share: what stands outside a plane, and how results are finished. */
#ifndef CK_PLANES_H
#define CK_PLANES_H
#include "convolutions.h"
#include "part.h"

#define UNROLL _Pragma("clang loop unroll(full)")
#define SHUFFLE __builtin_shufflevector

/* The position in 0 ..< size that position i shows, -1: nothing. */
INLINE int64_t shown(int64_t i, int64_t size, int32_t outside) {
  if (i >= 0 && i < size) return i;
  if (outside == CK_PAD_ZEROS) return -1;
  if (outside == CK_PAD_REFLECT) i = i < 0 ? -i : 2 * (size - 1) - i;
  return i < 0 ? 0 : i >= size ? size - 1 : i; /* results that nobody keeps may lie further out than one reflection */
}

/* Finishes up to sixteen sums of one channel and stores them. */
INLINE void finish_run(const ck_epilogue *end, int64_t channel, float *y, int64_t count, vf value) {
  if (end->bias != NULL) value += end->bias[channel];
  if (end->rectified) value = rectified(value);
  store_part(y, count, value);
}
#endif
