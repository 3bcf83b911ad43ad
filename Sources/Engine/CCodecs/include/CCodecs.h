/* Picture files without longjmp: libpng's row API, libjpeg-turbo, libwebp and the PNM family behind functions that
 * return a status.
 *
 * Reading has two steps, so that the caller checks a header's claims before it allocates: `atelier_open` reads the
 * header, `atelier_read` decodes into planes of floats that the caller owns. Every function fills in `atelier_failure`
 * when it returns NULL or non-zero. `stop` is polled once a row (between the passes of a progressive JPEG, between
 * pieces of a WebP): when it becomes non-zero the work ends with ATELIER_INTERRUPTED.
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

enum { ATELIER_PNG = 0, ATELIER_JPEG = 1, ATELIER_WEBP = 2, ATELIER_PNM = 3 };

typedef struct {
  int32_t kind;
  int32_t code;
  char text[208];
} atelier_failure;

/* What a file's header claims. */
typedef struct {
  int32_t width, height;
  /* What `atelier_read` delivers: smaller than the above for a JPEG decoded at reduced scale. */
  int32_t reduced_width, reduced_height;
  /* 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  int32_t channels;
  /* 1 for a JPEG of four inks (CMYK or YCCK), which is delivered as RGB. */
  int32_t inks;
  /* Bits per channel in the file: 1, 2, 4, 8 or 16. */
  int32_t bits;
  int32_t interlaced;
  /* Pictures in the file; only the first is read. */
  int32_t frames;
  /* No file that is complete has fewer bytes than this. */
  int64_t least_bytes;
  /* The Exif block, with or without "Exif\0\0" before it; lives until `atelier_close`. NULL when there is none. */
  const uint8_t *exif;
  int64_t exif_count;
  /* The ICC profile; lives until `atelier_close`. NULL when there is none. */
  const uint8_t *profile;
  int64_t profile_count;
  /* Only for PNG without profile: the exponent of gAMA (0.45455 for most) and x, y of white, red, green and blue from
   * cHRM; 0 where there is none. */
  double gamma;
  double chromaticities[8];
} atelier_header;

/* A conversion of rows from a file's colours to sRGB. */
typedef struct atelier_colour atelier_colour;

enum { ATELIER_COLOUR_SRGB = 0, ATELIER_COLOUR_OTHER = 1, ATELIER_COLOUR_UNFIT = 2 };

/* The conversion that a header asks for. `state` becomes ATELIER_COLOUR_OTHER with the conversion; NULL is returned
 * with ATELIER_COLOUR_SRGB when the file says nothing or says sRGB (also in other words: a profile that changes no
 * colour by more than one 8-bit level), and with ATELIER_COLOUR_UNFIT when its profile cannot be used. */
atelier_colour *atelier_colour_open(const atelier_header *header, int32_t *state);
void atelier_colour_close(atelier_colour *colour);

/* Where pixels go: the element of channel c at column x and row y of the file is
 * base[c * plane + x * step_x + y * step_y]; steps may be negative (orientations). */
typedef struct {
  float *base;
  ptrdiff_t plane, step_x, step_y;
  /* 3 (grey is repeated, alpha is composited on white) or 4 (the fourth is alpha). */
  int32_t channels;
  /* Applied to each row on its way, before alpha is; NULL for none. */
  atelier_colour *colour;
} atelier_planes;

typedef struct atelier_reader atelier_reader;

/* Reads the header of a file of `bytes` bytes. `longest` above 0 lets a JPEG be decoded at 1/2, 1/4 or 1/8 of its size
 * as long as its longest side stays at least that. */
atelier_reader *atelier_open(
  FILE *file, int32_t format, int64_t bytes, int32_t longest, atelier_header *header, atelier_failure *failure);
/* `translucent` becomes 1 when some pixel is not opaque. */
int atelier_read(
  atelier_reader *reader, const atelier_planes *planes, const int32_t *stop, int32_t *translucent,
  atelier_failure *failure);
void atelier_close(atelier_reader *reader);

/* A picture to write: planar floats, 0 to 1 (values outside are clamped), row-major. */
typedef struct {
  const float *values;
  int32_t width, height, channels;
  /* What writing found: values that are not a number, and the largest magnitude of the others. Both start at 0. */
  int64_t nans;
  float largest;
} atelier_picture;

/* How to write. PNG and WebP take 1 to 4 channels, JPEG and PNM 1 or 3. */
typedef struct {
  int32_t format;
  /* 1 to 100, of JPEG and lossy WebP; a JPEG keeps its chroma at full resolution from 90 on. */
  int32_t quality;
  /* 8 or 16, of PNG and PNM. */
  int32_t bits;
  /* 1: a WebP keeps every value. */
  int32_t lossless;
  /* 1: a JPEG gets Huffman tables of its own, smaller and slower. */
  int32_t optimize;
  /* Text that goes into PNG and JPEG (and, the second, PNM) files, UTF-8; either may be NULL. */
  const char *software, *description;
} atelier_settings;

/* Is told how many of a picture's rows are done. NULL: nobody. */
void atelier_watch(void (*watch)(int64_t done, int64_t rows));

int atelier_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure);

/* Writes one chunk of a PNG (length, type, data, checksum); for fdAT the frame's `sequence` number stands before the
 * data, for other types `sequence` is negative. Returns non-zero when writing failed (errno says why). */
int atelier_chunk(FILE *file, const char type[4], int64_t sequence, const uint8_t *data, int64_t count);
