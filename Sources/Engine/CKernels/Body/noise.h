/* Noise of place and seed, as Imaging's `Noise` has it in scalars: the same operations in the same order. */
#ifndef CK_NOISE_H
#define CK_NOISE_H
#include "picture.h"

typedef uint32_t vu __attribute__((ext_vector_type(16)));

INLINE vf floor_of(vf x) { return __builtin_elementwise_floor(x); }

INLINE vu mixed(vu h) {
  h = (h ^ (h >> 16)) * 0x7FEB352Du;
  h = (h ^ (h >> 15)) * 0x846CA68Bu;
  return h ^ (h >> 16);
}

/* A hash of a lattice point. */
INLINE vu lattice(vi x, vi y, uint32_t seed) { return mixed(((vu)x * 0x8DA6B343u) ^ ((vu)y * 0xD8163841u) ^ seed); }

/* 0 to 1 (1 excluded) from a hash. */
INLINE vf unit(vu hash) { return __builtin_convertvector(hash >> 8, vf) * (1.0f / 16777216.0f); }

INLINE vf fade(vf t) { return t * t * t * (t * (t * 6.0f - 15.0f) + 10.0f); }

/* Smooth between uniform values at the lattice, 0 to 1. */
INLINE vf value_noise(vf x, vf y, uint32_t seed) {
  const vf left = floor_of(x), top = floor_of(y), s = fade(x - left), t = fade(y - top);
  const vi i = __builtin_convertvector(left, vi), j = __builtin_convertvector(top, vi);
  const vf a = __builtin_convertvector(lattice(i, j, seed), vf), b = __builtin_convertvector(lattice(i + 1, j, seed), vf);
  const vf c = __builtin_convertvector(lattice(i, j + 1, seed), vf);
  const vf d = __builtin_convertvector(lattice(i + 1, j + 1, seed), vf);
  const vf above = a + (b - a) * s, below = c + (d - c) * s;
  return (above + (below - above) * t) * (1.0f / 4294967296.0f);
}

/* One of eight directions, four diagonal and four axial, times the offset. */
INLINE vf slope(vu hash, vf x, vf y) {
  const vu turn = hash >> 29;
  const vf one = SPLAT(1.0f), zero = SPLAT(0.0f), far = SPLAT(1.4f);
  const vi axial = (vi)(turn >= 4), vertical = (vi)(turn >= 6), odd = (vi)((turn & 1) != 0);
  const vi minus_x = (vi)(turn == 2) | (vi)(turn == 3), minus_y = (vi)(turn == 1) | (vi)(turn == 3);
  const vf straight = choose(odd, -far, far);
  const vf kx = choose(axial, choose(vertical, zero, straight), choose(minus_x, -one, one));
  const vf ky = choose(axial, choose(vertical, straight, zero), choose(minus_y, -one, one));
  return kx * x + ky * y;
}

/* Zero on the lattice, about -1 to 1. */
INLINE vf gradient_noise(vf x, vf y, uint32_t seed) {
  const vf left = floor_of(x), top = floor_of(y), u = x - left, v = y - top, s = fade(u), t = fade(v);
  const vi i = __builtin_convertvector(left, vi), j = __builtin_convertvector(top, vi);
  const vf a = slope(lattice(i, j, seed), u, v), b = slope(lattice(i + 1, j, seed), u - 1.0f, v);
  const vf c = slope(lattice(i, j + 1, seed), u, v - 1.0f), d = slope(lattice(i + 1, j + 1, seed), u - 1.0f, v - 1.0f);
  const vf above = a + (b - a) * s, below = c + (d - c) * s;
  return above + (below - above) * t;
}

/* One row: octaves of noise, each twice as fine and half as strong, moved so that their lattices do not coincide. */
void NAME(ck_noise_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_noise *p = plan;
  float *out = p->out + row * p->width;
  for (int64_t first = 0; first < p->width; first += SIDE) {
    first = block_at(p->width, first);
    const vf x = columns_from(first), y = SPLAT((float)row);
    const vf u = x * p->xx + y * p->xy, v = x * p->yx + y * p->yy;
    vf sum = SPLAT(0.0f);
    float total = 0, weight = 1, scale = 1;
    for (int64_t octave = 0; octave < p->octaves; octave++) {
      const float shift = (float)octave * 17.31f;
      const vf s = u * scale + shift, t = v * scale - shift;
      sum += weight * (p->gradient ? gradient_noise(s, t, p->seed) : value_noise(s, t, p->seed));
      total += weight;
      weight *= 0.5f;
      scale *= 2.0f;
    }
    store(out, p->width, first, sum / total);
  }
}
#endif
