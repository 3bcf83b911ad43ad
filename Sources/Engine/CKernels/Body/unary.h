/* Unary ops: one row function per op and type, from two lists of expressions in x, a (p0) and b (p1). */
#ifndef CK_UNARY_H
#define CK_UNARY_H
#include "generic.h"

#define FLOAT_UNARY(X)                                                                             \
  X(NEG, -x)                                                                                       \
  X(ABS, M(fabs, x))                                                                               \
  X(SIGN, x > 0 ? C(1) : x < 0 ? C(-1) : C(0))                                                     \
  X(FLOOR, M(floor, x))                                                                            \
  X(CEIL, M(ceil, x))                                                                              \
  X(ROUND, M(rint, x))                                                                             \
  X(TRUNC, M(trunc, x))                                                                            \
  X(EXP, M(exp, x))                                                                                \
  X(EXPM1, M(expm1, x))                                                                            \
  X(LOG, M(log, x))                                                                                \
  X(LOG1P, M(log1p, x))                                                                            \
  X(LOG2, M(log2, x))                                                                              \
  X(SQRT, M(sqrt, x))                                                                              \
  X(RSQRT, C(1) / M(sqrt, x))                                                                      \
  X(RECIPROCAL, C(1) / x)                                                                          \
  X(SQUARE, x * x)                                                                                 \
  X(ASIN, M(asin, x))                                                                              \
  X(ACOS, M(acos, x))                                                                              \
  X(ATAN, M(atan, x))                                                                              \
  X(SINH, M(sinh, x))                                                                              \
  X(COSH, M(cosh, x))                                                                              \
  X(TANH, M(tanh, x))                                                                              \
  X(ERF, M(erf, x))                                                                                \
  X(SIGMOID, M(sigmoid, x))                                                                        \
  X(LOGSIGMOID, (x < 0 ? x : C(0)) - M(log1p, M(exp, -M(fabs, x))))                                \
  X(RELU, x < 0 ? C(0) : x)                                                                        \
  X(LEAKY_RELU, x > 0 ? x : x * a)                                                                 \
  X(ELU, x > 0 ? x : a * M(expm1, x))                                                              \
  X(SILU, x * M(sigmoid, x))                                                                       \
  X(GELU, C(0.5) * x * (C(1) + M(erf, x * C(0.70710678118654752440))))                             \
  X(GELU_TANH, C(0.5) * x * (C(1) + M(tanh, C(0.79788456080286535588) * (x + C(0.044715) * x * x * x)))) \
  X(SOFTPLUS, x * a > b ? x : M(log1p, M(exp, x * a)) / a)                                         \
  X(HARDSWISH, x * (x + 3 < 0 ? C(0) : x + 3 > 6 ? C(6) : x + 3) / C(6))                           \
  X(MISH, x * M(tanh, x > 20 ? x : M(log1p, M(exp, x))))                                           \
  X(CLAMP, (x < a ? a : x) > b ? b : (x < a ? a : x))                                              \
  X(ADD_SCALAR, x + a)                                                                             \
  X(MUL_SCALAR, x * a)                                                                             \
  X(RSUB_SCALAR, a - x)                                                                            \
  X(DIV_SCALAR, x / a)                                                                             \
  X(RDIV_SCALAR, a / x)                                                                            \
  X(SCALAR_POW, M(pow, a, x))                                                                      \
  X(AFFINE, x * a + b)                                                                             \
  X(MAX_SCALAR, x < a ? a : x)                                                                     \
  X(MIN_SCALAR, x > a ? a : x)

/* U is the unsigned type the arithmetic wraps in; low and high are p0 and p1 held to the type's range. */
#define INTEGER_UNARY(X)                                  \
  X(NEG, (T)((U)0 - (U)x))                                \
  X(ABS, x < 0 ? (T)((U)0 - (U)x) : x)                    \
  X(SIGN, (T)((x > 0) - (x < 0)))                         \
  X(FLOOR, x)                                             \
  X(CEIL, x)                                              \
  X(ROUND, x)                                             \
  X(TRUNC, x)                                             \
  X(SQUARE, (T)((U)x * (U)x))                             \
  X(RELU, x < 0 ? (T)0 : x)                               \
  X(CLAMP, (x < low ? low : x) > high ? high : (x < low ? low : x)) \
  X(ADD_SCALAR, (T)((U)x + (U)a))                         \
  X(MUL_SCALAR, (T)((U)x * (U)a))                         \
  X(RSUB_SCALAR, (T)((U)a - (U)x))                        \
  X(AFFINE, (T)((U)x * (U)a + (U)b))                      \
  X(MAX_SCALAR, x < low ? low : x)                        \
  X(MIN_SCALAR, x > low ? low : x)

#define ROW(op) JOIN(unary_##op, TAG)
#define SIGNATURE                                                                                              \
  (int64_t n, void *out, const void *in, const void *unused, const void *unused2, double p0, double p1)
#define DEFINE_FLOAT(op, expression)                          \
  static void ROW(op) SIGNATURE {                             \
    T *o = out;                                               \
    const T *i = in, a = (T)p0, b = (T)p1;                    \
    (void)a, (void)b, (void)unused, (void)unused2;            \
    LOOP for (int64_t j = 0; j < n; j++) {                    \
      const T x = i[j];                                       \
      o[j] = expression;                                      \
    }                                                         \
  }
#define DEFINE_INTEGER(op, expression)                                                          \
  static void ROW(op) SIGNATURE {                                                               \
    T *o = out;                                                                                 \
    const T *i = in, a = (T)wrapped(p0), b = (T)wrapped(p1);                                    \
    const T low = (T)saturated(p0, TMIN, TMAX), high = (T)saturated(p1, TMIN, TMAX);            \
    (void)a, (void)b, (void)low, (void)high, (void)unused, (void)unused2;                       \
    LOOP for (int64_t j = 0; j < n; j++) {                                                      \
      const T x = i[j];                                                                         \
      o[j] = expression;                                                                        \
    }                                                                                           \
  }

/* x^p: the powers that need no logarithm come first, as in PyTorch. */
#define POWER(test, expression)            \
  if (test) {                              \
    LOOP for (int64_t j = 0; j < n; j++) { \
      const T x = i[j];                    \
      o[j] = expression;                   \
    }                                      \
    return;                                \
  }
#define DEFINE_POWER                            \
  static void ROW(POW_SCALAR) SIGNATURE {       \
    T *o = out;                                 \
    const T *i = in, a = (T)p0;                 \
    (void)p1, (void)unused, (void)unused2;      \
    POWER(a == 2, x *x)                         \
    POWER(a == 3, x *x *x)                      \
    POWER(a == 1, x)                            \
    POWER(a == C(0.5), M(sqrt, x))              \
    POWER(a == -1, C(1) / x)                    \
    POWER(a == -2, C(1) / (x * x))              \
    POWER(a == C(-0.5), C(1) / M(sqrt, x))      \
    POWER(true, M(pow, x, a))                   \
  }

/* Angles too large for the quick reduction take the library's; blocks without any are vector loops. */
#define DEFINE_ANGLE(op, name)                                              \
  static void ROW(op) SIGNATURE {                                           \
    T *o = out;                                                             \
    const T *i = in;                                                        \
    (void)p0, (void)p1, (void)unused, (void)unused2;                        \
    for (; n > 0; n -= 256, o += 256, i += 256) {                           \
      const int64_t m = n < 256 ? n : 256;                                  \
      int far = 0;                                                          \
      LOOP for (int64_t j = 0; j < m; j++) far |= !(M(fabs, i[j]) <= CK_ANGLES); \
      if (far) {                                                            \
        for (int64_t j = 0; j < m; j++)                                     \
          o[j] = M(fabs, i[j]) <= CK_ANGLES ? M(name, i[j]) : M(far_##name, i[j]); \
      } else {                                                              \
        LOOP for (int64_t j = 0; j < m; j++) o[j] = M(name, i[j]);          \
      }                                                                     \
    }                                                                       \
  }
#define ANGLES(X) X(SIN, sin) X(COS, cos) X(TAN, tan)

#define BODY FLOAT_UNARY(DEFINE_FLOAT) DEFINE_POWER ANGLES(DEFINE_ANGLE)
#include "floats.h"
#undef BODY
#define BODY INTEGER_UNARY(DEFINE_INTEGER)
#include "integers.h"
#undef BODY

#define FLOATS(op, expression) [CK_##op][CK_F32] = unary_##op##_f32, [CK_##op][CK_F64] = unary_##op##_f64,
#define INTEGERS(op, expression)                                                                     \
  [CK_##op][CK_I64] = unary_##op##_i64, [CK_##op][CK_I32] = unary_##op##_i32,                        \
  [CK_##op][CK_I16] = unary_##op##_i16, [CK_##op][CK_I8] = unary_##op##_i8, [CK_##op][CK_U8] = unary_##op##_u8,
const ck_row NAME(ck_unary_rows)[CK_UNARY_COUNT][CK_TYPES] = {
    FLOAT_UNARY(FLOATS) ANGLES(FLOATS) FLOATS(POW_SCALAR, ) INTEGER_UNARY(INTEGERS)};
#undef ROW
#undef SIGNATURE
#undef FLOATS
#undef INTEGERS
#endif
