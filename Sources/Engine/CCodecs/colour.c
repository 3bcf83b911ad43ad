/* Colour profiles through Little CMS: rows of a file's samples become sRGB.
 *
 * The intent is perceptual and black points are left alone, as in Pillow's ImageCms.profileToProfile; profiles made of
 * a matrix and curves, which nearly all pictures carry, come out the same with every intent. */
#include "internal.h"
#include <lcms2.h>
#include <stdlib.h>
#include <string.h>

struct atelier_colour {
  cmsHTRANSFORM transform;
  /* Room for one row of 16-bit RGB or RGBA. */
  uint16_t *row;
};

/* The curve v -> v^exponent. */
static cmsToneCurve *power(double exponent) { return cmsBuildGamma(NULL, exponent); }

/* A profile from a PNG's gAMA and cHRM; primaries that are missing are sRGB's. NULL where they make no sense. */
static cmsHPROFILE profile_of_chunks(const atelier_header *header) {
  const double *c = header->chromaticities;
  cmsCIExyY white = {0.3127, 0.3290, 1};
  cmsCIExyYTRIPLE primaries = {{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}};
  if (c[1] > 0) {
    white = (cmsCIExyY){c[0], c[1], 1};
    primaries = (cmsCIExyYTRIPLE){{c[2], c[3], 1}, {c[4], c[5], 1}, {c[6], c[7], 1}};
  }
  cmsToneCurve *curve = power(1 / header->gamma);
  if (!curve) return NULL;
  cmsToneCurve *curves[3] = {curve, curve, curve};
  cmsHPROFILE profile =
    header->channels >= 3 ? cmsCreateRGBProfile(&white, &primaries, curves) : cmsCreateGrayProfile(&white, curve);
  cmsFreeToneCurve(curve);
  return profile;
}

/* Whether gAMA and cHRM say sRGB: an exponent of 1/2.2, which writers of sRGB put there, and sRGB's primaries. */
static int chunks_say_srgb(const atelier_header *header) {
  static const double srgb[8] = {0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06};
  if (header->gamma < 0.45 || header->gamma > 0.46) return 0;
  for (int i = 0; i < 8 && header->chromaticities[1] > 0; i++) {
    const double distance = header->chromaticities[i] - srgb[i];
    if (distance > 0.002 || distance < -0.002) return 0;
  }
  return 1;
}

/* Little CMS's name for the file's samples: grey, RGB or inverted inks, alpha or not, of 1 or 2 bytes. */
static cmsUInt32Number samples_of(const atelier_header *header) {
  if (header->inks) return TYPE_CMYK_8_REV;
  const int alpha = header->channels == 2 || header->channels == 4;
  const cmsUInt32Number colours =
    header->channels >= 3 ? COLORSPACE_SH(PT_RGB) | CHANNELS_SH(3) : COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1);
  return colours | EXTRA_SH(alpha) | BYTES_SH(header->bits == 16 ? 2 : 1);
}

static cmsColorSpaceSignature space_of(const atelier_header *header) {
  if (header->inks) return cmsSigCmykData;
  return header->channels >= 3 ? cmsSigRgbData : cmsSigGrayData;
}

/* Whether the conversion changes no colour by more than one 8-bit level, tried on a grid: the profile is sRGB. */
static int changes_nothing(atelier_colour *colour, const atelier_header *header) {
  if (header->inks) return 0;
  const int colours = header->channels >= 3 ? 3 : 1, alpha = header->channels % 2 == 0, deep = header->bits == 16;
  const int steps = colours == 3 ? 9 : 256, count = colours == 3 ? steps * steps * steps : steps;
  for (int i = 0; i < count; i++) {
    int levels[4] = {255, 255, 255, 255};
    for (int c = 0, rest = i; c < colours; c++, rest /= steps) levels[c] = rest % steps * 255 / (steps - 1);
    uint8_t narrow[4];
    uint16_t wide[4], result[4];
    for (int c = 0; c < colours + alpha; c++) {
      narrow[c] = (uint8_t)levels[c];
      wide[c] = (uint16_t)(levels[c] * 257);
    }
    cmsDoTransform(colour->transform, deep ? (void *)wide : (void *)narrow, result, 1);
    for (int c = 0; c < 3; c++) {
      if (abs((int)result[c] - levels[colours == 3 ? c : 0] * 257) > 257) return 0;
    }
  }
  return 1;
}

static cmsHPROFILE profile_of(const atelier_header *header) {
  if (!header->profile) return profile_of_chunks(header);
  cmsHPROFILE profile = cmsOpenProfileFromMem(header->profile, (cmsUInt32Number)header->profile_count);
  if (profile && cmsGetColorSpace(profile) == space_of(header)) return profile;
  if (profile) cmsCloseProfile(profile);
  return NULL;
}

atelier_colour *atelier_colour_open(const atelier_header *header, int32_t *state) {
  *state = ATELIER_COLOUR_SRGB;
  if (!header->profile && (header->gamma <= 0 || chunks_say_srgb(header))) return NULL;
  *state = ATELIER_COLOUR_UNFIT;
  cmsHPROFILE from = profile_of(header), to = from ? cmsCreate_sRGBProfile() : NULL;
  const int alpha = header->channels % 2 == 0;
  atelier_colour *colour = to ? calloc(1, sizeof *colour) : NULL;
  if (colour) {
    colour->row = malloc((size_t)header->width * (alpha ? 8 : 6));
    /* The library replaces what it has no fast code for by a coarse table, too coarse for dark tones of grey and for
     * 16 bits: those take the slow and exact way. */
    const int exact = !header->inks && (header->channels < 3 || header->bits == 16);
    colour->transform = cmsCreateTransform(
      from, samples_of(header), to, alpha ? TYPE_RGBA_16 : TYPE_RGB_16, INTENT_PERCEPTUAL,
      (alpha ? cmsFLAGS_COPY_ALPHA : 0) | (exact ? cmsFLAGS_NOOPTIMIZE : 0));
  }
  if (from) cmsCloseProfile(from);
  if (to) cmsCloseProfile(to);
  if (!colour || !colour->row || !colour->transform) {
    atelier_colour_close(colour);
    return NULL;
  }
  if (changes_nothing(colour, header)) {
    *state = ATELIER_COLOUR_SRGB;
    atelier_colour_close(colour);
    return NULL;
  }
  *state = ATELIER_COLOUR_OTHER;
  return colour;
}

const uint16_t *atelier_colour_row(atelier_colour *colour, const void *samples, int32_t width) {
  cmsDoTransform(colour->transform, samples, colour->row, (cmsUInt32Number)width);
  return colour->row;
}

void atelier_colour_close(atelier_colour *colour) {
  if (!colour) return;
  if (colour->transform) cmsDeleteTransform(colour->transform);
  free(colour->row);
  free(colour);
}
