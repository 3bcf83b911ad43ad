/* The guided filter, a tile at a time: within every window the picture is fitted as a line over the guide.
 *
 * How the picture is cut changes no byte (see boxes.h). Windows are cut off at the picture's border. */
#ifndef CK_GUIDED_H
#define CK_GUIDED_H
#include "boxes.h"

/* Fills a field with a plane, or the product of two; zero outside the picture. */
INLINE void guided_fill(const ck_guided *p, const box_tile *t, const float *a, const float *b, float *field) {
  const int64_t left = t->x - p->radius, from = left < 0 ? -left : 0;
  const int64_t to = p->width - left < t->columns ? p->width - left : t->columns;
  for (int64_t i = 0; i < t->rows; i++) {
    const int64_t y = t->y - p->radius + i;
    float *row = field + i * t->columns;
    if (y < 0 || y >= p->height) {
      memset(row, 0, (size_t)t->columns * sizeof(float));
      continue;
    }
    const float *one = a + y * p->width + left;
    for (int64_t j = 0; j < from; j++) row[j] = 0.0f;
    for (int64_t j = to; j < t->columns; j++) row[j] = 0.0f;
    if (b == NULL) {
      memcpy(row + from, one + from, (size_t)(to - from) * sizeof(float));
    } else {
      const float *two = b + y * p->width + left;
      LOOP for (int64_t j = from; j < to; j++) row[j] = one[j] * two[j];
    }
  }
}

/* The means over the windows of a plane, or a product of two, for the pixels of a tile. field and sum have room for the
 * tile's field and SIDE elements more each. */
INLINE void guided_means(const ck_guided *p, const box_tile *t, const float *a, const float *b, float *field,
                         float *sum, float *out) {
  const int64_t n = 2 * p->radius + 1;
  guided_fill(p, t, a, b, field);
  box_run(field, sum, n, t->columns, t->height * t->columns);
  box_run(sum, field, n, 1, t->height * t->columns - n + 1);
  /* Columns whose windows lie inside as far as the width goes. */
  int64_t from = p->radius - t->x, to = p->width - p->radius - t->x;
  to = to < 0 ? 0 : to < t->width ? to : t->width;
  from = from < 0 ? 0 : from < to ? from : to;
  for (int64_t i = 0; i < t->height; i++) {
    const float down = (float)box_count(t->y + i, p->radius, p->height), whole = 1.0f / (down * (float)n);
    const float *row = field + i * t->columns;
    float *means = out + i * t->width;
    LOOP for (int64_t j = from; j < to; j++) means[j] = row[j] * whole;
    for (int64_t j = 0; j < t->width; j = j + 1 == from ? to : j + 1) {
      if (from == 0 && j < to) j = to;
      if (j >= t->width) break;
      means[j] = row[j] * (1.0f / (down * (float)box_count(t->x + j, p->radius, p->width)));
    }
  }
}

/* Planes of a tile, in its scratch. */
enum { MEAN = 0, SQUARE = 3, INVERSE = 9, HERE = 15, TOGETHER = 16, GUIDED_PLANES = 19 };

/* Where the product of guide channels a and b lies among xx xy xz yy yz zz (or among the one of a grey guide). */
INLINE int64_t guided_pair(int64_t a, int64_t b) {
  const int64_t low = a < b ? a : b, high = a < b ? b : a;
  return low == 0 ? high : low + high + 1;
}

/* (covariance + epsilon)^-1 of the guide at every pixel of a tile. */
INLINE void guided_inverse(const ck_guided *p, int64_t n, int64_t plane, float *s) {
  const float *m = s + MEAN * plane, *q = s + SQUARE * plane;
  float *inverse = s + INVERSE * plane;
  const float eps = p->epsilon;
  if (p->guides == 1) {
    LOOP for (int64_t i = 0; i < n; i++) {
      const float variance = FMAF(-m[i], m[i], q[i]);
      inverse[i] = 1.0f / ((variance > 0.0f ? variance : 0.0f) + eps);
    }
    return;
  }
  LOOP for (int64_t i = 0; i < n; i++) {
    /* The determinant of a flat window is far below what f32 keeps of its terms. */
    const double x = m[i], y = m[i + plane], z = m[i + 2 * plane];
    const double xx = q[i] - x * x + eps, xy = q[i + plane] - x * y, xz = q[i + 2 * plane] - x * z;
    const double yy = q[i + 3 * plane] - y * y + eps, yz = q[i + 4 * plane] - y * z;
    const double zz = q[i + 5 * plane] - z * z + eps;
    const double a = yy * zz - yz * yz, b = xz * yz - xy * zz, c = xy * yz - xz * yy;
    const double scale = 1.0 / (xx * a + xy * b + xz * c);
    inverse[i] = (float)(a * scale);
    inverse[i + plane] = (float)(b * scale);
    inverse[i + 2 * plane] = (float)(c * scale);
    inverse[i + 3 * plane] = (float)((xx * zz - xz * xz) * scale);
    inverse[i + 4 * plane] = (float)((xy * xz - xx * yz) * scale);
    inverse[i + 5 * plane] = (float)((xx * yy - xy * xy) * scale);
  }
}

/* The slopes and the height of the line in every window around a tile's pixels, written to the planes `lines`. */
INLINE void guided_lines(const ck_guided *p, const box_tile *t, int64_t plane, const float *s, const float *here,
                         const float *const *together, float *lines) {
  const int64_t area = p->height * p->width, guides = p->guides;
  const float *m = s + MEAN * plane, *inverse = s + INVERSE * plane;
  for (int64_t row = 0; row < t->height; row++) {
    const int64_t from = row * t->width;
    float *to = lines + (t->y + row) * p->width + t->x;
    if (guides == 1) {
      LOOP for (int64_t j = 0; j < t->width; j++) {
        const int64_t i = from + j;
        const float slope = FMAF(-m[i], here[i], together[0][i]) * inverse[i];
        to[j] = slope;
        to[j + area] = FMAF(-slope, m[i], here[i]);
      }
      continue;
    }
    LOOP for (int64_t j = 0; j < t->width; j++) {
      const int64_t i = from + j;
      const float mean = here[i], x = m[i], y = m[i + plane], z = m[i + 2 * plane];
      const float px = FMAF(-x, mean, together[0][i]), py = FMAF(-y, mean, together[1][i]);
      const float pz = FMAF(-z, mean, together[2][i]);
      const float a = inverse[i] * px + inverse[i + plane] * py + inverse[i + 2 * plane] * pz;
      const float b = inverse[i + plane] * px + inverse[i + 3 * plane] * py + inverse[i + 4 * plane] * pz;
      const float c = inverse[i + 2 * plane] * px + inverse[i + 4 * plane] * py + inverse[i + 5 * plane] * pz;
      to[j] = a;
      to[j + area] = b;
      to[j + 2 * area] = c;
      to[j + 3 * area] = mean - a * x - b * y - c * z;
    }
  }
}

/* scratch: two fields, then GUIDED_PLANES planes of a tile. */
void NAME(ck_guided_fit_row)(const void *plan, int64_t index, void *scratch) {
  const ck_guided *p = plan;
  const int64_t area = p->height * p->width, guides = p->guides;
  const box_tile t = box_tile_of(p->height, p->width, p->tile, p->radius, index);
  const int64_t image = t.image;
  const int64_t room = ck_field(p->tile, p->radius), plane = p->tile * p->tile, n = t.height * t.width;
  float *field = scratch, *sum = field + room, *s = sum + room;
  const float *guide = p->guide + (p->shared ? 0 : image * guides * area), *x = p->x + image * p->channels * area;
  for (int64_t a = 0; a < guides; a++) {
    guided_means(p, &t, guide + a * area, NULL, field, sum, s + (MEAN + a) * plane);
    for (int64_t b = a; b < guides; b++)
      guided_means(p, &t, guide + a * area, guide + b * area, field, sum, s + (SQUARE + guided_pair(a, b)) * plane);
  }
  guided_inverse(p, n, plane, s);
  const bool same = p->guide == p->x && guides == p->channels && !p->shared;
  for (int64_t c = 0; c < p->channels; c++) {
    const float *here = s + (same ? MEAN + c : HERE) * plane, *together[3];
    if (!same) guided_means(p, &t, x + c * area, NULL, field, sum, s + HERE * plane);
    for (int64_t a = 0; a < guides; a++) {
      together[a] = s + (same ? SQUARE + guided_pair(a, c) : TOGETHER + a) * plane;
      if (!same) guided_means(p, &t, x + c * area, guide + a * area, field, sum, s + (TOGETHER + a) * plane);
    }
    guided_lines(p, &t, plane, s, here, together, p->lines + (image * p->channels + c) * (guides + 1) * area);
  }
}

/* The mean of the lines of all windows over a pixel, at the pixel's guide. */
void NAME(ck_guided_apply_row)(const void *plan, int64_t index, void *scratch) {
  const ck_guided *p = plan;
  const int64_t area = p->height * p->width, guides = p->guides;
  const box_tile t = box_tile_of(p->height, p->width, p->tile, p->radius, index);
  const int64_t image = t.image;
  float *field = scratch, *sum = field + ck_field(p->tile, p->radius), *mean = sum + ck_field(p->tile, p->radius);
  const float *guide = p->guide + (p->shared ? 0 : image * guides * area);
  for (int64_t c = 0; c < p->channels; c++) {
    const float *lines = p->lines + (image * p->channels + c) * (guides + 1) * area;
    float *out = p->out + (image * p->channels + c) * area + t.y * p->width + t.x;
    for (int64_t a = guides; a >= 0; a--) {
      guided_means(p, &t, lines + a * area, NULL, field, sum, mean);
      for (int64_t row = 0; row < t.height; row++) {
        const float *from = mean + row * t.width, *at = guide + a * area + (t.y + row) * p->width + t.x;
        float *to = out + row * p->width;
        if (a == guides) {
          memcpy(to, from, (size_t)t.width * sizeof(float));
        } else {
          LOOP for (int64_t j = 0; j < t.width; j++) to[j] = FMAF(from[j], at[j], to[j]);
        }
      }
    }
  }
}
#endif
