/* Element-wise calls: the rank-1 case goes straight to its row kernel, everything else through a job. */
#include <math.h>

#include "internal.h"

/* Cost of an element in simple operations, for those that are dearer than one. */
static const uint8_t unary_weight[CK_UNARY_COUNT] = {
    [CK_EXP] = 4,     [CK_EXPM1] = 8, [CK_LOG] = 4,  [CK_LOG1P] = 8,      [CK_LOG2] = 8,      [CK_SQRT] = 2,
    [CK_RSQRT] = 2,   [CK_SIN] = 8,   [CK_COS] = 8,  [CK_TAN] = 8,        [CK_ASIN] = 8,      [CK_ACOS] = 8,
    [CK_ATAN] = 8,    [CK_SINH] = 8,  [CK_COSH] = 8, [CK_TANH] = 4,       [CK_ERF] = 8,       [CK_SIGMOID] = 4,
    [CK_LOGSIGMOID] = 8, [CK_ELU] = 8, [CK_SILU] = 4, [CK_GELU] = 8,      [CK_GELU_TANH] = 8, [CK_SOFTPLUS] = 8,
    [CK_MISH] = 8,    [CK_POW_SCALAR] = 8, [CK_SCALAR_POW] = 8};
static const uint8_t binary_weight[CK_BINARY_COUNT] = {
    [CK_POW] = 8,       [CK_ATAN2] = 8,     [CK_FMOD] = 16,         [CK_REMAINDER] = 16,   [CK_ELU_GRAD] = 4,
    [CK_SILU_GRAD] = 8, [CK_GELU_GRAD] = 8, [CK_GELU_TANH_GRAD] = 8, [CK_SOFTPLUS_GRAD] = 4};

static int weight_of(const uint8_t *weights, int op, int type) {
  const int weight = weights[op] == 0 ? 1 : weights[op];
  return weight > 1 && type == CK_F64 ? 16 : weight;
}

/* The number of elements when every operand is contiguous in the nest's order, else -1. */
static inline int64_t plain(const ck_nest *nest, int operands) {
  int64_t count = 1;
  for (int d = nest->rank - 1; d >= 0; d--) {
    const int64_t size = nest->size[d];
    if (size == 1) continue;
    for (int k = 0; k < operands; k++)
      if (nest->stride[k][d] != count) return size == 0 ? 0 : -1;
    count *= size;
  }
  return count;
}

/* The type a type is computed in: halves in f32. */
static inline int computing(int type) { return ck_is_half(type) ? CK_F32 : type; }

int ck_unary(int op, int type, const ck_nest *nest, void *out, const void *x, double p0, double p1) {
  if (op < 0 || op >= CK_UNARY_COUNT || !ck_is_type(type)) return -1;
  const ck_row kernel = ck_kernels->unary[op][computing(type)];
  if (kernel == NULL) return -1;
  const int64_t n = plain(nest, 2);
  if (CK_LIKELY(n >= 0 && n <= 2048 && !ck_is_half(type))) {
    kernel(n, out, x, NULL, NULL, p0, p1);
    return 0;
  }
  ck_job job;
  job.kernel = kernel, job.p0 = p0, job.p1 = p1;
  ck_run(&job, nest, 2, (const uint8_t[]){type, type}, true, (void *[]){out, (void *)x},
         weight_of(unary_weight, op, type));
  return 0;
}

int ck_binary(int op, int type, const ck_nest *nest, void *out, const void *x, const void *y, double p0, double p1) {
  if (op < 0 || op >= CK_BINARY_COUNT || !ck_is_type(type)) return -1;
  const ck_row kernel = ck_kernels->binary[op][computing(type)];
  if (kernel == NULL) return -1;
  const int64_t n = plain(nest, 3);
  if (CK_LIKELY(n >= 0 && n <= 2048 && !ck_is_half(type))) {
    kernel(n, out, x, y, NULL, p0, p1);
    return 0;
  }
  ck_job job;
  job.kernel = kernel, job.p0 = p0, job.p1 = p1;
  ck_run(&job, nest, 3, (const uint8_t[]){type, type, type}, true, (void *[]){out, (void *)x, (void *)y},
         weight_of(binary_weight, op, type));
  return 0;
}

int ck_ternary(int op, int type, const ck_nest *nest, void *out, const void *x, const void *y, const void *z,
               double p0) {
  if (op < 0 || op >= CK_TERNARY_COUNT || !ck_is_type(type)) return -1;
  const ck_row kernel = ck_kernels->ternary[op][computing(type)];
  if (kernel == NULL) return -1;
  const int64_t n = plain(nest, 4);
  if (CK_LIKELY(n >= 0 && n <= 2048 && !ck_is_half(type))) {
    kernel(n, out, x, y, z, p0, 0);
    return 0;
  }
  ck_job job;
  job.kernel = kernel, job.p0 = p0, job.p1 = 0;
  ck_run(&job, nest, 4, (const uint8_t[]){type, type, type, type}, true,
         (void *[]){out, (void *)x, (void *)y, (void *)z}, 1);
  return 0;
}

int ck_compare(int op, int type, const ck_nest *nest, uint8_t *out, const void *x, const void *y) {
  if (op < 0 || op >= CK_COMPARE_COUNT || !ck_is_type(type)) return -1;
  const ck_row kernel = ck_kernels->compare[op][computing(type)];
  const int64_t n = plain(nest, 3);
  if (CK_LIKELY(n >= 0 && n <= 2048 && !ck_is_half(type))) {
    kernel(n, out, x, y, NULL, 0, 0);
    return 0;
  }
  ck_job job;
  job.kernel = kernel, job.p0 = job.p1 = 0;
  ck_run(&job, nest, 3, (const uint8_t[]){CK_BOOL, type, type}, true, (void *[]){out, (void *)x, (void *)y}, 1);
  return 0;
}

typedef union {
  float f32;
  double f64;
  uint16_t half;
  int64_t i64;
  int32_t i32;
  int16_t i16;
  int8_t i8;
  uint8_t u8;
} scalar;

static scalar scalar_of(int type, double number, int64_t integer) {
  scalar s = {.i64 = 0};
  const float f = (float)number;
  switch (type) {
    case CK_F32: s.f32 = f; break;
    case CK_F64: s.f64 = number; break;
    case CK_BF16:
    case CK_F16: ck_kernels->convert[CK_F32][type](1, &s, &f, NULL, NULL, 0, 0); break;
    case CK_BOOL: s.u8 = integer != 0; break;
    default: ck_kernels->convert[CK_I64][type](1, &s, &integer, NULL, NULL, 0, 0); break;
  }
  return s;
}

/* The nest with one more operand, a single element read everywhere. */
static ck_nest with_scalar(const ck_nest *nest, int operand) {
  ck_nest more = *nest;
  for (int d = 0; d < CK_MAX_RANK; d++) more.stride[operand][d] = 0;
  return more;
}

int ck_fill(int type, const ck_nest *nest, void *out, double number, int64_t integer) {
  if (!ck_is_type(type)) return -1;
  scalar value = scalar_of(type, number, integer);
  const ck_nest two = with_scalar(nest, 1);
  ck_job job;
  job.kernel = ck_kernels->convert[type][type], job.p0 = job.p1 = 0;
  ck_run(&job, &two, 2, (const uint8_t[]){type, type}, false, (void *[]){out, &value}, 1);
  return 0;
}

/* Integers against a number that need not be one: the comparison is turned into an exact one with an integer of the
 * type. Returns the answer for all elements (0 or 1), or -1 with the new op and bound. */
static int exact_bound(int *op, int type, double p, int64_t *bound) {
  if (p != p) return *op == CK_NE;
  const double top = type == CK_I64 ? 0x1p63 : (double)ck_highest[type] + 1;
  if (p >= top || p == INFINITY) return *op == CK_NE || *op == CK_LT || *op == CK_LE;
  if (p < (double)ck_lowest[type]) return *op == CK_NE || *op == CK_GT || *op == CK_GE;
  const double down = floor(p);
  *bound = (int64_t)down;
  if (down == p) return -1;
  if (*op == CK_EQ || *op == CK_NE) return *op == CK_NE;
  *op = *op == CK_LT || *op == CK_LE ? CK_LE : CK_GT; /* x < 2.5 is x <= 2; x > 2.5 is x > 2 */
  return -1;
}

int ck_compare_scalar(int op, int type, const ck_nest *nest, uint8_t *out, const void *x, double p0) {
  if (op < 0 || op >= CK_COMPARE_COUNT || !ck_is_type(type)) return -1;
  int64_t integer = 0;
  if (!ck_is_float(type)) {
    const int all = exact_bound(&op, type, p0, &integer);
    if (all >= 0) return ck_fill(CK_BOOL, nest, out, 0, all);
  }
  scalar value = scalar_of(type, p0, integer);
  const ck_nest three = with_scalar(nest, 2);
  ck_job job;
  job.kernel = ck_kernels->compare[op][computing(type)], job.p0 = job.p1 = 0;
  ck_run(&job, &three, 3, (const uint8_t[]){CK_BOOL, type, type}, true, (void *[]){out, (void *)x, &value}, 1);
  return 0;
}

int ck_where(int type, const ck_nest *nest, void *out, const uint8_t *mask, const void *x, const void *y) {
  if (!ck_is_type(type)) return -1;
  const ck_row kernel = ck_kernels->where[ck_shift_of[type]];
  const int64_t n = plain(nest, 4);
  if (CK_LIKELY(n >= 0 && n <= 2048)) {
    kernel(n, out, mask, x, y, 0, 0);
    return 0;
  }
  ck_job job;
  job.kernel = kernel, job.p0 = job.p1 = 0;
  ck_run(&job, nest, 4, (const uint8_t[]){type, CK_BOOL, type, type}, false,
         (void *[]){out, (void *)mask, (void *)x, (void *)y}, 1);
  return 0;
}

int ck_cast(int from, int to, const ck_nest *nest, void *out, const void *x) {
  if (!ck_is_type(from) || !ck_is_type(to)) return -1;
  /* A half is converted through f32, as PyTorch does, unless the table has the pair. */
  ck_row kernel = ck_kernels->convert[from][to];
  const bool through = kernel == NULL;
  if (through) kernel = ck_kernels->convert[computing(from)][computing(to)];
  const int64_t n = plain(nest, 2);
  if (CK_LIKELY(n >= 0 && n <= 2048 && !through)) {
    kernel(n, out, x, NULL, NULL, 0, 0);
    return 0;
  }
  ck_job job;
  job.kernel = kernel, job.p0 = job.p1 = 0;
  ck_run(&job, nest, 2, (const uint8_t[]){to, from}, through, (void *[]){out, (void *)x}, 1);
  return 0;
}
