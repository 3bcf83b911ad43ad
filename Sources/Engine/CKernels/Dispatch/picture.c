/* Filters over whole pictures: rows are split in chunks whose size does not depend on the threads. */
#include <stdatomic.h>
#include <stdlib.h>

#include "internal.h"

typedef struct {
  const ck_kuwahara *p;
  int64_t rows, per_chunk;
  _Atomic bool failed;
} kuwahara_job;

static void kuwahara_task(void *context, int64_t chunk) {
  kuwahara_job *job = context;
  void *scratch = aligned_alloc(64, (size_t)(8 * (job->p->channels + 2) * 64));
  if (scratch == NULL) {
    job->failed = true;
    return;
  }
  const int64_t end = ck_min((chunk + 1) * job->per_chunk, job->rows);
  for (int64_t row = chunk * job->per_chunk; row < end && !ck_stopped(); row++)
    ck_kernels->kuwahara(job->p, row, scratch);
  free(scratch);
}

int ck_kuwahara_run(const ck_kuwahara *p) {
  kuwahara_job job = {.p = p, .rows = p->images * p->height, .per_chunk = 4};
  if (job.rows == 0 || p->width == 0 || p->channels == 0) return 0;
  ck_parallel(ck_ceil_div(job.rows, job.per_chunk), kuwahara_task, &job);
  return job.failed ? -2 : 0;
}

typedef struct {
  const ck_correlation *p;
  int64_t rows, per_chunk;
} correlation_job;

static void correlation_task(void *context, int64_t chunk) {
  const correlation_job *job = context;
  const int64_t end = ck_min((chunk + 1) * job->per_chunk, job->rows);
  for (int64_t row = chunk * job->per_chunk; row < end && !ck_stopped(); row++) ck_kernels->correlate(job->p, row);
}

void ck_correlate(const ck_correlation *p) {
  const int64_t height = p->height - p->rows + 1, width = p->width - p->columns + 1;
  correlation_job job = {.p = p, .rows = p->planes * height};
  if (p->planes <= 0 || height <= 0 || width <= 0) return;
  const int64_t work = width * p->rows * p->columns;
  job.per_chunk = work * job.rows <= CK_INLINE ? job.rows : work >= 4 * CK_CHUNK ? 1 : 4 * CK_CHUNK / work;
  ck_parallel(ck_ceil_div(job.rows, job.per_chunk), correlation_task, &job);
}

typedef struct {
  const ck_similarity *p;
  int64_t rows, per_chunk;
  _Atomic bool failed;
} similarity_job;

static void similarity_task(void *context, int64_t chunk) {
  similarity_job *job = context;
  double *scratch = aligned_alloc(64, (size_t)(4 * ck_similarity_stride(job->p)) * sizeof(double));
  if (scratch == NULL) {
    job->failed = true;
    return;
  }
  const int64_t end = ck_min((chunk + 1) * job->per_chunk, job->rows);
  for (int64_t row = chunk * job->per_chunk; row < end && !ck_stopped(); row++)
    ck_kernels->similarity(job->p, row, scratch);
  free(scratch);
}

int ck_similarity_run(const ck_similarity *p) {
  const int64_t height = p->height - p->taps + 1;
  if (p->planes <= 0 || p->taps <= 0 || height <= 0 || p->width < p->taps) return 0;
  similarity_job job = {.p = p, .rows = p->planes * height, .per_chunk = 4 * CK_CHUNK / (p->width * p->taps) + 1};
  ck_parallel(ck_ceil_div(job.rows, job.per_chunk), similarity_task, &job);
  return job.failed ? -2 : 0;
}
