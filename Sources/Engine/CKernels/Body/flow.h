/* Filters across and along the flow of a picture's edges, one row at a time. Every pixel walks alone, so that splitting
 * the rows changes no byte. */
#ifndef CK_FLOW_H
#define CK_FLOW_H
#include "picture.h"

/* A plane read at any place: kept inside, then four neighbours. */
typedef struct {
  int64_t right, down; /* steps to the next column and row, 0 where there is none */
  vf most_x, most_y, last_x, last_y;
  vi row;
} reader;

INLINE reader reader_of(int64_t height, int64_t width) {
  return (reader){.right = width > 1,
                .down = height > 1 ? width : 0,
                .most_x = SPLAT((float)(width - 1)),
                .most_y = SPLAT((float)(height - 1)),
                .last_x = SPLAT((float)(width > 1 ? width - 2 : 0)),
                .last_y = SPLAT((float)(height > 1 ? height - 2 : 0)),
                .row = (vi)((int32_t)width)};
}

/* Places and parts: what the four neighbours weigh. A NaN reads as 0. */
INLINE vi corner_of(const reader *g, vf x, vf y, vf *part_x, vf *part_y) {
  const vf zero = SPLAT(0.0f);
  x = VMIN(VMAX(x, zero), g->most_x);
  y = VMIN(VMAX(y, zero), g->most_y);
  const vi column = __builtin_convertvector(VMIN(x, g->last_x), vi);
  const vi line = __builtin_convertvector(VMIN(y, g->last_y), vi);
  *part_x = x - __builtin_convertvector(column, vf);
  *part_y = y - __builtin_convertvector(line, vf);
  return line * g->row + column;
}

INLINE vf read_between(const reader *g, const float *plane, vi at, vf part_x, vf part_y) {
  const vf a = pick(plane, at), b = pick(plane + g->right, at);
  const vf c = pick(plane + g->down, at), d = pick(plane + g->down + g->right, at);
  const vf top = VFMA(part_x, b - a, a), bottom = VFMA(part_x, d - c, c);
  return VFMA(part_y, bottom - top, top);
}

/* The nearest pixel of a place. */
INLINE vi nearest_pixel(const reader *g, vf x, vf y) {
  const vf zero = SPLAT(0.0f);
  const vi column = __builtin_convertvector(VMIN(VMAX(x, zero), g->most_x) + 0.5f, vi);
  const vi line = __builtin_convertvector(VMIN(VMAX(y, zero), g->most_y) + 0.5f, vi);
  return line * g->row + column;
}

void NAME(ck_flow_across_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_flow_across *p = plan;
  const int64_t width = p->width, image = row / p->height, line = row % p->height, area = p->height * width;
  const reader g = reader_of(p->height, width);
  const float *x = p->x + image * area, *tensor = p->tensor + image * 3 * area + line * width;
  float *out = p->out + image * area + line * width, *flow = p->flow + image * 2 * area + line * width;
  for (int64_t first = 0; first < width; first += SIDE) {
    first = block_at(width, first);
    vf u, v;
    calmest(load_block(tensor, width, first), load_block(tensor + area, width, first),
            load_block(tensor + 2 * area, width, first), &u, &v);
    store(flow, width, first, u);
    store(flow + area, width, first, v);
    const vf px = columns_from(first), py = SPLAT((float)line);
    vf sum = p->weights[0] * load_block(x + line * width, width, first);
    for (int64_t t = 1; t <= p->taps; t++) {
      const vf sx = v * (float)t, sy = u * (float)t;
      vf ax, ay, bx, by;
      const vi a = corner_of(&g, px - sx, py + sy, &ax, &ay), b = corner_of(&g, px + sx, py - sy, &bx, &by);
      sum = VFMA(SPLAT(p->weights[t]), read_between(&g, x, a, ax, ay) + read_between(&g, x, b, bx, by), sum);
    }
    store(out, width, first, sum);
  }
}

/* One block of up to four planes. */
INLINE void walk_block(const ck_flow_along *p, const reader *g, const int64_t planes, const float *x, const float *flow,
                       int64_t line, int64_t first, float *out) {
  const int64_t width = p->width, area = p->height * width, start = line * width;
  const vf u = load_block(flow + start, width, first), v = load_block(flow + area + start, width, first);
  vf sum[4];
  for (int64_t c = 0; c < planes; c++) sum[c] = p->weights[0] * load_block(x + c * area + start, width, first);
  for (int side = 0; side < 2; side++) {
    vf px = columns_from(first), py = SPLAT((float)line), tx = side ? -u : u, ty = side ? -v : v;
    for (int64_t t = 1; t <= p->taps; t++) {
      /* Half a step, the direction found there turned so that it goes on ahead, a whole step. */
      const vi at = nearest_pixel(g, VFMA(SPLAT(0.5f), tx, px), VFMA(SPLAT(0.5f), ty, py));
      const vf nx = pick(flow, at), ny = pick(flow + area, at);
      const vi back = VFMA(nx, tx, ny * ty) < SPLAT(0.0f);
      tx = choose(back, -nx, nx);
      ty = choose(back, -ny, ny);
      px += tx;
      py += ty;
      vf part_x, part_y;
      const vi here = corner_of(g, px, py, &part_x, &part_y);
      for (int64_t c = 0; c < planes; c++)
        sum[c] = VFMA(SPLAT(p->weights[t]), read_between(g, x + c * area, here, part_x, part_y), sum[c]);
    }
  }
  for (int64_t c = 0; c < planes; c++) store(out + c * area + start, width, first, sum[c]);
}

void NAME(ck_flow_along_row)(const void *plan, int64_t row, void *scratch) {
  (void)scratch;
  const ck_flow_along *p = plan;
  const int64_t image = row / p->height, line = row % p->height, area = p->height * p->width;
  const reader g = reader_of(p->height, p->width);
  const float *flow = p->flow + image * 2 * area;
  for (int64_t c = 0; c < p->channels; c += 4) {
    const int64_t plane = (image * p->channels + c) * area;
    for (int64_t first = 0; first < p->width; first += SIDE) {
      first = block_at(p->width, first);
      const float *x = p->x + plane;
      switch (p->channels - c) {
        case 1: walk_block(p, &g, 1, x, flow, line, first, p->out + plane); break;
        case 2: walk_block(p, &g, 2, x, flow, line, first, p->out + plane); break;
        case 3: walk_block(p, &g, 3, x, flow, line, first, p->out + plane); break;
        default: walk_block(p, &g, 4, x, flow, line, first, p->out + plane); break;
      }
    }
  }
}
#endif
