/* Kernels over whole pictures: rows are split in chunks whose size does not depend on the threads. */
#include <stdatomic.h>
#include <stdlib.h>

#include "internal.h"

typedef struct {
  ck_picture_row kernel;
  const void *plan;
  int64_t rows, per_chunk;
  size_t scratch;
  _Atomic bool failed;
} picture_job;

static void picture_task(void *context, int64_t chunk) {
  picture_job *job = context;
  void *scratch = job->scratch == 0 ? NULL : aligned_alloc(64, job->scratch);
  if (scratch == NULL && job->scratch > 0) {
    job->failed = true;
    return;
  }
  const int64_t end = ck_min((chunk + 1) * job->per_chunk, job->rows);
  for (int64_t row = chunk * job->per_chunk; row < end && !ck_stopped(); row++) job->kernel(job->plan, row, scratch);
  free(scratch);
}

int ck_picture_run(int kernel, const void *plan, int64_t rows, int64_t per_chunk, int64_t scratch_bytes) {
  if (rows <= 0) return 0;
  picture_job job = {.kernel = ck_kernels->picture[kernel],
                     .plan = plan,
                     .rows = rows,
                     .per_chunk = per_chunk < 1 ? 1 : ck_min(per_chunk, rows),
                     .scratch = (size_t)(scratch_bytes + 63) / 64 * 64};
  ck_parallel(ck_ceil_div(rows, job.per_chunk), picture_task, &job);
  return job.failed ? -2 : 0;
}
