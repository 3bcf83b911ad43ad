/* WebP through libwebp: the whole file is in memory (the format has no rows to stream), still pictures are decoded
 * piece by piece so that an interrupt can stop them, and of an animation the first picture is read. */
#include "internal.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>

typedef struct {
  WebPData data;
  WebPDemuxer *demuxer;
  WebPChunkIterator profile, exif;
  int32_t width, height, channels, frames;
} webp_reader;

/* The most bytes that the container's 32-bit sizes can describe. */
static const int64_t most_bytes = (int64_t)0xfffffffe + 8;

static int read_file(webp_reader *reader, FILE *file, int64_t bytes, atelier_failure *failure) {
  const size_t count = (size_t)(bytes < most_bytes ? bytes : most_bytes);
  uint8_t *memory = malloc(count);
  if (!memory) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
    return 0;
  }
  reader->data.bytes = memory;
  reader->data.size = fread(memory, 1, count, file);
  if (reader->data.size == count) return 1;
  if (ferror(file)) atelier_fail(failure, ATELIER_SYSTEM, errno, "read");
  else atelier_fail(failure, ATELIER_TRUNCATED, 0, NULL);
  return 0;
}

static int read_container(webp_reader *reader, atelier_header *header, atelier_failure *failure) {
  WebPDemuxState state;
  reader->demuxer = WebPDemuxPartial(&reader->data, &state);
  if (!reader->demuxer || state != WEBP_DEMUX_DONE) {
    atelier_fail(failure, state == WEBP_DEMUX_PARSE_ERROR ? ATELIER_DAMAGED : ATELIER_TRUNCATED, 0, NULL);
    return 0;
  }
  const uint32_t flags = WebPDemuxGetI(reader->demuxer, WEBP_FF_FORMAT_FLAGS);
  reader->width = header->width = (int32_t)WebPDemuxGetI(reader->demuxer, WEBP_FF_CANVAS_WIDTH);
  reader->height = header->height = (int32_t)WebPDemuxGetI(reader->demuxer, WEBP_FF_CANVAS_HEIGHT);
  reader->frames = header->frames = (int32_t)WebPDemuxGetI(reader->demuxer, WEBP_FF_FRAME_COUNT);
  reader->channels = header->channels = flags & ALPHA_FLAG ? 4 : 3;
  header->bits = 8;
  if (WebPDemuxGetChunk(reader->demuxer, "ICCP", 1, &reader->profile)) {
    header->profile = reader->profile.chunk.bytes;
    header->profile_count = (int64_t)reader->profile.chunk.size;
  }
  if (WebPDemuxGetChunk(reader->demuxer, "EXIF", 1, &reader->exif)) {
    header->exif = reader->exif.chunk.bytes;
    header->exif_count = (int64_t)reader->exif.chunk.size;
  }
  return 1;
}

void *atelier_webp_open(FILE *file, int64_t bytes, atelier_header *header, atelier_failure *failure) {
  webp_reader *reader = calloc(1, sizeof *reader);
  if (!reader) {
    atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
    return NULL;
  }
  if (read_file(reader, file, bytes, failure) && read_container(reader, header, failure)) return reader;
  atelier_webp_close(reader);
  return NULL;
}

/* Hands decoded rows over: RGB or RGBA of 8 bits. */
static void deliver(
  const uint8_t *rows, size_t stride, int channels, const webp_reader *reader, const atelier_planes *planes,
  int32_t *translucent) {
  for (int32_t y = 0; y < reader->height; y++) {
    if (atelier_unpack_row(rows + stride * (size_t)y, 8, channels, reader->width, y, planes)) *translucent = 1;
  }
}

/* The first picture of an animation, on its canvas. The animation decoder delivers RGBA always. */
static void read_first_frame(
  webp_reader *reader, const atelier_planes *planes, int32_t *translucent, atelier_failure *failure) {
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) return atelier_fail(failure, ATELIER_DAMAGED, 0, "wrong libwebp");
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&reader->data, &options);
  uint8_t *rows;
  int timestamp;
  if (!decoder || !WebPAnimDecoderGetNext(decoder, &rows, &timestamp)) {
    atelier_fail(failure, ATELIER_DAMAGED, 0, NULL);
  } else if (reader->channels == 4) {
    deliver(rows, (size_t)reader->width * 4, 4, reader, planes, translucent);
  } else {
    for (size_t i = 0, count = (size_t)reader->width * (size_t)reader->height; i < count; i++) {
      memmove(rows + 3 * i, rows + 4 * i, 3);
    }
    deliver(rows, (size_t)reader->width * 3, 3, reader, planes, translucent);
  }
  WebPAnimDecoderDelete(decoder);
}

static void fail_decoding(VP8StatusCode status, atelier_failure *failure) {
  switch (status) {
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: atelier_fail(failure, ATELIER_TRUNCATED, 0, NULL); break;
    case VP8_STATUS_OUT_OF_MEMORY: atelier_fail(failure, ATELIER_MEMORY, 0, NULL); break;
    default: atelier_fail(failure, ATELIER_DAMAGED, 0, NULL); break;
  }
}

/* A still picture, 64 KB of the file at a time. */
static void read_still(
  webp_reader *reader, const atelier_planes *planes, const volatile int32_t *stop, int32_t *translucent,
  atelier_failure *failure) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return atelier_fail(failure, ATELIER_DAMAGED, 0, "wrong libwebp");
  config.output.colorspace = reader->channels == 4 ? MODE_RGBA : MODE_RGB;
  WebPIDecoder *decoder = WebPIDecode(NULL, 0, &config);
  VP8StatusCode status = decoder ? VP8_STATUS_SUSPENDED : VP8_STATUS_OUT_OF_MEMORY;
  size_t fed = 0;
  while (status == VP8_STATUS_SUSPENDED && fed < reader->data.size && failure->kind == ATELIER_OK) {
    if (*stop) atelier_fail(failure, ATELIER_INTERRUPTED, 0, NULL);
    fed = reader->data.size - fed < 1 << 16 ? reader->data.size : fed + (1 << 16);
    status = WebPIUpdate(decoder, reader->data.bytes, fed);
    atelier_moved((int64_t)fed / 16 * 16, (int64_t)reader->data.size);
  }
  const WebPRGBABuffer *rows = &config.output.u.RGBA;
  if (status != VP8_STATUS_OK) fail_decoding(status, failure);
  else if (config.output.width != reader->width || config.output.height != reader->height) {
    atelier_fail(failure, ATELIER_DAMAGED, 0, "the picture's size contradicts the file's");
  } else deliver(rows->rgba, (size_t)rows->stride, reader->channels, reader, planes, translucent);
  WebPIDelete(decoder);
  WebPFreeDecBuffer(&config.output);
}

int atelier_webp_read(
  void *codec, const atelier_planes *planes, const int32_t *stop, int32_t *translucent, atelier_failure *failure) {
  webp_reader *reader = codec;
  if (*stop) atelier_fail(failure, ATELIER_INTERRUPTED, 0, NULL);
  else if (reader->frames > 1 || WebPDemuxGetI(reader->demuxer, WEBP_FF_FORMAT_FLAGS) & ANIMATION_FLAG) {
    read_first_frame(reader, planes, translucent, failure);
  } else read_still(reader, planes, stop, translucent, failure);
  return failure->kind;
}

void atelier_webp_close(void *codec) {
  webp_reader *reader = codec;
  if (!reader) return;
  WebPDemuxReleaseChunkIterator(&reader->profile);
  WebPDemuxReleaseChunkIterator(&reader->exif);
  WebPDemuxDelete(reader->demuxer);
  free((void *)reader->data.bytes);
  free(reader);
}

typedef struct {
  FILE *file;
  const volatile int32_t *stop;
  atelier_failure *failure;
} webp_sink;

static int write_bytes(const uint8_t *bytes, size_t count, const WebPPicture *picture) {
  webp_sink *sink = picture->custom_ptr;
  if (fwrite(bytes, 1, count, sink->file) == count) return 1;
  atelier_fail(sink->failure, ATELIER_SYSTEM, errno, "write");
  return 0;
}

static int on_progress(int percent, const WebPPicture *picture) {
  atelier_moved(percent * 16, 1600);
  webp_sink *sink = picture->user_data;
  if (!*sink->stop) return 1;
  atelier_fail(sink->failure, ATELIER_INTERRUPTED, 0, NULL);
  return 0;
}

/* The whole picture as RGB or RGBA bytes, grey repeated. NULL without memory. */
static uint8_t *interleaved(atelier_picture *picture, const volatile int32_t *stop) {
  const int channels = picture->channels, target = channels % 2 == 0 ? 4 : 3;
  const size_t row = (size_t)picture->width * (size_t)target;
  uint8_t *bytes = malloc(row * (size_t)picture->height);
  for (int32_t y = 0; bytes && y < picture->height && !*stop; y++) {
    uint8_t *to = bytes + row * (size_t)y;
    atelier_pack_row(picture, y, 8, to);
    /* Grey pixels lie packed at the front: spread from the end on. */
    for (int32_t x = picture->width - 1; channels < 3 && x >= 0; x--) {
      const uint8_t grey = to[x * channels], alpha = to[x * channels + channels - 1];
      for (int c = 0; c < 3; c++) to[x * target + c] = grey;
      if (target == 4) to[x * target + 3] = alpha;
    }
  }
  return bytes;
}

static int configure(WebPConfig *config, const atelier_settings *settings) {
  if (!WebPConfigPreset(config, WEBP_PRESET_DEFAULT, (float)settings->quality)) return 0;
  if (!settings->lossless) return WebPValidateConfig(config);
  /* 6 of 9 is what libwebp's own tool takes; exact keeps colours under full transparency. */
  if (!WebPConfigLosslessPreset(config, 6)) return 0;
  config->exact = 1;
  return WebPValidateConfig(config);
}

/* libwebp converts a whole picture without asking anybody; here it does so for bands of rows (an even number: rows share
 * their colours two by two). Returns 0 without memory. */
static int import_bands(WebPPicture *target, const uint8_t *bytes, const volatile int32_t *stop) {
  enum { ROWS = 256 };
  if (!WebPPictureAlloc(target)) return 0;
  for (int y = 0; y < target->height && !*stop; y += ROWS) {
    WebPPicture band;
    if (!WebPPictureInit(&band)) return 0;
    band.width = target->width;
    band.height = target->height - y < ROWS ? target->height - y : ROWS;
    if (!WebPPictureImportRGB(&band, bytes + (size_t)y * (size_t)target->width * 3, target->width * 3)) return 0;
    for (int row = 0; row < band.height; row++) {
      memcpy(target->y + (ptrdiff_t)(y + row) * target->y_stride, band.y + (ptrdiff_t)row * band.y_stride,
             (size_t)target->width);
      if (row % 2) continue;
      const ptrdiff_t to = (ptrdiff_t)(y + row) / 2 * target->uv_stride, from = (ptrdiff_t)row / 2 * band.uv_stride;
      memcpy(target->u + to, band.u + from, (size_t)(target->width + 1) / 2);
      memcpy(target->v + to, band.v + from, (size_t)(target->width + 1) / 2);
    }
    WebPPictureFree(&band);
  }
  return 1;
}

static void encode(
  WebPPicture *target, const WebPConfig *config, atelier_picture *picture, const volatile int32_t *stop,
  atelier_failure *failure) {
  uint8_t *bytes = interleaved(picture, stop);
  if (!bytes) return atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
  target->use_argb = config->lossless;
  target->width = picture->width;
  target->height = picture->height;
  int imported = 1;
  if (*stop) atelier_fail(failure, ATELIER_INTERRUPTED, 0, NULL);
  else if (picture->channels % 2 == 0) imported = WebPPictureImportRGBA(target, bytes, picture->width * 4);
  else if (target->use_argb) imported = WebPPictureImportRGB(target, bytes, picture->width * 3);
  else imported = import_bands(target, bytes, stop);
  free(bytes);
  if (*stop) return atelier_fail(failure, ATELIER_INTERRUPTED, 0, NULL);
  if (imported && WebPEncode(config, target)) return;
  if (!imported || target->error_code == VP8_ENC_ERROR_OUT_OF_MEMORY) {
    return atelier_fail(failure, ATELIER_MEMORY, 0, NULL);
  }
  char text[48];
  snprintf(text, sizeof text, "libwebp's error %d", (int)target->error_code);
  atelier_fail(failure, ATELIER_DAMAGED, 0, text);
}

int atelier_webp_write(
  FILE *file, atelier_picture *picture, const atelier_settings *settings, const int32_t *stop,
  atelier_failure *failure) {
  WebPConfig config;
  WebPPicture target;
  if (!WebPPictureInit(&target) || !configure(&config, settings)) {
    atelier_fail(failure, ATELIER_DAMAGED, 0, "libwebp refuses its settings");
    return failure->kind;
  }
  webp_sink sink = {file, stop, failure};
  target.writer = write_bytes;
  target.custom_ptr = &sink;
  target.progress_hook = on_progress;
  target.user_data = &sink;
  encode(&target, &config, picture, stop, failure);
  WebPPictureFree(&target);
  return failure->kind;
}
