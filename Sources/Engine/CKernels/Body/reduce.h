/* Folding rows and columns into accumulators, positions of extremes, softmax of a line.
 *
 * Sums of f32: 64 lanes of f32 over at most 1024 terms (so 16 terms a lane), the lanes added in f64. The same lanes on
 * every instruction set, and no fused operations: the same bytes everywhere. */
#ifndef CK_REDUCE_H
#define CK_REDUCE_H
#include "generic.h"

enum { CK_BLOCK = 1024 };

#define T_SUM(x) (x)
#define T_SUMSQ(x) ((x) * (x))
#define T_SUMABS(x) (__builtin_elementwise_abs(x))

INLINE double lanes_f32(vf a, vf b, vf c, vf d) {
  vd low = __builtin_convertvector(a.lo, vd) + __builtin_convertvector(b.lo, vd) +
           (__builtin_convertvector(c.lo, vd) + __builtin_convertvector(d.lo, vd));
  vd high = __builtin_convertvector(a.hi, vd) + __builtin_convertvector(b.hi, vd) +
            (__builtin_convertvector(c.hi, vd) + __builtin_convertvector(d.hi, vd));
  vd s = low + high;
  return ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
}

#define FOLD_F32(op)                                                                        \
  static void fold_##op##_f32(int64_t n, const void *in, void *acc) {                       \
    const float *x = in;                                                                    \
    double total = 0;                                                                       \
    while (n >= 64) {                                                                       \
      int64_t block = (n < CK_BLOCK ? n : CK_BLOCK) & ~63;                                  \
      vf a = 0, b = 0, c = 0, d = 0;                                                        \
      for (int64_t j = 0; j < block; j += 64) {                                             \
        const vf_u *v = (const vf_u *)(x + j);                                              \
        a += T_##op((vf)v[0]);                                                              \
        b += T_##op((vf)v[1]);                                                              \
        c += T_##op((vf)v[2]);                                                              \
        d += T_##op((vf)v[3]);                                                              \
      }                                                                                     \
      total += lanes_f32(a, b, c, d);                                                       \
      x += block;                                                                           \
      n -= block;                                                                           \
    }                                                                                       \
    double rest = 0;                                                                        \
    for (int64_t j = 0; j < n; j++) {                                                       \
      float v = x[j];                                                                       \
      rest += T_##op(v);                                                                    \
    }                                                                                       \
    *(double *)acc += total + rest;                                                         \
  }                                                                                         \
  static void cols_##op##_f32(int64_t rows, int64_t m, const void *in, int64_t step, void *acc) { \
    const char *p = in;                                                                     \
    double *s = acc;                                                                        \
    int64_t r = 0;                                                                          \
    for (; r + 8 <= rows; r += 8) {                                                         \
      const float *x0 = (const float *)(p + r * step), *x1 = (const float *)(p + (r + 1) * step); \
      const float *x2 = (const float *)(p + (r + 2) * step), *x3 = (const float *)(p + (r + 3) * step); \
      const float *x4 = (const float *)(p + (r + 4) * step), *x5 = (const float *)(p + (r + 5) * step); \
      const float *x6 = (const float *)(p + (r + 6) * step), *x7 = (const float *)(p + (r + 7) * step); \
      LOOP for (int64_t j = 0; j < m; j++)                                                  \
        s[j] += ((T_##op(x0[j]) + T_##op(x1[j])) + (T_##op(x2[j]) + T_##op(x3[j]))) +       \
                ((T_##op(x4[j]) + T_##op(x5[j])) + (T_##op(x6[j]) + T_##op(x7[j])));        \
    }                                                                                       \
    for (; r < rows; r++) {                                                                 \
      const float *x = (const float *)(p + r * step);                                       \
      LOOP for (int64_t j = 0; j < m; j++) s[j] += T_##op(x[j]);                            \
    }                                                                                       \
  }
FOLD_F32(SUM)
FOLD_F32(SUMSQ)
FOLD_F32(SUMABS)

#define FOLD_F64(op)                                                                        \
  static void fold_##op##_f64(int64_t n, const void *in, void *acc) {                       \
    const double *x = in;                                                                   \
    vd a = 0, b = 0, c = 0, d = 0;                                                          \
    int64_t j = 0;                                                                          \
    for (; j + 32 <= n; j += 32) {                                                          \
      const vd_u *v = (const vd_u *)(x + j);                                                \
      a += T_##op((vd)v[0]);                                                                \
      b += T_##op((vd)v[1]);                                                                \
      c += T_##op((vd)v[2]);                                                                \
      d += T_##op((vd)v[3]);                                                                \
    }                                                                                       \
    vd s = (a + b) + (c + d);                                                               \
    double total = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));       \
    for (; j < n; j++) total += T_##op(x[j]);                                               \
    *(double *)acc += total;                                                                \
  }
FOLD_F64(SUM)
FOLD_F64(SUMSQ)
FOLD_F64(SUMABS)

/* Plain loops: products in f64, integers in wrapping 64 bits, extremes in the element's own range. */
#define FOLD(op, ACC, STEP)                                                                 \
  static void JOIN(fold_##op, TAG)(int64_t n, const void *in, void *acc) {                  \
    const T *x = in;                                                                        \
    ACC a = *(ACC *)acc;                                                                    \
    for (int64_t j = 0; j < n; j++) {                                                       \
      const ACC v = (ACC)x[j];                                                              \
      a = STEP;                                                                             \
    }                                                                                       \
    *(ACC *)acc = a;                                                                        \
  }                                                                                         \
  COLS(op, ACC, STEP)
#define COLS(op, ACC, STEP)                                                                 \
  static void JOIN(cols_##op, TAG)(int64_t rows, int64_t m, const void *in, int64_t step, void *acc) { \
    ACC *s = acc;                                                                           \
    for (int64_t r = 0; r < rows; r++) {                                                    \
      const T *x = (const T *)((const char *)in + r * step);                                \
      LOOP for (int64_t j = 0; j < m; j++) {                                                \
        const ACC v = (ACC)x[j], a = s[j];                                                  \
        s[j] = STEP;                                                                        \
      }                                                                                     \
    }                                                                                       \
  }

#define S_MAX (v > a || v != v ? v : a)
#define S_MIN (v < a || v != v ? v : a)
/* Extremes of a contiguous row of floats: 64 lanes, each keeping the first NaN it meets. */
#define FOLD_EXTREME(op, test)                                                              \
  static void JOIN(fold_##op, TAG)(int64_t n, const void *in, void *acc) {                  \
    const T *x = in;                                                                        \
    double a = *(double *)acc;                                                              \
    if (n >= 64) {                                                                          \
      T lane[64];                                                                           \
      memcpy(lane, x, sizeof lane);                                                         \
      for (n -= 64, x += 64; n >= 64; n -= 64, x += 64)                                     \
        LOOP for (int64_t j = 0; j < 64; j++) {                                             \
          const T v = x[j], best = lane[j];                                                 \
          lane[j] = v test best || v != v ? v : best;                                       \
        }                                                                                   \
      for (int64_t j = 0; j < 64; j++) a = lane[j] test a || lane[j] != lane[j] ? lane[j] : a; \
    }                                                                                       \
    for (int64_t j = 0; j < n; j++) a = x[j] test a || x[j] != x[j] ? x[j] : a;             \
    *(double *)acc = a;                                                                     \
  }
#define BODY                                                        \
  FOLD(PROD, double, a *v)                                          \
  COLS(RMAX, double, S_MAX)                                         \
  COLS(RMIN, double, S_MIN)                                         \
  FOLD_EXTREME(RMAX, >)                                             \
  FOLD_EXTREME(RMIN, <)
#include "floats.h"
#undef BODY
#define T double
#define TAG f64
COLS(SUM, double, a + v)
COLS(SUMSQ, double, a + v * v)
COLS(SUMABS, double, a + __builtin_fabs(v))
#undef T
#undef TAG
#define BODY                                                                             \
  FOLD(SUM, int64_t, (int64_t)((uint64_t)a + (uint64_t)v))                               \
  FOLD(PROD, int64_t, (int64_t)((uint64_t)a * (uint64_t)v))                              \
  FOLD(SUMSQ, int64_t, (int64_t)((uint64_t)a + (uint64_t)v * (uint64_t)v))               \
  FOLD(SUMABS, int64_t, (int64_t)((uint64_t)a + (v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v))) \
  FOLD(RMAX, int64_t, v > a ? v : a)                                                     \
  FOLD(RMIN, int64_t, v < a ? v : a)
#include "integers.h"
#undef BODY

#define LOGICAL                                                                             \
  static void JOIN(fold_ANY, TAG)(int64_t n, const void *in, void *acc) {                   \
    const T *x = in;                                                                        \
    uint8_t any = *(int64_t *)acc != 0;                                                     \
    for (int64_t j = 0; j < n; j++) any |= x[j] != 0;                                       \
    *(int64_t *)acc = any;                                                                  \
  }                                                                                         \
  static void JOIN(fold_ALL, TAG)(int64_t n, const void *in, void *acc) {                   \
    const T *x = in;                                                                        \
    uint8_t all = *(int64_t *)acc != 0;                                                     \
    for (int64_t j = 0; j < n; j++) all &= x[j] != 0;                                       \
    *(int64_t *)acc = all;                                                                  \
  }                                                                                         \
  static void JOIN(cols_ANY, TAG)(int64_t rows, int64_t m, const void *in, int64_t step, void *acc) { \
    int64_t *s = acc;                                                                       \
    for (int64_t r = 0; r < rows; r++) {                                                    \
      const T *x = (const T *)((const char *)in + r * step);                                \
      LOOP for (int64_t j = 0; j < m; j++) s[j] |= x[j] != 0;                               \
    }                                                                                       \
  }                                                                                         \
  static void JOIN(cols_ALL, TAG)(int64_t rows, int64_t m, const void *in, int64_t step, void *acc) { \
    int64_t *s = acc;                                                                       \
    for (int64_t r = 0; r < rows; r++) {                                                    \
      const T *x = (const T *)((const char *)in + r * step);                                \
      LOOP for (int64_t j = 0; j < m; j++) s[j] &= x[j] != 0;                               \
    }                                                                                       \
  }
#define BODY LOGICAL
#include "floats.h"
#include "integers.h"
#undef BODY

#define OPS(X) X(SUM) X(PROD) X(RMAX) X(RMIN) X(SUMSQ) X(SUMABS) X(ANY) X(ALL)
#define ENTRIES(kind, op)                                                                                     \
  [CK_##op][CK_F32] = kind##_##op##_f32, [CK_##op][CK_F64] = kind##_##op##_f64,                               \
  [CK_##op][CK_I64] = kind##_##op##_i64, [CK_##op][CK_I32] = kind##_##op##_i32,                               \
  [CK_##op][CK_I16] = kind##_##op##_i16, [CK_##op][CK_I8] = kind##_##op##_i8,                                 \
  [CK_##op][CK_U8] = kind##_##op##_u8, [CK_##op][CK_BOOL] = kind##_##op##_u8,
#define ROWS(op) ENTRIES(fold, op)
#define COLUMNS(op) ENTRIES(cols, op)
const ck_fold_row NAME(ck_fold_rows)[CK_REDUCE_COUNT][CK_TYPES] = {OPS(ROWS)};
const ck_fold_cols NAME(ck_fold_columns)[CK_REDUCE_COUNT][CK_TYPES] = {OPS(COLUMNS)};
#undef OPS
#undef ENTRIES
#undef ROWS
#undef COLUMNS
#endif
