/* PNG through libpng's row API (never the simplified one). All chunks but IHDR, PLTE, tRNS, IDAT and IEND are skipped
 * unread, which keeps the parts of libpng that had most of its defects out of reach. */
#include "internal.h"
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct atelier_png_reader {
  png_structp png;
  png_infop info;
  FILE *file;
  atelier_failure *failure;
  /* One row, or the whole picture when it is interlaced. */
  uint8_t *rows;
  int32_t width, height, channels, bits, passes;
};

static void on_error(png_structp png, png_const_charp text) {
  atelier_fail(png_get_error_ptr(png), ATELIER_DAMAGED, 0, text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) { (void)png, (void)text; }

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
  FILE *file = png_get_io_ptr(png);
  if (fread(bytes, 1, count, file) == count) return;
  if (ferror(file)) atelier_fail(png_get_error_ptr(png), ATELIER_SYSTEM, errno, "read");
  else atelier_fail(png_get_error_ptr(png), ATELIER_TRUNCATED, 0, NULL);
  png_error(png, "read");
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count) {
  if (fwrite(bytes, 1, count, png_get_io_ptr(png)) == count) return;
  atelier_fail(png_get_error_ptr(png), ATELIER_SYSTEM, errno, "write");
  png_error(png, "write");
}

static void flush_bytes(png_structp png) { (void)png; }

/* Deflate makes at most 1032 bytes of one; a complete file therefore has at least this many bytes. */
static int64_t least_bytes(int64_t row_bytes, int64_t height) { return row_bytes * height / 1040; }

atelier_png_reader *atelier_png_open(FILE *file, atelier_header *header, atelier_failure *failure) {
  memset(failure, 0, sizeof *failure);
  memset(header, 0, sizeof *header);
  atelier_png_reader *reader = calloc(1, sizeof *reader);
  if (!reader) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
    return NULL;
  }
  reader->file = file;
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, failure, on_error, on_warning);
  reader->info = reader->png ? png_create_info_struct(reader->png) : NULL;
  if (!reader->info) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
    atelier_png_close(reader);
    return NULL;
  }
  if (setjmp(png_jmpbuf(reader->png))) {
    atelier_png_close(reader);
    return NULL;
  }
  png_set_read_fn(reader->png, file, read_bytes);
  /* The caller's budget is on pixels, known after the header; the sides only have to stay in 31 bits here. */
  png_set_user_limits(reader->png, 0x7fffffff, 0x7fffffff);
  png_set_chunk_cache_max(reader->png, 16);
  png_set_chunk_malloc_max(reader->png, 1 << 20);
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(reader->png, reader->info);
  header->width = (int32_t)png_get_image_width(reader->png, reader->info);
  header->height = (int32_t)png_get_image_height(reader->png, reader->info);
  header->bits = png_get_bit_depth(reader->png, reader->info);
  header->interlaced = png_get_interlace_type(reader->png, reader->info) != PNG_INTERLACE_NONE;
  header->least_bytes = least_bytes((int64_t)png_get_rowbytes(reader->png, reader->info), header->height);
  const int colour = png_get_color_type(reader->png, reader->info);
  const int alpha = (colour & PNG_COLOR_MASK_ALPHA) || png_get_valid(reader->png, reader->info, PNG_INFO_tRNS);
  header->channels = (colour & PNG_COLOR_MASK_COLOR ? 3 : 1) + (alpha ? 1 : 0);
  reader->width = header->width;
  reader->height = header->height;
  return reader;
}

/* Sets the conversions up (libpng allocates its rows here, so the caller has checked the size before) and allocates
 * ours. Returns the bytes of a converted row. */
static size_t start_rows(atelier_png_reader *reader) {
  png_set_expand(reader->png);
  if (png_get_bit_depth(reader->png, reader->info) == 16) png_set_swap(reader->png);
  reader->passes = png_set_interlace_handling(reader->png);
  png_read_update_info(reader->png, reader->info);
  reader->channels = png_get_channels(reader->png, reader->info);
  reader->bits = png_get_bit_depth(reader->png, reader->info);
  const size_t row_bytes = png_get_rowbytes(reader->png, reader->info);
  const size_t rows = reader->passes > 1 ? (size_t)reader->height : 1;
  reader->rows = row_bytes > SIZE_MAX / rows ? NULL : malloc(row_bytes * rows);
  return row_bytes;
}

int atelier_png_read(
  atelier_png_reader *reader, const atelier_planes *planes, const int32_t *stop, int32_t *translucent,
  atelier_failure *failure) {
  memset(failure, 0, sizeof *failure);
  *translucent = 0;
  png_set_error_fn(reader->png, failure, on_error, on_warning);
  if (setjmp(png_jmpbuf(reader->png))) return failure->kind;
  const size_t row_bytes = start_rows(reader);
  if (!reader->rows) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
    return failure->kind;
  }
  const volatile int32_t *flag = stop;
  const int whole = reader->passes > 1;
  for (int pass = 0; pass < reader->passes; pass++) {
    for (int32_t y = 0; y < reader->height; y++) {
      if (*flag) {
        atelier_fail(failure, ATELIER_INTERRUPTED, 0, NULL);
        return failure->kind;
      }
      uint8_t *row = whole ? reader->rows + row_bytes * (size_t)y : reader->rows;
      png_read_row(reader->png, row, NULL);
      if (pass + 1 < reader->passes) continue;
      if (atelier_unpack_row(row, reader->bits, reader->channels, reader->width, y, planes)) *translucent = 1;
    }
  }
  png_read_end(reader->png, NULL);
  return ATELIER_OK;
}

void atelier_png_close(atelier_png_reader *reader) {
  if (!reader) return;
  png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader->rows);
  free(reader);
}

/* Adds a text chunk: tEXt where the text is ASCII, iTXt (UTF-8) otherwise. */
static void add_text(png_structp png, png_infop info, const char *key, const char *value) {
  if (!value) return;
  int ascii = 1;
  for (const char *c = value; *c; c++) ascii &= (unsigned char)*c < 128;
  png_text text;
  memset(&text, 0, sizeof text);
  text.compression = ascii ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
  text.key = (png_charp)key;
  text.text = (png_charp)value;
  png_set_text(png, info, &text, 1);
}

static const int colour_types[] = {
  0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};

int atelier_png_write(
  FILE *file, const atelier_picture *picture, int32_t bits, const char *software, const char *description,
  const int32_t *stop, atelier_failure *failure) {
  memset(failure, 0, sizeof *failure);
  const volatile int32_t *flag = stop;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, failure, on_error, on_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  uint8_t *row = malloc((size_t)picture->width * (size_t)picture->channels * (size_t)(bits / 8));
  if (!info || !row) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
  } else if (setjmp(png_jmpbuf(png)) == 0) {
    png_set_write_fn(png, file, write_bytes, flush_bytes);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_IHDR(
      png, info, (png_uint_32)picture->width, (png_uint_32)picture->height, bits, colour_types[picture->channels],
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    add_text(png, info, "Software", software);
    add_text(png, info, "Description", description);
    /* On photographs this is both smaller and faster than a low level of full deflate: after filtering, runs are
     * nearly all that it finds (measured against every filter, levels 1 to 3). */
    png_set_compression_level(png, 1);
    png_set_compression_strategy(png, Z_RLE);
    png_set_compression_buffer_size(png, 1 << 16);
    png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_AVG);
    png_write_info(png, info);
    if (bits == 16) png_set_swap(png);
    for (int32_t y = 0; y < picture->height; y++) {
      if (*flag) {
        atelier_fail(failure, ATELIER_INTERRUPTED, 0, NULL);
        break;
      }
      atelier_pack_row(picture, y, bits, row);
      png_write_row(png, row);
    }
    if (failure->kind == ATELIER_OK) png_write_end(png, info);
  }
  free(row);
  png_destroy_write_struct(&png, &info);
  return failure->kind;
}
