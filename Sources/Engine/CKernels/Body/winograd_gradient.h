/* Gradients of weights by Winograd's filtering, the forward pass transposed: dw = Gᵀ [Σ (A dy Aᵀ) ⊙ (Bᵀ d B)] G, summed
 * over all tiles. Frequency by frequency, the sums are matrix products that contract over the tiles, so vectors hold
 * sixteen channels of one tile: rows of pixels are turned before they are transformed, when they are fewest. */
#ifndef CK_WINOGRAD_GRADIENT_H
#define CK_WINOGRAD_GRADIENT_H
#include "winograd.h"

/* The register tile of the products: output channels by vectors of input channels. */
#if CK_LEVEL == 4
enum { WD_MR = 8, WD_NV = 3 };
#elif CK_LEVEL == 3
enum { WD_MR = 4, WD_NV = 1 };
#else
enum { WD_MR = 2, WD_NV = 1 };
#endif
/* Columns that are turned at a time, in whole vectors; tiles that are summed up in registers. */
enum { WD_COLUMNS = (4 * CK_WINOGRAD_RUN + 2 + SIDE - 1) / SIDE * SIDE, WD_BLOCK = 128 };

/* A y of one line: the transpose of wg_line_out. */
INLINE void wd_line(const vf y[4], vf v[6]) {
  const vf even_a = VFMA(y[2], SPLAT(WG_A2), y[0]), odd_a = VFMA(y[3], SPLAT(WG_A2 *WG_A), y[1] * WG_A);
  const vf even_b = VFMA(y[2], SPLAT(WG_B2), y[0]), odd_b = VFMA(y[3], SPLAT(WG_B2 *WG_B), y[1] * WG_B);
  v[0] = y[0];
  v[1] = even_a + odd_a, v[2] = even_a - odd_a;
  v[3] = even_b + odd_b, v[4] = even_b - odd_b;
  v[5] = y[3];
}

/* Sixteen rows of sixteen → columns. */
INLINE void wd_turn(vf a[16]) {
#define TURN_1(a, b, at)                                                                                \
  SHUFFLE(a, b, at, 16 + at, 1 + at, 17 + at, 4 + at, 20 + at, 5 + at, 21 + at, 8 + at, 24 + at, 9 + at, \
          25 + at, 12 + at, 28 + at, 13 + at, 29 + at)
#define TURN_2(a, b, at)                                                                                \
  SHUFFLE(a, b, at, 1 + at, 16 + at, 17 + at, 4 + at, 5 + at, 20 + at, 21 + at, 8 + at, 9 + at, 24 + at, \
          25 + at, 12 + at, 13 + at, 28 + at, 29 + at)
#define TURN_4(a, b, at)                                                                                 \
  SHUFFLE(a, b, at, 1 + at, 2 + at, 3 + at, 8 + at, 9 + at, 10 + at, 11 + at, 16 + at, 17 + at, 18 + at, \
          19 + at, 24 + at, 25 + at, 26 + at, 27 + at)
  vf b[16];
  UNROLL for (int i = 0; i < 16; i += 2) b[i] = TURN_1(a[i], a[i + 1], 0), b[i + 1] = TURN_1(a[i], a[i + 1], 2);
  /* b[i]: columns 0, 1 (b[i + 1]: 2, 3) of every four, rows i and i + 1. */
  UNROLL for (int i = 0; i < 16; i += 4) {
    a[i] = TURN_2(b[i], b[i + 2], 0), a[i + 1] = TURN_2(b[i], b[i + 2], 2);
    a[i + 2] = TURN_2(b[i + 1], b[i + 3], 0), a[i + 3] = TURN_2(b[i + 1], b[i + 3], 2);
  }
  /* a[i + n]: columns n, n + 4, n + 8, n + 12, rows i ..< i + 4. */
  UNROLL for (int n = 0; n < 4; n++) {
    const vf even_0 = TURN_4(a[n], a[4 + n], 0), odd_0 = TURN_4(a[n], a[4 + n], 4);
    const vf even_8 = TURN_4(a[8 + n], a[12 + n], 0), odd_8 = TURN_4(a[8 + n], a[12 + n], 4);
    /* even: columns n and n + 8 of eight rows, each four of them in turn. */
    b[n] = TURN_4(even_0, even_8, 0), b[8 + n] = TURN_4(even_0, even_8, 4);
    b[4 + n] = TURN_4(odd_0, odd_8, 0), b[12 + n] = TURN_4(odd_0, odd_8, 4);
  }
  UNROLL for (int i = 0; i < 16; i++) a[i] = b[i];
}

/* Planes of a picture, and what stands outside. */
typedef struct {
  const float *base;
  int64_t height, width;
  int32_t outside;
} wd_planes;

/* Columns of one row as they are shown; row: NULL for one outside. */
static void wd_line_of(const wd_planes *p, const float *row, int64_t column, int64_t count, float *out) {
  int64_t begin = column < 0 ? -column : 0, end = p->width - column;
  begin = row == NULL || begin > count ? count : begin;
  end = end > count ? count : end < begin ? begin : end;
  for (int64_t i = 0; i < begin; i++) {
    const int64_t at = row == NULL ? -1 : shown(column + i, p->width, p->outside);
    out[i] = at < 0 ? 0 : row[at];
  }
  if (begin < end) memcpy(out + begin, row + column + begin, (size_t)(end - begin) * sizeof(float));
  for (int64_t i = end; i < count; i++) {
    const int64_t at = shown(column + i, p->width, p->outside);
    out[i] = at < 0 ? 0 : row[at];
  }
}

/* Turns rows × columns of up to sixteen channels: out[row][WD_COLUMNS][channel]. */
INLINE void wd_stage(const wd_planes *p, int64_t channels, int64_t top, int64_t left, const int rows, int64_t columns,
                     float (*out)[WD_COLUMNS][SIDE]) {
  __attribute__((aligned(64))) float lines[SIDE][WD_COLUMNS];
  for (int64_t c = channels; c < SIDE; c++) memset(lines[c], 0, sizeof lines[c]);
  for (int r = 0; r < rows; r++) {
    const int64_t from = shown(top + r, p->height, p->outside);
    for (int64_t c = 0; c < channels; c++) {
      const float *row = from < 0 ? NULL : p->base + (c * p->height + from) * p->width;
      wd_line_of(p, row, left, columns, lines[c]);
      /* Rows are too short for the memory to see ahead by itself. */
      if (row != NULL && left + 2 * columns <= p->width)
        for (int64_t i = left + columns; i < left + 2 * columns; i += SIDE) __builtin_prefetch(row + i);
    }
    for (int64_t q = 0; q < columns; q += SIDE) {
      vf block[SIDE];
      UNROLL for (int i = 0; i < SIDE; i++) block[i] = *(const vf *)&lines[i][q];
      wd_turn(block);
      UNROLL for (int i = 0; i < SIDE; i++) *(vf *)out[r][q + i] = block[i];
    }
  }
}

/* Where a run of tiles lies: its first tile, counted over all, and how many they are. */
typedef struct {
  int64_t image, row, column, first, count;
} wd_run;

INLINE wd_run wd_run_of(const ck_winograd_gradient_job *j, int64_t run) {
  const int64_t line = run / j->runs, column = run % j->runs * j->run, count = j->across - column;
  return (wd_run){line / j->down, line % j->down, column, line * j->across + column, count < j->run ? count : j->run};
}

/* Transforms sixteen channels of a run of tiles of x. */
static void wd_inputs(const ck_winograd_gradient_job *j, int64_t run, int64_t panel) {
  const ck_winograd *p = j->plan;
  const wd_run here = wd_run_of(j, run);
  const int64_t left = p->in_channels - panel * SIDE, plane = p->in_height * p->in_width;
  const float *base = j->x + (here.image * p->in_channels + panel * SIDE) * plane;
  const wd_planes x = {base, p->in_height, p->in_width, p->outside};
  __attribute__((aligned(64))) float rows[6][WD_COLUMNS][SIDE];
  wd_stage(&x, left < SIDE ? left : SIDE, 4 * here.row - p->pad_top, 4 * here.column - p->pad_left, 6,
           4 * here.count + 2, rows);
  float *v = j->v + (panel * j->room + here.first - j->first) * SIDE;
  for (int64_t t = 0; t < here.count; t++, v += SIDE) {
    vf lines[6][6];
    UNROLL for (int r = 0; r < 6; r++) {
      vf d[6];
      UNROLL for (int s = 0; s < 6; s++) d[s] = *(const vf *)rows[r][4 * t + s];
      wg_line_in(d, lines[r]);
    }
    UNROLL for (int s = 0; s < 6; s++) {
      vf d[6], out[6];
      UNROLL for (int r = 0; r < 6; r++) d[r] = lines[r][s];
      wg_line_in(d, out);
      UNROLL for (int r = 0; r < 6; r++) *(vf *)(v + (r * 6 + s) * j->v_step) = out[r];
    }
  }
}

/* Transforms sixteen channels of a run of tiles of the output's gradient. */
static void wd_outputs(const ck_winograd_gradient_job *j, int64_t run, int64_t panel) {
  const ck_winograd *p = j->plan;
  const wd_run here = wd_run_of(j, run);
  const int64_t channel = j->channel + panel * SIDE, left = p->out_channels - channel;
  const wd_planes dy = {j->dy + (here.image * p->out_channels + channel) * p->out_height * p->out_width, p->out_height,
                        p->out_width, CK_PAD_ZEROS};
  __attribute__((aligned(64))) float rows[4][WD_COLUMNS][SIDE];
  wd_stage(&dy, left < SIDE ? left : SIDE, 4 * here.row, 4 * here.column, 4, 4 * here.count, rows);
  float *u = j->u + (panel * j->room + here.first - j->first) * SIDE;
  for (int64_t t = 0; t < here.count; t++, u += SIDE) {
    vf lines[4][6];
    UNROLL for (int r = 0; r < 4; r++) {
      vf d[4];
      UNROLL for (int s = 0; s < 4; s++) d[s] = *(const vf *)rows[r][4 * t + s];
      wd_line(d, lines[r]);
    }
    UNROLL for (int s = 0; s < 6; s++) {
      vf d[4], out[6];
      UNROLL for (int r = 0; r < 4; r++) d[r] = lines[r][s];
      wd_line(d, out);
      UNROLL for (int r = 0; r < 6; r++) *(vf *)(u + (r * 6 + s) * j->u_step) = out[r];
    }
  }
}

/* WD_MR output channels by `vectors` panels of input channels, over some tiles. */
INLINE void wd_multiply(const int vectors, int64_t tiles, const float *u, const float *v, int64_t panel, float *m,
                        int64_t row, bool add) {
  vf sum[WD_MR][WD_NV];
  UNROLL for (int i = 0; i < WD_MR; i++) UNROLL for (int n = 0; n < vectors; n++) sum[i][n] = SPLAT(0.0f);
  for (int64_t t = 0; t < tiles; t++, u += SIDE, v += SIDE) {
    vf b[WD_NV];
    UNROLL for (int n = 0; n < vectors; n++) b[n] = *(const vf *)(v + n * panel);
    UNROLL for (int i = 0; i < WD_MR; i++) {
      const vf a = SPLAT(u[i]);
      UNROLL for (int n = 0; n < vectors; n++) sum[i][n] = VFMA(a, b[n], sum[i][n]);
    }
  }
  UNROLL for (int i = 0; i < WD_MR; i++)
    UNROLL for (int n = 0; n < vectors; n++) {
      vf *to = (vf *)(m + i * row + SIDE * n);
      *to = add ? *to + sum[i][n] : sum[i][n];
    }
}

/* One frequency of the output channels from ..< to (counted from the job's first; a multiple of sixteen on), over the
 * tiles that are transformed. Blocks of tiles are summed up apart and then added in order: long sums round less. */
static void wd_products(const ck_winograd_gradient_job *j, int64_t f, int64_t from, int64_t to, int64_t tiles,
                        bool add) {
  const int64_t panels = (j->plan->in_channels + SIDE - 1) / SIDE, row = panels * SIDE, panel = j->room * SIDE;
  for (int64_t t = 0; t < tiles; t += WD_BLOCK, add = true) {
    const int64_t count = tiles - t < WD_BLOCK ? tiles - t : WD_BLOCK;
    for (int64_t c = 0, taken; c < panels; c += taken) {
      taken = panels - c == 4 && WD_NV == 3 ? 2 : panels - c < WD_NV ? panels - c : WD_NV;
      const float *v = j->v + f * j->v_step + c * panel + t * SIDE;
      for (int64_t k = from; k < to; k += WD_MR) {
        const float *u = j->u + f * j->u_step + k / SIDE * panel + t * SIDE + k % SIDE;
        float *m = j->m + f * j->m_step + k * row + c * SIDE;
        if (taken == WD_NV)
          wd_multiply(WD_NV, count, u, v, panel, m, row, add);
        else if (taken == 2)
          wd_multiply(WD_NV > 2 ? 2 : WD_NV, count, u, v, panel, m, row, add);
        else
          wd_multiply(1, count, u, v, panel, m, row, add);
      }
    }
  }
}

/* Gᵀ m of one line. */
INLINE void wd_line_back(float g[6][3], const vf m[6], vf out[3]) {
  UNROLL for (int n = 0; n < 3; n++) {
    out[n] = m[0] * g[0][n];
    UNROLL for (int i = 1; i < 6; i++) out[n] = VFMA(m[i], SPLAT(g[i][n]), out[n]);
  }
}

/* Writes the windows of one output channel (counted from the job's first). */
static void wd_back(const ck_winograd_gradient_job *j, int64_t k, float *dw) {
  const int64_t channels = j->plan->in_channels, panels = (channels + SIDE - 1) / SIDE;
  float g[6][3];
  wg_window_matrix(g);
  for (int i = 1; i < 5; i++)
    for (int n = 0; n < 3; n++) g[i][n] *= i <= 2 ? WG_SHARE_A : WG_SHARE_B;
  dw += (j->channel + k) * channels * 9;
  for (int64_t c = 0; c < channels; c += SIDE) {
    const float *m = j->m + k * panels * SIDE + c;
    vf half[6][3], window[3][3];
    UNROLL for (int r = 0; r < 6; r++) {
      vf d[6];
      UNROLL for (int s = 0; s < 6; s++) d[s] = *(const vf *)(m + (r * 6 + s) * j->m_step);
      wd_line_back(g, d, half[r]);
    }
    UNROLL for (int s = 0; s < 3; s++) {
      vf d[6], out[3];
      UNROLL for (int r = 0; r < 6; r++) d[r] = half[r][s];
      wd_line_back(g, d, out);
      UNROLL for (int r = 0; r < 3; r++) window[r][s] = out[r];
    }
    float values[9][SIDE];
    for (int n = 0; n < 9; n++) *(vf_u *)values[n] = window[n / 3][n % 3];
    for (int64_t i = 0; i < SIDE && c + i < channels; i++)
      for (int n = 0; n < 9; n++) dw[(c + i) * 9 + n] = values[n][i];
  }
}

const ck_winograd_gradient_kernels NAME(ck_winograd_gradient_table) = {
    .inputs = wd_inputs, .outputs = wd_outputs, .products = wd_products, .back = wd_back};
#endif
