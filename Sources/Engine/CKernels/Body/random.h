/* Random numbers that are computed in rows: the Box-Muller step of PyTorch's normal fill, and Philox4x32-10. */
#ifndef CK_RANDOM_H
#define CK_RANDOM_H
#include "generic.h"

/* Blocks of 16 uniforms in place: pairs (j, j+8), radius from 1 - u, angle 2 pi u. */
void NAME(ck_normal16)(int64_t blocks, float *values) {
  for (int64_t k = 0; k < blocks; k++, values += 16) {
    for (int j = 0; j < 8; j++) {
      float log_u = (float)log((double)(1.0f - values[j]));
      float radius = __builtin_sqrtf(-2.0f * log_u), angle = 6.283185307179586f * values[j + 8];
      values[j] = radius * (float)cos((double)angle);
      values[j + 8] = radius * (float)sin((double)angle);
    }
  }
}

/* Counter (position, stream), key = seed; constants from Salmon et al., "Parallel random numbers: as easy as 1, 2, 3". */
void NAME(ck_philox)(uint64_t seed, uint64_t stream, int64_t first, int64_t blocks, float *out, bool normal) {
  for (int64_t k = 0; k < blocks; k++, out += 4) {
    uint64_t position = (uint64_t)(first + k);
    uint32_t c0 = (uint32_t)position, c1 = (uint32_t)(position >> 32), c2 = (uint32_t)stream,
             c3 = (uint32_t)(stream >> 32), k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < 10; round++) {
      uint64_t a = (uint64_t)0xD2511F53u * c0, b = (uint64_t)0xCD9E8D57u * c2;
      uint32_t n0 = (uint32_t)(b >> 32) ^ c1 ^ k0, n2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
      c0 = n0, c1 = (uint32_t)b, c2 = n2, c3 = (uint32_t)a;
      k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
    }
    out[0] = (float)(c0 >> 8) * 0x1p-24f, out[1] = (float)(c1 >> 8) * 0x1p-24f;
    out[2] = (float)(c2 >> 8) * 0x1p-24f, out[3] = (float)(c3 >> 8) * 0x1p-24f;
    if (!normal) continue;
    for (int p = 0; p < 4; p += 2) {
      double radius = sqrt(-2.0 * log(1.0 - (double)out[p])), angle = 6.283185307179586 * (double)out[p + 1];
      out[p] = (float)(radius * cos(angle));
      out[p + 1] = (float)(radius * sin(angle));
    }
  }
}

#endif
