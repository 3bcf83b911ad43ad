/* PNG through libpng's row API (never the simplified one). All chunks but the picture's own and those that say which
 * way up it is and what its colours mean are skipped unread, which keeps the parts of libpng that had most of its
 * defects out of reach. */
#include "internal.h"
#include <errno.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct {
  png_structp png;
  png_infop info;
  FILE *file;
  atelier_failure *failure;
  /* One row, or the whole picture when it is interlaced. */
  uint8_t *rows;
  int32_t width, height, channels, bits, passes;
} png_reader;

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

/* Leaves out every chunk that is neither needed nor asked for here. */
static void choose_chunks(png_structp png) {
  static const png_byte wanted[] = "cHRM\0eXIf\0gAMA\0iCCP\0sRGB";
  /* A profile with large tables takes a few megabytes. */
  png_set_chunk_cache_max(png, 16);
  png_set_chunk_malloc_max(png, 8 << 20);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, wanted, sizeof wanted / 5);
}

/* Which way up, and what the colours mean: a profile goes before sRGB, and that before gAMA and cHRM. */
static void find_remarks(png_reader *reader, atelier_header *header) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  png_bytep bytes = NULL;
  png_charp name;
  png_uint_32 count = 0;
  int method;
  if (png_get_eXIf_1(png, info, &count, &bytes)) {
    header->exif = bytes;
    header->exif_count = count;
  }
  if (png_get_iCCP(png, info, &name, &method, &bytes, &count)) {
    header->profile = bytes;
    header->profile_count = count;
  } else if (!png_get_valid(png, info, PNG_INFO_sRGB) && png_get_gAMA(png, info, &header->gamma)) {
    double *c = header->chromaticities;
    png_get_cHRM(png, info, c, c + 1, c + 2, c + 3, c + 4, c + 5, c + 6, c + 7);
  }
}

static void read_header(png_reader *reader, atelier_header *header) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  png_read_info(png, info);
  reader->width = header->width = (int32_t)png_get_image_width(png, info);
  reader->height = header->height = (int32_t)png_get_image_height(png, info);
  header->bits = png_get_bit_depth(png, info);
  header->interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  header->least_bytes = least_bytes((int64_t)png_get_rowbytes(png, info), header->height);
  const int colour = png_get_color_type(png, info);
  const int alpha = (colour & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  header->channels = (colour & PNG_COLOR_MASK_COLOR ? 3 : 1) + (alpha ? 1 : 0);
  find_remarks(reader, header);
}

void *atelier_png_open(FILE *file, atelier_header *header, atelier_failure *failure) {
  png_reader *reader = calloc(1, sizeof *reader);
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
  choose_chunks(reader->png);
  read_header(reader, header);
  return reader;
}

/* Sets the conversions up (libpng allocates its rows here, so the caller has checked the size before) and allocates
 * ours. Returns the bytes of a converted row. */
static size_t start_rows(png_reader *reader) {
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
  void *codec, const atelier_planes *planes, const int32_t *stop, int32_t *translucent, atelier_failure *failure) {
  png_reader *reader = codec;
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
      atelier_moved((int64_t)pass * reader->height + y, (int64_t)reader->passes * reader->height);
      if (pass + 1 < reader->passes) continue;
      if (atelier_unpack_row(row, reader->bits, reader->channels, reader->width, y, planes)) *translucent = 1;
    }
  }
  png_read_end(reader->png, NULL);
  return ATELIER_OK;
}

void atelier_png_close(void *codec) {
  png_reader *reader = codec;
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
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure) {
  const int32_t bits = settings->bits;
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
    add_text(png, info, "Software", settings->software);
    add_text(png, info, "Description", settings->description);
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
      atelier_moved(y, picture->height);
    }
    if (failure->kind == ATELIER_OK) png_write_end(png, info);
  }
  free(row);
  png_destroy_write_struct(&png, &info);
  return failure->kind;
}

int atelier_chunk(FILE *file, const char type[4], int64_t sequence, const uint8_t *data, int64_t count) {
  uint8_t head[12];
  const size_t extra = sequence >= 0 ? 4 : 0;
  const uint32_t words[2] = {(uint32_t)((size_t)count + extra), (uint32_t)sequence};
  for (int i = 0; i < 4; i++) {
    head[i] = (uint8_t)(words[0] >> (24 - 8 * i));
    head[4 + i] = (uint8_t)type[i];
    head[8 + i] = (uint8_t)(words[1] >> (24 - 8 * i));
  }
  uLong sum = crc32(0, head + 4, (uInt)(4 + extra));
  if (count > 0) sum = crc32_z(sum, data, (z_size_t)count);
  const uint8_t tail[4] = {(uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8), (uint8_t)sum};
  fwrite(head, 1, 8 + extra, file);
  if (count > 0) fwrite(data, 1, (size_t)count, file);
  fwrite(tail, 1, 4, file);
  return ferror(file);
}
