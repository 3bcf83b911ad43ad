/* What every kernel body shares: names with the instruction set's suffix, vector types, bit casts, half floats.
 * A .c file defines CK_LEVEL (2, 3 or 4) and then includes bodies. Compiled with -ffp-contract=off: a multiplication
 * and an addition are one operation only where FMA says so. */
#ifndef CK_BASE_H
#define CK_BASE_H
#include <math.h>
#include <string.h>

#include "table.h"

#if CK_LEVEL == 4
#define NAME(x) x##_v4
#elif CK_LEVEL == 3
#define NAME(x) x##_v3
#else
#define NAME(x) x##_v2
#endif

#define INLINE static inline __attribute__((always_inline))
/* A row's output may be the same place as an input, never a shifted one: iterations are independent. */
#define LOOP _Pragma("clang loop vectorize(assume_safety)")

/* One rounding where the CPU has it, two on v2 (tolerances allow it). */
#if CK_LEVEL >= 3
#define FMAF(a, b, c) __builtin_fmaf(a, b, c)
#define FMAD(a, b, c) __builtin_fma(a, b, c)
#else
#define FMAF(a, b, c) ((a) * (b) + (c))
#define FMAD(a, b, c) ((a) * (b) + (c))
#endif

/* Sixty-four bytes at a time on every level (the compiler splits them), so that sums come out the same on all. */
typedef float vf __attribute__((ext_vector_type(16)));
typedef double vd __attribute__((ext_vector_type(8)));
typedef float vf_u __attribute__((ext_vector_type(16), aligned(4)));
typedef double vd_u __attribute__((ext_vector_type(8), aligned(8)));

INLINE uint32_t bits_of(float f) {
  uint32_t u;
  memcpy(&u, &f, 4);
  return u;
}

INLINE float float_of(uint32_t u) {
  float f;
  memcpy(&f, &u, 4);
  return f;
}

INLINE float from_bf16(uint16_t h) { return float_of((uint32_t)h << 16); }

INLINE uint16_t to_bf16(float f) {
  uint32_t u = bits_of(f);
  uint32_t rounded = (u + 0x7fff + ((u >> 16) & 1)) >> 16;
  uint32_t nan = (u >> 16) | 0x40;
  return (uint16_t)((u & 0x7fffffff) > 0x7f800000 ? nan : rounded);
}

#if CK_LEVEL >= 3
INLINE float from_f16(uint16_t h) {
  _Float16 v;
  memcpy(&v, &h, 2);
  return (float)v;
}

INLINE uint16_t to_f16(float f) {
  _Float16 v = (_Float16)f;
  uint16_t h;
  memcpy(&h, &v, 2);
  return h;
}
#else
/* The same bytes as the F16C instructions: denormals through a float addition, NaNs made quiet. */
INLINE float from_f16(uint16_t h) {
  uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13, sign = (uint32_t)(h & 0x8000) << 16;
  uint32_t normal = magnitude + (112u << 23);
  uint32_t special = (magnitude + (224u << 23)) | ((h & 0x3ff) != 0 ? 0x400000u : 0);
  uint32_t denormal = bits_of(float_of(magnitude + (113u << 23)) - float_of(113u << 23));
  uint32_t exponent = h & 0x7c00;
  uint32_t u = exponent == 0 ? denormal : exponent == 0x7c00 ? special : normal;
  return float_of(u | sign);
}

INLINE uint16_t to_f16(float f) {
  uint32_t u = bits_of(f), sign = (u >> 16) & 0x8000;
  u &= 0x7fffffff;
  uint32_t normal = (u - (112u << 23) + 0xfff + ((u >> 13) & 1)) >> 13;
  uint32_t denormal = bits_of(float_of(u) + 0.5f) - bits_of(0.5f);
  uint32_t special = u > 0x7f800000 ? (0x7e00 | ((u >> 13) & 0x3ff)) : 0x7c00;
  uint32_t h = u >= 0x47800000 ? special : u < (113u << 23) ? denormal : normal;
  return (uint16_t)(h | sign);
}
#endif
#endif
