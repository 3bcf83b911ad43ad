/* Elementary functions of f32, written without branches so that loops over them vectorise, and the names by which the
 * bodies reach f32 and f64 alike: M(exp, x) is m_exp_f32 or m_exp_f64. */
#ifndef CK_MATH_H
#define CK_MATH_H
#include "wide.h"

/* exp: x = n ln2 + r, |r| <= ln2/2, a polynomial of degree 6 in r, then two exact scalings (denormal results). */
INLINE float m_exp_f32(float x) {
  x = x > 89.0f ? 89.0f : x;
  x = x < -105.0f ? -105.0f : x;
  const float magic = 0x1.8p23f;
  float shifted = x * 0x1.715476p0f + magic;
  float n = shifted - magic;
  int32_t i = (int32_t)(bits_of(shifted) - 0x4b400000u);
  float r = FMAF(n, -0x1.62e400p-1f, x); /* 14 bits: n times it is exact */
  r = FMAF(n, -0x1.7f7d1cp-20f, r);
  float p = FMAF(0x1.6850e4p-10f, r, 0x1.123bccp-7f);
  p = FMAF(p, r, 0x1.555b98p-5f);
  p = FMAF(p, r, 0x1.55548ep-3f);
  p = FMAF(p, r, 0x1.fffff8p-2f);
  p = FMAF(r * r, p, r) + 1.0f;
  int32_t half = i >> 1;
  return p * float_of((uint32_t)(half + 127) << 23) * float_of((uint32_t)(i - half + 127) << 23);
}

/* log: x = 2^e m, sqrt(1/2) <= m < sqrt(2), a polynomial of degree 9 in m - 1. */
INLINE float m_log_f32(float x) {
  bool tiny = x < 0x1p-126f;
  float scaled = tiny ? x * 0x1p23f : x;
  uint32_t u = bits_of(scaled) - 0x3f3504f3u;
  float e = (float)((int32_t)u >> 23) - (tiny ? 23.0f : 0.0f);
  float f = float_of((u & 0x7fffffu) + 0x3f3504f3u) - 1.0f;
  float z = f * f;
  float p = FMAF(7.0376836292e-2f, f, -1.1514610310e-1f);
  p = FMAF(p, f, 1.1676998740e-1f);
  p = FMAF(p, f, -1.2420140846e-1f);
  p = FMAF(p, f, 1.4249322787e-1f);
  p = FMAF(p, f, -1.6668057665e-1f);
  p = FMAF(p, f, 2.0000714765e-1f);
  p = FMAF(p, f, -2.4999993993e-1f);
  p = FMAF(p, f, 3.3333331174e-1f);
  p = p * f * z;
  p = FMAF(e, -2.12194440e-4f, p);
  p = FMAF(-0.5f, z, p);
  float r = FMAF(e, 0.693359375f, f + p);
  r = x == 0 ? -INFINITY : r;
  r = x < 0 ? NAN : r;
  return x < INFINITY ? r : x + x;
}

INLINE float m_sigmoid_f32(float x) {
  float e = m_exp_f32(-__builtin_fabsf(x));
  return (x < 0 ? e : 1.0f) / (1.0f + e);
}

INLINE float m_tanh_f32(float x) {
  float a = __builtin_fabsf(x), z = x * x;
  float p = FMAF(-5.70498872745e-3f, z, 2.06390887954e-2f);
  p = FMAF(p, z, -5.37397155531e-2f);
  p = FMAF(p, z, 1.33314422036e-1f);
  p = FMAF(p, z, -3.33332819422e-1f);
  float small = FMAF(p * z, a, a), large = 1.0f - 2.0f / (m_exp_f32(2.0f * a) + 1.0f);
  return float_of(bits_of(a < 0.625f ? small : large) | (bits_of(x) & 0x80000000u));
}

#define LIBM64(name) \
  INLINE double m_##name##_f64(double x) { return __builtin_##name(x); }
LIBM64(expm1)
LIBM64(log1p)
LIBM64(log2)
LIBM64(sin)
LIBM64(cos)
LIBM64(tan)
LIBM64(asin)
LIBM64(acos)
LIBM64(atan)
LIBM64(sinh)
LIBM64(cosh)
LIBM64(erf)
LIBM64(exp)
LIBM64(log)
LIBM64(tanh)

INLINE double m_sigmoid_f64(double x) {
  double e = exp(-__builtin_fabs(x));
  return (x < 0 ? e : 1.0) / (1.0 + e);
}

#define LIBM(name)                                                        \
  INLINE float m_##name##_f32(float x) { return __builtin_##name##f(x); } \
  LIBM64(name)
LIBM(fabs)
LIBM(floor)
LIBM(ceil)
LIBM(rint)
LIBM(trunc)
LIBM(sqrt)
#undef LIBM
#undef LIBM64

/* For angles beyond CK_ANGLES. */
#define LIBM_ANGLE(name)                                                       \
  INLINE float m_far_##name##_f32(float x) { return __builtin_##name##f(x); } \
  INLINE double m_far_##name##_f64(double x) { return __builtin_##name(x); }
LIBM_ANGLE(sin)
LIBM_ANGLE(cos)
LIBM_ANGLE(tan)
#undef LIBM_ANGLE

INLINE double m_pow_f64(double x, double y) { return pow(x, y); }
INLINE double m_atan2_f64(double y, double x) { return atan2(y, x); }
INLINE float m_fmod_f32(float x, float y) { return fmodf(x, y); }
INLINE double m_fmod_f64(double x, double y) { return fmod(x, y); }
INLINE float m_fma_f32(float x, float y, float z) { return FMAF(x, y, z); }
INLINE double m_fma_f64(double x, double y, double z) { return FMAD(x, y, z); }
#endif
