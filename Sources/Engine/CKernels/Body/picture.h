/* Sixteen neighbouring pixels at a time: what kernels over pictures share. */
#ifndef CK_PICTURE_H
#define CK_PICTURE_H
#include "math.h"

enum { SIDE = 16 };

#if CK_LEVEL >= 3
#define VFMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define VFMA(a, b, c) ((a) * (b) + (c))
#endif

typedef int32_t vi __attribute__((ext_vector_type(16)));

#define SPLAT(v) ((vf)(v))
#define VMAX(a, b) __builtin_elementwise_max(a, b)
#define VMIN(a, b) __builtin_elementwise_min(a, b)
#define VSQRT(a) __builtin_elementwise_sqrt(a)

INLINE vf load(const float *p) { return *(const vf_u *)p; }

/* yes where the mask holds, no elsewhere. */
INLINE vf choose(vi mask, vf yes, vf no) { return (vf)(((vi)yes & mask) | ((vi)no & ~mask)); }

/* max(v, 0); NaN stays. */
INLINE vf rectified(vf v) { return choose(v <= 0.0f, SPLAT(0.0f), v); }

/* exp for |x| <= 80, by m_exp_f32's reduction and polynomial. */
INLINE vf vector_exp(vf x) {
  const vf magic = SPLAT(0x1.8p23f);
  const vf shifted = VFMA(x, SPLAT(0x1.715476p0f), magic);
  const vf n = shifted - magic;
  vf r = VFMA(n, SPLAT(-0x1.62e400p-1f), x);
  r = VFMA(n, SPLAT(-0x1.7f7d1cp-20f), r);
  vf p = VFMA(SPLAT(0x1.6850e4p-10f), r, SPLAT(0x1.123bccp-7f));
  p = VFMA(p, r, SPLAT(0x1.555b98p-5f));
  p = VFMA(p, r, SPLAT(0x1.55548ep-3f));
  p = VFMA(p, r, SPLAT(0x1.fffff8p-2f));
  p = VFMA(r * r, p, r) + 1.0f;
  return p * (vf)(((vi)shifted - (0x4b400000 - 127)) << 23);
}

/* log for normal positive x, by m_log_f32's reduction and polynomial. */
INLINE vf vector_log(vf x) {
  const vi u = (vi)x - 0x3f3504f3;
  const vf e = __builtin_convertvector(u >> 23, vf);
  const vf f = (vf)((u & 0x7fffff) + 0x3f3504f3) - 1.0f;
  const vf z = f * f;
  vf p = VFMA(SPLAT(7.0376836292e-2f), f, SPLAT(-1.1514610310e-1f));
  p = VFMA(p, f, SPLAT(1.1676998740e-1f));
  p = VFMA(p, f, SPLAT(-1.2420140846e-1f));
  p = VFMA(p, f, SPLAT(1.4249322787e-1f));
  p = VFMA(p, f, SPLAT(-1.6668057665e-1f));
  p = VFMA(p, f, SPLAT(2.0000714765e-1f));
  p = VFMA(p, f, SPLAT(-2.4999993993e-1f));
  p = VFMA(p, f, SPLAT(3.3333331174e-1f));
  p = VFMA(e, SPLAT(-2.12194440e-4f), p * f * z);
  return VFMA(e, SPLAT(0.693359375f), f + VFMA(SPLAT(-0.5f), z, p));
}

/* Writes a block of a row; a row shorter than a block takes as many lanes as it has. */
INLINE void store(float *row, int64_t width, int64_t first, vf value) {
  if (width >= SIDE) {
    *(vf_u *)(row + first) = value;
    return;
  }
  float part[SIDE];
  memcpy(part, &value, sizeof part);
  memcpy(row, part, (size_t)width * sizeof(float));
}

/* Reads a block of a row; a row shorter than a block leaves zeros behind it. */
INLINE vf load_block(const float *row, int64_t width, int64_t first) {
  if (width >= SIDE) return load(row + first);
  vf all = SPLAT(0.0f);
  memcpy(&all, row, (size_t)width * sizeof(float));
  return all;
}

/* Where the next block of a row starts: the last one ends with the row, and computes some pixels twice, to the same
 * bytes. */
INLINE int64_t block_at(int64_t width, int64_t first) {
  return width >= SIDE && first > width - SIDE ? width - SIDE : first;
}

/* The columns of a block. */
INLINE vf columns_from(int64_t first) {
  return (vf){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + (float)first;
}

/* The direction of least change, from a structure tensor (e f; f g): the minor eigenvector by the row of the matrix
 * that does not cancel, the x axis where there is none. */
INLINE void calmest(vf e, vf f, vf g, vf *u, vf *v) {
  const vf zero = SPLAT(0.0f);
  const vf half = 0.5f * (e - g), root = VSQRT(VFMA(half, half, f * f));
  const vf a = choose(half > zero, -f, root - half), b = choose(half > zero, root + half, -f);
  const vf length = VSQRT(VFMA(a, a, b * b));
  *u = choose(length > zero, a / length, SPLAT(1.0f));
  *v = choose(length > zero, b / length, zero);
}

/* Elements at sixteen places. */
INLINE vf pick(const float *from, vi at) {
  vf out;
  for (int l = 0; l < SIDE; l++) out[l] = from[at[l]];
  return out;
}
#endif
