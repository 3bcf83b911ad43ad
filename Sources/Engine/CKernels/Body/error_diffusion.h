/* Floyd and Steinberg's error diffusion to black and white, in whole numbers as Pillow's conversion to one bit. */
#ifndef CK_ERROR_DIFFUSION_H
#define CK_ERROR_DIFFUSION_H
#include "picture.h"

/* A plane. scratch: width + 2 ints. errors[x] holds sixteen times what the row above leaves for column x - 1. */
void NAME(ck_error_diffusion_row)(const void *plan, int64_t plane, void *scratch) {
  const ck_error_diffusion *p = plan;
  int32_t *errors = scratch;
  memset(errors, 0, (size_t)(p->width + 2) * sizeof(int32_t));
  for (int64_t y = 0; y < p->height; y++) {
    const float *in = p->x + (plane * p->height + y) * p->width;
    float *out = p->out + (plane * p->height + y) * p->width;
    /* What the pixel to the left leaves for this one (7), and parts of what goes below (3, 5 and 1 of 16). */
    int32_t ahead = 0, below = 0, behind = 0;
    for (int64_t x = 0; x < p->width; x++) {
      float level = in[x] * 255.0f;
      level = level > 0.0f ? level : 0.0f; /* NaN ends here */
      int32_t value = (int32_t)__builtin_rintf(level < 255.0f ? level : 255.0f) + (ahead + errors[x + 1]) / 16;
      value = value < 0 ? 0 : value > 255 ? 255 : value;
      const bool white = value > 128;
      out[x] = white ? 1.0f : 0.0f;
      const int32_t error = value - (white ? 255 : 0);
      errors[x] = 3 * error + below;
      below = 5 * error + behind;
      behind = error;
      ahead = 7 * error;
    }
    errors[p->width] = below;
  }
}
#endif
