/* Erosion and dilation: the least or the largest value under a shape, a tile at a time.
 *
 * A shape is rows of runs. Extremes over runs of 1, 2, 4, … are made one after the other; two of them that overlap cover
 * a run of any length, so that a row of the shape costs two comparisons whatever its length. A rectangle does the
 * same along the columns. */
#ifndef CK_MORPHOLOGY_H
#define CK_MORPHOLOGY_H
#include "picture.h"

INLINE vf extreme(const bool largest, vf a, vf b) { return largest ? VMAX(a, b) : VMIN(a, b); }

/* field[i] = the extreme of field[i] and field[i + step], for the first `count`, whole vectors at a time. */
INLINE void extreme_double(const bool largest, float *field, int64_t step, int64_t count) {
  const float *ahead = field + step;
  for (int64_t i = 0; i < count; i += SIDE)
    *(vf_u *)(field + i) = extreme(largest, load(field + i), load(ahead + i));
}

/* field[i] = the extreme of n elements `step` apart from i on, for the first `count`. */
INLINE void extreme_run(const bool largest, float *field, int64_t n, int64_t step, int64_t count) {
  int64_t run = 1;
  for (; run * 2 <= n; run *= 2) extreme_double(largest, field, run * step, count + (n - 2 * run) * step);
  if (run < n) extreme_double(largest, field, (n - run) * step, count);
}

/* A piece of a plane; outside it stands what never wins. */
INLINE void morphology_field(const ck_morphology *p, const bool largest, int64_t plane, int64_t top, int64_t left,
                             int64_t rows, int64_t columns, float *field) {
  const float nothing = largest ? -INFINITY : INFINITY;
  const int64_t from = left < 0 ? -left : 0, to = p->width - left < columns ? p->width - left : columns;
  for (int64_t i = 0; i < rows; i++) {
    const int64_t y = top + i;
    const bool inside = y >= 0 && y < p->height;
    float *row = field + i * columns;
    for (int64_t j = 0; j < (inside ? from : columns); j++) row[j] = nothing;
    if (!inside) continue;
    memcpy(row + from, p->x + (plane * p->height + y) * p->width + left + from, (size_t)(to - from) * sizeof(float));
    for (int64_t j = to; j < columns; j++) row[j] = nothing;
  }
}

INLINE void morphology_tile(const ck_morphology *p, const bool largest, int64_t index, float *field) {
  const int64_t across = (p->width + p->tile - 1) / p->tile, tiles = across * ((p->height + p->tile - 1) / p->tile);
  const int64_t plane = index / tiles, top = index % tiles / across * p->tile, left = index % tiles % across * p->tile;
  const int64_t height = p->height - top < p->tile ? p->height - top : p->tile;
  const int64_t width = p->width - left < p->tile ? p->width - left : p->tile, size = p->size;
  const int64_t columns = width + size - 1, rows = height + size - 1;
  float *out = p->out + (plane * p->height + top) * p->width + left;
  float *best = field + (p->tile + size) * (p->tile + size) + SIDE;
  morphology_field(p, largest, plane, top - size / 2, left - size / 2, rows, columns, field);
  if (p->lengths == NULL) {
    extreme_run(largest, field, size, columns, height * columns);
    extreme_run(largest, field, size, 1, height * columns - size + 1);
    for (int64_t i = 0; i < height; i++)
      memcpy(out + i * p->width, field + i * columns, (size_t)width * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < height * columns; i++) best[i] = largest ? -INFINITY : INFINITY;
  for (int64_t run = 1; run <= size; run *= 2) {
    for (int64_t k = 0; k < size; k++) {
      const int64_t length = p->lengths[k];
      if (length < run || length >= 2 * run) continue;
      const float *one = field + k * columns + p->starts[k], *other = one + length - run;
      for (int64_t i = 0; i < height * columns - size + 1; i += SIDE)
        *(vf_u *)(best + i) = extreme(largest, load(best + i), extreme(largest, load(one + i), load(other + i)));
    }
    if (run * 2 <= size) extreme_double(largest, field, run, rows * columns - 2 * run + 1);
  }
  for (int64_t i = 0; i < height; i++) memcpy(out + i * p->width, best + i * columns, (size_t)width * sizeof(float));
}

/* scratch: two fields. */
void NAME(ck_morphology_row)(const void *plan, int64_t index, void *scratch) {
  const ck_morphology *p = plan;
  if (p->largest) morphology_tile(p, true, index, scratch);
  else morphology_tile(p, false, index, scratch);
}
#endif
