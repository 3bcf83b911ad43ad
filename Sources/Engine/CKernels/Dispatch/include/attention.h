/* Attention in tiles: the plan that callers fill. */
#ifndef CK_ATTENTION_H
#define CK_ATTENTION_H
#include <stdbool.h>
#include <stdint.h>

/* Leading axes, and the largest size of a query or of a value. */
enum { CK_ATTENTION_AXES = 6, CK_ATTENTION_SIZE = 512 };
enum { CK_MASK_NONE, CK_MASK_BOOL /* true: may be seen */, CK_MASK_ADDED /* f32 */ };

/* Matrices of one leading index each: rows of neighbouring elements; steps in elements. */
typedef struct {
  const float *base;
  int64_t row, batch[CK_ATTENTION_AXES];
} ck_attention_rows;

typedef struct {
  const void *base;
  int32_t kind;
  int64_t row, column, batch[CK_ATTENTION_AXES];
} ck_attention_mask;

/* softmax(q kT scale + mask) v for every index of the leading axes. */
typedef struct {
  int32_t axes;
  int64_t batch[CK_ATTENTION_AXES];       /* sizes of the leading axes */
  int64_t length, sources, size, width;   /* queries, keys, their size, the values' size; all > 0 */
  bool is_causal;                         /* query i sees the keys up to i */
  float scale;
  ck_attention_rows q, k, v;
  ck_attention_mask mask;
  float *out;  /* dense [batch, length, width] */
  /* dense [batch, 2, length], or NULL; backward reads them: each query's largest score times log2(e), and the inverse of
   * its sum of powers. */
  float *sums;
  /* Backward only: the gradient of out, and the gradients wanted, dense or NULL. */
  ck_attention_rows grad;
  float *dq, *dk, *dv;
} ck_attention;

/* Floats of scratch memory that a call needs; it works through the heads in groups where all would need too much. */
int64_t ck_attention_scratch(const ck_attention *p, bool backward);
/* scratch: 64-byte aligned. Nothing of length x sources elements exists. The same bytes on any number of threads. */
void ck_attention_forward(const ck_attention *p, float *scratch);
void ck_attention_backward(const ck_attention *p, float *scratch);
#endif
