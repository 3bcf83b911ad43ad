/* Whole lines of n contiguous elements: softmax and the position of the extreme. */
#ifndef CK_LINE_H
#define CK_LINE_H
#include "generic.h"

#define SOFTMAX                                                                                                \
  static void JOIN(softmax, TAG)(int64_t n, void *out, const void *in, const void *unused, const void *unused2, \
                                 double p0, double p1) {                                                       \
    T *o = out;                                                                                                \
    const T *x = in;                                                                                           \
    (void)unused, (void)unused2, (void)p0, (void)p1;                                                           \
    const T top = JOIN(top, TAG)(n, x);                                                                        \
    LOOP for (int64_t j = 0; j < n; j++) o[j] = M(exp, x[j] - top);                                            \
    const T scale = (T)(1.0 / JOIN(total, TAG)(n, o));                                                         \
    LOOP for (int64_t j = 0; j < n; j++) o[j] *= scale;                                                        \
  }                                                                                                            \
  static void JOIN(log_softmax, TAG)(int64_t n, void *out, const void *in, const void *unused,                 \
                                     const void *unused2, double p0, double p1) {                              \
    T *o = out;                                                                                                \
    const T *x = in;                                                                                           \
    (void)unused, (void)unused2, (void)p0, (void)p1;                                                           \
    const T top = JOIN(top, TAG)(n, x);                                                                        \
    double sum = 0;                                                                                            \
    T part[256];                                                                                               \
    for (int64_t s = 0; s < n; s += 256) {                                                                     \
      int64_t m = n - s < 256 ? n - s : 256;                                                                   \
      LOOP for (int64_t j = 0; j < m; j++) part[j] = M(exp, x[s + j] - top);                                   \
      sum += JOIN(total, TAG)(m, part);                                                                        \
    }                                                                                                          \
    const T shift = (T)log(sum);                                                                               \
    LOOP for (int64_t j = 0; j < n; j++) o[j] = (x[j] - top) - shift;                                          \
  }
/* NaN anywhere makes the top NaN, and with it the whole line, as it should. */
#define TOP                                                                                    \
  static T JOIN(top, TAG)(int64_t n, const T *x) {                                             \
    T lane[32];                                                                                \
    int64_t j = 0;                                                                             \
    for (int64_t l = 0; l < 32; l++) lane[l] = -INFINITY;                                      \
    for (; j + 32 <= n; j += 32)                                                               \
      LOOP for (int64_t l = 0; l < 32; l++) {                                                  \
        const T v = x[j + l], best = lane[l];                                                  \
        lane[l] = v > best || v != v ? v : best;                                               \
      }                                                                                        \
    T a = -INFINITY;                                                                           \
    for (int64_t l = 0; l < 32; l++) a = lane[l] > a || lane[l] != lane[l] ? lane[l] : a;      \
    for (; j < n; j++) a = x[j] > a || x[j] != x[j] ? x[j] : a;                                \
    return a;                                                                                  \
  }                                                                                            \
  static double JOIN(total, TAG)(int64_t n, const T *x) {                                      \
    double lane[32];                                                                           \
    int64_t j = 0;                                                                             \
    for (int64_t l = 0; l < 32; l++) lane[l] = 0;                                              \
    for (; j + 32 <= n; j += 32)                                                               \
      LOOP for (int64_t l = 0; l < 32; l++) lane[l] += x[j + l];                               \
    double a = 0;                                                                              \
    for (int64_t l = 0; l < 32; l++) a += lane[l];                                             \
    for (; j < n; j++) a += x[j];                                                              \
    return a;                                                                                  \
  }
#define BODY TOP SOFTMAX
#include "floats.h"
#undef BODY
const ck_row NAME(ck_softmax_rows)[2][CK_TYPES] = {
    {[CK_F32] = softmax_f32, [CK_F64] = softmax_f64}, {[CK_F32] = log_softmax_f32, [CK_F64] = log_softmax_f64}};

/* Blocks of 1024: the extreme of a block in 32 lanes, and only when it beats the best so far its position. */
#define FIND(name, test)                                                                                        \
  static int64_t JOIN(name, TAG)(int64_t n, const void *in) {                                                   \
    const T *x = in;                                                                                            \
    T best = x[0];                                                                                              \
    int64_t place = 0;                                                                                          \
    if (best != best) return 0;                                                                                 \
    for (int64_t s = 0; s < n; s += 1024) {                                                                     \
      const int64_t m = n - s < 1024 ? n - s : 1024;                                                            \
      const T *v = x + s;                                                                                       \
      int beaten = 0;                                                                                           \
      LOOP for (int64_t j = 0; j < m; j++) beaten |= (v[j] test best) | (v[j] != v[j]);                         \
      if (!beaten) continue;                                                                                    \
      for (int64_t j = 0; j < m; j++) {                                                                         \
        if (v[j] != v[j]) return s + j;                                                                         \
        if (v[j] test best) best = v[j], place = s + j;                                                         \
      }                                                                                                         \
    }                                                                                                           \
    return place;                                                                                               \
  }
#define BODY FIND(arg_max, >) FIND(arg_min, <)
#include "floats.h"
#include "integers.h"
#undef BODY
#define FINDERS(f)                                                                                            \
  {[CK_F32] = f##_f32, [CK_F64] = f##_f64, [CK_I64] = f##_i64, [CK_I32] = f##_i32, [CK_I16] = f##_i16,        \
   [CK_I8] = f##_i8,   [CK_U8] = f##_u8,   [CK_BOOL] = f##_u8}
const ck_find NAME(ck_finders)[2][CK_TYPES] = {FINDERS(arg_max), FINDERS(arg_min)};
#undef FINDERS
#endif
