/* Windows over planes with what stands outside them: two-dimensional ones, separable ones and means. A band of rows is
 * computed at a time, four rows of the output side by side, so that what is read once serves four. Every pixel's taps
 * are summed in reading order whatever the bands are. */
#ifndef CK_BORDERED_H
#define CK_BORDERED_H
#include "picture.h"

enum { TALL = 4, BROAD = CK_LEVEL >= 4 ? 2 : 1, BROAD_WIDTH = BROAD * SIDE, ACROSS = 4 };

/* A band: its plane, its rows of the output. */
typedef struct {
  const float *in;
  float *out;
  int64_t top, lines;
} bordered_rows;

INLINE bordered_rows bordered_band_of(const ck_bordered *p, int64_t row) {
  const int64_t bands = (p->height + p->band - 1) / p->band, plane = row / bands, top = row % bands * p->band;
  return (bordered_rows){.in = p->in + plane * p->height * p->width,
                         .out = p->out + (plane * p->height + top) * p->width,
                         .top = top,
                         .lines = p->height - top < p->band ? p->height - top : p->band};
}

/* Completes a row whose pixels begin at p->left with what stands beside them, and zeros that only idle lanes see. */
#define WITH_SIDES(T)                                                                                                  \
  INLINE void bordered_sides_##T(const ck_bordered *p, T *row) {                                                       \
    const int64_t ends = p->width + p->columns - 1;                                                                    \
    for (int64_t i = 0; i < p->columns - 1; i++) {                                                                     \
      const int64_t from = p->from_columns[i];                                                                         \
      row[i < p->left ? i : i + p->width] = from < 0 ? 0 : row[p->left + from];                                        \
    }                                                                                                                  \
    for (int64_t i = ends; i < ends + CK_BORDERED_SLACK; i++) row[i] = 0;                                              \
  }
WITH_SIDES(float)
WITH_SIDES(double)

/* Stores up to BROAD_WIDTH pixels. */
INLINE void bordered_put(const vf *sum, float *out, int64_t most) {
  if (most >= BROAD_WIDTH) {
    for (int v = 0; v < BROAD; v++) *(vf_u *)(out + v * SIDE) = sum[v];
    return;
  }
  float all[BROAD_WIDTH];
  for (int v = 0; v < BROAD; v++) *(vf_u *)(all + v * SIDE) = sum[v];
  memcpy(out, all, (size_t)most * sizeof(float));
}

/* A row r that a group of four output rows reads is row r - o of the window for output row o: those from `first` to
 * `last` have one. Calls tap(p, first, last, …) with both constant. */
#define TALL_CASE(TAP, F, L, ...) case F * TALL + L: TAP(p, F, L, __VA_ARGS__); break;
#define FOR_TALL(TAP, lines, r, ...)                                                                                   \
  switch (((r) < p->rows ? 0 : (r) - p->rows + 1) * TALL + ((r) < (lines) ? (r) : (lines) - 1)) {                      \
    TALL_CASE(TAP, 0, 0, r, __VA_ARGS__) TALL_CASE(TAP, 0, 1, r, __VA_ARGS__) TALL_CASE(TAP, 0, 2, r, __VA_ARGS__)     \
    TALL_CASE(TAP, 0, 3, r, __VA_ARGS__) TALL_CASE(TAP, 1, 1, r, __VA_ARGS__) TALL_CASE(TAP, 1, 2, r, __VA_ARGS__)     \
    TALL_CASE(TAP, 1, 3, r, __VA_ARGS__) TALL_CASE(TAP, 2, 2, r, __VA_ARGS__) TALL_CASE(TAP, 2, 3, r, __VA_ARGS__)     \
    TALL_CASE(TAP, 3, 3, r, __VA_ARGS__)                                                                               \
  }

INLINE void bordered_clear(vf sum[TALL][BROAD]) {
  for (int o = 0; o < TALL; o++)
    for (int v = 0; v < BROAD; v++) sum[o][v] = SPLAT(0.0f);
}

/* One row of the picture under the window's rows r - last to r - first. */
INLINE void tap_window(const ck_bordered *p, const int first, const int last, int64_t r, const float *in,
                       vf sum[TALL][BROAD]) {
  const float *window = p->window + (r - last) * p->columns;
  for (int64_t j = 0; j < p->columns; j++) {
    vf x[BROAD];
    for (int v = 0; v < BROAD; v++) x[v] = load(in + j + v * SIDE);
    for (int o = first; o <= last; o++) {
      const vf weight = SPLAT(window[(last - o) * p->columns + j]);
      for (int v = 0; v < BROAD; v++) sum[o][v] = VFMA(weight, x[v], sum[o][v]);
    }
  }
}

INLINE void window_block(const ck_bordered *p, int64_t lines, const float *in, int64_t stride, float *out,
                         int64_t most) {
  vf sum[TALL][BROAD];
  bordered_clear(sum);
  for (int64_t r = 0; r < p->rows + lines - 1; r++) FOR_TALL(tap_window, lines, r, in + r * stride, sum)
  for (int64_t o = 0; o < lines; o++) bordered_put(sum[o], out + o * p->width, most);
}

/* scratch: the band's rows and those around it, with their sides. */
void NAME(ck_bordered_row)(const void *plan, int64_t row, void *scratch) {
  const ck_bordered *p = plan;
  const bordered_rows b = bordered_band_of(p, row);
  const int64_t stride = ck_bordered_stride(p->width, p->columns);
  float *rows = scratch;
  for (int64_t r = 0; r < b.lines + p->rows - 1; r++) {
    float *to = rows + r * stride;
    const int64_t from = p->from_rows[b.top + r];
    if (from < 0) {
      memset(to, 0, (size_t)stride * sizeof(float));
      continue;
    }
    memcpy(to + p->left, b.in + from * p->width, (size_t)p->width * sizeof(float));
    bordered_sides_float(p, to);
  }
  for (int64_t y = 0; y < b.lines; y += TALL)
    for (int64_t x = 0; x < p->width; x += BROAD_WIDTH)
      window_block(p, b.lines - y < TALL ? b.lines - y : TALL, rows + y * stride + x, stride,
                   b.out + y * p->width + x, p->width - x);
}

INLINE void tap_down(const ck_bordered *p, const int first, const int last, int64_t r, const float *in,
                     vf sum[TALL][BROAD]) {
  vf x[BROAD];
  for (int v = 0; v < BROAD; v++) x[v] = load(in + v * SIDE);
  for (int o = first; o <= last; o++) {
    const vf weight = SPLAT(p->window[r - o]);
    for (int v = 0; v < BROAD; v++) sum[o][v] = VFMA(weight, x[v], sum[o][v]);
  }
}

INLINE void separable_block(const ck_bordered *p, int64_t lines, const float *const *from, int64_t x, float *to,
                       int64_t stride) {
  vf sum[TALL][BROAD];
  bordered_clear(sum);
  for (int64_t r = 0; r < p->rows + lines - 1; r++) {
    if (lines == TALL && r >= TALL - 1 && r < p->rows)
      tap_down(p, 0, TALL - 1, r, from[r] + x, sum);
    else
      FOR_TALL(tap_down, lines, r, from[r] + x, sum)
  }
  for (int64_t o = 0; o < lines; o++) bordered_put(sum[o], to + o * stride + x, BROAD_WIDTH);
}

/* The vertical sums of up to four rows. */
INLINE void separable_down(const ck_bordered *p, int64_t lines, const float *const *from, float *to, int64_t stride) {
  const int64_t width = p->width;
  int64_t x = 0;
  for (; x + BROAD_WIDTH <= width; x += BROAD_WIDTH) separable_block(p, lines, from, x, to, stride);
  if (x < width && width >= BROAD_WIDTH) {
    /* The last block ends with the row and computes some pixels twice, to the same bytes. */
    separable_block(p, lines, from, width - BROAD_WIDTH, to, stride);
    return;
  }
  for (; x < width; x++)
    for (int64_t o = 0; o < lines; o++) {
      float sum = 0;
      for (int64_t i = 0; i < p->rows; i++) sum = FMAF(p->window[i], from[o + i][x], sum);
      to[o * stride + x] = sum;
    }
}

INLINE void separable_across(const ck_bordered *p, const int vectors, const float *in, float *out, int64_t most) {
  const float *window = p->window + p->rows;
  vf sum[ACROSS] = {SPLAT(0.0f), SPLAT(0.0f), SPLAT(0.0f), SPLAT(0.0f)};
  for (int64_t j = 0; j < p->columns; j++) {
    const vf weight = SPLAT(window[j]);
    for (int v = 0; v < vectors; v++) sum[v] = VFMA(weight, load(in + j + v * SIDE), sum[v]);
  }
  if (vectors > 1 || most >= SIDE)
    for (int v = 0; v < vectors; v++) *(vf_u *)(out + v * SIDE) = sum[v];
  else
    store(out, most, 0, sum[0]);
}

/* window: `rows` weights down, then `columns` weights across. scratch: a row of zeros, four rows of vertical sums and
 * the places of the rows that they read. */
void NAME(ck_separable_row)(const void *plan, int64_t row, void *scratch) {
  const ck_bordered *p = plan;
  const bordered_rows b = bordered_band_of(p, row);
  const int64_t stride = ck_bordered_stride(p->width, p->columns), width = p->width;
  float *zero = scratch, *sums = zero + stride;
  const float **from = (const float **)(sums + TALL * stride);
  memset(zero, 0, (size_t)stride * sizeof(float));
  for (int64_t y = 0; y < b.lines; y += TALL) {
    const int64_t lines = b.lines - y < TALL ? b.lines - y : TALL;
    for (int64_t r = 0; r < lines + p->rows - 1; r++) {
      const int64_t place = p->from_rows[b.top + y + r];
      from[r] = place < 0 ? zero : b.in + place * width;
    }
    separable_down(p, lines, from, sums + p->left, stride);
    for (int64_t o = 0; o < lines; o++) {
      float *line = sums + o * stride, *out = b.out + (y + o) * width;
      bordered_sides_float(p, line);
      int64_t x = 0;
      for (; x + ACROSS * SIDE <= width; x += ACROSS * SIDE) separable_across(p, ACROSS, line + x, out + x, width - x);
      for (; x < width; x += SIDE) separable_across(p, 1, line + x, out + x, width - x);
    }
  }
}

/* The mean under rows × columns equal weights, by sums that take in a row or column and give one back; in f64, where
 * f32 pictures leave no trace of what was given back. No window. scratch: a row of sums and one with its sides. */
void NAME(ck_box_row)(const void *plan, int64_t row, void *scratch) {
  const ck_bordered *p = plan;
  const bordered_rows b = bordered_band_of(p, row);
  const int64_t width = p->width, rows = p->rows, columns = p->columns;
  const double scale = 1.0 / ((double)rows * (double)columns);
  double *sums = scratch, *line = sums + ck_bordered_stride(width, columns);
  memset(sums, 0, (size_t)width * sizeof(double));
  for (int64_t r = 0; r < b.lines + rows - 1; r++) {
    const int64_t in = p->from_rows[b.top + r], out = r < rows ? -1 : p->from_rows[b.top + r - rows];
    const float *come = b.in + in * width, *go = b.in + out * width;
    if (in >= 0 && out >= 0)
      for (int64_t x = 0; x < width; x++) sums[x] += (double)come[x] - (double)go[x];
    else if (in >= 0)
      for (int64_t x = 0; x < width; x++) sums[x] += (double)come[x];
    else if (out >= 0)
      for (int64_t x = 0; x < width; x++) sums[x] -= (double)go[x];
    if (r < rows - 1) continue;
    memcpy(line + p->left, sums, (size_t)width * sizeof(double));
    bordered_sides_double(p, line);
    float *to = b.out + (r - rows + 1) * width;
    double sum = 0;
    for (int64_t j = 0; j < columns; j++) sum += line[j];
    for (int64_t x = 0; x < width; x++) {
      to[x] = (float)(sum * scale);
      sum += line[x + columns] - line[x];
    }
  }
}
#endif
