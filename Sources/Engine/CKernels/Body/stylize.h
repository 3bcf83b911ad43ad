/* What turns a smoothed picture into a style: lines where it is steep, and lightness with more of its detail. */
#ifndef CK_STYLIZE_H
#define CK_STYLIZE_H
#include "part.h"

/* The neighbour of a place, mirrored at the first and the last one, which are not repeated. */
INLINE int64_t mirrored(int64_t place, int64_t size) {
  if (size == 1) return 0;
  return place < 0 ? 1 : place >= size ? size - 2 : place;
}

void NAME(ck_stylize_row)(const void *plan, int64_t row, void *scratch) {
  const ck_stylize *p = plan;
  const int64_t width = p->width, plane = p->height * width, image = row / p->height, y = row % p->height;
  /* rise[j + 1] and soft[j + 1]: column j's difference and weighted sum over three rows. */
  float *ink = scratch, *rise = ink + width, *soft = rise + width + 2;
  for (int64_t j = 0; j < width; j++) ink[j] = 1;
  const int64_t start = image * p->channels * plane, here = y * width;
  for (int64_t c = 0; c < p->channels; c++) {
    const float *x = p->x + start + c * plane, *middle = x + here;
    const float *above = x + mirrored(y - 1, p->height) * width, *below = x + mirrored(y + 1, p->height) * width;
    LOOP for (int64_t j = 0; j < width; j++) {
      rise[j + 1] = below[j] - above[j];
      soft[j + 1] = FMAF(2.0f, middle[j], below[j] + above[j]);
    }
    const int64_t left = mirrored(-1, width) + 1, right = mirrored(width, width) + 1;
    rise[0] = rise[left], soft[0] = soft[left];
    rise[width + 1] = rise[right], soft[width + 1] = soft[right];
    LOOP for (int64_t j = 0; j < width; j++) {
      const float dx = soft[j + 2] - soft[j], dy = FMAF(2.0f, rise[j + 1], rise[j] + rise[j + 2]);
      ink[j] -= __builtin_sqrtf(FMAF(dx, dx, dy * dy));
    }
  }
  for (int64_t c = 0; c < p->channels; c++) {
    const float *x = p->x + start + c * plane + here;
    float *out = p->out + start + c * plane + here;
    LOOP for (int64_t j = 0; j < width; j++) {
      const float v = x[j] * ink[j];
      out[j] = v > 1 ? 1 : v > 0 ? v : 0;
    }
  }
}

/* Light from a value of sRGB and back, by the curve of IEC 61966-2-1. */
INLINE vf light_of(vf x) {
  const vf curve = vector_exp(2.4f * vector_log((VMAX(x, SPLAT(0.04045f)) + 0.055f) * (1 / 1.055f)));
  return choose(x > SPLAT(0.04045f), curve, x * (1 / 12.92f));
}

INLINE vf value_of(vf x) {
  x = VMIN(VMAX(x, SPLAT(0.0f)), SPLAT(1.0f));
  const vf curve = VFMA(SPLAT(1.055f), vector_exp((1 / 2.4f) * vector_log(VMAX(x, SPLAT(0.0031308f)))), SPLAT(-0.055f));
  return VMIN(choose(x > SPLAT(0.0031308f), curve, x * 12.92f), SPLAT(1.0f));
}

/* CIE L*a*b*'s f and its inverse, with scikit-image's numbers. */
INLINE vf lab_f(vf t) {
  const vf root = vector_exp((1 / 3.0f) * vector_log(VMAX(t, SPLAT(0.008856f))));
  return choose(t > SPLAT(0.008856f), root, VFMA(t, SPLAT(7.787f), SPLAT(16 / 116.0f)));
}

INLINE vf lab_inverse(vf f) { return choose(f > SPLAT(0.2068966f), f * f * f, (f - 16 / 116.0f) * (1 / 7.787f)); }

/* Linear sRGB to XYZ over D65's white, and its inverse. */
static const float WHITE_XYZ[3][3] = {{0.433946363f, 0.376213873f, 0.189825034f},
                                      {0.212671f, 0.71516f, 0.072169f},
                                      {0.0177566746f, 0.109468879f, 0.872704646f}};
static const float WHITE_RGB[3][3] = {{3.0799803f, -1.53715152f, -0.542821308f},
                                      {-0.921247752f, 1.87599f, 0.0452473395f},
                                      {0.0528904611f, -0.204041338f, 1.15123201f}};

INLINE vf mix(const float *row, vf a, vf b, vf c) { return VFMA(SPLAT(row[0]), a, VFMA(SPLAT(row[1]), b, row[2] * c)); }

void NAME(ck_lightness_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_lightness *p = plan;
  const int64_t width = p->width, plane = p->height * width;
  const int64_t at = row / p->height * 3 * plane + row % p->height * width;
  for (int64_t j = 0; j < width; j += SIDE) {
    const int64_t left = width - j;
    const float *x = p->x + at + j;
    const vf r = light_of(load_part(x, left)), g = light_of(load_part(x + plane, left)), b = light_of(load_part(x + 2 * plane, left));
    const vf middle = lab_f(mix(WHITE_XYZ[1], r, g, b));
    const vf lightness = VFMA(middle, SPLAT(116 / 255.0f), SPLAT(-16 / 255.0f));
    if (p->smooth == NULL) {
      store_part(p->out + row * width + j, left, lightness);
      continue;
    }
    /* L* moves f(X), f(Y) and f(Z) alike: a* and b* are their differences. */
    const vf shift = p->gain * (255 / 116.0f) * (lightness - load_part(p->smooth + row * width + j, left));
    const vf u = lab_inverse(lab_f(mix(WHITE_XYZ[0], r, g, b)) + shift), v = lab_inverse(middle + shift);
    const vf w = lab_inverse(lab_f(mix(WHITE_XYZ[2], r, g, b)) + shift);
    for (int64_t c = 0; c < 3; c++) store_part(p->out + at + c * plane + j, left, value_of(mix(WHITE_RGB[c], u, v, w)));
  }
}
#endif
