/* Random numbers that are computed in rows: the Box-Muller step of PyTorch's normal fill, and Philox4x32-10. */
#ifndef CK_RANDOM_H
#define CK_RANDOM_H
#include "generic.h"

/* a * b + c rounded once. Without the instruction: in f64 the product is exact, and the sum is rounded to odd, so that
 * the second rounding, to f32, is right. */
#if CK_LEVEL >= 3
#define EXACT(a, b, c) __builtin_fmaf(a, b, c)
#else
INLINE float EXACT(float a, float b, float c) {
  const double p = (double)a * b, d = c, s = p + d, t = s - p;
  const double lost = (p - (s - t)) + (d - t);
  uint64_t u;
  memcpy(&u, &s, 8);
  const bool even = (u & 1) == 0, away = (lost > 0) == (s > 0);
  u += lost != 0 && even ? (away ? 1 : (uint64_t)-1) : 0;
  double odd;
  memcpy(&odd, &u, 8);
  return (float)odd;
}
#endif

/* The logarithm, sine and cosine below are Cephes' single precision formulas (S. L. Moshier), with the roundings that
 * PyTorch 2.15's AVX2 normal fill has: values agree with it bit for bit, on every instruction set. */
INLINE float stream_log(float x) {
  const uint32_t u = bits_of(x);
  float e = (float)((int32_t)(u >> 23) - 126);
  float m = float_of((u & 0x7fffffu) | 0x3f000000u);
  const bool low = m < 0.707106781186547524f;
  e = low ? e - 1.0f : e;
  m = (m - 1.0f) + (low ? m : 0.0f);
  const float z = m * m;
  float y = EXACT(7.0376836292e-2f, m, -1.1514610310e-1f);
  y = EXACT(y, m, 1.1676998740e-1f);
  y = EXACT(y, m, -1.2420140846e-1f);
  y = EXACT(y, m, 1.4249322787e-1f);
  y = EXACT(y, m, -1.6668057665e-1f);
  y = EXACT(y, m, 2.0000714765e-1f);
  y = EXACT(y, m, -2.4999993993e-1f);
  y = EXACT(y, m, 3.3333331174e-1f);
  y = EXACT(y * m, z, e * -2.12194440e-4f);
  y = y - z * 0.5f;
  return e * 0.693359375f + (m + y);
}

/* 0 <= x < 7: eighths of a turn, then polynomials on -pi/4...pi/4 */
INLINE void stream_sincos(float x, float *sine, float *cosine) {
  const uint32_t j = ((uint32_t)(int32_t)(x * 1.27323954473516f) + 1) & ~1u;
  const float n = (float)(int32_t)j;
  float r = EXACT(n, -0.78515625f, x);
  r = EXACT(n, -2.4187564849853515625e-4f, r);
  r = EXACT(n, -3.77489497744594108e-8f, r);
  const float z = r * r;
  float c = EXACT(2.443315711809948e-5f, z, -1.388731625493765e-3f);
  c = EXACT(c, z, 4.166664568298827e-2f) * z;
  c = EXACT(c, z, -(z * 0.5f)) + 1.0f;
  float s = EXACT(-1.9515295891e-4f, z, 8.3321608736e-3f);
  s = EXACT(s, z, -1.6666654611e-1f) * z;
  s = EXACT(s, r, r);
  const bool swapped = (j & 2) != 0;
  *sine = float_of(bits_of(swapped ? c : s) ^ (j & 4) << 29);
  *cosine = float_of(bits_of(swapped ? s : c) ^ (~(j - 2) & 4) << 29);
}

/* Blocks of 16 uniforms in place: pairs (j, j + 8), radius from 1 - u, angle 2 pi u. Adding 0 makes -0 into 0. */
void NAME(ck_normal16)(int64_t blocks, float *values) {
  for (int64_t k = 0; k < blocks; k++, values += 16) {
    LOOP for (int j = 0; j < 8; j++) {
      const float radius = __builtin_sqrtf(-2.0f * stream_log(1.0f - values[j]));
      float s, c;
      stream_sincos(6.283185307179586f * values[j + 8], &s, &c);
      values[j] = radius * c + 0.0f;
      values[j + 8] = radius * s + 0.0f;
    }
  }
}

/* Counter (position, stream), key = seed; constants from Salmon et al., "Parallel random numbers: as easy as 1, 2, 3".
 * Sixteen counters side by side, so that the rounds vectorise. */
INLINE void philox_words(uint64_t seed, uint64_t stream, uint64_t first, uint32_t words[4][16]) {
  LOOP for (int l = 0; l < 16; l++) {
    const uint64_t position = first + (uint64_t)l;
    uint32_t c0 = (uint32_t)position, c1 = (uint32_t)(position >> 32), c2 = (uint32_t)stream,
             c3 = (uint32_t)(stream >> 32), k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    _Pragma("clang loop unroll(full)") for (int round = 0; round < 10; round++) {
      const uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
      const uint32_t n0 = (uint32_t)(b >> 32) ^ c1 ^ k0, n2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
      c0 = n0, c1 = (uint32_t)b, c2 = n2, c3 = (uint32_t)a;
      k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    words[0][l] = c0, words[1][l] = c1, words[2][l] = c2, words[3][l] = c3;
  }
}

/* 24 bits of each word; normals are pairs of radius and angle, with the stream's own logarithm and sine. */
void NAME(ck_philox)(uint64_t seed, uint64_t stream, int64_t first, int64_t blocks, float *out, bool normal) {
  for (int64_t k = 0; k < blocks; k += 16, out += 64) {
    uint32_t words[4][16];
    float value[4][16];
    philox_words(seed, stream, (uint64_t)(first + k), words);
    for (int i = 0; i < 4; i++)
      LOOP for (int l = 0; l < 16; l++) value[i][l] = (float)(int32_t)(words[i][l] >> 8) * 0x1p-24f;
    for (int i = 0; normal && i < 4; i += 2) {
      LOOP for (int l = 0; l < 16; l++) {
        const float radius = __builtin_sqrtf(-2.0f * stream_log(1.0f - value[i][l]));
        float s, c;
        stream_sincos(6.283185307179586f * value[i + 1][l], &s, &c);
        value[i][l] = radius * c + 0.0f;
        value[i + 1][l] = radius * s + 0.0f;
      }
    }
    const int64_t count = blocks - k < 16 ? blocks - k : 16;
    for (int64_t l = 0; l < count; l++)
      for (int i = 0; i < 4; i++) out[l * 4 + i] = value[i][l];
  }
}
#endif
