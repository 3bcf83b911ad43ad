/* Winograd's minimal filtering F(4×4, 3×3): Winograd 1980; Lavin & Gray, CVPR 2016. Four by four results of a window of
 * 3 × 3 take 36 multiplications instead of 144. The points are 0, ±2/3, ±3/2 and infinity: with 0, ±1, ±2 the error is
 * several times as large, and with every point its inverse is one too. A window turned by half a turn has at a point what
 * the window has at its inverse (each row of G is divided by the size of its point for that), so that the gradient of the
 * input multiplies with the weights of the forward pass, frequencies in another order.
 *
 * Tiles are taken sixteen at a time (a group), one in each lane of a vector, straight from rows of the picture: 16 side by
 * side, or 8 by 2, or 4 by 4. Frequency by frequency, the products over the channels are matrix products. */
#ifndef CK_WINOGRAD_H
#define CK_WINOGRAD_H
#include "planes.h"

/* The register tile of the products: MR output channels by up to NV groups of tiles. */
#if CK_LEVEL == 4
enum { WG_MR = 8, WG_NV = 3 };
#elif CK_LEVEL == 3
enum { WG_MR = 6, WG_NV = 1 };
#else
enum { WG_MR = 2, WG_NV = 1 };
#endif
enum { WG_LANES = SIDE * WG_NV };

#define WG_A (2.0f / 3.0f)
#define WG_B 1.5f
#define WG_A2 (WG_A * WG_A)
#define WG_B2 (WG_B * WG_B)
/* What G leaves to Aᵀ: the points' sizes over the products of their distances, for ±a and ±b; 1 for 0 and infinity. */
#define WG_SHARE_A (1.0f / (2.0f * WG_A * (WG_A2 - WG_B2)))
#define WG_SHARE_B (1.0f / (2.0f * WG_B * (WG_B2 - WG_A2)))

/* Bᵀd of one line. */
INLINE void wg_line_in(const vf d[6], vf v[6]) {
  const vf even_b = VFMA(d[2], SPLAT(-WG_B2), d[4]), odd_b = VFMA(d[1], SPLAT(-WG_B2), d[3]);
  const vf even_a = VFMA(d[2], SPLAT(-WG_A2), d[4]), odd_a = VFMA(d[1], SPLAT(-WG_A2), d[3]);
  v[0] = VFMA(d[0], SPLAT(WG_A2 *WG_B2), VFMA(d[2], SPLAT(-(WG_A2 + WG_B2)), d[4]));
  v[1] = VFMA(odd_b, SPLAT(WG_A), even_b);
  v[2] = VFMA(odd_b, SPLAT(-WG_A), even_b);
  v[3] = VFMA(odd_a, SPLAT(WG_B), even_a);
  v[4] = VFMA(odd_a, SPLAT(-WG_B), even_a);
  v[5] = VFMA(d[1], SPLAT(WG_A2 *WG_B2), VFMA(d[3], SPLAT(-(WG_A2 + WG_B2)), d[5]));
}

/* Aᵀm of one line. */
INLINE void wg_line_out(const vf m[6], vf y[4]) {
  const vf sum_a = m[1] + m[2], part_a = m[1] - m[2], sum_b = m[3] + m[4], part_b = m[3] - m[4];
  y[0] = VFMA(sum_b, SPLAT(WG_SHARE_B), VFMA(sum_a, SPLAT(WG_SHARE_A), m[0]));
  y[1] = VFMA(part_b, SPLAT(WG_SHARE_B *WG_B), part_a * (WG_SHARE_A * WG_A));
  y[2] = VFMA(sum_b, SPLAT(WG_SHARE_B *WG_B2), sum_a * (WG_SHARE_A * WG_A2));
  y[3] = VFMA(part_b, SPLAT(WG_SHARE_B *WG_B2 *WG_B), VFMA(part_a, SPLAT(WG_SHARE_A *WG_A2 *WG_A), m[5]));
}

#define WG_PHASES(a, b, at) \
  SHUFFLE(a, b, at, at + 4, at + 8, at + 12, at + 16, at + 20, at + 24, at + 28, at + 1, at + 5, at + 9, at + 13, at + 17, \
          at + 21, at + 25, at + 29)
#define WG_FRONTS(a, b) SHUFFLE(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define WG_BACKS(a, b) SHUFFLE(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)

/* Four runs of sixteen columns → their six columns tile by tile; each run is followed by four columns more. */
INLINE void wg_columns(const float *const run[4], vf d[6]) {
  const vf a = load(run[0]), b = load(run[1]), c = load(run[2]), e = load(run[3]);
  const vf ab0 = WG_PHASES(a, b, 0), ab2 = WG_PHASES(a, b, 2), ce0 = WG_PHASES(c, e, 0), ce2 = WG_PHASES(c, e, 2);
  d[0] = WG_FRONTS(ab0, ce0), d[1] = WG_BACKS(ab0, ce0), d[2] = WG_FRONTS(ab2, ce2), d[3] = WG_BACKS(ab2, ce2);
  const vf f = load(run[0] + 4), g = load(run[1] + 4), h = load(run[2] + 4), i = load(run[3] + 4);
  const vf fg = WG_PHASES(f, g, 0), hi = WG_PHASES(h, i, 0);
  d[4] = WG_FRONTS(fg, hi), d[5] = WG_BACKS(fg, hi);
}

/* Four columns tile by tile → four runs of sixteen columns. */
INLINE void wg_runs(const vf y[4], vf run[4]) {
#define LOWS(a, b) SHUFFLE(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGHS(a, b) SHUFFLE(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define LOW_PAIRS(a, b) SHUFFLE(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23)
#define HIGH_PAIRS(a, b) SHUFFLE(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31)
  const vf a = LOWS(y[0], y[1]), b = LOWS(y[2], y[3]), c = HIGHS(y[0], y[1]), d = HIGHS(y[2], y[3]);
  run[0] = LOW_PAIRS(a, b), run[1] = HIGH_PAIRS(a, b), run[2] = LOW_PAIRS(c, d), run[3] = HIGH_PAIRS(c, d);
}

/* Where a group lies. */
typedef struct {
  int64_t image, row[4], column[4]; /* of each run of four tiles, counted in pixels of the output */
} wg_place;

INLINE wg_place wg_place_of(const ck_winograd_job *j, int64_t group) {
  const int64_t per = j->across * j->down, rest = group % per;
  wg_place place = {.image = group / per};
  const int64_t tall = SIDE / j->wide, top = rest / j->across * tall, left = rest % j->across * j->wide;
  for (int q = 0; q < 4; q++) {
    place.row[q] = 4 * (top + q * 4 / j->wide);
    place.column[q] = 4 * (left + q * 4 % j->wide);
  }
  return place;
}

/* Copies the twenty columns from `column` on, as they are shown; row: NULL for one outside. */
static void wg_stage_run(const ck_winograd *p, const float *row, int64_t column, float *out) {
  if (row == NULL) {
    memset(out, 0, 20 * sizeof(float));
    return;
  }
  if (column >= 0 && column + 20 <= p->in_width) {
    memcpy(out, row + column, 20 * sizeof(float));
    return;
  }
  for (int64_t i = 0; i < 20; i++) {
    const int64_t from = shown(column + i, p->in_width, p->outside);
    out[i] = from < 0 ? 0 : row[from];
  }
}

/* Transforms every channel of a group: v[frequency · step + channel · WG_LANES + tile]. */
static void wg_transform(const ck_winograd_job *j, int64_t group, float *v, int64_t step) {
  const ck_winograd *p = j->plan;
  const wg_place place = wg_place_of(j, group);
  const int64_t plane = p->in_height * p->in_width;
  int64_t start[6][4], column[4]; /* of rows (-1: none) and in them */
  bool inside = true;
  for (int q = 0; q < 4; q++) {
    column[q] = place.column[q] - p->pad_left;
    inside = inside && column[q] >= 0 && column[q] + 20 <= p->in_width;
    for (int r = 0; r < 6; r++) {
      const int64_t row = shown(place.row[q] - p->pad_top + r, p->in_height, p->outside);
      inside = inside && row >= 0;
      start[r][q] = row < 0 ? -1 : row * p->in_width;
    }
  }
  const float *x = j->x + place.image * p->in_channels * plane;
  for (int64_t c = 0; c < p->in_channels; c++, x += plane, v += WG_LANES) {
    float staged[6][4][32];
    if (!inside)
      for (int r = 0; r < 6; r++)
        for (int q = 0; q < 4; q++)
          wg_stage_run(p, start[r][q] < 0 ? NULL : x + start[r][q], column[q], staged[r][q]);
    vf lines[6][6];
    UNROLL for (int r = 0; r < 6; r++) {
      const float *run[4];
      UNROLL for (int q = 0; q < 4; q++) run[q] = inside ? x + start[r][q] + column[q] : staged[r][q];
      vf d[6];
      wg_columns(run, d);
      wg_line_in(d, lines[r]);
    }
    UNROLL for (int s = 0; s < 6; s++) {
      vf d[6], t[6];
      UNROLL for (int r = 0; r < 6; r++) d[r] = lines[r][s];
      wg_line_in(d, t);
      UNROLL for (int r = 0; r < 6; r++) *(vf *)(v + (r * 6 + s) * step) = t[r];
    }
  }
}

/* Transforms one output channel of a group back: m[frequency · step + tile]. */
static void wg_transform_back(const ck_winograd_job *j, const wg_place *place, int64_t channel, const float *m,
                              int64_t step) {
  vf lines[6][4], out[4][4];
  UNROLL for (int r = 0; r < 6; r++) {
    vf d[6];
    UNROLL for (int s = 0; s < 6; s++) d[s] = *(const vf *)(m + (r * 6 + s) * step);
    wg_line_out(d, lines[r]);
  }
  UNROLL for (int s = 0; s < 4; s++) {
    vf d[6], t[4];
    UNROLL for (int r = 0; r < 6; r++) d[r] = lines[r][s];
    wg_line_out(d, t);
    UNROLL for (int r = 0; r < 4; r++) out[r][s] = t[r];
  }
  const ck_winograd *p = j->plan;
  float *y = j->y + (place->image * p->out_channels + channel) * p->out_height * p->out_width;
  UNROLL for (int r = 0; r < 4; r++) {
    vf run[4];
    wg_runs(out[r], run);
    UNROLL for (int q = 0; q < 4; q++) {
      const int64_t row = place->row[q] + r, room = p->out_width - place->column[q];
      if (row < p->out_height && room > 0)
        finish_run(&j->end, channel, y + row * p->out_width + place->column[q], room, run[q]);
    }
  }
}

/* WG_MR output channels by `vectors` groups. */
INLINE void wg_multiply(const int vectors, int64_t channels, const float *a, const float *b, float *m, int64_t row) {
  vf sum[WG_MR][WG_NV];
  UNROLL for (int i = 0; i < WG_MR; i++) UNROLL for (int n = 0; n < vectors; n++) sum[i][n] = SPLAT(0.0f);
  for (int64_t c = 0; c < channels; c++, a += WG_MR, b += WG_LANES) {
    vf v[WG_NV];
    UNROLL for (int n = 0; n < vectors; n++) v[n] = *(const vf *)(b + SIDE * n);
    UNROLL for (int i = 0; i < WG_MR; i++) {
      const vf w = SPLAT(a[i]);
      UNROLL for (int n = 0; n < vectors; n++) sum[i][n] = VFMA(w, v[n], sum[i][n]);
    }
  }
  UNROLL for (int i = 0; i < WG_MR; i++)
    UNROLL for (int n = 0; n < vectors; n++) *(vf *)(m + i * row + SIDE * n) = sum[i][n];
}

/* The same with the weights of the forward pass, whose output channels are summed over here: a: WG_MR input channels of
 * WG_MR output channels; next: from there to the next output channels. */
INLINE void wg_multiply_turned(const int vectors, int64_t channels, const float *a, int64_t next, const float *b, float *m,
                               int64_t row) {
  vf sum[WG_MR][WG_NV];
  UNROLL for (int i = 0; i < WG_MR; i++) UNROLL for (int n = 0; n < vectors; n++) sum[i][n] = SPLAT(0.0f);
#define STEP(k)                                                                                      \
  vf v[WG_NV];                                                                                       \
  UNROLL for (int n = 0; n < vectors; n++) v[n] = *(const vf *)(b + (k) * WG_LANES + SIDE * n);      \
  UNROLL for (int i = 0; i < WG_MR; i++) {                                                           \
    const vf w = SPLAT(a[i * WG_MR + (k)]);                                                          \
    UNROLL for (int n = 0; n < vectors; n++) sum[i][n] = VFMA(w, v[n], sum[i][n]);                   \
  }
  for (; channels >= WG_MR; channels -= WG_MR, a += next, b += WG_MR * WG_LANES) {
    /* Every block lies on a page of its own, where no prefetcher follows. */
    UNROLL for (int line = 0; line < WG_MR * WG_MR; line += SIDE) __builtin_prefetch(a + 4 * next + line);
    UNROLL for (int k = 0; k < WG_MR; k++) { STEP(k) }
  }
  for (int64_t k = 0; k < channels; k++) { STEP(k) }
#undef STEP
  UNROLL for (int i = 0; i < WG_MR; i++)
    UNROLL for (int n = 0; n < vectors; n++) *(vf *)(m + i * row + SIDE * n) = sum[i][n];
}

/* One frequency of the output channels from ..< to of some groups. */
INLINE void wg_product(const int vectors, const ck_winograd_job *j, int64_t frequency, const float *b, int64_t from,
                       int64_t to, float *out) {
  const ck_winograd *p = j->plan;
  const int64_t row = j->panels * WG_LANES;
  if (p->turned) {
    /* Of the points 0, a, -a, b, -b, ∞. */
    static const int inverse[6] = {5, 3, 4, 1, 2, 0};
    const int64_t next = p->out_channels * WG_MR, blocks = (p->in_channels + WG_MR - 1) / WG_MR;
    const float *a = j->ready + (inverse[frequency / 6] * 6 + inverse[frequency % 6]) * blocks * next + from * WG_MR;
    for (int64_t k = from; k < to; k += WG_MR, a += WG_MR * WG_MR, out += WG_MR * row)
      wg_multiply_turned(vectors, p->in_channels, a, next, b, out, row);
    return;
  }
  const int64_t next = p->in_channels * WG_MR, blocks = (p->out_channels + WG_MR - 1) / WG_MR;
  const float *a = j->ready + (frequency * blocks + from / WG_MR) * next;
  for (int64_t k = from; k < to; k += WG_MR, a += next, out += WG_MR * row)
    wg_multiply(vectors, p->in_channels, a, b, out, row);
}

/* All frequencies of the output channels from ..< to of some groups, and their way back into the picture. */
static void wg_products(const ck_winograd_job *j, const float *v, int64_t first, int64_t groups, int64_t from, int64_t to,
                        float *m) {
  const ck_winograd *p = j->plan;
  const int64_t row = j->panels * WG_LANES, step = j->chunk * row + SIDE, panel = p->in_channels * WG_LANES;
  for (int64_t f = 0; f < 36; f++)
    for (int64_t g = 0; g < groups; g += WG_NV) {
      const float *b = v + f * j->step + g / WG_NV * panel;
      float *out = m + f * step + g * SIDE;
      if (groups - g >= WG_NV)
        wg_product(WG_NV, j, f, b, from, to, out);
      else if (groups - g == 2)
        wg_product(WG_NV > 2 ? 2 : WG_NV, j, f, b, from, to, out);
      else
        wg_product(1, j, f, b, from, to, out);
    }
  for (int64_t g = 0; g < groups; g++) {
    const wg_place place = wg_place_of(j, first + g);
    for (int64_t k = from; k < to && k < p->out_channels; k++)
      wg_transform_back(j, &place, k, m + (k - from) * row + g * SIDE, step);
  }
}

/* G, which takes windows to their frequencies. */
static void wg_window_matrix(float g[6][3]) {
  const double points[5] = {0, WG_A, -WG_A, WG_B, -WG_B};
  for (int i = 1; i < 5; i++) {
    g[i][0] = (float)(1 / fabs(points[i])), g[i][2] = (float)fabs(points[i]);
    g[i][1] = points[i] > 0 ? 1 : -1;
  }
  g[0][0] = g[5][2] = 1;
  g[0][1] = g[0][2] = g[5][0] = g[5][1] = 0;
}

/* Output channels from ..< to (a multiple of WG_MR on): G g Gᵀ of every window. */
static void wg_weights(const ck_winograd_weights_job *w, int64_t block, float *ready) {
  float g[6][3];
  wg_window_matrix(g);
  const int64_t step = (w->out_channels + WG_MR - 1) / WG_MR * w->in_channels * WG_MR;
  ready += block * w->in_channels * WG_MR;
  for (int64_t c = 0; c < w->in_channels; c++, ready += WG_MR) {
    float window[9][WG_MR], half[6][3][WG_MR];
    for (int64_t i = 0; i < WG_MR; i++) {
      const int64_t k = block * WG_MR + i;
      const float *from = w->w + (k * w->in_channels + c) * 9;
      for (int n = 0; n < 9; n++) window[n][i] = k < w->out_channels ? from[n] : 0;
    }
    for (int r = 0; r < 6; r++)
      for (int s = 0; s < 3; s++)
        for (int i = 0; i < WG_MR; i++)
          half[r][s][i] = g[r][0] * window[s][i] + g[r][1] * window[3 + s][i] + g[r][2] * window[6 + s][i];
    for (int r = 0; r < 6; r++)
      for (int s = 0; s < 6; s++)
        for (int i = 0; i < WG_MR; i++)
          ready[(r * 6 + s) * step + i] =
              half[r][0][i] * g[s][0] + half[r][1][i] * g[s][1] + half[r][2][i] * g[s][2];
  }
}

const ck_winograd_kernels NAME(ck_winograd_table) = {
    .rows = WG_MR, .vectors = WG_NV, .weights = wg_weights, .transform = wg_transform, .products = wg_products};
#endif
