/* The choice of the table and the team of threads. */
#include <cpuid.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

const ck_table *ck_kernels = &ck_table_v2;
const uint8_t ck_size_of[CK_TYPES] = {4, 8, 2, 2, 8, 4, 2, 1, 1, 1};
const uint8_t ck_shift_of[CK_TYPES] = {2, 3, 1, 1, 3, 2, 1, 0, 0, 0};

const int64_t ck_lowest[CK_TYPES] = {[CK_I64] = INT64_MIN, [CK_I32] = INT32_MIN, [CK_I16] = INT16_MIN,
                                         [CK_I8] = INT8_MIN};
const int64_t ck_highest[CK_TYPES] = {[CK_I64] = INT64_MAX, [CK_I32] = INT32_MAX, [CK_I16] = INT16_MAX,
                                          [CK_I8] = INT8_MAX,   [CK_U8] = UINT8_MAX,  [CK_BOOL] = 1};

/* The team's functions, under the names that libgomp gave them: see team.c. */
void GOMP_parallel(void (*body)(void *), void *context, unsigned threads, unsigned flags);
int omp_in_parallel(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);

static const int32_t *interrupt_word;
static ck_watch watch;
static int64_t regions;

static bool has(unsigned word, unsigned mask) { return (word & mask) == mask; }

/* The level (2, 3, 4) this CPU and this system's register saving support. */
static int best_level(void) {
  unsigned a, b, c, d, ext_c = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 2;
  const unsigned features = c;
  if (!has(features, bit_OSXSAVE | bit_AVX | bit_FMA | bit_F16C | bit_MOVBE)) return 2;
  unsigned low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  if ((low & 0x6) != 0x6) return 2;
  if (__get_cpuid(0x80000001, &a, &b, &c, &d)) ext_c = c;
  if (!has(ext_c, 1u << 5 /* lzcnt */)) return 2;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !has(b, bit_AVX2 | bit_BMI | bit_BMI2)) return 2;
  const unsigned avx512 = bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;
  return has(b, avx512) && (low & 0xe6) == 0xe6 ? 4 : 3;
}

static const ck_table *table_of(int level) {
  return level == 4 ? &ck_table_v4 : level == 3 ? &ck_table_v3 : &ck_table_v2;
}

const char *ck_best_isa(void) { return table_of(best_level())->name; }

const char *ck_start(const char *cap) {
  int level = best_level();
  for (int capped = 2; cap != NULL && capped < level; capped++)
    if (strcmp(cap, table_of(capped)->name) == 0) level = capped;
  ck_kernels = table_of(level);
  return ck_kernels->name;
}

/* A program that never calls ck_start runs the best table. */
__attribute__((constructor)) static void start_early(void) { ck_start(NULL); }

const char *ck_isa(void) { return ck_kernels->name; }

/* oneDNN asks the same team. */
void ck_set_threads(int32_t threads) { omp_set_num_threads(threads); }

int32_t ck_threads(void) { return omp_get_max_threads(); }

void ck_set_interrupt(const int32_t *flag) { interrupt_word = flag; }

void ck_set_watch(ck_watch new_watch) { watch = new_watch; }

bool ck_stopped(void) { return interrupt_word != NULL && __atomic_load_n(interrupt_word, __ATOMIC_RELAXED) != 0; }

typedef struct {
  void (*body)(void *context, int64_t chunk);
  void *context;
  int64_t chunks, number;
  _Atomic int64_t next;
} region;

static void work(void *argument) {
  region *r = argument;
  while (!ck_stopped()) {
    int64_t chunk = atomic_fetch_add_explicit(&r->next, 1, memory_order_relaxed);
    if (chunk >= r->chunks) return;
    r->body(r->context, chunk);
    if (r->number >= 0 && omp_get_thread_num() == 0)
      watch(r->number, ck_min(atomic_load_explicit(&r->next, memory_order_relaxed), r->chunks), r->chunks);
  }
}

void ck_parallel(int64_t chunks, void (*body)(void *context, int64_t chunk), void *context) {
  const bool nested = omp_in_parallel();
  const int64_t number = chunks > 1 && !nested && watch != NULL ? regions++ : -1;
  if (chunks <= 1 || ck_threads() == 1 || nested) {
    for (int64_t i = 0; i < chunks && !ck_stopped(); i++) {
      body(context, i);
      if (number >= 0) watch(number, i + 1, chunks);
    }
    return;
  }
  region r = {.body = body, .context = context, .chunks = chunks, .number = number};
  GOMP_parallel(work, &r, 0, 0);
}
