/* Bilateral grids: a picture's colours in cells of place and brightness, filled and read by linear interpolation. */
#ifndef CK_GRID_H
#define CK_GRID_H
#include "picture.h"

/* Where a coordinate lies between two cells: the first of them, the second's share. */
typedef struct {
  int64_t at;
  float share;
} between;

INLINE between cell_of(float place, int64_t cells) {
  const float last = (float)(cells - 1);
  place = place >= 0.0f ? place : 0.0f; /* NaN ends here */
  place = place <= last ? place : last;
  int64_t at = (int64_t)place;
  if (at > cells - 2) at = cells > 1 ? cells - 2 : 0;
  return (between){at, place - (float)at};
}

INLINE void splat_row(const ck_bilateral_grid *p, const int64_t channels, int64_t row) {
  const int64_t image = row / p->rows, down = row % p->rows, parts = channels + 1, column = p->layers * parts;
  const int64_t area = p->height * p->width;
  float *cells = p->cells + row * p->columns * column;
  memset(cells, 0, (size_t)(p->columns * column) * sizeof(float));
  const float *x = p->x + image * channels * area, *level = p->level + image * area;
  const int64_t step_column = p->columns > 1 ? column : 0, step_layer = p->layers > 1 ? parts : 0;
  int64_t y = (int64_t)((float)(down - 1) / p->step) - 1;
  for (y = y < 0 ? 0 : y; y < p->height; y++) {
    const between v = cell_of((float)y * p->step, p->rows);
    if (v.at > down) break;
    const float upright = v.at == down ? 1.0f - v.share : v.at + 1 == down ? v.share : 0.0f;
    if (upright == 0.0f) continue;
    for (int64_t i = 0; i < p->width; i++) {
      const between h = cell_of((float)i * p->step, p->columns), d = cell_of(level[y * p->width + i], p->layers);
      float *cell = cells + h.at * column + d.at * parts;
      const float right = upright * h.share, left = upright - right;
      const float weights[4] = {left - left * d.share, left * d.share, right - right * d.share, right * d.share};
      float *const places[4] = {cell, cell + step_layer, cell + step_column, cell + step_column + step_layer};
      const float *pixel = x + y * p->width + i;
      for (int k = 0; k < 4; k++) {
        for (int64_t c = 0; c < channels; c++) places[k][c] += weights[k] * pixel[c * area];
        places[k][channels] += weights[k];
      }
    }
  }
}

INLINE void slice_row(const ck_bilateral_grid *p, const int64_t channels, int64_t row, float *sums) {
  const int64_t image = row / p->height, y = row % p->height, parts = channels + 1, column = p->layers * parts;
  const int64_t area = p->height * p->width;
  const between v = cell_of((float)y * p->step, p->rows);
  const float *cells = p->cells + (image * p->rows + v.at) * p->columns * column;
  const int64_t step_row = p->rows > 1 ? p->columns * column : 0, step_column = p->columns > 1 ? column : 0;
  const int64_t step_layer = p->layers > 1 ? parts : 0;
  const float *level = p->level + image * area + y * p->width;
  float *out = p->out + image * channels * area + y * p->width;
  for (int64_t i = 0; i < p->width; i++) {
    const between h = cell_of((float)i * p->step, p->columns), d = cell_of(level[i], p->layers);
    const float *cell = cells + h.at * column + d.at * parts;
    for (int64_t c = 0; c < parts; c++) sums[c] = 0.0f;
    for (int k = 0; k < 4; k++) {
      const float weight = (k & 1 ? h.share : 1.0f - h.share) * (k & 2 ? v.share : 1.0f - v.share);
      const float *from = cell + (k & 1 ? step_column : 0) + (k & 2 ? step_row : 0);
      for (int64_t c = 0; c < parts; c++)
        sums[c] += weight * (from[c] - from[c] * d.share + from[step_layer + c] * d.share);
    }
    for (int64_t c = 0; c < channels; c++) out[c * area + i] = sums[c] / sums[channels];
  }
}

void NAME(ck_grid_splat_row)(const void *plan, int64_t row, void *scratch) {
  const ck_bilateral_grid *p = plan;
  (void)scratch;
  if (p->channels == 3) splat_row(p, 3, row);
  else if (p->channels == 1) splat_row(p, 1, row);
  else splat_row(p, p->channels, row);
}

/* scratch: channels + 1 floats. */
void NAME(ck_grid_slice_row)(const void *plan, int64_t row, void *scratch) {
  const ck_bilateral_grid *p = plan;
  float sums[4];
  if (p->channels == 3) slice_row(p, 3, row, sums);
  else if (p->channels == 1) slice_row(p, 1, row, sums);
  else slice_row(p, p->channels, row, scratch);
}
#endif
