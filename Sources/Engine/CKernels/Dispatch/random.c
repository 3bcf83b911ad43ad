/* Random numbers: PyTorch's CPU stream (mt19937; M. Matsumoto and T. Nishimura, 1998) and Philox4x32-10. */
#include <math.h>
#include <string.h>

#include "internal.h"

/* COUNTED: blocks of a chunk. */
enum { WORDS = 624, SHIFTED = 397, COUNTED = 2048 };

/* Whether drawing number i ends here: now and then the user is asked. What was drawn so far is in the stream's place. */
static inline bool ends(int64_t i) { return (i & 0xffff) == 0 && ck_stopped(); }

void ck_mt_seed(ck_mt *s, uint64_t seed) {
  s->words[0] = (uint32_t)seed;
  for (uint32_t j = 1; j < WORDS; j++)
    s->words[j] = 1812433253u * (s->words[j - 1] ^ (s->words[j - 1] >> 30)) + j;
  s->next = WORDS;
  s->has_spare = false;
  s->spare = 0;
}

static uint32_t twist(uint32_t high, uint32_t low) {
  const uint32_t y = (high & 0x80000000u) | (low & 0x7fffffffu);
  return (y >> 1) ^ ((low & 1) != 0 ? 0x9908b0dfu : 0);
}

static void refill(ck_mt *s) {
  uint32_t *w = s->words;
  for (int k = 0; k < WORDS - SHIFTED; k++) w[k] = w[k + SHIFTED] ^ twist(w[k], w[k + 1]);
  for (int k = WORDS - SHIFTED; k < WORDS - 1; k++) w[k] = w[k + SHIFTED - WORDS] ^ twist(w[k], w[k + 1]);
  w[WORDS - 1] = w[SHIFTED - 1] ^ twist(w[WORDS - 1], w[0]);
  s->next = 0;
}

static uint32_t temper(uint32_t y) {
  y ^= y >> 11;
  y ^= (y << 7) & 0x9d2c5680u;
  y ^= (y << 15) & 0xefc60000u;
  return y ^ (y >> 18);
}

uint32_t ck_mt_u32(ck_mt *s) {
  if (s->next >= WORDS || s->next < 0) refill(s);
  return temper(s->words[s->next++]);
}

/* The first draw is the high word. */
uint64_t ck_mt_u64(ck_mt *s) {
  const uint64_t high = ck_mt_u32(s);
  return high << 32 | ck_mt_u32(s);
}

static float uniform_f32(ck_mt *s) { return (float)(ck_mt_u32(s) & 0xffffff) * 0x1p-24f; }
static double uniform_f64(ck_mt *s) { return (double)(ck_mt_u64(s) & ((1ull << 53) - 1)) * 0x1p-53; }

/* Halves take the f32 values, rounded. */
static void store(int type, void *out, int64_t i, double value) {
  const float single = (float)value;
  if (type == CK_F64)
    ((double *)out)[i] = value;
  else if (type == CK_F32)
    ((float *)out)[i] = single;
  else
    ck_kernels->convert[CK_F32][type](1, (uint16_t *)out + i, &single, NULL, NULL, 0, 0);
}

static void fill_f32(ck_mt *s, int64_t n, float *out) {
  while (n > 0 && !ck_stopped()) {
    if (s->next >= WORDS || s->next < 0) refill(s);
    const int64_t m = ck_min(n, WORDS - s->next);
    const uint32_t *from = s->words + s->next;
    for (int64_t i = 0; i < m; i++) out[i] = (float)(int32_t)(temper(from[i]) & 0xffffff) * 0x1p-24f;
    s->next += (int32_t)m;
    out += m;
    n -= m;
  }
}

void ck_mt_uniform(ck_mt *s, int type, int64_t n, void *out) {
  if (type == CK_F32)
    fill_f32(s, n, out);
  else
    for (int64_t i = 0; i < n && !ends(i); i++)
      store(type, out, i, type == CK_F64 ? uniform_f64(s) : (double)uniform_f32(s));
}

void ck_mt_integers(ck_mt *s, int64_t n, int64_t low, int64_t high, int64_t *out) {
  const uint64_t range = (uint64_t)high - (uint64_t)low;
  for (int64_t i = 0; i < n && !ends(i); i++) {
    const uint64_t draw = range >= 1ull << 32 ? ck_mt_u64(s) : ck_mt_u32(s);
    out[i] = (int64_t)((range == 0 ? 0 : draw % range) + (uint64_t)low);
  }
}

void ck_mt_randperm(ck_mt *s, int64_t n, int64_t *out) {
  if (n < UINT32_MAX / 20) {
    for (int64_t i = 0; i < n; i++) out[i] = i;
    for (int64_t i = 0; i < n - 1 && !ends(i); i++) {
      const int64_t other = i + (int64_t)(ck_mt_u32(s) % (uint64_t)(n - i)), swap = out[i];
      out[i] = out[other];
      out[other] = swap;
    }
    return;
  }
  for (int64_t i = 0; i < n && !ends(i); i++) {
    const int64_t other = (int64_t)(ck_mt_u64(s) % (uint64_t)(i + 1));
    out[i] = i;
    out[i] = out[other];
    out[other] = i;
  }
}

/* Box-Muller in double precision; the sine is kept for the next call, as in PyTorch's normal_distribution. */
static double normal(ck_mt *s) {
  if (s->has_spare) {
    s->has_spare = false;
    return s->spare;
  }
  const double u1 = uniform_f64(s), u2 = uniform_f64(s);
  const double radius = sqrt(-2.0 * log1p(-u2)), angle = 2.0 * 3.14159265358979323846 * u1;
  s->spare = radius * sin(angle);
  s->has_spare = true;
  return radius * cos(angle);
}

static void block_f64(double *d) {
  for (int j = 0; j < 8; j++) {
    const double radius = sqrt(-2.0 * log(1.0 - d[j])), angle = 2.0 * 3.14159265358979323846 * d[j + 8];
    d[j] = radius * cos(angle);
    d[j + 8] = radius * sin(angle);
  }
}

typedef struct {
  float *values;
  int64_t blocks;
} normals;

static void normal_task(void *context, int64_t i) {
  const normals *t = context;
  ck_kernels->normal16(ck_min(COUNTED, t->blocks - i * COUNTED), t->values + i * COUNTED * 16);
}

void ck_mt_normal(ck_mt *s, int type, int64_t n, void *out) {
  if (n < 16 || (type != CK_F32 && type != CK_F64)) {
    for (int64_t i = 0; i < n && !ends(i); i++) store(type, out, i, normal(s));
    return;
  }
  ck_mt_uniform(s, type, n, out);
  if (type == CK_F32) {
    float *f = out;
    normals task = {.values = f, .blocks = n / 16};
    ck_parallel(ck_ceil_div(task.blocks, COUNTED), normal_task, &task);
    if (n % 16 == 0) return;
    ck_mt_uniform(s, type, 16, f + n - 16);
    ck_kernels->normal16(1, f + n - 16);
    return;
  }
  double *d = out;
  for (int64_t i = 0; i + 16 <= n && !ends(i); i += 16) block_f64(d + i);
  if (n % 16 == 0) return;
  ck_mt_uniform(s, type, 16, d + n - 16);
  block_f64(d + n - 16);
}

typedef struct {
  uint64_t seed, stream;
  int64_t blocks;
  float *out;
  bool normal;
} counting;

static void philox_task(void *context, int64_t i) {
  const counting *c = context;
  ck_kernels->philox(c->seed, c->stream, i * COUNTED, ck_min(COUNTED, c->blocks - i * COUNTED),
                     c->out + i * COUNTED * 4, c->normal);
}

static void philox(uint64_t seed, uint64_t stream, int64_t n, float *out, bool normal) {
  counting c = {.seed = seed, .stream = stream, .blocks = n / 4, .out = out, .normal = normal};
  ck_parallel(ck_ceil_div(c.blocks, COUNTED), philox_task, &c);
  if (n % 4 == 0 || n < 0) return;
  float rest[4];
  ck_kernels->philox(seed, stream, n / 4, 1, rest, normal);
  memcpy(out + n / 4 * 4, rest, (size_t)(n % 4) * sizeof(float));
}

void ck_philox_uniform(uint64_t seed, uint64_t stream, int64_t n, float *out) { philox(seed, stream, n, out, false); }

void ck_philox_normal(uint64_t seed, uint64_t stream, int64_t n, float *out) { philox(seed, stream, n, out, true); }
