/* PGM and PPM, plain (P2, P3) and raw (P5, P6), of 8 or 16 bits: netpbm's formats, small enough to read here. */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  FILE *file;
  int32_t width, height, channels, most;
  int plain;
  uint16_t *row;
} pnm_reader;

static void fail_reading(FILE *file, atelier_failure *failure) {
  if (ferror(file)) atelier_fail(failure, ATELIER_SYSTEM, errno, "read");
  else atelier_fail(failure, ATELIER_TRUNCATED, 0, NULL);
}

/* The next number, 0 to `most`, after blanks and comments; the one character behind it is consumed. -1 on failure. */
static int32_t number(FILE *file, int32_t most, atelier_failure *failure) {
  int c = getc_unlocked(file), comment = 0;
  while (c == ' ' || (c >= '\t' && c <= '\r') || c == '#') {
    /* A comment lasts to the end of its line. */
    while (c == '#' || (comment && c != '\n' && c != EOF)) {
      comment = 1;
      c = getc_unlocked(file);
    }
    comment = 0;
    if (c != EOF) c = getc_unlocked(file);
  }
  int64_t value = 0;
  int digits = 0;
  for (; c >= '0' && c <= '9' && value <= most; c = getc_unlocked(file), digits++) value = value * 10 + (c - '0');
  if (value > most) atelier_fail(failure, ATELIER_DAMAGED, 0, "a number is too large");
  else if (digits == 0 && c == EOF) fail_reading(file, failure);
  else if (digits == 0 || (c > ' ' && c != '#')) atelier_fail(failure, ATELIER_DAMAGED, 0, "a number was expected");
  else return (int32_t)value;
  return -1;
}

void *atelier_pnm_open(FILE *file, atelier_header *header, atelier_failure *failure) {
  const int mark = getc_unlocked(file), kind = getc_unlocked(file) - '0';
  const int32_t width = mark == 'P' ? number(file, 0x7fffffff, failure) : -1;
  const int32_t height = width < 0 ? -1 : number(file, 0x7fffffff, failure);
  const int32_t most = height < 0 ? -1 : number(file, 65535, failure);
  if (most == 0) atelier_fail(failure, ATELIER_DAMAGED, 0, "its largest value is 0");
  pnm_reader *reader = most > 0 ? calloc(1, sizeof *reader) : NULL;
  if (!reader) {
    atelier_fail(failure, most > 0 ? ATELIER_MEMORY : ATELIER_DAMAGED, 0, NULL);
    return NULL;
  }
  *reader = (pnm_reader){file, width, height, kind == 3 || kind == 6 ? 3 : 1, most, kind <= 3, NULL};
  header->width = width;
  header->height = height;
  header->channels = reader->channels;
  header->bits = most > 255 ? 16 : 8;
  /* A plain number takes a digit and a blank; the last blank may be missing. The product fits: the caller refuses
   * larger sizes before it compares. */
  const int64_t samples = (int64_t)width * reader->channels;
  header->least_bytes = height > 0 && samples > INT64_MAX / 2 / height
                          ? INT64_MAX
                          : samples * height * (reader->plain || most > 255 ? 2 : 1) - reader->plain;
  return reader;
}

/* One row of samples into `row`. */
static int read_row(pnm_reader *reader, atelier_failure *failure) {
  const size_t count = (size_t)reader->width * (size_t)reader->channels;
  uint16_t *row = reader->row;
  if (reader->plain) {
    for (size_t i = 0; i < count; i++) {
      const int32_t value = number(reader->file, reader->most, failure);
      if (value < 0) return 0;
      row[i] = (uint16_t)value;
    }
    return 1;
  }
  const size_t size = reader->most > 255 ? 2 : 1;
  uint8_t *bytes = (uint8_t *)row + count * (2 - size);
  if (fread(bytes, size, count, reader->file) != count) {
    fail_reading(reader->file, failure);
    return 0;
  }
  /* In place: bytes lie in the row's second half, two-byte samples only change their order. */
  for (size_t i = 0; i < count; i++) {
    row[i] = size == 1 ? bytes[i] : (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    if (row[i] > reader->most) row[i] = (uint16_t)reader->most;
  }
  return 1;
}

static void deliver(const pnm_reader *reader, int32_t y, const atelier_planes *planes) {
  float *to = planes->base + (ptrdiff_t)y * planes->step_y;
  const float most = (float)reader->most;
  for (int32_t x = 0; x < reader->width; x++, to += planes->step_x) {
    for (int c = 0; c < 3; c++) {
      const size_t at = reader->channels == 3 ? (size_t)x * 3 + (size_t)c : (size_t)x;
      to[c * planes->plane] = (float)reader->row[at] / most;
    }
    if (planes->channels == 4) to[3 * planes->plane] = 1;
  }
}

int atelier_pnm_read(void *codec, const atelier_planes *planes, const int32_t *stop, atelier_failure *failure) {
  pnm_reader *reader = codec;
  const volatile int32_t *flag = stop;
  reader->row = malloc((size_t)reader->width * (size_t)reader->channels * sizeof *reader->row);
  if (!reader->row) atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
  for (int32_t y = 0; y < reader->height && failure->kind == ATELIER_OK; y++) {
    if (*flag) atelier_fail(failure, ATELIER_INTERRUPTED, 0, NULL);
    else if (read_row(reader, failure)) deliver(reader, y, planes);
  }
  return failure->kind;
}

void atelier_pnm_close(void *codec) {
  pnm_reader *reader = codec;
  if (!reader) return;
  free(reader->row);
  free(reader);
}

int atelier_pnm_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure) {
  const volatile int32_t *flag = stop;
  const size_t count = (size_t)picture->width * (size_t)picture->channels;
  const size_t size = settings->bits == 16 ? 2 : 1;
  uint8_t *row = malloc(count * size);
  if (!row) atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
  fprintf(file, "P%d\n", picture->channels == 3 ? 6 : 5);
  if (settings->description) {
    fputs("# ", file);
    for (const char *c = settings->description; *c; c++) putc(*c == '\n' || *c == '\r' ? ' ' : *c, file);
    putc('\n', file);
  }
  fprintf(file, "%d %d\n%d\n", picture->width, picture->height, size == 2 ? 65535 : 255);
  for (int32_t y = 0; y < picture->height && failure->kind == ATELIER_OK; y++) {
    if (*flag) {
      atelier_fail(failure, ATELIER_INTERRUPTED, 0, NULL);
      break;
    }
    atelier_pack_row(picture, y, settings->bits, row);
    for (size_t i = 0; size == 2 && i < count; i++) {
      uint16_t value;
      memcpy(&value, row + 2 * i, 2);
      row[2 * i] = (uint8_t)(value >> 8);
      row[2 * i + 1] = (uint8_t)value;
    }
    fwrite(row, size, count, file);
    if (ferror(file)) atelier_fail(failure, ATELIER_SYSTEM, errno, "write");
  }
  free(row);
  return failure->kind;
}
