/* Oil paint: the tones of a window are counted in bins, and the mean colours of its bins blended by how full they are.
 *
 * A tile at a time, and of a tile one bin after the other: the pixels of the bin, and their colours, summed over every
 * window at once (boxes.h). Windows are cut off at the picture's border. */
#ifndef CK_OIL_H
#define CK_OIL_H
#include "boxes.h"

/* The bins of a tile's field, -1 outside the picture. */
INLINE void oil_bins(const ck_oil *p, const box_tile *t, float *bins) {
  const float *tone = p->tone + t->image * p->height * p->width;
  const float last = (float)(p->bins - 1);
  for (int64_t i = 0; i < t->rows; i++)
    for (int64_t j = 0; j < t->columns; j++) {
      const int64_t y = t->y - p->radius + i, x = t->x - p->radius + j;
      const bool inside = y >= 0 && y < p->height && x >= 0 && x < p->width;
      float bin = inside ? __builtin_floorf(tone[y * p->width + x] * (float)p->bins) : -1.0f;
      bin = inside && !(bin > 0.0f) ? 0.0f : bin; /* NaN ends here */
      bins[i * t->columns + j] = bin > last ? last : bin;
    }
}

/* Window sums of a plane over the pixels of a bin (plane NULL: their number), for the pixels of a tile. */
INLINE void oil_sums(const ck_oil *p, const box_tile *t, const float *bins, float bin, const float *plane, float *field,
                     float *sum, float *out) {
  const int64_t n = 2 * p->radius + 1;
  for (int64_t i = 0; i < t->rows; i++) {
    const float *of = bins + i * t->columns;
    float *row = field + i * t->columns;
    if (plane == NULL) {
      LOOP for (int64_t j = 0; j < t->columns; j++) row[j] = of[j] == bin ? 1.0f : 0.0f;
      continue;
    }
    const int64_t y = t->y - p->radius + i, left = t->x - p->radius;
    const bool inside = y >= 0 && y < p->height;
    const int64_t from = left < 0 ? -left : 0, to = p->width - left < t->columns ? p->width - left : t->columns;
    const float *x = plane + (inside ? y * p->width : 0) + left;
    memset(row, 0, (size_t)t->columns * sizeof(float));
    if (!inside) continue;
    LOOP for (int64_t j = from; j < to; j++) row[j] = of[j] == bin ? x[j] : 0.0f;
  }
  box_run(field, sum, n, t->columns, t->height * t->columns);
  box_run(sum, field, n, 1, t->height * t->columns - n + 1);
  for (int64_t i = 0; i < t->height; i++)
    memcpy(out + i * t->width, field + i * t->columns, (size_t)t->width * sizeof(float));
}

/* A bin's say in every window: (count / pixels)^sharpness; sharpness 0: 1 where it is fuller than all before, which then
 * count for nothing. Written over `count`; `before` becomes the share that what was gathered keeps. */
INLINE void oil_says(const ck_oil *p, int64_t n, float *count, float *most, float *before) {
  const float all = (float)((2 * p->radius + 1) * (2 * p->radius + 1));
  for (int64_t i = 0; i < n; i += SIDE) {
    const vf c = load(count + i);
    vf say, keep = SPLAT(1.0f);
    if (p->sharpness > 0.0f) {
      const vf share = VMAX(c / all, SPLAT(1e-30f));
      say = vector_exp(VMAX(vector_log(share) * p->sharpness, SPLAT(-80.0f)));
      say = choose(c > SPLAT(0.0f), say, SPLAT(0.0f));
    } else {
      const vf best = load(most + i);
      say = choose(c > best, SPLAT(1.0f), SPLAT(0.0f));
      keep = 1.0f - say;
      *(vf_u *)(most + i) = VMAX(best, c);
    }
    *(vf_u *)(before + i) = keep;
    *(vf_u *)(count + i) = say;
  }
}

/* scratch: three fields, then six planes of a tile and a vector. */
void NAME(ck_oil_row)(const void *plan, int64_t index, void *scratch) {
  const ck_oil *p = plan;
  const box_tile t = box_tile_of(p->height, p->width, p->tile, p->radius, index);
  const int64_t room = ck_field(p->tile, p->radius), plane = p->tile * p->tile + SIDE, area = p->height * p->width;
  const int64_t n = t.height * t.width, field_size = t.rows * t.columns;
  float *bins = scratch, *field = bins + room, *sum = field + room, *part = sum + room;
  float *count = part + plane, *say = count + plane, *most = say + plane, *keep = most + plane, *total = keep + plane;
  const float *x = p->x + t.image * p->channels * area;
  float *out = p->out + t.image * p->channels * area + t.y * p->width + t.x;
  oil_bins(p, &t, bins);
  bool present[256] = {false};
  for (int64_t i = 0; i < field_size; i++)
    if (bins[i] >= 0.0f) present[(int)bins[i]] = true;
  memset(most, 0, (size_t)n * sizeof(float));
  memset(total, 0, (size_t)n * sizeof(float));
  for (int64_t c = 0; c < p->channels; c++)
    for (int64_t i = 0; i < t.height; i++) memset(out + c * area + i * p->width, 0, (size_t)t.width * sizeof(float));
  for (int64_t bin = 0; bin < p->bins; bin++) {
    if (!present[bin]) continue;
    oil_sums(p, &t, bins, (float)bin, NULL, field, sum, count);
    memcpy(say, count, (size_t)n * sizeof(float));
    oil_says(p, n, say, most, keep);
    LOOP for (int64_t i = 0; i < n; i++) {
      total[i] = FMAF(total[i], keep[i], say[i]);
      say[i] = count[i] > 0.0f ? say[i] / count[i] : 0.0f;
    }
    for (int64_t c = 0; c < p->channels; c++) {
      oil_sums(p, &t, bins, (float)bin, x + c * area, field, sum, part);
      for (int64_t i = 0; i < t.height; i++) {
        float *to = out + c * area + i * p->width;
        const float *of = part + i * t.width, *weight = say + i * t.width, *kept = keep + i * t.width;
        LOOP for (int64_t j = 0; j < t.width; j++) to[j] = FMAF(weight[j], of[j], to[j] * kept[j]);
      }
    }
  }
  for (int64_t c = 0; c < p->channels; c++)
    for (int64_t i = 0; i < t.height; i++) {
      float *to = out + c * area + i * p->width;
      LOOP for (int64_t j = 0; j < t.width; j++) to[j] /= total[i * t.width + j];
    }
}
#endif
