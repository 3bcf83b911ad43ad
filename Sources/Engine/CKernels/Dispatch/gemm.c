/* The matrix product: panels of B are packed by the team, then blocks of rows of A by whoever multiplies them. The
 * blocks along k are added in order, whatever the number of threads. */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

enum { DEPTH = 256, ROWS = 96, COLS = 480, PANEL = 1920, MANY = 8, MOST_MR = 12 };

typedef struct {
  const ck_gemm_kernel *kernel;
  int64_t bytes, m, n, k; /* k: the depth of this block */
  const char *a, *b;      /* first element of this block */
  int64_t a_row, a_col, b_row, b_col, ldc; /* in bytes but ldc */
  char *c, *packed;
  int64_t row_blocks, block_cols;
  bool add;
} product;

/* Packs `lanes` of width `width`: out[p * width + l] = x[l * lane + p * depth], zeros beyond `count` lanes. */
static void pack(int64_t bytes, int64_t k, int64_t width, int64_t count, const char *x, int64_t lane, int64_t depth,
                 char *out) {
  const int shift = bytes == 4 ? 2 : 3;
  if (count == width && (lane == bytes || depth != bytes)) {
    ck_kernels->gather[shift](out, x, k, width, depth, lane);
    return;
  }
  if (count == width) {
    ck_kernels->transpose[shift](out, x, k, width, width * bytes, lane);
    return;
  }
  memset(out, 0, (size_t)(k * width * bytes));
  for (int64_t p = 0; p < k; p++)
    for (int64_t l = 0; l < count; l++)
      memcpy(out + (p * width + l) * bytes, x + l * lane + p * depth, (size_t)bytes);
}

static void pack_columns(void *context, int64_t panel) {
  const product *g = context;
  const int64_t nr = g->kernel->nr, first = panel * nr;
  pack(g->bytes, g->k, nr, ck_min(nr, g->n - first), g->b + first * g->b_col, g->b_col, g->b_row,
       g->packed + first * g->k * g->bytes);
}

static void multiply(void *context, int64_t i) {
  const product *g = context;
  const int64_t mr = g->kernel->mr, nr = g->kernel->nr;
  const int64_t row0 = i % g->row_blocks * ROWS, rows = ck_min(ROWS, g->m - row0);
  const int64_t col0 = i / g->row_blocks * g->block_cols, cols = ck_min(g->block_cols, g->n - col0);
  _Alignas(64) char packed[(ROWS + MOST_MR) * DEPTH * 8];
  for (int64_t r = 0; r < rows; r += mr)
    pack(g->bytes, g->k, mr, ck_min(mr, rows - r), g->a + (row0 + r) * g->a_row, g->a_row, g->a_col,
         packed + r * g->k * g->bytes);
  for (int64_t c = 0; c < cols; c += nr)
    for (int64_t r = 0; r < rows; r += mr)
      g->kernel->kernel(g->k, packed + r * g->k * g->bytes, g->packed + (col0 + c) * g->k * g->bytes,
                        g->c + ((row0 + r) * g->ldc + col0 + c) * g->bytes, g->ldc, ck_min(mr, rows - r),
                        ck_min(nr, cols - c), g->add);
}

int ck_gemm(int type, int64_t m, int64_t n, int64_t k, const void *a, int64_t a_row, int64_t a_col, const void *b,
            int64_t b_row, int64_t b_col, void *c, int64_t ldc) {
  if (type != CK_F32 && type != CK_F64) return -1;
  const int64_t bytes = ck_size_of[type];
  if (m <= 0 || n <= 0) return 0;
  if (k <= 0) {
    for (int64_t i = 0; i < m; i++) memset((char *)c + i * ldc * bytes, 0, (size_t)(n * bytes));
    return 0;
  }
  product g = {.kernel = &ck_kernels->gemm[type], .bytes = bytes, .m = m, .a_row = a_row * bytes,
               .a_col = a_col * bytes, .b_row = b_row * bytes, .b_col = b_col * bytes, .ldc = ldc};
  g.row_blocks = ck_ceil_div(m, ROWS);
  g.block_cols = g.row_blocks >= MANY ? PANEL : COLS; /* rows are packed once per block of columns */
  const int64_t nr = g.kernel->nr, panel = ck_min(PANEL, ck_ceil_div(n, nr) * nr);
  g.packed = aligned_alloc(64, (size_t)((panel * ck_min(k, DEPTH) * bytes + 63) / 64 * 64));
  if (g.packed == NULL) return -2;
  const bool small = (double)m * (double)n * (double)k < 65536;
  for (int64_t j = 0; j < n; j += PANEL) {
    for (int64_t p = 0; p < k; p += DEPTH) {
      g.n = ck_min(PANEL, n - j);
      g.k = ck_min(DEPTH, k - p);
      g.add = p > 0;
      g.a = (const char *)a + p * g.a_col;
      g.b = (const char *)b + p * g.b_row + j * g.b_col;
      g.c = (char *)c + j * bytes;
      const int64_t panels = ck_ceil_div(g.n, nr), blocks = g.row_blocks * ck_ceil_div(g.n, g.block_cols);
      for (int64_t i = 0; small && i < panels; i++) pack_columns(&g, i);
      for (int64_t i = 0; small && i < blocks; i++) multiply(&g, i);
      if (small) continue;
      ck_parallel(panels, pack_columns, &g);
      ck_parallel(blocks, multiply, &g);
    }
  }
  free(g.packed);
  return 0;
}
