/* Values of dense maps at given places. A block of places first finds the elements that each place reads and their
 * weights; every channel then goes through the same lists. */
#ifndef CK_SAMPLE_H
#define CK_SAMPLE_H
#include "base.h"

enum { BLOCK = CK_SAMPLE_BLOCK, MOST_TAPS = 16 };

/* Elements of one axis that a place reads. */
#define SAMPLES(T, TAG, FLOOR, ROUND, ABS)                                                                             \
  typedef struct {                                                                                                     \
    int64_t at;                                                                                                        \
    T weight;                                                                                                          \
  } tap_##TAG;                                                                                                         \
  INLINE T place_##TAG(const ck_sampling *p, T coordinate, int64_t size) {                                             \
    if (p->align_corners) return (coordinate + 1) * (T)0.5 * (T)(size - 1);                                            \
    return ((coordinate + 1) * (T)size - 1) * (T)0.5;                                                                  \
  }                                                                                                                    \
  /* A place brought inside as the padding says; no number stays none. */                                              \
  INLINE T inside_##TAG(const ck_sampling *p, T place, int64_t size) {                                                 \
    if (p->padding == CK_OUTSIDE_ZERO) return place;                                                                   \
    if (p->padding == CK_OUTSIDE_MIRROR) {                                                                             \
      const T low = p->align_corners ? 0 : (T)-0.5, span = (T)(p->align_corners ? size - 1 : size);                    \
      if (span == 0) return place * 0;                                                                                 \
      const T distance = ABS(place - low), turns = FLOOR(distance / span), rest = distance - turns * span;             \
      place = (turns - FLOOR(turns / 2) * 2 == 0 ? rest : span - rest) + low;                                          \
    }                                                                                                                  \
    return place < 0 ? 0 : place > (T)(size - 1) ? (T)(size - 1) : place;                                              \
  }                                                                                                                    \
  INLINE tap_##TAG tap_of_##TAG(const ck_sampling *p, T place, T weight, int64_t size) {                               \
    const bool within = place >= 0 && place <= (T)(size - 1);                                                          \
    tap_##TAG tap = {within ? (int64_t)place : place > 0 ? size - 1 : 0, weight};                                      \
    if (!within && p->padding == CK_OUTSIDE_ZERO) tap.weight *= 0;                                                     \
    return tap;                                                                                                        \
  }                                                                                                                    \
  /* Keys' kernel, a = -0.75, at a distance below 1 and from 1 to 2. */                                                \
  INLINE T near_##TAG(T d) { return ((T)1.25 * d - (T)2.25) * d * d + 1; }                                             \
  INLINE T far_##TAG(T d) { return (((T)-0.75 * d + (T)3.75) * d - 6) * d + 3; }                                       \
  INLINE int taps_##TAG(const ck_sampling *p, T coordinate, int64_t size, tap_##TAG *taps) {                           \
    T place = place_##TAG(p, coordinate, size);                                                                        \
    if (p->mode != CK_SAMPLE_CUBIC) place = inside_##TAG(p, place, size);                                              \
    if (p->mode == CK_SAMPLE_NEAREST) {                                                                                \
      taps[0] = tap_of_##TAG(p, ROUND(place), place * 0 + 1, size);                                                    \
      return 1;                                                                                                        \
    }                                                                                                                  \
    const T first = FLOOR(place), part = place - first;                                                                \
    if (p->mode == CK_SAMPLE_LINEAR) {                                                                                 \
      taps[0] = tap_of_##TAG(p, first, 1 - part, size);                                                                \
      taps[1] = tap_of_##TAG(p, first + 1, part, size);                                                                \
      return 2;                                                                                                        \
    }                                                                                                                  \
    const T weights[4] = {far_##TAG(part + 1), near_##TAG(part), near_##TAG(1 - part), far_##TAG(2 - part)};           \
    for (int i = 0; i < 4; i++)                                                                                        \
      taps[i] = tap_of_##TAG(p, inside_##TAG(p, first + (T)(i - 1), size), weights[i], size);                          \
    return 4;                                                                                                          \
  }                                                                                                                    \
  static void block_##TAG(const ck_sampling *p, const void *map, const void *grids, int64_t image, int64_t first,      \
                          void *result) {                                                                              \
    const int64_t m = p->places - first < BLOCK ? p->places - first : BLOCK, plane = p->height * p->width;             \
    const T *grid = (const T *)grids + (image * p->places + first) * 2;                                                \
    int64_t offsets[MOST_TAPS][BLOCK];                                                                                 \
    T weights[MOST_TAPS][BLOCK];                                                                                       \
    int taps = 0;                                                                                                      \
    for (int64_t k = 0; k < m; k++) {                                                                                  \
      tap_##TAG rows[4], columns[4];                                                                                   \
      const int across = taps_##TAG(p, grid[2 * k], p->width, columns);                                                \
      const int down = taps_##TAG(p, grid[2 * k + 1], p->height, rows);                                                \
      taps = 0;                                                                                                        \
      for (int i = 0; i < down; i++)                                                                                   \
        for (int j = 0; j < across; j++, taps++) {                                                                     \
          offsets[taps][k] = rows[i].at * p->width + columns[j].at;                                                    \
          weights[taps][k] = rows[i].weight * columns[j].weight;                                                       \
        }                                                                                                              \
    }                                                                                                                  \
    for (int64_t c = 0; c < p->channels; c++) {                                                                        \
      const T *x = (const T *)map + (image * p->channels + c) * plane;                                                 \
      T *out = (T *)result + (image * p->channels + c) * p->places + first;                                            \
      for (int64_t k = 0; k < m; k++) out[k] = x[offsets[0][k]] * weights[0][k];                                       \
      for (int t = 1; t < taps; t++)                                                                                   \
        for (int64_t k = 0; k < m; k++) out[k] += x[offsets[t][k]] * weights[t][k];                                    \
    }                                                                                                                  \
  }
SAMPLES(float, f32, __builtin_floorf, __builtin_rintf, __builtin_fabsf)
SAMPLES(double, f64, __builtin_floor, __builtin_rint, __builtin_fabs)

const ck_sample_places NAME(ck_samplers)[2] = {block_f32, block_f64};
#endif
