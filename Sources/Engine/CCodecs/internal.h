/* What the codecs share: rows of bytes to planes of floats and back, failures; and each codec's own functions, which
 * reader.c and writer.c choose from. */
#pragma once
#include "include/CCodecs.h"

/* Records a failure; `text` may be NULL. The first failure stays. */
void atelier_fail(atelier_failure *failure, int32_t kind, int32_t code, const char *text);

/* Tells whoever watches how many rows are done. */
void atelier_moved(int64_t done, int64_t rows);

/* Converts one row of interleaved samples (8 or 16 bits in native byte order) of 1 to 4 channels to the planes' row y,
 * through the planes' colour conversion where there is one. Returns 1 when a pixel was not opaque. */
int atelier_unpack_row(
  const void *samples, int bits, int channels, int32_t width, int32_t y, const atelier_planes *planes);

/* Converts row y of planar floats to interleaved samples: clamped, rounded half away from zero; and adds what it found
 * to the picture's `nans` and `largest`. */
void atelier_pack_row(atelier_picture *picture, int32_t y, int bits, void *samples);

/* A row of the file's samples as sRGB samples of 16 bits, in the conversion's own memory; alpha is copied. */
const uint16_t *atelier_colour_row(atelier_colour *colour, const void *samples, int32_t width);

void *atelier_png_open(FILE *file, atelier_header *header, atelier_failure *failure);
int atelier_png_read(
  void *codec, const atelier_planes *planes, const int32_t *stop, int32_t *translucent, atelier_failure *failure);
void atelier_png_close(void *codec);
int atelier_png_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure);

void *atelier_jpeg_open(FILE *file, int32_t longest, atelier_header *header, atelier_failure *failure);
int atelier_jpeg_read(void *codec, const atelier_planes *planes, const int32_t *stop, atelier_failure *failure);
void atelier_jpeg_close(void *codec);
int atelier_jpeg_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure);

void *atelier_webp_open(FILE *file, int64_t bytes, atelier_header *header, atelier_failure *failure);
int atelier_webp_read(
  void *codec, const atelier_planes *planes, const int32_t *stop, int32_t *translucent, atelier_failure *failure);
void atelier_webp_close(void *codec);
int atelier_webp_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure);

void *atelier_pnm_open(FILE *file, atelier_header *header, atelier_failure *failure);
int atelier_pnm_read(void *codec, const atelier_planes *planes, const int32_t *stop, atelier_failure *failure);
void atelier_pnm_close(void *codec);
int atelier_pnm_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure);
