/* What the machine can do at most, measured: the measure of shares in profiles. Nothing here computes a result.
 *
 * Every thread times small pieces of work by itself, so that on a machine with other work what counts is how fast the
 * pieces were that nobody interrupted. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

enum { MOST_PIECES = 4096, MOST_THREADS = 1024 };

/* One measurement: `piece` does `amount` of something; each thread's rate goes into `rates`. */
typedef struct {
  void (*piece)(void *context, int64_t number);
  void *context;
  double amount, seconds, quantile;
  double rates[MOST_THREADS];
} measurement;

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* A thread's pieces until time is up. Threads begin at different pieces. */
static void measure(void *context, int64_t thread) {
  measurement *m = context;
  double pieces[MOST_PIECES];
  const double start = now();
  double last = start;
  int count = 0;
  while (count < MOST_PIECES && last - start < m->seconds && !ck_stopped()) {
    m->piece(m->context, thread * MOST_PIECES + count);
    const double end = now();
    pieces[count++] = m->amount / (end - last + 1e-9);
    last = end;
  }
  if (count == 0) return;
  qsort(pieces, (size_t)count, sizeof(double), ascending);
  m->rates[thread] = pieces[(int)(m->quantile * (count - 1))];
}

/* The rates of all threads together; 0 when interrupted. */
static double together(measurement *m) {
  ck_parallel(ck_threads(), measure, m);
  double sum = 0;
  for (int i = 0; i < ck_threads(); i++) sum += m->rates[i];
  return ck_stopped() ? 0 : sum;
}

/* Panels that stay in the first cache; a piece is some tens of microseconds. */
enum { PANEL_DEPTH = 64, MOST_MR = 16, MOST_NR = 64, TILES = 256 };

/* The product's own register tile over and over: independent fused multiply-adds with nothing to wait for. */
static void multiply_add(void *context, int64_t number) {
  const ck_gemm_kernel *kernel = context;
  (void)number;
  _Alignas(64) float a[PANEL_DEPTH * MOST_MR], b[PANEL_DEPTH * MOST_NR], c[MOST_MR * MOST_NR];
  for (int i = 0; i < PANEL_DEPTH * MOST_MR; i++) a[i] = 1.0f / (float)(i + 1);
  for (int i = 0; i < PANEL_DEPTH * MOST_NR; i++) b[i] = 1.0f / (float)(i + 3);
  for (int i = 0; i < TILES; i++) kernel->kernel(PANEL_DEPTH, a, b, c, kernel->nr, kernel->mr, kernel->nr, i > 0);
}

double ck_peak_flops(double seconds) {
  const ck_gemm_kernel *kernel = &ck_kernels->gemm[CK_F32];
  if (kernel->mr > MOST_MR || kernel->nr > MOST_NR) return 0;
  measurement m = {.piece = multiply_add, .context = (void *)kernel, .seconds = seconds, .quantile = 0.9};
  m.amount = 2.0 * (double)(kernel->mr * kernel->nr) * PANEL_DEPTH * TILES;
  return together(&m);
}

/* Three arrays that no cache holds; a piece is a stretch of each. */
enum { STREAM_FLOATS = 16 << 20, STREAM_PIECE = 1 << 17, STREAM_PIECES = STREAM_FLOATS / STREAM_PIECE };

static void stream_add(void *context, int64_t number) {
  float **arrays = context;
  /* Threads (MOST_PIECES apart) take stretches far from each other's. */
  const int64_t first = (number + number / MOST_PIECES * 37) % STREAM_PIECES * STREAM_PIECE;
  ck_kernels->binary[CK_ADD][CK_F32](STREAM_PIECE, arrays[0] + first, arrays[1] + first, arrays[2] + first, NULL, 0, 0);
}

static void touch(void *context, int64_t chunk) {
  float **arrays = context;
  for (int i = 0; i < 3; i++) memset(arrays[i] + chunk * STREAM_PIECE, 0, STREAM_PIECE * sizeof(float));
}

double ck_peak_bytes(double seconds) {
  const size_t bytes = STREAM_FLOATS * sizeof(float);
  float *arrays[3] = {aligned_alloc(64, bytes), aligned_alloc(64, bytes), aligned_alloc(64, bytes)};
  double rate = 0;
  if (arrays[0] != NULL && arrays[1] != NULL && arrays[2] != NULL) {
    ck_parallel(STREAM_PIECES, touch, arrays);
    /* The median: the threads share the memory, and a piece is faster while another thread rests. */
    measurement m = {.piece = stream_add, .context = arrays, .seconds = seconds, .quantile = 0.5};
    m.amount = 3.0 * STREAM_PIECE * sizeof(float);
    rate = together(&m);
  }
  for (int i = 0; i < 3; i++) free(arrays[i]);
  return rate;
}
