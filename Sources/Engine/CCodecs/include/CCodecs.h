/* Picture files without longjmp: libpng's row API and libjpeg-turbo behind functions that return a status.
 *
 * Reading has two steps, so that the caller checks a header's claims before it allocates: `_open` reads the header,
 * `_read` decodes into planes of floats that the caller owns. Every function fills in `atelier_failure` when it
 * returns NULL or non-zero. `stop` is polled once a row (and between the passes of a progressive JPEG): when it
 * becomes non-zero the work ends with ATELIER_INTERRUPTED.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
  ATELIER_OK = 0,
  ATELIER_DAMAGED = 1,     /* the data contradict the format; `text` is the library's own message */
  ATELIER_TRUNCATED = 2,   /* the file ends too early */
  ATELIER_INTERRUPTED = 3, /* `stop` was raised */
  ATELIER_MEMORY = 4,      /* no memory for rows */
  ATELIER_SYSTEM = 5       /* reading or writing failed; `code` is errno */
};

typedef struct {
  int32_t kind;
  int32_t code;
  char text[208];
} atelier_failure;

/* What a file's header claims. */
typedef struct {
  int32_t width, height;
  /* 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha; what `_read` delivers to its conversion. */
  int32_t channels;
  /* Bits per channel in the file: 1, 2, 4, 8 or 16. */
  int32_t bits;
  int32_t interlaced;
  /* No file that is complete has fewer bytes than this. */
  int64_t least_bytes;
  /* The body of a JPEG's first Exif segment, after "Exif\0\0"; lives until `_close`. NULL when there is none. */
  const uint8_t *exif;
  int64_t exif_count;
} atelier_header;

/* Where pixels go: the element of channel c at column x and row y of the file is
 * base[c * plane + x * step_x + y * step_y]; steps may be negative (orientations). */
typedef struct {
  float *base;
  ptrdiff_t plane, step_x, step_y;
  /* 3 (grey is repeated, alpha is composited on white) or 4 (the fourth is alpha). */
  int32_t channels;
} atelier_planes;

/* A picture to write: planar floats, 0 to 1 (values outside are clamped), row-major. */
typedef struct {
  const float *values;
  int32_t width, height, channels;
} atelier_picture;

typedef struct atelier_png_reader atelier_png_reader;
typedef struct atelier_jpeg_reader atelier_jpeg_reader;

atelier_png_reader *atelier_png_open(FILE *file, atelier_header *header, atelier_failure *failure);
/* `translucent` becomes 1 when some pixel is not opaque. */
int atelier_png_read(
  atelier_png_reader *reader, const atelier_planes *planes, const int32_t *stop, int32_t *translucent,
  atelier_failure *failure);
void atelier_png_close(atelier_png_reader *reader);

atelier_jpeg_reader *atelier_jpeg_open(FILE *file, atelier_header *header, atelier_failure *failure);
int atelier_jpeg_read(
  atelier_jpeg_reader *reader, const atelier_planes *planes, const int32_t *stop, atelier_failure *failure);
void atelier_jpeg_close(atelier_jpeg_reader *reader);

/* Writes a PNG of 1 to 4 channels with `bits` 8 or 16; `software` and `description` (UTF-8, may be NULL) become text
 * chunks. */
int atelier_png_write(
  FILE *file, const atelier_picture *picture, int32_t bits, const char *software, const char *description,
  const int32_t *stop, atelier_failure *failure);

/* Writes a JPEG of 1 or 3 channels; quality 1 to 100, chroma at full resolution from 90 on. `comment` may be NULL. */
int atelier_jpeg_write(
  FILE *file, const atelier_picture *picture, int32_t quality, const char *comment, const int32_t *stop,
  atelier_failure *failure);

/* Counts the values that are NaN; `largest` becomes the largest magnitude of the others (0 when there are none). */
int64_t atelier_survey(const float *values, int64_t count, float *largest);
