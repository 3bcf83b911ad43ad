/* Pooling over dense planes, and resampling along one axis. */
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

typedef struct {
  const ck_pool *p;
  const void *in;
  void *out;
  int64_t *positions;
  int64_t per_chunk;
} pooling;

/* Taps of one window along one axis that lie inside 0..<size: first tap, one past the last. */
static void taps_inside(int64_t start, int64_t kernel, int64_t dilation, int64_t size, int64_t *first, int64_t *end) {
  *first = 0, *end = kernel;
  if (start >= 0 && start + (kernel - 1) * dilation < size) return; /* no division away from the borders */
  *first = start >= 0 ? 0 : ck_min(ck_ceil_div(-start, dilation), kernel);
  *end = start >= size ? 0 : ck_min(ck_ceil_div(size - start, dilation), kernel);
  if (*end < *first) *end = *first;
}

/* How many taps of one window lie before `limit` (padding counts). */
static int64_t taps_before(int64_t start, int64_t kernel, int64_t dilation, int64_t limit) {
  if (start + (kernel - 1) * dilation < limit) return kernel;
  return start >= limit ? 0 : ck_min(ck_ceil_div(limit - start, dilation), kernel);
}

typedef struct {
  int64_t y, x, y0, y1, x0, x1, divisor;
} window;

static window window_of(const ck_pool *p, int64_t oy, int64_t ox) {
  window w = {.y = oy * p->stride_y - p->pad_top, .x = ox * p->stride_x - p->pad_left};
  taps_inside(w.y, p->kernel_height, p->dilation_y, p->in_height, &w.y0, &w.y1);
  taps_inside(w.x, p->kernel_width, p->dilation_x, p->in_width, &w.x0, &w.x1);
  w.divisor = p->count_padding ? taps_before(w.y, p->kernel_height, p->dilation_y, p->divisor_height) *
                                     taps_before(w.x, p->kernel_width, p->dilation_x, p->divisor_width)
                               : (w.y1 - w.y0) * (w.x1 - w.x0);
  return w;
}

#define POOLS(T, TAG)                                                                                       \
  static void max_##TAG(void *context, int64_t chunk) {                                                     \
    const pooling *q = context;                                                                             \
    const ck_pool *p = q->p;                                                                                \
    const int64_t rows = p->planes * p->out_height, end = ck_min((chunk + 1) * q->per_chunk, rows);         \
    for (int64_t r = chunk * q->per_chunk; r < end; r++) {                                                  \
      const T *in = (const T *)q->in + r / p->out_height * p->in_height * p->in_width;                      \
      for (int64_t ox = 0; ox < p->out_width; ox++) {                                                       \
        const window w = window_of(p, r % p->out_height, ox);                                               \
        T best = -INFINITY;                                                                                 \
        int64_t place = (w.y + w.y0 * p->dilation_y) * p->in_width + w.x + w.x0 * p->dilation_x;            \
        for (int64_t i = w.y0; i < w.y1; i++)                                                               \
          for (int64_t j = w.x0; j < w.x1; j++) {                                                           \
            const int64_t at = (w.y + i * p->dilation_y) * p->in_width + w.x + j * p->dilation_x;           \
            const T v = in[at];                                                                             \
            if (v > best || (v != v && best == best)) best = v, place = at;                                 \
          }                                                                                                 \
        ((T *)q->out)[r * p->out_width + ox] = best;                                                        \
        if (q->positions != NULL) q->positions[r * p->out_width + ox] = place;                              \
      }                                                                                                     \
    }                                                                                                       \
  }                                                                                                         \
  static void avg_##TAG(void *context, int64_t chunk) {                                                     \
    const pooling *q = context;                                                                             \
    const ck_pool *p = q->p;                                                                                \
    const int64_t rows = p->planes * p->out_height, end = ck_min((chunk + 1) * q->per_chunk, rows);         \
    for (int64_t r = chunk * q->per_chunk; r < end; r++) {                                                  \
      const T *in = (const T *)q->in + r / p->out_height * p->in_height * p->in_width;                      \
      for (int64_t ox = 0; ox < p->out_width; ox++) {                                                       \
        const window w = window_of(p, r % p->out_height, ox);                                               \
        T sum = 0;                                                                                          \
        for (int64_t i = w.y0; i < w.y1; i++)                                                               \
          for (int64_t j = w.x0; j < w.x1; j++)                                                             \
            sum += in[(w.y + i * p->dilation_y) * p->in_width + w.x + j * p->dilation_x];                   \
        ((T *)q->out)[r * p->out_width + ox] = w.divisor == 0 ? (T)0 : sum / (T)w.divisor;                  \
      }                                                                                                     \
    }                                                                                                       \
  }                                                                                                         \
  static void spread_##TAG(void *context, int64_t plane) {                                                  \
    const pooling *q = context;                                                                             \
    const ck_pool *p = q->p;                                                                                \
    T *out = (T *)q->out + plane * p->in_height * p->in_width;                                              \
    const T *in = (const T *)q->in + plane * p->out_height * p->out_width;                                  \
    memset(out, 0, (size_t)(p->in_height * p->in_width) * sizeof(T));                                       \
    for (int64_t oy = 0; oy < p->out_height; oy++)                                                          \
      for (int64_t ox = 0; ox < p->out_width; ox++) {                                                       \
        const window w = window_of(p, oy, ox);                                                              \
        if (w.divisor == 0) continue;                                                                       \
        const T share = in[oy * p->out_width + ox] / (T)w.divisor;                                          \
        for (int64_t i = w.y0; i < w.y1; i++)                                                               \
          for (int64_t j = w.x0; j < w.x1; j++)                                                             \
            out[(w.y + i * p->dilation_y) * p->in_width + w.x + j * p->dilation_x] += share;                \
      }                                                                                                     \
  }
POOLS(float, f32)
POOLS(double, f64)

static int run_pool(int type, const ck_pool *p, const void *in, void *out, int64_t *positions, bool maximum) {
  if (type != CK_F32 && type != CK_F64) return -1;
  const int64_t work = p->out_width * p->kernel_height * p->kernel_width, rows = p->planes * p->out_height;
  if (rows == 0 || p->out_width == 0) return 0;
  pooling q = {.p = p, .in = in, .out = out, .positions = positions, .per_chunk = CK_CHUNK / (work + 1) + 1};
  if (work * rows <= CK_INLINE) q.per_chunk = rows;
  void (*body)(void *, int64_t) = maximum ? (type == CK_F32 ? max_f32 : max_f64) : type == CK_F32 ? avg_f32 : avg_f64;
  ck_parallel(ck_ceil_div(rows, q.per_chunk), body, &q);
  return 0;
}

int ck_max_pool(int type, const ck_pool *p, const void *x, void *y, int64_t *positions) {
  return run_pool(type, p, x, y, positions, true);
}

int ck_avg_pool(int type, const ck_pool *p, const void *x, void *y) { return run_pool(type, p, x, y, NULL, false); }

int ck_avg_pool_backward(int type, const ck_pool *p, const void *dy, void *dx) {
  if (type != CK_F32 && type != CK_F64) return -1;
  pooling q = {.p = p, .in = dy, .out = dx};
  if (p->in_height * p->in_width == 0) return 0;
  ck_parallel(p->planes, type == CK_F32 ? spread_f32 : spread_f64, &q);
  return 0;
}
