/* Elementary functions of f32 computed in f64 by polynomials, without branches, so that loops over them vectorise.
 * The polynomials (Chebyshev fits) have relative errors of 1e-10 to 5e-9, so that f32 results lie within 0.6 ulp of the
 * truth; special values are exact. Tests measure it. */
#ifndef CK_WIDE_H
#define CK_WIDE_H
#include "base.h"

#define POLYNOMIAL(name, ...)                                                                 \
  INLINE double name(double x) {                                                              \
    const double c[] = {__VA_ARGS__};                                                         \
    const int n = sizeof c / sizeof c[0];                                                     \
    double p = c[n - 1];                                                                      \
    _Pragma("clang loop unroll(full)") for (int i = n - 2; i >= 0; i--) p = FMAD(p, x, c[i]); \
    return p;                                                                                 \
  }
/* (e^r - 1 - r) / r^2 for |r| <= ln2/2 */
POLYNOMIAL(p_exp, 0.49999999999999989, 0.1666666671902895, 0.041666666719025108, 0.0083332984698494235,
           0.0013888854032857154, 0.00019899285578588968, 2.4859591400324122e-05)
/* (log(1+f) - f) / f^2 for sqrt(1/2) <= 1 + f <= sqrt(2) */
POLYNOMIAL(p_log, -0.50000000004461664, 0.33333333619967426, -0.24999997690725681, 0.19999941078058001,
           -0.16666823946285805, 0.14289167204713141, -0.12498238095091756, 0.11028362542308483,
           -0.09936108697014992, 0.099241126200842633, -0.097717950830651212, 0.053931047123108214)
/* (sin(x)/x - 1) / z and (cos(x) - 1) / z with z = x^2, |x| <= pi/4 */
POLYNOMIAL(p_sin, -0.16666666663853047, 0.0083333318738373005, -0.00019840086263847351, 2.7249864666003384e-06)
POLYNOMIAL(p_cos, -0.49999999969094649, 0.041666650634929241, -0.0013887588637758806, 2.4463721158033775e-05)
/* erf(x)/x with z = x^2, |x| <= 1, and -log(erfc(x)) for 1 <= x <= 4 */
POLYNOMIAL(p_erf, 1.1283791658483511, -0.37612626666722004, 0.11283594715179517, -0.026854212011421651,
           0.005189087424923855, -0.00080168643001294563, 7.8758751052581435e-05)
POLYNOMIAL(p_erfc, -0.0004047334294243754, 1.1306269095880515, 0.6310394940588705, 0.11096725025446166,
           -0.027043849633288916, 0.0050420247440049011, -0.00067970122242208032, 6.1267197286773027e-05,
           -3.2227921652241246e-06, 7.1697262681529705e-08)
/* atan(x)/x with z = x^2, |x| <= 1 */
POLYNOMIAL(p_atan, 0.99999999992930122, -0.33333331290857493, 0.199999011012814, -0.14283813245560792,
           0.11091922901648815, -0.089741717335632146, 0.072282778346069179, -0.053956673168462047,
           0.033826212203166506, -0.015828319083084349, 0.0047324831539299339, -0.00066339535017808282)
#undef POLYNOMIAL

INLINE double f64_of(uint64_t u) {
  double d;
  memcpy(&d, &u, 8);
  return d;
}

INLINE uint64_t bits64_of(double d) {
  uint64_t u;
  memcpy(&u, &d, 8);
  return u;
}

/* Added to a double of magnitude below 2^51 it leaves the nearest integer in the low bits. */
#define ROUNDER 0x1.8p52

/* 2^n for the integer that `shifted` (n + ROUNDER) holds, |n| < 1000 */
INLINE double power_of_two(double shifted) { return f64_of((bits64_of(shifted) + 1023) << 52); }

/* e^x - 1: n = 0 keeps the small results exact. Arguments are held to where f32 results are 0 or infinite. */
INLINE double wide_expm1(double x) {
  x = x > 150 ? 150 : x;
  x = x < -150 ? -150 : x;
  const double shifted = FMAD(x, 1.4426950408889634, ROUNDER), n = shifted - ROUNDER;
  const double r = FMAD(n, -1.9082149292705877e-10, FMAD(n, -0.69314718036912382, x));
  const double scale = power_of_two(shifted);
  return FMAD(scale, FMAD(r * r, p_exp(r), r), scale - 1);
}

/* log(x) / log(base) with `per` = 1 / log(base), for x from f32: zero, infinite and NaN too */
INLINE double wide_log(double x, double per, double unit) {
  const uint64_t u = bits64_of(x) - 0x3fe6a09e667f3bcdu + (1024ull << 52);
  const double e = f64_of(u >> 52 | 0x4330000000000000u) - (0x1p52 + 1024);
  const double f = f64_of((u & 0xfffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1;
  double r = FMAD(e, unit, FMAD(f * f, p_log(f), f) * per);
  r = x == 0 ? -INFINITY : r;
  r = x < 0 ? NAN : r;
  return x < INFINITY ? r : x;
}

/* sine and cosine of x, |x| <= CK_ANGLES: n quarter turns off, pi/2 in parts of 33 and 53 bits */
#define CK_ANGLES 1e6f
typedef struct {
  double sine, cosine;
} wide_pair;

INLINE wide_pair wide_sincos(double x) {
  const double shifted = x * 0.63661977236758134 + ROUNDER, n = shifted - ROUNDER;
  const double r = (x - n * 1.5707963267341256) - n * 6.0771005065061922e-11, z = r * r;
  const double s = FMAD(r * z, p_sin(z), r), c = FMAD(z, p_cos(z), 1.0);
  const uint64_t quarter = bits64_of(shifted);
  const bool swapped = (quarter & 1) != 0;
  const uint64_t sine_sign = (quarter & 2) << 62, cosine_sign = ((quarter + 1) & 2) << 62;
  return (wide_pair){f64_of(bits64_of(swapped ? c : s) ^ sine_sign), f64_of(bits64_of(swapped ? s : c) ^ cosine_sign)};
}

INLINE double wide_atan2(double y, double x) {
  const double ay = __builtin_fabs(y), ax = __builtin_fabs(x);
  const bool steep = ay > ax;
  const double low = steep ? ax : ay, high = steep ? ay : ax;
  double t = high == 0 ? 0 : low == high ? 1 : low / high; /* two infinities make 1 */
  t = t * p_atan(t * t);
  t = steep ? 1.5707963267948966 - t : t;
  t = (bits64_of(x) >> 63) != 0 ? 3.1415926535897931 - t : t;
  t = x != x || y != y ? NAN : t;
  return f64_of(bits64_of(t) | (bits64_of(y) & 1ull << 63));
}

INLINE float m_expm1_f32(float x) { return x == 0 ? x : (float)wide_expm1(x); }
/* below 2^-26 the argument is its own logarithm; 1 + x is exact enough above */
INLINE float m_log1p_f32(float x) {
  const float r = (float)wide_log(1.0 + (double)x, 1.0, 0.69314718055994531);
  return __builtin_fabsf(x) < 0x1p-26f ? x : r;
}
INLINE float m_log2_f32(float x) { return (float)wide_log(x, 1.4426950408889634, 1.0); }
INLINE float m_sin_f32(float x) { return x == 0 ? x : (float)wide_sincos(x).sine; }
INLINE float m_cos_f32(float x) { return (float)wide_sincos(x).cosine; }
INLINE float m_tan_f32(float x) {
  const wide_pair p = wide_sincos(x);
  return x == 0 ? x : (float)(p.sine / p.cosine);
}
INLINE float m_atan_f32(float x) { return (float)wide_atan2(x, 1.0); }
INLINE float m_atan2_f32(float y, float x) { return (float)wide_atan2(y, x); }
INLINE float m_asin_f32(float x) {
  const double d = x;
  return (float)wide_atan2(d, __builtin_sqrt((1 - d) * (1 + d)));
}
INLINE float m_acos_f32(float x) {
  const double d = x;
  return (float)wide_atan2(__builtin_sqrt((1 - d) * (1 + d)), d);
}
INLINE float m_sinh_f32(float x) {
  const double e = wide_expm1(__builtin_fabs((double)x)), r = 0.5 * (e + e / (e + 1));
  return x == 0 ? x : (float)(x < 0 ? -r : r);
}
INLINE float m_cosh_f32(float x) {
  const double e = wide_expm1(__builtin_fabs((double)x)) + 1;
  return (float)(0.5 * (e + 1 / e));
}
INLINE float m_erf_f32(float x) {
  const double d = x;
  double a = __builtin_fabs(d);
  a = a > 4 ? 4 : a;
  const double small = d * p_erf(a * a), large = -wide_expm1(-p_erfc(a));
  return (float)(a < 1 ? small : d < 0 ? -large : large);
}

/* x^y with all of C's special cases: 1 for y = 0 and for x = 1 whatever the other is, the sign of odd powers, NaN for
 * other powers of negative numbers. */
INLINE float m_pow_f32(float x, float y) {
  const double base = __builtin_fabs((double)x), power = y;
  double t = power * wide_log(base, 1.4426950408889634, 1.0);
  t = base == 1 ? 0 : t;
  t = t > 300 ? 300 : t;
  t = t < -300 ? -300 : t;
  const double shifted = t + ROUNDER, r = (t - (shifted - ROUNDER)) * 0.69314718055994531;
  double v = FMAD(r * r, p_exp(r), r + 1) * power_of_two(shifted);
  const bool whole = __builtin_rint(power) == power, odd = whole && __builtin_rint(power * 0.5) * 2 != power;
  const bool negative = (bits_of(x) >> 31) != 0;
  v = negative && odd ? -v : v;
  v = x < 0 && x > -INFINITY && !whole ? NAN : v;
  v = y != y ? (double)y : v;
  return y == 0 || x == 1 ? 1.0f : (float)v;
}
#endif
