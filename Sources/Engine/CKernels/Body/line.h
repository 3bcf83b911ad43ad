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
/* 32 lanes into lane 0; a NaN stays. */
#define HALVE(test)                                                     \
  for (int h = 16; h > 0; h /= 2)                                       \
    LOOP for (int l = 0; l < h; l++) {                                  \
      const T w = lane[l + h], b = lane[l];                             \
      lane[l] = b == b && (w test b || w != w) ? w : b;                 \
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
    HALVE(>)                                                                                   \
    T a = lane[0];                                                                             \
    for (; j < n && a == a; j++) a = x[j] > a || x[j] != x[j] ? x[j] : a;                      \
    return a;                                                                                  \
  }                                                                                            \
  static double JOIN(total, TAG)(int64_t n, const T *x) {                                      \
    double lane[32];                                                                           \
    int64_t j = 0;                                                                             \
    for (int64_t l = 0; l < 32; l++) lane[l] = 0;                                              \
    for (; j + 32 <= n; j += 32)                                                               \
      LOOP for (int64_t l = 0; l < 32; l++) lane[l] += x[j + l];                               \
    for (int h = 16; h > 0; h /= 2)                                                            \
      LOOP for (int l = 0; l < h; l++) lane[l] += lane[l + h];                                 \
    double a = lane[0];                                                                        \
    for (; j < n; j++) a += x[j];                                                              \
    return a;                                                                                  \
  }
#define BODY TOP SOFTMAX
#include "floats.h"
#undef BODY
const ck_row NAME(ck_softmax_rows)[2][CK_TYPES] = {
    {[CK_F32] = softmax_f32, [CK_F64] = softmax_f64}, {[CK_F32] = log_softmax_f32, [CK_F64] = log_softmax_f64}};

/* Blocks of 4096: the extreme of a block in 32 lanes, and only when it beats the best so far its position, searched 64
 * at a time. (v != v is never true of integers.) */
#define FIND(name, test)                                                                                        \
  static int64_t JOIN(name, TAG)(int64_t n, const void *in) {                                                   \
    const T *x = in;                                                                                            \
    T best = x[0];                                                                                              \
    int64_t place = 0;                                                                                          \
    if (best != best) return 0;                                                                                 \
    for (int64_t s = 0; s < n; s += 4096) {                                                                     \
      const int64_t m = n - s < 4096 ? n - s : 4096;                                                            \
      const T *v = x + s;                                                                                       \
      T lane[32], top = best;                                                                                   \
      int64_t j = 0;                                                                                            \
      for (int l = 0; l < 32; l++) lane[l] = best;                                                              \
      for (; j + 32 <= m; j += 32)                                                                              \
        LOOP for (int64_t l = 0; l < 32; l++) {                                                                 \
          const T w = v[j + l], b = lane[l];                                                                    \
          lane[l] = w test b || w != w ? w : b;                                                                 \
        }                                                                                                       \
      HALVE(test)                                                                                               \
      top = lane[0];                                                                                            \
      for (; j < m && top == top; j++) top = v[j] test top || v[j] != v[j] ? v[j] : top;                        \
      if (top == best) continue;                                                                                \
      best = top;                                                                                               \
      const bool nan = top != top;                                                                              \
      for (int64_t k = 0; k < m; k += 64) {                                                                     \
        const int64_t w = m - k < 64 ? m - k : 64;                                                              \
        int found = 0;                                                                                          \
        LOOP for (int64_t l = 0; l < w; l++) found |= (v[k + l] == top) | (v[k + l] != v[k + l]);               \
        if (!found) continue;                                                                                   \
        while (nan ? v[k] == v[k] : v[k] != top) k++;                                                           \
        place = s + k;                                                                                          \
        break;                                                                                                  \
      }                                                                                                         \
      if (nan) return place;                                                                                    \
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
