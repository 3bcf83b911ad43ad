// Standard output and standard error through C's buffers, which `io.write` uses as well.
#include "include/bridge.h"

#include <stdio.h>

void atl_write_output(const void *bytes, size_t length) {
  if (length > 0) fwrite(bytes, 1, length, stdout);
}

void atl_write_error(const void *bytes, size_t length) {
  fflush(stdout);
  if (length > 0) fwrite(bytes, 1, length, stderr);
  fflush(stderr);
}

bool atl_flush_output(void) { return fflush(stdout) == 0 && !ferror(stdout); }
