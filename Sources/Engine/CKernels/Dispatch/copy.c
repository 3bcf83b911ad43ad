/* Copies whose operands run along different axes (permutations): blocks are turned in registers, so that both sides use
 * whole cache lines. */
#include <stdlib.h>

#include "internal.h"

enum { BLOCK_ROWS = 64, BLOCK_COLS = 1024, SMALLEST = 8 };

typedef struct {
  ck_walk outer; /* the axes that are neither turned nor inner; operands (out, x) */
  int shift;
  int64_t rows, cols, to_step, from_step; /* rows: along x's contiguous axis; cols: along out's */
  int64_t row_blocks, col_blocks;
} turning;

static void turn(void *context, int64_t i) {
  const turning *t = context;
  const int64_t block = i % (t->row_blocks * t->col_blocks);
  const int64_t r = block / t->col_blocks * BLOCK_ROWS, c = block % t->col_blocks * BLOCK_COLS;
  const int64_t bytes = (int64_t)1 << t->shift;
  int64_t index[CK_MAX_RANK];
  char *at[4];
  ck_seek(&t->outer, i / (t->row_blocks * t->col_blocks), index, at);
  ck_kernels->transpose[t->shift](at[0] + r * t->to_step + c * bytes, at[1] + r * bytes + c * t->from_step,
                                  ck_min(BLOCK_ROWS, t->rows - r), ck_min(BLOCK_COLS, t->cols - c), t->to_step,
                                  t->from_step);
}

int ck_turned_axis(const ck_walk *w, int k, int shift) {
  const int inner = w->rank - 1;
  const int64_t bytes = (int64_t)1 << shift;
  if (w->step[k][inner] == bytes || w->step[k][inner] == 0 || w->size[inner] < SMALLEST) return -1;
  for (int d = 0; d < inner; d++)
    if (w->step[k][d] == bytes && w->size[d] >= SMALLEST) return d;
  return -1;
}

bool ck_copy_turned(const ck_walk *w, int shift) {
  const int inner = w->rank - 1, axis = ck_turned_axis(w, 1, shift);
  if (axis < 0 || w->step[0][inner] != (int64_t)1 << shift) return false;
  turning t = {.shift = shift, .rows = w->size[axis], .cols = w->size[inner], .to_step = w->step[0][axis],
               .from_step = w->step[1][inner]};
  t.row_blocks = ck_ceil_div(t.rows, BLOCK_ROWS);
  t.col_blocks = ck_ceil_div(t.cols, BLOCK_COLS);
  t.outer.operands = 2;
  t.outer.base[0] = w->base[0], t.outer.base[1] = w->base[1];
  t.outer.count = 1;
  for (int d = 0; d < inner; d++) {
    if (d == axis) continue;
    const int o = t.outer.rank++;
    t.outer.size[o] = w->size[d];
    t.outer.count *= w->size[d];
    t.outer.step[0][o] = w->step[0][d], t.outer.step[1][o] = w->step[1][d];
  }
  const int64_t blocks = t.outer.count * t.row_blocks * t.col_blocks;
  if (w->count <= CK_INLINE)
    for (int64_t i = 0; i < blocks; i++) turn(&t, i);
  else
    ck_parallel(blocks, turn, &t);
  return true;
}

char *ck_straighten(ck_walk *w, int k, int shift) {
  char *copy = malloc((size_t)w->count << shift);
  if (copy == NULL) return NULL;
  ck_walk pair = {.rank = w->rank, .operands = 2, .count = w->count, .base = {copy, w->base[k]}};
  int64_t step = (int64_t)1 << shift;
  for (int d = w->rank - 1; d >= 0; d--) {
    pair.size[d] = w->size[d];
    pair.step[0][d] = step;
    pair.step[1][d] = w->step[k][d];
    step *= w->size[d];
  }
  ck_copy_turned(&pair, shift);
  for (int d = 0; d < w->rank; d++) w->step[k][d] = pair.step[0][d];
  w->base[k] = copy;
  return copy;
}
