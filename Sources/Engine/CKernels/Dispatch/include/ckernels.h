/* The engine's C kernels: hot loops, compiled once per instruction set and reached through one table that is chosen
 * at start; everything parallel runs on one team (see team.c).
 *
 * Conventions
 * - Strides are in elements, may be 0 (broadcast) or negative (flipped).
 * - A nest describes a loop over up to 8 axes for up to 4 operands; operand 0 is the output. Sizes may be 0.
 * - Work is split into chunks whose size does not depend on the number of threads, and partial results are combined
 *   in chunk order: the same bytes come out on any number of threads.
 * - Long calls poll the word given to ck_set_interrupt between chunks and leave early; the caller then throws.
 * - No call allocates memory that outlives it. Calls that need scratch memory return -2 when there is none.
 * - An output may be the same memory as an element-wise input with the same strides; it may not overlap one in any
 *   other way, and those of sorting, copies and windows may not overlap their inputs at all.
 */
#ifndef CKERNELS_H
#define CKERNELS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CK_MAX_RANK 8

enum { CK_F32, CK_F64, CK_BF16, CK_F16, CK_I64, CK_I32, CK_I16, CK_I8, CK_U8, CK_BOOL };

typedef struct {
  int32_t rank, operands;
  int64_t size[CK_MAX_RANK];
  int64_t stride[4][CK_MAX_RANK];
} ck_nest;

/* ---- start, threads, interrupt ---- */

/* Chooses the table: cap is NULL or "v2", "v3", "v4" (from ATELIER_ISA); never above what the CPU has.
 * Returns the chosen name ("v2", "v3", "v4"). An unknown cap is ignored. */
const char *ck_start(const char *cap);
/* The name of the table in use. */
const char *ck_isa(void);
/* The best table that this CPU can run. */
const char *ck_best_isa(void);
/* Number of threads of the team (1…1024). The count of a call is this or fewer. */
void ck_set_threads(int32_t threads);
int32_t ck_threads(void);
/* The word that is non-zero when the user asked to stop. */
void ck_set_interrupt(const int32_t *flag);
/* Is told how far a split piece of work has come, on the thread that asked for it: regions are numbered through. NULL:
 * nobody. It may not start work on the team. */
typedef void (*ck_watch)(int64_t region, int64_t done, int64_t chunks);
void ck_set_watch(ck_watch watch);
/* Runs body(context, i) for i in 0..<chunks on the team; in order on one thread when chunks is 1 or inside a region.
 * From Swift, body must not be isolated to an actor (a closure written inside a @MainActor function is). */
void ck_parallel(int64_t chunks, void (*body)(void *context, int64_t chunk), void *context);

/* free(memory) of so many bytes; large ones are freed by a thread of their own, because giving pages back to the system
 * takes longer than an interrupt may wait. */
void ck_free(void *memory, size_t bytes);
/* Memory for so many bytes, a multiple of the page size, from the system and for the system (a mapping of its own, zero);
 * NULL when there is none. Large ones come in huge pages where the system has them. */
void *ck_map(size_t bytes);
void ck_unmap(void *memory, size_t bytes);

/* ---- what the machine can do at most, measured for about so many seconds by the whole team ---- */

/* Multiplications and additions (f32) a second; 0 when interrupted. */
double ck_peak_flops(double seconds);
/* Bytes a second from and to memory that no cache holds (two arrays read, one written); 0 when interrupted, or when
 * there is no memory for them (192 MiB). */
double ck_peak_bytes(double seconds);

/* ---- element-wise ---- */

enum ck_unary_op {
  CK_NEG, CK_ABS, CK_SIGN, CK_FLOOR, CK_CEIL, CK_ROUND /* half to even */, CK_TRUNC, CK_EXP, CK_EXPM1, CK_LOG,
  CK_LOG1P, CK_LOG2, CK_SQRT, CK_RSQRT, CK_RECIPROCAL, CK_SQUARE, CK_SIN, CK_COS, CK_TAN, CK_ASIN, CK_ACOS, CK_ATAN,
  CK_SINH, CK_COSH, CK_TANH, CK_ERF, CK_SIGMOID, CK_LOGSIGMOID, CK_RELU, CK_LEAKY_RELU /* p0 slope */,
  CK_ELU /* p0 alpha */, CK_SILU, CK_GELU, CK_GELU_TANH, CK_SOFTPLUS /* p0 beta, p1 threshold */, CK_HARDSWISH,
  CK_MISH, CK_CLAMP /* p0 low, p1 high; NaN stays */, CK_ADD_SCALAR, CK_MUL_SCALAR, CK_RSUB_SCALAR /* p0 - x */,
  CK_DIV_SCALAR /* x / p0 */, CK_RDIV_SCALAR /* p0 / x */, CK_POW_SCALAR /* x^p0 */, CK_SCALAR_POW /* p0^x */,
  CK_AFFINE /* x*p0 + p1 */, CK_MAX_SCALAR, CK_MIN_SCALAR /* NaN stays */, CK_UNARY_COUNT
};
/* Floating types take every op (bf16 and f16 compute in f32); integer types take NEG ABS SIGN SQUARE RELU CLAMP
 * ADD_SCALAR MUL_SCALAR RSUB_SCALAR AFFINE MAX_SCALAR MIN_SCALAR and the rounding ops (identity), wrapping. Scalars are
 * rounded to the element type (f32 for halves) before use. Returns 0, or -1 when the type does not have the op. */
int ck_unary(int op, int type, const ck_nest *nest, void *out, const void *x, double p0, double p1);

enum ck_binary_op {
  CK_ADD, CK_SUB, CK_MUL, CK_DIV, CK_POW, CK_MAX, CK_MIN /* NaN from either side stays */, CK_ATAN2,
  CK_FMOD, CK_REMAINDER /* sign of the divisor, as in Python */,
  /* gradients, (g, s) -> dx, with s the input or output as named; p0, p1 as in the forward op */
  CK_RELU_GRAD /* y */, CK_LEAKY_RELU_GRAD /* x */, CK_ELU_GRAD /* x */, CK_SIGMOID_GRAD /* y */, CK_TANH_GRAD /* y */,
  CK_SILU_GRAD /* x */, CK_GELU_GRAD /* x */, CK_GELU_TANH_GRAD /* x */, CK_SOFTPLUS_GRAD /* x */,
  CK_CLAMP_GRAD /* x; passes on low<=x<=high */, CK_BINARY_COUNT
};
/* Floating types take every op; integers ADD SUB MUL MAX MIN FMOD REMAINDER (a divisor of 0 gives 0), wrapping. */
int ck_binary(int op, int type, const ck_nest *nest, void *out, const void *x, const void *y, double p0, double p1);

enum ck_ternary_op {
  CK_ADDCMUL /* x + p0*y*z */, CK_ADDCDIV /* x + p0*y/z */, CK_LERP /* x + p0*(y-x); z unused: pass x */,
  CK_FMA /* x*y + z */, CK_TERNARY_COUNT
};
/* f32 and f64 (and halves in f32). Rounding of ADDCMUL, ADDCDIV, LERP as PyTorch's CPU kernels. */
int ck_ternary(int op, int type, const ck_nest *nest, void *out, const void *x, const void *y, const void *z,
               double p0);

enum ck_compare_op { CK_EQ, CK_NE, CK_LT, CK_LE, CK_GT, CK_GE, CK_COMPARE_COUNT };
/* out is bool (bytes 0 and 1); every element type. */
int ck_compare(int op, int type, const ck_nest *nest, uint8_t *out, const void *x, const void *y);
/* The same against a number (compared in the element type; integers against p0 in double where it is no integer). */
int ck_compare_scalar(int op, int type, const ck_nest *nest, uint8_t *out, const void *x, double p0);
/* Operands (out, mask, x, y): out = mask ? x : y, any type; mask is bool. */
int ck_where(int type, const ck_nest *nest, void *out, const uint8_t *mask, const void *x, const void *y);
/* Operands (out, x): converts. Float to integer truncates toward zero and saturates (NaN -> 0); to bool is x != 0;
 * f32 to bf16/f16 rounds to nearest even, NaN stays NaN. from == to copies. */
int ck_cast(int from, int to, const ck_nest *nest, void *out, const void *x);
/* Operand (out): the value is taken from `integer` for integer types and bool, from `number` for floating types. */
int ck_fill(int type, const ck_nest *nest, void *out, double number, int64_t integer);

/* ---- reductions ---- */

enum ck_reduce_op { CK_SUM, CK_PROD, CK_RMAX, CK_RMIN, CK_SUMSQ, CK_SUMABS, CK_ANY, CK_ALL, CK_REDUCE_COUNT };
/* outer: operands (out, x) over the kept axes; inner: operand 0 = x over the reduced axes. Float sums carry at least
 * f64 between blocks of at most 4096 terms (accuracy no worse than pairwise); halves accumulate in f32 and round once.
 * Integers wrap in their own type. ANY and ALL write bool. RMAX/RMIN keep NaN; an empty inner nest gives the neutral
 * element (SUM 0, PROD 1, ANY false, ALL true; RMAX -inf, RMIN +inf, or the type's extremes: the caller refuses those).
 * Every layout is fast: contiguous inner axis, contiguous outer axis (sums of columns), full reduction (split in fixed
 * chunks). Returns -2 without memory for partial results. */
int ck_reduce(int op, int type, const ck_nest *outer, const ck_nest *inner, void *out, const void *x);
/* First position of the largest (smallest) element along one axis of n elements; NaN wins. out: i64, from 0. */
int ck_arg(bool smallest, int type, const ck_nest *outer, int64_t n, int64_t stride, int64_t *out, const void *x);
/* Running sums along an axis of n elements; outer operands (out, x). */
int ck_cumsum(int type, const ck_nest *outer, int64_t n, int64_t out_stride, int64_t stride, void *out, const void *x);
/* Softmax or its logarithm along an axis; outer operands (out, x). Any float type. */
int ck_softmax(bool logarithm, int type, const ck_nest *outer, int64_t n, int64_t out_stride, int64_t stride, void *out,
               const void *x);
/* Sorts along an axis: values and i64 positions from 0; stable; NaN counts as largest. outer operands (out, x); out and
 * positions share out's layout. */
int ck_sort(bool descending, int type, const ck_nest *outer, int64_t n, int64_t out_stride, int64_t stride, void *out,
            int64_t *positions, const void *x);

/* ---- indexing ---- */

/* Operands (out, index, x without its indexed axis, i.e. stride 0 there): out[i] = x[i with axis := index[i]].
 * index is i64 from 0 and already made non-negative by the caller; returns 0, or 1 and the offending value in *bad. */
int ck_gather(int type, const ck_nest *nest, void *out, const int64_t *index, const void *x, int64_t axis_stride,
              int64_t axis_size, int64_t *bad);
/* Operands (source, index, out without its indexed axis): out[i with axis := index[i]] += source[i], in loop order. */
int ck_scatter_add(int type, const ck_nest *nest, const void *source, const int64_t *index, void *out,
                   int64_t axis_stride, int64_t axis_size, int64_t *bad);

/* ---- plain linear algebra and windows: the oracles, and the f64 path of gradient checks ---- */

/* c[m×n] (row stride ldc) = a[m×k] · b[k×n]; type f32 or f64; strides (row, column) in elements. Cache-blocked and
 * vectorised, not a BLAS. */
int ck_gemm(int type, int64_t m, int64_t n, int64_t k, const void *a, int64_t a_row, int64_t a_col, const void *b,
            int64_t b_row, int64_t b_col, void *c, int64_t ldc);

typedef struct {
  int64_t batch, groups, in_channels, out_channels; /* channels over all groups */
  int64_t in_height, in_width, out_height, out_width, kernel_height, kernel_width;
  int64_t stride_y, stride_x, pad_top, pad_left, dilation_y, dilation_x;
} ck_conv;
/* All tensors dense row-major: x [N,Cin,H,W], w [Cout,Cin/groups,kH,kW], bias [Cout] or NULL, y [N,Cout,oH,oW]. */
int ck_conv_forward(int type, const ck_conv *p, const void *x, const void *w, const void *bias, void *y);
int ck_conv_backward_data(int type, const ck_conv *p, const void *dy, const void *w, void *dx);
int ck_conv_backward_weights(int type, const ck_conv *p, const void *x, const void *dy, void *dw);

typedef struct {
  int64_t planes, in_height, in_width, out_height, out_width, kernel_height, kernel_width, stride_y, stride_x, pad_top,
      pad_left, dilation_y, dilation_x;
  bool count_padding; /* averages divide by the whole window, padding (not ceil overhang) included */
  int64_t divisor_height, divisor_width; /* in_height + bottom padding end, as PyTorch's ceil_mode rule needs */
} ck_pool;
/* Dense planes. positions: flat place y*in_width+x of the maximum (first wins, NaN wins), i64; may be NULL. */
int ck_max_pool(int type, const ck_pool *p, const void *x, void *y, int64_t *positions);
int ck_avg_pool(int type, const ck_pool *p, const void *x, void *y);
int ck_avg_pool_backward(int type, const ck_pool *p, const void *dy, void *dx);

/* Operands (out, x) over all axes but the resampled one: out[j] = sum_t weights[j*taps+t] * x[clamp(starts[j]+t, 0,
 * n-1)]; entries with weight 0 are not read. f32 (weights used as f32, vectorised across whichever axis is contiguous)
 * and f64. */
int ck_resample(int type, const ck_nest *outer, int64_t n, int64_t stride, int64_t outputs, int64_t out_stride,
                int64_t taps, const int32_t *starts, const float *weights, void *out, const void *x);

/* How a sample between elements is found, and what stands outside a map. */
enum { CK_SAMPLE_NEAREST = 0, CK_SAMPLE_LINEAR = 1, CK_SAMPLE_CUBIC = 2 };
enum { CK_OUTSIDE_ZERO = 0, CK_OUTSIDE_BORDER = 1, CK_OUTSIDE_MIRROR = 2 };
typedef struct {
  int64_t batch, channels, height, width, places; /* places of each map */
  int32_t mode, padding;
  bool align_corners;
} ck_sampling;
/* Dense x [batch, channels, height, width] at grid [batch, places, 2] (x, y from -1 to 1) into out [batch, channels,
 * places]; f32 and f64. Any number may stand in the grid. */
int ck_grid_sample(int type, const ck_sampling *p, const void *x, const void *grid, void *out);

#include "attention.h"
#include "convolutions.h"
#include "pictures.h"

/* ---- random numbers ---- */

/* PyTorch's CPU generator: mt19937 and the spare value of the double-precision Box-Muller. */
typedef struct {
  uint32_t words[624];
  int32_t next;
  bool has_spare;
  double spare;
} ck_mt;
void ck_mt_seed(ck_mt *state, uint64_t seed);
uint32_t ck_mt_u32(ck_mt *state);
uint64_t ck_mt_u64(ck_mt *state); /* as torch: two draws, see source */
/* torch.rand: f32 from 24 bits of one draw; f64 from 53 bits of two. Bit for bit. */
void ck_mt_uniform(ck_mt *state, int type, int64_t n, void *out);
/* torch.randn. f32 with n >= 16 goes by blocks of 16 and equals PyTorch 2.15's AVX2 and AVX-512 paths bit for bit, on
 * every table; fewer, and f64, are the library's logarithm and sine in double precision, as in torch. Halves: f64
 * values, rounded (torch draws halves differently). */
void ck_mt_normal(ck_mt *state, int type, int64_t n, void *out);
/* torch.randint(low, high): one draw (two from a range of 2^32 on) modulo the range; low when the range is empty. */
void ck_mt_integers(ck_mt *state, int64_t n, int64_t low, int64_t high, int64_t *out);
/* torch.randperm(n), bit for bit: below 2^32/20 elements place i is swapped with i + draw mod (n - i); from there on
 * the inside-out shuffle with two draws modulo i + 1. */
void ck_mt_randperm(ck_mt *state, int64_t n, int64_t *out);
/* Philox4x32-10, counter-based: values depend on (seed, stream, position) only, whatever the number of threads. */
void ck_philox_uniform(uint64_t seed, uint64_t stream, int64_t n, float *out); /* [0,1), 24 bits */
void ck_philox_normal(uint64_t seed, uint64_t stream, int64_t n, float *out);  /* Box-Muller */

#endif
