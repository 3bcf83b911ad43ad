/* The table of row kernels that exists once per instruction set. Everything here works on contiguous rows; the
 * dispatch side walks the axes, stages strided operands through small buffers and splits the work. */
#ifndef CK_TABLE_H
#define CK_TABLE_H
#include "../Dispatch/include/ckernels.h"
#include "convolutions.h"

enum { CK_TYPES = 10 };

/* One row of n elements: out = op(x, y, z). Unused operands are NULL. out may be the same place as an input. */
typedef void (*ck_row)(int64_t n, void *out, const void *x, const void *y, const void *z, double p0, double p1);
/* Between rows × cols elements at byte steps and a contiguous buffer of rows * cols elements. */
typedef void (*ck_stage)(void *to, const void *from, int64_t rows, int64_t cols, int64_t row_step, int64_t col_step);
/* Adds n contiguous elements to *acc (double for floating types, int64_t for the rest). */
typedef void (*ck_fold_row)(int64_t n, const void *x, void *acc);
/* Adds rows (row_step bytes apart) of m contiguous elements to m accumulators. */
typedef void (*ck_fold_cols)(int64_t rows, int64_t m, const void *x, int64_t row_step, void *acc);
/* First place of the extreme among n contiguous elements, NaN winning; n > 0. */
typedef int64_t (*ck_find)(int64_t n, const void *x);
/* One tile of C: c[mr×nr] (+)= packed a (k × mr) · packed b (k × nr). */
typedef void (*ck_micro)(int64_t k, const void *a, const void *b, void *c, int64_t ldc, int64_t m, int64_t n, bool add);

typedef struct {
  ck_micro kernel;
  int32_t mr, nr;
} ck_gemm_kernel;

/* m lines side by side: out[j*out_row + i] = sum over taps of weight * x[row*x_row + i], i < m (rows in elements). */
typedef void (*ck_resample_lines)(int64_t m, int64_t n, int64_t outputs, int64_t taps, const int32_t *starts,
                                  const float *weights, const void *x, int64_t x_row, void *out, int64_t out_row);

/* Places of a block. */
enum { CK_SAMPLE_BLOCK = 256 };
/* All channels of one map at a block of places from `first` on. */
typedef void (*ck_sample_places)(const ck_sampling *p, const void *x, const void *grid, int64_t image, int64_t first,
                                 void *out);

/* One row of a picture's plan; scratch is 64-byte aligned. */
typedef void (*ck_picture_row)(const void *plan, int64_t row, void *scratch);

/* ---- attention ---- */

/* Vectors of queries that stand side by side in one tile of scores, at most; rows of a packed panel. */
enum { CK_ATTENTION_VECTORS = 3, CK_ATTENTION_PANEL = 8 };

typedef struct {
  int64_t first, vectors;
} ck_attention_span;

static inline int64_t ck_attention_group_count(int64_t length, int64_t lanes) {
  const int64_t vectors = (length + lanes - 1) / lanes;
  return (vectors + CK_ATTENTION_VECTORS - 1) / CK_ATTENTION_VECTORS;
}

/* The queries of one group: vectors are shared out evenly. */
static inline ck_attention_span ck_attention_group(int64_t length, int64_t lanes, int64_t index) {
  const int64_t vectors = (length + lanes - 1) / lanes, groups = ck_attention_group_count(length, lanes);
  const int64_t each = vectors / groups, more = vectors % groups;
  return (ck_attention_span){(index * each + (index < more ? index : more)) * lanes, each + (index < more)};
}

/* Rows of floats; base is NULL where they are not wanted. */
typedef struct {
  float *base;
  int64_t row;
} ck_attention_matrix;

/* One head's operands, packed. Keys and values: panels of 8 rows or columns. */
typedef struct {
  const float *q, *grad;          /* as the plan has them */
  const void *mask;
  float *out, *sums;
  int64_t stretch;                /* keys of a panel of values, those that are zeros included */
  float *keys;                    /* [key / 8][size][8] */
  float *values;                  /* forward: [width / 8][stretch][8]; backward: as keys */
  float *queries, *grads;         /* by groups: [size or width][queries of the group] */
  float *tops, *inverses, *shares; /* by query: the plan's sums, and sums of gradient times output */
  ck_attention_matrix query_rows, key_rows, grad_rows, dq, dk, dv; /* of whole vectors */
} ck_attention_head;

typedef struct {
  int32_t lanes, backward_keys;
  int64_t (*groups)(const ck_attention *p); /* that one task takes through the keys */
  void (*forward)(const ck_attention *p, const ck_attention_head *h, int64_t first, int64_t end, bool (*stopped)(void));
  /* Tiles are of backward_keys keys. Adds to dq, dk and dv. */
  void (*backward)(const ck_attention *p, const ck_attention_head *h, int64_t first, int64_t end, int64_t first_tile,
                   int64_t end_tile, bool (*stopped)(void));
  void (*backward_start)(const ck_attention *p, const ck_attention_head *h, int64_t group);
} ck_attention_kernel;

typedef struct {
  const char *name;
  const ck_row (*unary)[CK_TYPES], (*binary)[CK_TYPES], (*ternary)[CK_TYPES], (*compare)[CK_TYPES];
  const ck_row *where;                /* by log2 of the element size */
  const ck_row (*convert)[CK_TYPES];  /* [from][to]; halves only from and to f32 and themselves */
  const ck_stage *gather, *scatter;   /* by log2 of the element size */
  const ck_stage *transpose;          /* to[r][c] = from[c][r]: steps of a row of `to` and of a column of `from` */
  const ck_fold_row (*fold_row)[CK_TYPES];
  const ck_fold_cols (*fold_cols)[CK_TYPES];
  const ck_find (*find)[CK_TYPES];    /* [0] largest, [1] smallest */
  const ck_row (*softmax)[CK_TYPES];  /* [logarithm], one line */
  const ck_gemm_kernel *gemm;         /* f32, f64 */
  const ck_resample_lines *resample;  /* f32, f64 */
  const ck_sample_places *sample;     /* f32, f64 */
  /* Box-Muller over blocks of 16 uniforms, in place. */
  void (*normal16)(int64_t blocks, float *values);
  /* Four values per block, from block `first` on. */
  void (*philox)(uint64_t seed, uint64_t stream, int64_t first, int64_t blocks, float *out, bool normal);
  const ck_attention_kernel *attention;
  const ck_picture_row *picture;      /* by CK_PICTURE_… */
  const ck_winograd_kernels *winograd;
  const ck_winograd_gradient_kernels *winograd_gradient;
  const ck_direct_gradient_kernel *direct_gradient;
  const ck_direct_kernel *direct;     /* by growing number of rows, ended by one of 0 rows */
} ck_table;

extern const ck_table ck_table_v2, ck_table_v3, ck_table_v4;
#endif
