/* Strokes of a pen in layers, one row of a picture at a time: each layer's strokes are lines at an angle, cut into
 * pieces that taper off, and grow wider with the darkness. */
#ifndef CK_HATCH_H
#define CK_HATCH_H
#include "noise.h"

INLINE vf smooth_step(vf t) {
  t = VMIN(VMAX(t, SPLAT(0.0f)), SPLAT(1.0f));
  return t * t * (3.0f - 2.0f * t);
}

/* The ink of one line of strokes: line j, `along` in lengths of a stroke, `aside` in pixels across the lines. */
INLINE vf line_ink(const ck_hatch *p, uint32_t seed, vf j, vf along, vf aside, vf dark) {
  const vi line = __builtin_convertvector(j, vi);
  const vf q = along + unit(lattice(line, (vi)(0), seed ^ 1)) * 7.0f, piece = floor_of(q), part = q - piece;
  const vi number = __builtin_convertvector(piece, vi);
  const vf rank = unit(lattice(line, number, seed ^ 2)), a = unit(lattice(line, number, seed ^ 3));
  const vf b = unit(lattice(line, number, seed ^ 4));
  /* Each piece lies and leans a little differently. */
  const vf middle = (j + 0.5f + p->jitter * (0.7f * (a - 0.5f) + 0.5f * (b - 0.5f) * (part - 0.5f))) * p->spacing;
  const vf start = smooth_step((part - 0.05f * b + 0.02f) * (1 / 0.12f));
  const vf taper = start * (1.0f - smooth_step((part - 0.78f + 0.08f * a) * (1 / 0.23f)));
  /* A stroke comes at its rank, at the width of the nib, and grows. */
  const vf over = dark - rank * p->nib;
  const vf nib = p->nib * VMIN(VMAX(over * 10.0f, SPLAT(0.0f)), SPLAT(1.0f));
  const vf width = VMAX(nib, dark * (0.85f + 0.3f * b) * smooth_step(over * (1 / 0.06f)));
  vf half = 0.625f * p->spacing * width * (0.5f + 0.5f * taper);
  half = choose(taper > SPLAT(0.0f), half, SPLAT(0.0f));
  const vf away = __builtin_elementwise_abs(aside - middle);
  const vf inside = VMIN(VMAX(half - away + 0.5f, SPLAT(0.0f)), SPLAT(1.0f));
  return inside * VMIN(half * 2.2f, SPLAT(1.0f));
}

/* The ink of one layer at darkness `dark`, 0 to 1. */
INLINE vf layer_ink(const ck_hatch *p, int64_t layer, vf x, vf y, vf dark) {
  const uint32_t seed = p->seeds[layer];
  const float cosine = p->directions[2 * layer], sine = p->directions[2 * layer + 1], step = 1 / (9 * p->spacing);
  const vf along = x * cosine + y * sine, straight = y * cosine - x * sine;
  /* Neighbors sway together, or gaps would open between them. */
  const vf sway = 2.0f * value_noise(along * step, straight * (0.3f * step), seed ^ 77) - 1.0f;
  const vf aside = straight + 1.2f * p->jitter * p->spacing * sway;
  const vf line = floor_of(aside * (1 / p->spacing)), place = along * (1 / (p->length * p->spacing));
  vf ink = SPLAT(0.0f);
  for (int near = -1; near <= 1; near++)
    ink = VMAX(ink, line_ink(p, seed, line + (float)near, place, aside, dark));
  return ink;
}

void NAME(ck_hatch_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_hatch *p = plan;
  const float *in = p->in + row * p->width;
  float *out = p->out + row * p->width;
  const vf zero = SPLAT(0.0f), y = SPLAT((float)(row % p->height));
  for (int64_t first = 0; first < p->width; first += SIDE) {
    first = block_at(p->width, first);
    const vf rest = 1.0f - VMIN(VMAX(load_block(in, p->width, first), zero), SPLAT(1.0f));
    vf left = SPLAT(1.0f), white = SPLAT(1.0f);
    for (int64_t k = 0; k < p->layers; k++) {
      /* What this layer has to cover so that the paper left is `rest`, and the darkness at which it does. */
      const vf cover = VMIN(VMAX(1.0f - rest / left, zero), SPLAT(p->most[k]));
      if (__builtin_reduce_or(cover > zero) == 0) break;
      left *= 1.0f - cover;
      const float *table = p->tables + k * (CK_HATCH_STEPS + 1);
      const vf place = cover * (float)CK_HATCH_STEPS;
      const vi step = __builtin_convertvector(VMIN(place, SPLAT((float)(CK_HATCH_STEPS - 1))), vi);
      const vf part = place - __builtin_convertvector(step, vf), low = pick(table, step), high = pick(table + 1, step);
      white *= 1.0f - layer_ink(p, k, columns_from(first), y, low + (high - low) * part);
    }
    store(out, p->width, first, white);
  }
}
#endif
