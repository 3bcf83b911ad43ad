/* Halftone screens: round dots on a turned grid. */
#ifndef CK_SCREEN_H
#define CK_SCREEN_H
#include "picture.h"

void NAME(ck_screen_row)(const void *plan, int64_t row, void *scratch) {
  const ck_screen *p = plan;
  (void)scratch;
  const int64_t y = row % p->height, width = p->width;
  const float *x = p->x + row * width, *a = p->across;
  float *out = p->out + row * width;
  const float cu = p->down[y], su = p->down[p->height + y];
  const float cv = p->down[2 * p->height + y], sv = p->down[3 * p->height + y];
  LOOP for (int64_t i = 0; i < width; i++) {
    const float cos_u = a[i] * cu - a[width + i] * su, sin_u = a[width + i] * cu + a[i] * su;
    const float cos_v = a[2 * width + i] * cv - a[3 * width + i] * sv;
    const float sin_v = a[3 * width + i] * cv + a[2 * width + i] * sv;
    float place = x[i] * 256.0f;
    place = place > 0.0f ? place : 0.0f; /* NaN ends here */
    place = place < 256.0f ? place : 256.0f;
    const int32_t low = (int32_t)(place < 255.0f ? place : 255.0f);
    const float level = p->levels[low] + (p->levels[low + 1] - p->levels[low]) * (place - (float)low);
    const float steep = __builtin_sqrtf(sin_u * sin_u + sin_v * sin_v);
    const float slope = (steep > 0.25f ? steep : 0.25f) * p->scale * p->softness;
    const float ink = (cos_u + cos_v - level) / slope + 0.5f;
    out[i] = ink < 0.0f ? 0.0f : ink > 1.0f ? 1.0f : ink;
  }
}
#endif
