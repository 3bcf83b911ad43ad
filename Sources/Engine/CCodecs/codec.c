/* The one door to the codecs: reading and writing by format. */
#include "internal.h"
#include <stdlib.h>
#include <string.h>

static void (*watching)(int64_t done, int64_t rows);

void atelier_watch(void (*watch)(int64_t done, int64_t rows)) { watching = watch; }

void atelier_moved(int64_t done, int64_t rows) {
  if (watching && done % 16 == 0) watching(done, rows);
}

struct atelier_reader {
  int32_t format;
  void *codec;
};

static void *open_codec(
  FILE *file, int32_t format, int64_t bytes, int32_t longest, atelier_header *header, atelier_failure *failure) {
  switch (format) {
    case ATELIER_PNG: return atelier_png_open(file, header, failure);
    case ATELIER_JPEG: return atelier_jpeg_open(file, longest, header, failure);
    case ATELIER_WEBP: return atelier_webp_open(file, bytes, header, failure);
    default: return atelier_pnm_open(file, header, failure);
  }
}

atelier_reader *atelier_open(
  FILE *file, int32_t format, int64_t bytes, int32_t longest, atelier_header *header, atelier_failure *failure) {
  memset(failure, 0, sizeof *failure);
  memset(header, 0, sizeof *header);
  header->frames = 1;
  atelier_reader *reader = calloc(1, sizeof *reader);
  if (!reader) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
    return NULL;
  }
  reader->format = format;
  reader->codec = open_codec(file, format, bytes, longest, header, failure);
  if (!reader->codec) {
    free(reader);
    return NULL;
  }
  if (!header->reduced_width) {
    header->reduced_width = header->width;
    header->reduced_height = header->height;
  }
  return reader;
}

int atelier_read(
  atelier_reader *reader, const atelier_planes *planes, const int32_t *stop, int32_t *translucent,
  atelier_failure *failure) {
  memset(failure, 0, sizeof *failure);
  *translucent = 0;
  switch (reader->format) {
    case ATELIER_PNG: return atelier_png_read(reader->codec, planes, stop, translucent, failure);
    case ATELIER_JPEG: return atelier_jpeg_read(reader->codec, planes, stop, failure);
    case ATELIER_WEBP: return atelier_webp_read(reader->codec, planes, stop, translucent, failure);
    default: return atelier_pnm_read(reader->codec, planes, stop, failure);
  }
}

void atelier_close(atelier_reader *reader) {
  if (!reader) return;
  switch (reader->format) {
    case ATELIER_PNG: atelier_png_close(reader->codec); break;
    case ATELIER_JPEG: atelier_jpeg_close(reader->codec); break;
    case ATELIER_WEBP: atelier_webp_close(reader->codec); break;
    default: atelier_pnm_close(reader->codec); break;
  }
  free(reader);
}

int atelier_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure) {
  memset(failure, 0, sizeof *failure);
  switch (settings->format) {
    case ATELIER_PNG: return atelier_png_write(file, picture, settings, stop, failure);
    case ATELIER_JPEG: return atelier_jpeg_write(file, picture, settings, stop, failure);
    case ATELIER_WEBP: return atelier_webp_write(file, picture, settings, stop, failure);
    default: return atelier_pnm_write(file, picture, settings, stop, failure);
  }
}
