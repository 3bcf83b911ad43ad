/* What the codecs share: rows of bytes to planes of floats and back, and failures. */
#pragma once
#include "include/CCodecs.h"

/* Records a failure; `text` may be NULL. The first failure stays. */
void atelier_fail(atelier_failure *failure, int32_t kind, int32_t code, const char *text);

/* Converts one row of interleaved samples (8 or 16 bits in native byte order) of 1 to 4 channels to the planes' row y.
 * Returns 1 when a pixel was not opaque. */
int atelier_unpack_row(
  const void *samples, int bits, int channels, int32_t width, int32_t y, const atelier_planes *planes);

/* Converts row y of planar floats to interleaved samples: clamped, rounded half away from zero. */
void atelier_pack_row(const atelier_picture *picture, int32_t y, int bits, void *samples);
