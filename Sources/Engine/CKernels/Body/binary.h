/* Binary and ternary ops, comparisons and selection: one row function per op and type. */
#ifndef CK_BINARY_H
#define CK_BINARY_H
#include "generic.h"

/* g is the upstream gradient (first operand), s the named input or output (second); both spellings of x and y. */
#define FLOAT_BINARY(X)                                                                                      \
  X(ADD, x + y)                                                                                              \
  X(SUB, x - y)                                                                                              \
  X(MUL, x *y)                                                                                               \
  X(DIV, x / y)                                                                                              \
  X(POW, M(pow, x, y))                                                                                       \
  X(MAX, x > y || x != x ? x : y)                                                                            \
  X(MIN, x < y || x != x ? x : y)                                                                            \
  X(ATAN2, M(atan2, x, y))                                                                                   \
  X(FMOD, M(fmod, x, y))                                                                                     \
  X(REMAINDER, M(remainder, x, y))                                                                           \
  X(RELU_GRAD, y > 0 ? x : C(0))                                                                             \
  X(LEAKY_RELU_GRAD, y > 0 ? x : x * a)                                                                      \
  X(ELU_GRAD, y > 0 ? x : x * a * M(exp, y))                                                                 \
  X(SIGMOID_GRAD, x *((C(1) - y) * y))                                                                       \
  X(TANH_GRAD, x *(C(1) - y * y))                                                                            \
  X(SILU_GRAD, x *M(silu_slope, y))                                                                          \
  X(GELU_GRAD, x *M(gelu_slope, y))                                                                          \
  X(GELU_TANH_GRAD, x *M(gelu_tanh_slope, y))                                                                \
  X(SOFTPLUS_GRAD, y *a > b ? x : x * M(sigmoid, y *a))                                                      \
  X(CLAMP_GRAD, y >= a && y <= b ? x : C(0))

/* A divisor of 0 gives 0; the smallest number over -1 would overflow, and leaves nothing. */
#define INTEGER_BINARY(X)                                                        \
  X(ADD, (T)((U)x + (U)y))                                                       \
  X(SUB, (T)((U)x - (U)y))                                                       \
  X(MUL, (T)((U)x * (U)y))                                                       \
  X(MAX, x > y ? x : y)                                                          \
  X(MIN, x < y ? x : y)                                                          \
  X(FMOD, (T)integer_remainder(x, y))                                            \
  X(REMAINDER, (T)python_remainder(x, y))

/* Roundings as in PyTorch 2.15's kernels (compared with it): ADDCMUL and LERP fuse their last addition, ADDCDIV does
 * not, and the scalar is multiplied into the first factor. */
#define FLOAT_TERNARY(X)          \
  X(ADDCMUL, M(fma, a *y, z, x))  \
  X(ADDCDIV, x + a * y / z)       \
  X(LERP, M(lerp, x, y, a))       \
  X(FMA, M(fma, x, y, z))

#define COMPARE(X) \
  X(EQ, x == y)    \
  X(NE, x != y)    \
  X(LT, x < y)     \
  X(LE, x <= y)    \
  X(GT, x > y)     \
  X(GE, x >= y)

#define SLOPES                                                                                      \
  INLINE T JOIN(m_remainder, TAG)(T x, T y) {                                                       \
    T r = M(fmod, x, y);                                                                            \
    return r != 0 && (r < 0) != (y < 0) ? r + y : r;                                                \
  }                                                                                                 \
  INLINE T JOIN(m_silu_slope, TAG)(T x) {                                                           \
    T s = M(sigmoid, x);                                                                            \
    return s * (C(1) + x * (C(1) - s));                                                             \
  }                                                                                                 \
  INLINE T JOIN(m_gelu_slope, TAG)(T x) {                                                           \
    T mass = C(0.5) * (C(1) + M(erf, x * C(0.70710678118654752440)));                               \
    return mass + x * (M(exp, C(-0.5) * x * x) * C(0.39894228040143267794));                        \
  }                                                                                                 \
  INLINE T JOIN(m_gelu_tanh_slope, TAG)(T x) {                                                      \
    const T k = C(0.79788456080286535588), c = C(0.044715);                                         \
    T t = M(tanh, k * (x + c * x * x * x));                                                         \
    return C(0.5) * (C(1) + t) + C(0.5) * x * (C(1) - t * t) * k * (C(1) + C(3) * c * x * x);       \
  }                                                                                                 \
  INLINE T JOIN(m_lerp, TAG)(T x, T y, T w) {                                                       \
    return M(fabs, w) < C(0.5) ? M(fma, w, y - x, x) : M(fma, y - x, w - C(1), y);                  \
  }
#define BODY SLOPES
#include "floats.h"
#undef BODY
#undef SLOPES

INLINE int64_t integer_remainder(int64_t x, int64_t y) { return y == 0 || y == -1 ? 0 : x % y; }

INLINE int64_t python_remainder(int64_t x, int64_t y) {
  if (y == 0 || y == -1) return 0;
  int64_t r = x % y;
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

#define ROW(family, op) JOIN(family##_##op, TAG)
#define DEFINE_FLOAT(op, expression) DEFINE(op, expression, const T a = (T)p0, b = (T)p1; (void)a, (void)b)
#define DEFINE_INTEGER(op, expression) DEFINE(op, expression, (void)p0, (void)p1)
#define DEFINE(op, expression, ...)                                                                                 \
  static void ROW(binary, op)(int64_t n, void *out, const void *in, const void *in2, const void *unused,       \
                              double p0, double p1) {                                                          \
    T *o = out;                                                                                                \
    const T *i = in, *k = in2;                                                                                 \
    __VA_ARGS__, (void)unused;                                                                                     \
    LOOP for (int64_t j = 0; j < n; j++) {                                                                     \
      const T x = i[j], y = k[j];                                                                              \
      o[j] = expression;                                                                                       \
    }                                                                                                          \
  }
#define DEFINE_TERNARY(op, expression)                                                                         \
  static void ROW(ternary, op)(int64_t n, void *out, const void *in, const void *in2, const void *in3,         \
                               double p0, double p1) {                                                         \
    T *o = out;                                                                                                \
    const T *i = in, *k = in2, *l = in3, a = (T)p0;                                                            \
    (void)a, (void)p1;                                                                                         \
    LOOP for (int64_t j = 0; j < n; j++) {                                                                     \
      const T x = i[j], y = k[j], z = l[j];                                                                    \
      (void)z;                                                                                                 \
      o[j] = expression;                                                                                       \
    }                                                                                                          \
  }
#define DEFINE_COMPARE(op, expression)                                                                         \
  static void ROW(compare, op)(int64_t n, void *out, const void *in, const void *in2, const void *unused,      \
                               double p0, double p1) {                                                         \
    uint8_t *o = out;                                                                                          \
    const T *i = in, *k = in2;                                                                                 \
    (void)p0, (void)p1, (void)unused;                                                                          \
    LOOP for (int64_t j = 0; j < n; j++) {                                                                     \
      const T x = i[j], y = k[j];                                                                              \
      o[j] = expression;                                                                                       \
    }                                                                                                          \
  }
#define BODY FLOAT_BINARY(DEFINE_FLOAT) FLOAT_TERNARY(DEFINE_TERNARY) COMPARE(DEFINE_COMPARE)
#include "floats.h"
#undef BODY
#define BODY INTEGER_BINARY(DEFINE_INTEGER) COMPARE(DEFINE_COMPARE)
#include "integers.h"
#undef BODY

#define DEFINE_WHERE(bits)                                                                                     \
  static void where_##bits(int64_t n, void *out, const void *mask, const void *in, const void *in2, double p0, \
                           double p1) {                                                                        \
    uint##bits##_t *o = out;                                                                                   \
    const uint##bits##_t *x = in, *y = in2;                                                                    \
    const uint8_t *m = mask;                                                                                   \
    (void)p0, (void)p1;                                                                                        \
    LOOP for (int64_t j = 0; j < n; j++) {                                                                     \
      const uint##bits##_t yes = x[j], no = y[j];                                                              \
      o[j] = m[j] != 0 ? yes : no;                                                                             \
    }                                                                                                          \
  }
DEFINE_WHERE(8)
DEFINE_WHERE(16)
DEFINE_WHERE(32)
DEFINE_WHERE(64)

#define FLOATS(family, op) \
  [CK_##op][CK_F32] = family##_##op##_f32, [CK_##op][CK_F64] = family##_##op##_f64,
#define INTEGERS(family, op)                                                                       \
  [CK_##op][CK_I64] = family##_##op##_i64, [CK_##op][CK_I32] = family##_##op##_i32,                \
  [CK_##op][CK_I16] = family##_##op##_i16, [CK_##op][CK_I8] = family##_##op##_i8,                  \
  [CK_##op][CK_U8] = family##_##op##_u8,
#define FLOAT_ENTRY(op, expression) FLOATS(binary, op)
#define INTEGER_ENTRY(op, expression) INTEGERS(binary, op)
#define TERNARY_ENTRY(op, expression) FLOATS(ternary, op)
#define COMPARE_ENTRY(op, expression) \
  FLOATS(compare, op) INTEGERS(compare, op)[CK_##op][CK_BOOL] = compare_##op##_u8,
/* Booleans: or, and, and the orders of 0 and 1. */
const ck_row NAME(ck_binary_rows)[CK_BINARY_COUNT][CK_TYPES] = {
    FLOAT_BINARY(FLOAT_ENTRY) INTEGER_BINARY(INTEGER_ENTRY)[CK_ADD][CK_BOOL] = binary_MAX_u8,
    [CK_MUL][CK_BOOL] = binary_MIN_u8, [CK_MAX][CK_BOOL] = binary_MAX_u8, [CK_MIN][CK_BOOL] = binary_MIN_u8};
const ck_row NAME(ck_ternary_rows)[CK_TERNARY_COUNT][CK_TYPES] = {FLOAT_TERNARY(TERNARY_ENTRY)};
const ck_row NAME(ck_compare_rows)[CK_COMPARE_COUNT][CK_TYPES] = {COMPARE(COMPARE_ENTRY)};
const ck_row NAME(ck_where_rows)[4] = {where_8, where_16, where_32, where_64};
#endif
