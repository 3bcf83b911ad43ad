/* Sums and extremes over runs of neighbours, by doubling: a run of n is put together from runs of 1, 2, 4, … in the same
 * order everywhere. The rounding of sums grows with log n and does not drift along the row. */
#ifndef CK_BOXES_H
#define CK_BOXES_H
#include "picture.h"

/* A tile of an image, and the field of it and `radius` pixels around it. */
typedef struct {
  int64_t image, y, x, height, width, rows, columns;
} box_tile;

INLINE box_tile box_tile_of(int64_t height, int64_t width, int64_t tile, int64_t radius, int64_t index) {
  const int64_t across = (width + tile - 1) / tile, tiles = across * ((height + tile - 1) / tile);
  box_tile t = {.image = index / tiles, .y = index % tiles / across * tile, .x = index % tiles % across * tile};
  t.height = height - t.y < tile ? height - t.y : tile;
  t.width = width - t.x < tile ? width - t.x : tile;
  t.rows = t.height + 2 * radius;
  t.columns = t.width + 2 * radius;
  return t;
}

/* sum[i] = field[i] + … + field[i + (n - 1) step] for i < count, n odd; field is overwritten. Both have SIDE elements
 * of room behind the last of count + (n - 1) step. */
INLINE void box_run(float *restrict field, float *restrict sum, int64_t n, int64_t step, int64_t count) {
  memcpy(sum, field, (size_t)count * sizeof(float));
  int64_t done = 1;
  for (int64_t run = 2; run <= n; run *= 2) {
    const int64_t half = run / 2 * step, next = done * step, last = count + (n - run) * step;
    const float *ahead = field + half;
    /* Each element is read before the one `half` ahead of it is written over. */
    for (int64_t i = 0; i < last; i += SIDE) {
      const vf v = load(field + i) + load(ahead + i);
      *(vf_u *)(field + i) = v;
    }
    if ((n & run) == 0) continue;
    const float *rest = field + next;
    LOOP for (int64_t i = 0; i < count; i++) sum[i] += rest[i];
    done += run;
  }
}

/* How many of the places within `radius` of one lie inside. */
INLINE int64_t box_count(int64_t place, int64_t radius, int64_t size) {
  const int64_t first = place > radius ? place - radius : 0;
  return (place + radius < size ? place + radius : size - 1) - first + 1;
}

#endif
