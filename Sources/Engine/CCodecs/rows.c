#include "internal.h"
#include <string.h>

void atelier_fail(atelier_failure *failure, int32_t kind, int32_t code, const char *text) {
  if (failure->kind != ATELIER_OK) return;
  failure->kind = kind;
  failure->code = code;
  failure->text[0] = 0;
  if (text) {
    strncpy(failure->text, text, sizeof failure->text - 1);
    failure->text[sizeof failure->text - 1] = 0;
  }
}

/* Compiled a second time for processors with AVX2, which interleave bytes several times as fast; the results are the
 * same bit for bit. */
#define FOR_BOTH __attribute__((target_clones("default", "avx2")))

/* The loops below are written once and specialised by the compiler for each sample type and channel count: a call with
 * constant `bits` and `channels` folds the branches away. Quotients are rounded once. */
static inline __attribute__((always_inline)) float sample(const void *samples, int bits, size_t index) {
  return bits == 16 ? (float)((const uint16_t *)samples)[index] / 65535.0f
                    : (float)((const uint8_t *)samples)[index] / 255.0f;
}

static inline __attribute__((always_inline)) int unpack(
  const void *samples, int bits, int channels, int32_t width, float *out, const atelier_planes *planes,
  ptrdiff_t step) {
  const ptrdiff_t plane = planes->plane;
  const int has_alpha = channels == 2 || channels == 4, colours = channels >= 3 ? 3 : 1;
  int translucent = 0;
  for (int32_t x = 0; x < width; x++) {
    const size_t at = (size_t)x * (size_t)channels;
    float *to = out + (ptrdiff_t)x * step;
    float alpha = 1;
    if (has_alpha) {
      alpha = sample(samples, bits, at + (size_t)colours);
      translucent |= alpha < 1;
    }
    for (int c = 0; c < 3; c++) {
      float value = sample(samples, bits, at + (size_t)(colours == 3 ? c : 0));
      if (has_alpha && planes->channels == 3) value = value * alpha + (1 - alpha);
      to[c * plane] = value;
    }
    if (planes->channels == 4) to[3 * plane] = alpha;
  }
  return translucent;
}

/* Opaque RGB in upright order, the common case. */
FOR_BOTH static void unpack_rgb8(
  const uint8_t *restrict samples, int32_t width, float *restrict red, float *restrict green, float *restrict blue) {
  for (int32_t x = 0; x < width; x++) {
    red[x] = (float)samples[3 * (size_t)x] / 255.0f;
    green[x] = (float)samples[3 * (size_t)x + 1] / 255.0f;
    blue[x] = (float)samples[3 * (size_t)x + 2] / 255.0f;
  }
}

FOR_BOTH static void unpack_rgb16(
  const uint16_t *restrict samples, int32_t width, float *restrict red, float *restrict green,
  float *restrict blue) {
  for (int32_t x = 0; x < width; x++) {
    red[x] = (float)samples[3 * (size_t)x] / 65535.0f;
    green[x] = (float)samples[3 * (size_t)x + 1] / 65535.0f;
    blue[x] = (float)samples[3 * (size_t)x + 2] / 65535.0f;
  }
}

int atelier_unpack_row(
  const void *samples, int bits, int channels, int32_t width, int32_t y, const atelier_planes *planes) {
  float *out = planes->base + (ptrdiff_t)y * planes->step_y;
  const ptrdiff_t step = planes->step_x;
  if (planes->colour) {
    samples = atelier_colour_row(planes->colour, samples, width);
    bits = 16;
    channels = channels % 2 == 0 ? 4 : 3;
  }
  if (channels == 3 && step == 1 && planes->channels == 3) {
    float *green = out + planes->plane, *blue = green + planes->plane;
    if (bits == 8) unpack_rgb8(samples, width, out, green, blue);
    else unpack_rgb16(samples, width, out, green, blue);
    return 0;
  }
  if (bits == 8) {
    if (channels == 3) return unpack(samples, 8, 3, width, out, planes, step);
    if (channels == 4) return unpack(samples, 8, 4, width, out, planes, step);
    return channels == 1 ? unpack(samples, 8, 1, width, out, planes, step)
                         : unpack(samples, 8, 2, width, out, planes, step);
  }
  return unpack(samples, 16, channels, width, out, planes, step);
}

/* floor(v * top + 0.5) of a clamped value; NaN (the file is given up) becomes 0. */
static inline __attribute__((always_inline)) uint32_t quantised(float value, float top) {
  float clamped = value > 0 ? (value < 1 ? value : 1) : 0;
  return (uint32_t)(int32_t)(clamped * top + 0.5f);
}

static inline __attribute__((always_inline)) void pack8(
  const float *restrict row, size_t plane, int channels, int32_t width, uint8_t *restrict out) {
  for (int32_t x = 0; x < width; x++) {
    for (int c = 0; c < channels; c++) {
      out[(size_t)x * (size_t)channels + (size_t)c] = (uint8_t)quantised(row[(size_t)c * plane + (size_t)x], 255.0f);
    }
  }
}

FOR_BOTH static void pack_rgb8(const float *restrict row, size_t plane, int32_t width, uint8_t *restrict out) {
  for (int32_t x = 0; x < width; x++) {
    out[3 * (size_t)x] = (uint8_t)quantised(row[x], 255.0f);
    out[3 * (size_t)x + 1] = (uint8_t)quantised(row[plane + (size_t)x], 255.0f);
    out[3 * (size_t)x + 2] = (uint8_t)quantised(row[2 * plane + (size_t)x], 255.0f);
  }
}

/* Looks at the values of a row that is about to be packed, and so lies in the cache. Magnitudes compare like their bit
 * patterns, which the compiler may reorder and so do many at a time. */
FOR_BOTH static void survey(const float *restrict row, int32_t width, int64_t *nans, float *largest) {
  const int32_t infinite = 0x7f800000;
  int32_t found = 0, most;
  memcpy(&most, largest, sizeof most);
  for (int32_t x = 0; x < width; x++) {
    int32_t bits;
    memcpy(&bits, row + x, sizeof bits);
    bits &= 0x7fffffff;
    found += bits > infinite;
    bits = bits > infinite ? 0 : bits;
    most = bits > most ? bits : most;
  }
  *nans += found;
  memcpy(largest, &most, sizeof most);
}

void atelier_pack_row(atelier_picture *picture, int32_t y, int bits, void *samples) {
  const int32_t width = picture->width;
  const int channels = picture->channels;
  const size_t plane = (size_t)width * (size_t)picture->height;
  const float *row = picture->values + (size_t)y * (size_t)width;
  for (int c = 0; c < channels; c++) survey(row + (size_t)c * plane, width, &picture->nans, &picture->largest);
  if (bits == 8) {
    if (channels == 3) pack_rgb8(row, plane, width, samples);
    else if (channels == 1) pack8(row, plane, 1, width, samples);
    else pack8(row, plane, channels, width, samples);
    return;
  }
  uint16_t *out = samples;
  for (int32_t x = 0; x < width; x++) {
    for (int c = 0; c < channels; c++) {
      /* double: 65535 v + 0.5 needs more than a float's 24 bits to round right. */
      float value = row[(size_t)c * plane + (size_t)x];
      double clamped = value > 0 ? (value < 1 ? value : 1) : 0;
      out[(size_t)x * (size_t)channels + (size_t)c] = (uint16_t)(int32_t)(clamped * 65535.0 + 0.5);
    }
  }
}
