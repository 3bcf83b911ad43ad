/* What stands around planes: rows and columns of the plane itself, by tables of where they come from. */
#ifndef CK_FRAME_H
#define CK_FRAME_H
#include "picture.h"

void NAME(ck_frame_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_frame *p = plan;
  const int64_t end = p->left + p->width;
  const float *x = p->x + (row / p->out_height * p->height + p->from_rows[row % p->out_height]) * p->width;
  float *y = p->y + row * p->out_width;
  for (int64_t i = 0; i < p->left; i++) y[i] = x[p->from_columns[i]];
  memcpy(y + p->left, x, (size_t)p->width * sizeof(float));
  for (int64_t i = end; i < p->out_width; i++) y[i] = x[p->from_columns[i]];
}

void NAME(ck_frame_back_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_frame_back *p = plan;
  const int64_t plane = row / p->height, line = row % p->height, end = p->left + p->width;
  float *dx = p->dx + row * p->width;
  for (int64_t k = p->starts[line]; k < p->starts[line + 1]; k++) {
    const float *g = p->g + (plane * p->out_height + p->rows[k]) * p->out_width;
    if (k == p->starts[line])
      memcpy(dx, g + p->left, (size_t)p->width * sizeof(float));
    else
      LOOP for (int64_t i = 0; i < p->width; i++) dx[i] += g[p->left + i];
    for (int64_t i = 0; i < p->left; i++) dx[p->from_columns[i]] += g[i];
    for (int64_t i = end; i < p->out_width; i++) dx[p->from_columns[i]] += g[i];
  }
}
#endif
