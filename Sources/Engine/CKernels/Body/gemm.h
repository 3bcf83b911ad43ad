/* The register tile of the matrix product: MR rows by two vectors of columns, over packed panels. */
#ifndef CK_GEMM_H
#define CK_GEMM_H
#include "generic.h"
#include "lanes.h"

#if CK_LEVEL == 4
enum { CK_MR = 12 };
#else
enum { CK_MR = 6 };
#endif

#define MICRO                                                                                                   \
  static void JOIN(micro, TAG)(int64_t k, const void *pa, const void *pb, void *pc, int64_t ldc, int64_t m,     \
                               int64_t n, bool add) {                                                           \
    typedef JOIN(vg, TAG) V;                                                                                    \
    typedef JOIN(vu, TAG) VU;                                                                                   \
    const T *a = pa, *b = pb;                                                                                   \
    T *c = pc;                                                                                                  \
    V sum[CK_MR][2];                                                                                            \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CK_MR; i++) sum[i][0] = sum[i][1] = (V)0;            \
    for (int64_t p = 0; p < k; p++, a += CK_MR, b += 2 * LANES(T)) {                                            \
      const V b0 = *(const VU *)b, b1 = *(const VU *)(b + LANES(T));                                            \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CK_MR; i++) {                                      \
        const V ai = (V)a[i];                                                                                   \
        sum[i][0] = VECTOR_FMA(ai, b0, sum[i][0]);                                                              \
        sum[i][1] = VECTOR_FMA(ai, b1, sum[i][1]);                                                              \
      }                                                                                                         \
    }                                                                                                           \
    if (m == CK_MR && n == 2 * LANES(T)) {                                                                      \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CK_MR; i++) {                                      \
        VU *row = (VU *)(c + i * ldc);                                                                          \
        row[0] = add ? (V)row[0] + sum[i][0] : sum[i][0];                                                       \
        row[1] = add ? (V)row[1] + sum[i][1] : sum[i][1];                                                       \
      }                                                                                                         \
      return;                                                                                                   \
    }                                                                                                           \
    T tile[CK_MR][2 * LANES(T)];                                                                                \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < CK_MR; i++) {                                        \
      *(VU *)tile[i] = sum[i][0];                                                                               \
      *(VU *)(tile[i] + LANES(T)) = sum[i][1];                                                                  \
    }                                                                                                           \
    for (int64_t i = 0; i < m; i++)                                                                             \
      for (int64_t j = 0; j < n; j++) c[i * ldc + j] = add ? c[i * ldc + j] + tile[i][j] : tile[i][j];          \
  }
#define BODY MICRO
#include "floats.h"
#undef BODY
const ck_gemm_kernel NAME(ck_gemm_kernels)[2] = {{micro_f32, CK_MR, 2 * LANES(float)},
                                                 {micro_f64, CK_MR, 2 * LANES(double)}};

/* Weighted sums of rows: lines lie side by side, so that the loop over them is the vector loop. */
#define RESAMPLE                                                                                                \
  INLINE void JOIN(resample_block, TAG)(int64_t m, int64_t n, int64_t taps, int64_t start, const float *weights, \
                                        const T *x, int64_t x_row, T *out) {                                    \
    T sum[64];                                                                                                  \
    for (int64_t i = 0; i < m; i++) sum[i] = 0;                                                                 \
    for (int64_t t = 0; t < taps; t++) {                                                                        \
      const T w = weights[t];                                                                                   \
      if (w == 0) continue;                                                                                     \
      int64_t row = start + t;                                                                                  \
      row = row < 0 ? 0 : row > n - 1 ? n - 1 : row;                                                            \
      const T *v = x + row * x_row;                                                                             \
      LOOP for (int64_t i = 0; i < m; i++) sum[i] = M(fma, w, v[i], sum[i]);                                    \
    }                                                                                                           \
    memcpy(out, sum, (size_t)m * sizeof(T));                                                                    \
  }                                                                                                             \
  static void JOIN(resample, TAG)(int64_t m, int64_t n, int64_t outputs, int64_t taps, const int32_t *starts,   \
                                  const float *weights, const void *in, int64_t x_row, void *to, int64_t out_row) { \
    const T *x = in;                                                                                            \
    T *out = to;                                                                                                \
    for (int64_t j = 0; j < outputs; j++, out += out_row, weights += taps) {                                    \
      int64_t i = 0;                                                                                            \
      for (; i + 64 <= m; i += 64) JOIN(resample_block, TAG)(64, n, taps, starts[j], weights, x + i, x_row, out + i); \
      for (; i + 16 <= m; i += 16) JOIN(resample_block, TAG)(16, n, taps, starts[j], weights, x + i, x_row, out + i); \
      if (i < m) JOIN(resample_block, TAG)(m - i, n, taps, starts[j], weights, x + i, x_row, out + i);          \
    }                                                                                                           \
  }
#define BODY RESAMPLE
#include "floats.h"
#undef BODY
const ck_resample_lines NAME(ck_resamplers)[2] = {resample_f32, resample_f64};
#endif
