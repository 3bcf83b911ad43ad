/* JPEG through libjpeg-turbo. Warnings that mean missing or damaged picture data are errors here: a half-grey photo is
 * worse than a sentence. */
#include "internal.h"
#include <errno.h>
#include <jpeglib.h>
#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* A progressive file may repeat scans without end; real encoders write about ten. */
enum { MOST_SCANS = 500 };

typedef struct {
  struct jpeg_error_mgr base;
  jmp_buf landing;
  atelier_failure *failure;
} error_manager;

typedef struct {
  struct jpeg_progress_mgr base;
  const volatile int32_t *stop;
} progress_manager;

typedef struct {
  struct jpeg_decompress_struct jpeg;
  error_manager errors;
  progress_manager progress;
  uint8_t *row;
  JOCTET *profile;
} jpeg_reader;

static void on_exit_error(j_common_ptr jpeg) {
  error_manager *errors = (error_manager *)jpeg->err;
  char text[JMSG_LENGTH_MAX];
  int32_t kind = ATELIER_DAMAGED, code = 0;
  switch (errors->base.msg_code) {
    case JERR_OUT_OF_MEMORY: kind = ATELIER_MEMORY; break;
    case JERR_FILE_READ:
    case JERR_FILE_WRITE: kind = ATELIER_SYSTEM; code = errno; break;
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF: kind = ATELIER_TRUNCATED; break;
    default: break;
  }
  errors->base.format_message(jpeg, text);
  atelier_fail(errors->failure, kind, code, text);
  longjmp(errors->landing, 1);
}

static void on_message(j_common_ptr jpeg, int level) {
  error_manager *errors = (error_manager *)jpeg->err;
  if (level >= 0) return;
  errors->base.num_warnings++;
  switch (errors->base.msg_code) {
    case JWRN_JPEG_EOF:
      atelier_fail(errors->failure, ATELIER_TRUNCATED, 0, NULL);
      longjmp(errors->landing, 1);
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC: on_exit_error(jpeg); break;
    default: break;
  }
}

static void on_output(j_common_ptr jpeg) { (void)jpeg; }

static void on_progress(j_common_ptr jpeg) {
  progress_manager *progress = (progress_manager *)jpeg->progress;
  error_manager *errors = (error_manager *)jpeg->err;
  if (*progress->stop) {
    atelier_fail(errors->failure, ATELIER_INTERRUPTED, 0, NULL);
    longjmp(errors->landing, 1);
  }
  if (jpeg->is_decompressor && ((j_decompress_ptr)jpeg)->input_scan_number > MOST_SCANS) {
    atelier_fail(errors->failure, ATELIER_DAMAGED, 0, "more than 500 scans");
    longjmp(errors->landing, 1);
  }
}

static void prepare_errors(error_manager *errors, atelier_failure *failure) {
  jpeg_std_error(&errors->base);
  errors->base.error_exit = on_exit_error;
  errors->base.emit_message = on_message;
  errors->base.output_message = on_output;
  errors->failure = failure;
}

static void find_exif(struct jpeg_decompress_struct *jpeg, atelier_header *header) {
  for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next) {
    if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 && !memcmp(marker->data, "Exif\0\0", 6)) {
      header->exif = marker->data + 6;
      header->exif_count = (int64_t)marker->data_length - 6;
      return;
    }
  }
}

/* Decoding at 1/2, 1/4 or 1/8 takes less time and memory; those three have fast code. */
static void choose_scale(struct jpeg_decompress_struct *jpeg, int32_t longest, atelier_header *header) {
  const int64_t side = header->width > header->height ? header->width : header->height;
  for (int64_t divisor = 8; longest > 0 && divisor > 1; divisor /= 2) {
    if (side < longest * divisor) continue;
    jpeg->scale_num = 1;
    jpeg->scale_denom = (unsigned)divisor;
    break;
  }
  jpeg_calc_output_dimensions(jpeg);
  header->reduced_width = (int32_t)jpeg->output_width;
  header->reduced_height = (int32_t)jpeg->output_height;
}

static void read_header(jpeg_reader *reader, int32_t longest, atelier_header *header) {
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
  jpeg_save_markers(jpeg, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header(jpeg, TRUE);
  header->width = (int32_t)jpeg->image_width;
  header->height = (int32_t)jpeg->image_height;
  header->bits = jpeg->data_precision;
  header->interlaced = jpeg->progressive_mode;
  header->channels = jpeg->jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
  header->inks = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
  /* Huffman coding spends at least one bit on a block of 8 by 8; arithmetic coding may spend less. */
  if (!jpeg->arith_code) header->least_bytes = (int64_t)header->width * header->height / 512;
  find_exif(jpeg, header);
  unsigned count = 0;
  if (jpeg_read_icc_profile(jpeg, &reader->profile, &count)) {
    header->profile = reader->profile;
    header->profile_count = count;
  }
  choose_scale(jpeg, longest, header);
}

void *atelier_jpeg_open(FILE *file, int32_t longest, atelier_header *header, atelier_failure *failure) {
  jpeg_reader *reader = calloc(1, sizeof *reader);
  if (!reader) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
    return NULL;
  }
  prepare_errors(&reader->errors, failure);
  reader->jpeg.err = &reader->errors.base;
  if (setjmp(reader->errors.landing)) {
    atelier_jpeg_close(reader);
    return NULL;
  }
  jpeg_create_decompress(&reader->jpeg);
  jpeg_stdio_src(&reader->jpeg, file);
  read_header(reader, longest, header);
  return reader;
}

/* CMYK to RGB in place. Every program in use stores ink the Adobe way, 255 meaning none, marker or not, and Pillow,
 * OpenCV and browsers read it so: red is cyan times black. */
static void cmyk_row(uint8_t *row, int32_t width) {
  for (int32_t x = 0; x < width; x++) {
    const uint8_t *from = row + (size_t)x * 4;
    const unsigned black = from[3];
    uint8_t *to = row + (size_t)x * 3;
    for (int c = 0; c < 3; c++) to[c] = (uint8_t)((from[c] * black + 127) / 255);
  }
}

int atelier_jpeg_read(void *codec, const atelier_planes *planes, const int32_t *stop, atelier_failure *failure) {
  jpeg_reader *reader = codec;
  struct jpeg_decompress_struct *jpeg = &reader->jpeg;
  reader->errors.failure = failure;
  reader->progress.stop = stop;
  reader->progress.base.progress_monitor = on_progress;
  jpeg->progress = &reader->progress.base;
  if (setjmp(reader->errors.landing)) return failure->kind;
  const J_COLOR_SPACE space = jpeg->jpeg_color_space;
  const int inks = space == JCS_CMYK || space == JCS_YCCK;
  jpeg->out_color_space = inks ? JCS_CMYK : (space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB);
  jpeg_start_decompress(jpeg);
  reader->row = malloc((size_t)jpeg->output_width * (size_t)jpeg->output_components);
  if (!reader->row) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
    return failure->kind;
  }
  const int32_t width = (int32_t)jpeg->output_width;
  while (jpeg->output_scanline < jpeg->output_height) {
    const int32_t y = (int32_t)jpeg->output_scanline;
    JSAMPROW row = reader->row;
    if (jpeg_read_scanlines(jpeg, &row, 1) != 1) continue;
    atelier_moved(y, jpeg->output_height);
    /* A profile turns inks into colours better than a product does. */
    if (inks && !planes->colour) cmyk_row(reader->row, width);
    atelier_unpack_row(reader->row, 8, inks ? 3 : jpeg->output_components, width, y, planes);
  }
  /* No jpeg_finish_decompress: it only looks for the end marker, which some cameras' files lack. */
  return ATELIER_OK;
}

void atelier_jpeg_close(void *codec) {
  jpeg_reader *reader = codec;
  if (!reader) return;
  jpeg_destroy_decompress(&reader->jpeg);
  free(reader->profile);
  free(reader->row);
  free(reader);
}

/* JPEG_COM: what made the picture. */
static void write_comment(struct jpeg_compress_struct *jpeg, const atelier_settings *settings) {
  char text[65000];
  if (!settings->software) return;
  const char *more = settings->description;
  snprintf(text, sizeof text, "%s%s%s", settings->software, more ? ": " : "", more ? more : "");
  jpeg_write_marker(jpeg, JPEG_COM, (const JOCTET *)text, (unsigned)strlen(text));
}

int atelier_jpeg_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure) {
  struct jpeg_compress_struct jpeg;
  error_manager errors;
  progress_manager progress = {.base = {.progress_monitor = on_progress}, .stop = stop};
  memset(&jpeg, 0, sizeof jpeg);
  prepare_errors(&errors, failure);
  jpeg.err = &errors.base;
  uint8_t *row = malloc((size_t)picture->width * (size_t)picture->channels);
  if (!row) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
  } else if (setjmp(errors.landing) == 0) {
    jpeg_create_compress(&jpeg);
    jpeg.progress = &progress.base;
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = (JDIMENSION)picture->width;
    jpeg.image_height = (JDIMENSION)picture->height;
    jpeg.input_components = picture->channels;
    jpeg.in_color_space = picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, settings->quality, TRUE);
    jpeg.optimize_coding = settings->optimize ? TRUE : FALSE;
    if (settings->quality >= 90) jpeg.comp_info[0].h_samp_factor = jpeg.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&jpeg, TRUE);
    write_comment(&jpeg, settings);
    while (jpeg.next_scanline < jpeg.image_height) {
      atelier_pack_row(picture, (int32_t)jpeg.next_scanline, 8, row);
      JSAMPROW rows = row;
      jpeg_write_scanlines(&jpeg, &rows, 1);
      atelier_moved(jpeg.next_scanline, jpeg.image_height);
    }
    jpeg_finish_compress(&jpeg);
  }
  jpeg_destroy_compress(&jpeg);
  free(row);
  return failure->kind;
}
