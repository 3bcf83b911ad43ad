/* Conversions between element types, and the staging of strided operands through contiguous buffers. */
#ifndef CK_CAST_H
#define CK_CAST_H
#include "generic.h"

/* Float to integer: toward zero, saturating, NaN as 0. The comparison bounds are exact powers of two. */
#define FLOAT_TO_INTEGER(from, S, to, D, low, high_bound)                                                      \
  INLINE D cast_##from##_##to(S x) {                                                                           \
    S safe = x > (S)(low) && x < (S)(high_bound) ? x : (S)0;                                                   \
    D inside = (D)safe;                                                                                        \
    D edge = x >= (S)(high_bound) ? D##_MAX_VALUE : x <= (S)(low) ? D##_MIN_VALUE : (D)0;                      \
    return x > (S)(low) && x < (S)(high_bound) ? inside : edge;                                                \
  }
#define int64_t_MIN_VALUE INT64_MIN
#define int64_t_MAX_VALUE INT64_MAX
#define int32_t_MIN_VALUE INT32_MIN
#define int32_t_MAX_VALUE INT32_MAX
#define int16_t_MIN_VALUE INT16_MIN
#define int16_t_MAX_VALUE INT16_MAX
#define int8_t_MIN_VALUE INT8_MIN
#define int8_t_MAX_VALUE INT8_MAX
#define uint8_t_MIN_VALUE 0
#define uint8_t_MAX_VALUE UINT8_MAX
#define FLOAT_CASTS(from, S)                                            \
  FLOAT_TO_INTEGER(from, S, i64, int64_t, -0x1p63, 0x1p63)              \
  FLOAT_TO_INTEGER(from, S, i32, int32_t, -0x1p31, 0x1p31)              \
  FLOAT_TO_INTEGER(from, S, i16, int16_t, -0x1p15, 0x1p15)              \
  FLOAT_TO_INTEGER(from, S, i8, int8_t, -0x1p7, 0x1p7)                  \
  FLOAT_TO_INTEGER(from, S, u8, uint8_t, -1.0, 0x1p8)                   \
  INLINE uint8_t cast_##from##_bool(S x) { return x != 0; }
FLOAT_CASTS(f32, float)
FLOAT_CASTS(f64, double)
INLINE double cast_f32_f64(float x) { return x; }
INLINE float cast_f64_f32(double x) { return (float)x; }

#define PLAIN(from, S, to, D) \
  INLINE D cast_##from##_##to(S x) { return (D)x; }
#define INTEGER_CASTS(from, S)                                                                                  \
  PLAIN(from, S, f32, float)                                                                                    \
  PLAIN(from, S, f64, double)                                                                                   \
  INLINE uint8_t cast_##from##_bool(S x) { return x != 0; }
INTEGER_CASTS(i64, int64_t)
INTEGER_CASTS(i32, int32_t)
INTEGER_CASTS(i16, int16_t)
INTEGER_CASTS(i8, int8_t)
INTEGER_CASTS(u8, uint8_t)
#define PAIRS(X)                                                                                                \
  X(i64, int64_t, i32, int32_t) X(i64, int64_t, i16, int16_t) X(i64, int64_t, i8, int8_t)                       \
  X(i64, int64_t, u8, uint8_t) X(i32, int32_t, i64, int64_t) X(i32, int32_t, i16, int16_t)                      \
  X(i32, int32_t, i8, int8_t) X(i32, int32_t, u8, uint8_t) X(i16, int16_t, i64, int64_t)                        \
  X(i16, int16_t, i32, int32_t) X(i16, int16_t, i8, int8_t) X(i16, int16_t, u8, uint8_t)                        \
  X(i8, int8_t, i64, int64_t) X(i8, int8_t, i32, int32_t) X(i8, int8_t, i16, int16_t)                           \
  X(i8, int8_t, u8, uint8_t) X(u8, uint8_t, i64, int64_t) X(u8, uint8_t, i32, int32_t)                          \
  X(u8, uint8_t, i16, int16_t) X(u8, uint8_t, i8, int8_t)
PAIRS(PLAIN)
INLINE float cast_bf16_f32(uint16_t h) { return from_bf16(h); }
INLINE float cast_f16_f32(uint16_t h) { return from_f16(h); }
INLINE uint16_t cast_f32_bf16(float x) { return to_bf16(x); }
INLINE uint16_t cast_f32_f16(float x) { return to_f16(x); }

#define CONVERT(from, S, to, D)                                                                                \
  static void convert_##from##_##to(int64_t n, void *out, const void *in, const void *unused,                  \
                                    const void *unused2, double p0, double p1) {                               \
    D *o = out;                                                                                                \
    const S *x = in;                                                                                           \
    (void)unused, (void)unused2, (void)p0, (void)p1;                                                           \
    LOOP for (int64_t j = 0; j < n; j++) o[j] = cast_##from##_##to(x[j]);                                      \
  }
#define FLOAT_PAIRS(X)                                                                                         \
  X(f32, float, f64, double) X(f64, double, f32, float) X(f32, float, i64, int64_t) X(f32, float, i32, int32_t) \
  X(f32, float, i16, int16_t) X(f32, float, i8, int8_t) X(f32, float, u8, uint8_t)                             \
  X(f64, double, i64, int64_t) X(f64, double, i32, int32_t) X(f64, double, i16, int16_t)                       \
  X(f64, double, i8, int8_t) X(f64, double, u8, uint8_t) X(i64, int64_t, f32, float)                           \
  X(i64, int64_t, f64, double) X(i32, int32_t, f32, float) X(i32, int32_t, f64, double)                        \
  X(i16, int16_t, f32, float) X(i16, int16_t, f64, double) X(i8, int8_t, f32, float) X(i8, int8_t, f64, double) \
  X(u8, uint8_t, f32, float) X(u8, uint8_t, f64, double) X(bf16, uint16_t, f32, float)                         \
  X(f16, uint16_t, f32, float) X(f32, float, bf16, uint16_t) X(f32, float, f16, uint16_t)                      \
  X(f32, float, bool, uint8_t) X(f64, double, bool, uint8_t) X(i64, int64_t, bool, uint8_t)                    \
  X(i32, int32_t, bool, uint8_t) X(i16, int16_t, bool, uint8_t) X(i8, int8_t, bool, uint8_t)                   \
  X(u8, uint8_t, bool, uint8_t)
PAIRS(CONVERT)
FLOAT_PAIRS(CONVERT)
#define COPY(bits)                                                                                             \
  static void copy_##bits(int64_t n, void *out, const void *in, const void *unused, const void *unused2,       \
                          double p0, double p1) {                                                              \
    (void)unused, (void)unused2, (void)p0, (void)p1;                                                           \
    if (out != in) memcpy(out, in, (size_t)n * (bits / 8));                                                    \
  }
COPY(8)
COPY(16)
COPY(32)
COPY(64)

#define CK_bool CK_BOOL
#define CK_f32 CK_F32
#define CK_f64 CK_F64
#define CK_bf16 CK_BF16
#define CK_f16 CK_F16
#define CK_i64 CK_I64
#define CK_i32 CK_I32
#define CK_i16 CK_I16
#define CK_i8 CK_I8
#define CK_u8 CK_U8
#define ENTRY(from, S, to, D) [CK_##from][CK_##to] = convert_##from##_##to,
const ck_row NAME(ck_convert_rows)[CK_TYPES][CK_TYPES] = {
    PAIRS(ENTRY) FLOAT_PAIRS(ENTRY)[CK_F32][CK_F32] = copy_32, [CK_F64][CK_F64] = copy_64,
    [CK_BF16][CK_BF16] = copy_16, [CK_F16][CK_F16] = copy_16, [CK_I64][CK_I64] = copy_64,
    [CK_I32][CK_I32] = copy_32, [CK_I16][CK_I16] = copy_16, [CK_I8][CK_I8] = copy_8, [CK_U8][CK_U8] = copy_8,
    [CK_BOOL][CK_BOOL] = copy_8, [CK_BOOL][CK_F32] = convert_u8_f32, [CK_BOOL][CK_F64] = convert_u8_f64,
    [CK_BOOL][CK_I64] = convert_u8_i64, [CK_BOOL][CK_I32] = convert_u8_i32, [CK_BOOL][CK_I16] = convert_u8_i16,
    [CK_BOOL][CK_I8] = convert_u8_i8, [CK_BOOL][CK_U8] = copy_8};

/* Steps are in bytes. The longer loop is made the inner one. */
#define STAGE(bits)                                                                                            \
  static void gather_##bits(void *to, const void *from, int64_t rows, int64_t cols, int64_t rs, int64_t cs) {  \
    typedef uint##bits##_t E;                                                                                  \
    E *o = to;                                                                                                 \
    const char *p = from;                                                                                      \
    if (cs == 0) {                                                                                             \
      for (int64_t r = 0; r < rows; r++, o += cols) {                                                          \
        const E v = *(const E *)(p + r * rs);                                                                  \
        for (int64_t c = 0; c < cols; c++) o[c] = v;                                                           \
      }                                                                                                        \
    } else if (cs == sizeof(E)) {                                                                              \
      for (int64_t r = 0; r < rows; r++, o += cols) {                                                          \
        const E *q = (const E *)(p + r * rs);                                                                  \
        for (int64_t c = 0; c < cols; c++) o[c] = q[c];                                                        \
      }                                                                                                        \
    } else if (rows > cols) {                                                                                  \
      for (int64_t c = 0; c < cols; c++)                                                                       \
        for (int64_t r = 0; r < rows; r++) o[r * cols + c] = *(const E *)(p + r * rs + c * cs);                \
    } else {                                                                                                   \
      for (int64_t r = 0; r < rows; r++)                                                                       \
        for (int64_t c = 0; c < cols; c++) o[r * cols + c] = *(const E *)(p + r * rs + c * cs);                \
    }                                                                                                          \
  }                                                                                                            \
  static void scatter_##bits(void *to, const void *from, int64_t rows, int64_t cols, int64_t rs, int64_t cs) { \
    typedef uint##bits##_t E;                                                                                  \
    char *p = to;                                                                                              \
    const E *x = from;                                                                                         \
    if (rows > cols) {                                                                                         \
      for (int64_t c = 0; c < cols; c++)                                                                       \
        for (int64_t r = 0; r < rows; r++) *(E *)(p + r * rs + c * cs) = x[r * cols + c];                      \
    } else {                                                                                                   \
      for (int64_t r = 0; r < rows; r++)                                                                       \
        for (int64_t c = 0; c < cols; c++) *(E *)(p + r * rs + c * cs) = x[r * cols + c];                      \
    }                                                                                                          \
  }
STAGE(8)
STAGE(16)
STAGE(32)
STAGE(64)
const ck_stage NAME(ck_gathers)[4] = {gather_8, gather_16, gather_32, gather_64};
const ck_stage NAME(ck_scatters)[4] = {scatter_8, scatter_16, scatter_32, scatter_64};

/* to[r][c] = from[c][r]: rows of `to` and columns of `from` are contiguous, ts and fs are the steps of the others.
 * Tiles of 16 by 16 read and write whole cache lines. */
#define PLAIN_EDGE(bits)                                                                                       \
  INLINE void edge_##bits(char *to, const char *from, int64_t height, int64_t width, int64_t ts, int64_t fs) { \
    for (int64_t r = 0; r < height; r++)                                                                       \
      for (int64_t c = 0; c < width; c++)                                                                      \
        ((uint##bits##_t *)(to + r * ts))[c] = ((const uint##bits##_t *)(from + c * fs))[r];                   \
  }
#define TRANSPOSE(bits)                                                                                        \
  static void transpose_##bits(void *to, const void *from, int64_t rows, int64_t cols, int64_t ts, int64_t fs) { \
    const int64_t bytes = bits / 8;                                                                            \
    for (int64_t c0 = 0; c0 < cols; c0 += 64)                                                                  \
      for (int64_t r = 0; r < rows; r += 16)                                                                   \
        for (int64_t c = c0; c < cols && c < c0 + 64; c += 16) {                                               \
          char *t = (char *)to + r * ts + c * bytes;                                                           \
          const char *f = (const char *)from + c * fs + r * bytes;                                             \
          const int64_t height = rows - r < 16 ? rows - r : 16, width = cols - c < 16 ? cols - c : 16;         \
          if (height == 16 && width == 16)                                                                     \
            tile_##bits(t, f, ts, fs);                                                                         \
          else                                                                                                 \
            corner_##bits(t, f, height, width, ts, fs);                                                        \
        }                                                                                                      \
  }
#define PLAIN_TILE(bits)                                                                                       \
  INLINE void tile_##bits(char *to, const char *from, int64_t ts, int64_t fs) {                                \
    uint##bits##_t tile[16][16];                                                                               \
    for (int c = 0; c < 16; c++) {                                                                             \
      const uint##bits##_t *q = (const uint##bits##_t *)(from + c * fs);                                       \
      for (int r = 0; r < 16; r++) tile[r][c] = q[r];                                                          \
    }                                                                                                          \
    for (int r = 0; r < 16; r++) memcpy(to + r * ts, tile[r], sizeof tile[r]);                                 \
  }

typedef uint32_t quad __attribute__((ext_vector_type(8)));
typedef uint32_t quad_u __attribute__((ext_vector_type(8), aligned(4)));
#define SHUFFLE __builtin_shufflevector

/* 8 by 8 words in registers: pairs of words, then of pairs, then of halves. */
INLINE void turn8(char *to, const char *from, int64_t ts, int64_t fs) {
  quad a[8], b[8], c[8];
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i++) a[i] = *(const quad_u *)(from + i * fs);
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i += 2) {
    b[i] = SHUFFLE(a[i], a[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    b[i + 1] = SHUFFLE(a[i], a[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 8; i += 4) {
    c[i] = SHUFFLE(b[i], b[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    c[i + 1] = SHUFFLE(b[i], b[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    c[i + 2] = SHUFFLE(b[i + 1], b[i + 3], 0, 1, 8, 9, 4, 5, 12, 13);
    c[i + 3] = SHUFFLE(b[i + 1], b[i + 3], 2, 3, 10, 11, 6, 7, 14, 15);
  }
  _Pragma("clang loop unroll(full)") for (int i = 0; i < 4; i++) {
    *(quad_u *)(to + i * ts) = SHUFFLE(c[i], c[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(quad_u *)(to + (i + 4) * ts) = SHUFFLE(c[i], c[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

INLINE void tile_32(char *to, const char *from, int64_t ts, int64_t fs) {
  turn8(to, from, ts, fs);
  turn8(to + 32, from + 8 * fs, ts, fs);
  turn8(to + 8 * ts, from + 32, ts, fs);
  turn8(to + 8 * ts + 32, from + 8 * fs + 32, ts, fs);
}
/* What is left of a tile of words, by 8 where that goes. */
PLAIN_EDGE(32)
INLINE void corner_32(char *to, const char *from, int64_t height, int64_t width, int64_t ts, int64_t fs) {
  for (int64_t r = 0; r < height; r += 8)
    for (int64_t c = 0; c < width; c += 8) {
      const int64_t h = height - r < 8 ? height - r : 8, w = width - c < 8 ? width - c : 8;
      char *t = to + r * ts + c * 4;
      const char *f = from + c * fs + r * 4;
      if (h == 8 && w == 8)
        turn8(t, f, ts, fs);
      else
        edge_32(t, f, h, w, ts, fs);
    }
}
PLAIN_TILE(8)
PLAIN_TILE(16)
PLAIN_TILE(64)
PLAIN_EDGE(8)
PLAIN_EDGE(16)
PLAIN_EDGE(64)
#define corner_8 edge_8
#define corner_16 edge_16
#define corner_64 edge_64
TRANSPOSE(8)
TRANSPOSE(16)
TRANSPOSE(32)
TRANSPOSE(64)

const ck_stage NAME(ck_transposes)[4] = {transpose_8, transpose_16, transpose_32, transpose_64};
#endif
