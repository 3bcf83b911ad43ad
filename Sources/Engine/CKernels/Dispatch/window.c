/* Convolution as unfolding and matrix products, band by band of output rows. This is the oracle for the fast paths and
 * the f64 path of gradient checks. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* A band's unfolded columns stay below this many bytes (unless one output row is larger). */
enum { BAND_BYTES = 4 << 20 };

typedef struct {
  const ck_conv *p;
  int64_t bytes;
  int shift;
  char *image;   /* one group of one image: [channels, in_height, in_width] */
  char *columns; /* [channels * kernel_height * kernel_width][rows * out_width] */
  int64_t first, rows;
} unfolding;

/* Columns of x that output column j reads lie inside the picture for begin <= j < end. */
static void inside(const ck_conv *p, int64_t kx, int64_t *begin, int64_t *end) {
  const int64_t offset = kx * p->dilation_x - p->pad_left;
  *begin = offset >= 0 ? 0 : ck_min(ck_ceil_div(-offset, p->stride_x), p->out_width);
  const int64_t room = p->in_width - offset; /* j * stride < room */
  *end = room <= 0 ? 0 : ck_min(ck_ceil_div(room, p->stride_x), p->out_width);
  if (*end < *begin) *end = *begin;
}

static void unfold(void *context, int64_t line) {
  const unfolding *u = context;
  const ck_conv *p = u->p;
  const int64_t taps = p->kernel_height * p->kernel_width, channel = line / taps;
  const int64_t ky = line % taps / p->kernel_width, kx = line % p->kernel_width, b = u->bytes;
  char *out = u->columns + line * u->rows * p->out_width * b;
  int64_t begin, end;
  inside(p, kx, &begin, &end);
  for (int64_t r = 0; r < u->rows; r++, out += p->out_width * b) {
    const int64_t y = (u->first + r) * p->stride_y - p->pad_top + ky * p->dilation_y;
    if (y < 0 || y >= p->in_height || begin == end) {
      memset(out, 0, (size_t)(p->out_width * b));
      continue;
    }
    const int64_t x = begin * p->stride_x - p->pad_left + kx * p->dilation_x;
    memset(out, 0, (size_t)(begin * b));
    ck_kernels->gather[u->shift](out + begin * b, u->image + ((channel * p->in_height + y) * p->in_width + x) * b, 1,
                                 end - begin, 0, p->stride_x * b);
    memset(out + end * b, 0, (size_t)((p->out_width - end) * b));
  }
}

/* Adds the columns of one channel back into the image: every tap in order, one channel on one thread. */
static void fold(void *context, int64_t channel) {
  const unfolding *u = context;
  const ck_conv *p = u->p;
  const int64_t taps = p->kernel_height * p->kernel_width, b = u->bytes;
  for (int64_t t = 0; t < taps; t++) {
    const char *in = u->columns + (channel * taps + t) * u->rows * p->out_width * b;
    int64_t begin, end;
    inside(p, t % p->kernel_width, &begin, &end);
    for (int64_t r = 0; r < u->rows; r++, in += p->out_width * b) {
      const int64_t y = (u->first + r) * p->stride_y - p->pad_top + t / p->kernel_width * p->dilation_y;
      if (y < 0 || y >= p->in_height) continue;
      const int64_t x = begin * p->stride_x - p->pad_left + t % p->kernel_width * p->dilation_x;
      char *to = u->image + ((channel * p->in_height + y) * p->in_width + x) * b;
      for (int64_t j = begin; j < end; j++, to += p->stride_x * b) {
        if (b == 4)
          *(float *)to += ((const float *)in)[j];
        else
          *(double *)to += ((const double *)in)[j];
      }
    }
  }
}

static bool usable(int type, const ck_conv *p) {
  return (type == CK_F32 || type == CK_F64) && p->groups > 0 && p->in_channels % p->groups == 0 &&
         p->out_channels % p->groups == 0;
}

/* Sizes of one group, and the band. */
typedef struct {
  int64_t in, out, depth, area, picture, band;
} plan;

static plan plan_of(const ck_conv *p, int64_t bytes) {
  plan s = {.in = p->in_channels / p->groups, .out = p->out_channels / p->groups};
  s.depth = s.in * p->kernel_height * p->kernel_width;
  s.area = p->out_height * p->out_width;
  s.picture = s.in * p->in_height * p->in_width;
  const int64_t row = s.depth * p->out_width * bytes;
  s.band = row == 0 ? 1 : BAND_BYTES / row;
  s.band = s.band < 1 ? 1 : ck_min(s.band, p->out_height);
  return s;
}

int ck_conv_forward(int type, const ck_conv *p, const void *x, const void *w, const void *bias, void *y) {
  if (!usable(type, p)) return -1;
  const int64_t b = ck_size_of[type];
  const plan s = plan_of(p, b);
  if (p->batch * p->out_channels * s.area == 0) return 0;
  unfolding u = {.p = p, .bytes = b, .shift = ck_shift_of[type]};
  u.columns = malloc((size_t)(s.depth * s.band * p->out_width * b) + 1);
  if (u.columns == NULL) return -2;
  int status = 0;
  for (int64_t i = 0; i < p->batch * p->groups && status == 0; i++) {
    const int64_t group = i % p->groups;
    u.image = (char *)x + i * s.picture * b;
    for (u.first = 0; u.first < p->out_height && status == 0; u.first += s.band) {
      u.rows = ck_min(s.band, p->out_height - u.first);
      const int64_t n = u.rows * p->out_width;
      ck_parallel(s.depth, unfold, &u);
      status = ck_gemm(type, s.out, n, s.depth, (const char *)w + group * s.out * s.depth * b, s.depth, 1, u.columns,
                       n, 1, (char *)y + (i * s.out * s.area + u.first * p->out_width) * b, s.area);
      if (ck_stopped()) status = 1;
    }
  }
  free(u.columns);
  if (status != 0) return status == 1 ? 0 : status;
  if (bias != NULL) {
    const ck_nest nest = {.rank = 3, .operands = 3, .size = {p->batch, p->out_channels, s.area},
                          .stride = {{p->out_channels * s.area, s.area, 1}, {p->out_channels * s.area, s.area, 1},
                                     {0, 1, 0}}};
    return ck_binary(CK_ADD, type, &nest, y, y, bias, 0, 0);
  }
  return 0;
}

int ck_conv_backward_data(int type, const ck_conv *p, const void *dy, const void *w, void *dx) {
  if (!usable(type, p)) return -1;
  const int64_t b = ck_size_of[type];
  const plan s = plan_of(p, b);
  memset(dx, 0, (size_t)(p->batch * p->groups * s.picture * b));
  if (p->batch * p->out_channels * s.area * s.depth == 0) return 0;
  unfolding u = {.p = p, .bytes = b, .shift = ck_shift_of[type]};
  u.columns = malloc((size_t)(s.depth * s.band * p->out_width * b));
  if (u.columns == NULL) return -2;
  int status = 0;
  for (int64_t i = 0; i < p->batch * p->groups && status == 0; i++) {
    u.image = (char *)dx + i * s.picture * b;
    for (u.first = 0; u.first < p->out_height && status == 0 && !ck_stopped(); u.first += s.band) {
      u.rows = ck_min(s.band, p->out_height - u.first);
      const int64_t n = u.rows * p->out_width;
      status = ck_gemm(type, s.depth, n, s.out, (const char *)w + i % p->groups * s.out * s.depth * b, 1, s.depth,
                       (const char *)dy + (i * s.out * s.area + u.first * p->out_width) * b, s.area, 1, u.columns, n);
      if (status == 0) ck_parallel(s.in, fold, &u);
    }
  }
  free(u.columns);
  return status;
}

int ck_conv_backward_weights(int type, const ck_conv *p, const void *x, const void *dy, void *dw) {
  if (!usable(type, p)) return -1;
  const int64_t b = ck_size_of[type];
  const plan s = plan_of(p, b);
  const int64_t size = s.out * s.depth;
  memset(dw, 0, (size_t)(p->groups * size * b));
  if (p->batch * s.area * size == 0) return 0;
  unfolding u = {.p = p, .bytes = b, .shift = ck_shift_of[type]};
  u.columns = malloc((size_t)(s.depth * s.band * p->out_width * b));
  char *part = malloc((size_t)(size * b));
  int status = u.columns == NULL || part == NULL ? -2 : 0;
  const ck_nest all = {.rank = 1, .operands = 3, .size = {size}, .stride = {{1}, {1}, {1}}};
  for (int64_t i = 0; i < p->batch * p->groups && status == 0; i++) {
    u.image = (char *)x + i * s.picture * b;
    for (u.first = 0; u.first < p->out_height && status == 0 && !ck_stopped(); u.first += s.band) {
      u.rows = ck_min(s.band, p->out_height - u.first);
      const int64_t n = u.rows * p->out_width;
      ck_parallel(s.depth, unfold, &u);
      status = ck_gemm(type, s.out, s.depth, n, (const char *)dy + (i * s.out * s.area + u.first * p->out_width) * b,
                       s.area, 1, u.columns, 1, n, part, s.depth);
      char *to = (char *)dw + i % p->groups * size * b;
      if (status == 0) status = ck_binary(CK_ADD, type, &all, to, to, part, 0, 0);
    }
  }
  free(u.columns);
  free(part);
  return status;
}
