/* The C kernels over f32 pictures: their list, and a plan for each. Included by ckernels.h. */
#ifndef PICTURES_H
#define PICTURES_H
#include <stdbool.h>
#include <stdint.h>

/* Kernels over f32 pictures. X(name): a plan `ck_name` and, in Body/, the work of one of its rows (or bands, or blocks:
 * whatever can be computed alone), `ck_name_row`. */
#define CK_PICTURE_KERNELS(X) \
  X(kuwahara)                 \
  X(correlation)              \
  X(similarity)               \
  X(domain_steps)             \
  X(domain)                   \
  X(stylize)                  \
  X(lightness)                \
  X(diffusion)                \
  X(l0)                       \
  X(recurrence)               \
  X(bordered)                 \
  X(separable)                \
  X(box)                      \
  X(flow_across)              \
  X(flow_along)               \
  X(noise)                    \
  X(hatch)                    \
  X(bilateral)                \
  X(grid_splat)               \
  X(grid_slice)               \
  X(guided_fit)               \
  X(guided_apply)             \
  X(median)                   \
  X(median_tile)              \
  X(morphology)               \
  X(oil)                      \
  X(error_diffusion)          \
  X(screen)                   \
  X(normalize)                \
  X(normalize_back)           \
  X(halve)                    \
  X(halve_back)               \
  X(frame)                    \
  X(frame_back)               \
  X(adam)                     \
  X(sgd)                      \
  X(distance)                 \
  X(distance_back)            \
  X(variation)                \
  X(variation_back)
#define CK_PICTURE_NUMBER(name) CK_PICTURE_##name,
enum { CK_PICTURE_KERNELS(CK_PICTURE_NUMBER) CK_PICTURE_COUNT };
/* Rows 0 to rows - 1 of a plan, per_chunk of them at a time, in parallel; every chunk has scratch_bytes of its own (64-byte
 * aligned; its rows find there what the ones before them left). Returns 0, or -2 without memory for scratch. */
int ck_picture_run(int kernel, const void *plan, int64_t rows, int64_t per_chunk, int64_t scratch_bytes);

/* A Kuwahara filter of eight sectors over f32 pictures. x and energy (the sum of squares over the channels) have
 * `margin` more rows and columns on every side, and rows of at least 16 + 2 margin elements. */
typedef struct {
  int64_t images, channels, height, width; /* of the dense output [images, channels, height, width] */
  int64_t margin, row, plane;              /* of x and energy: elements of a margin, a row, a plane */
  float sharpness;                         /* q of a sector's say 1 / (1 + (255 variance)^(q/2)) */
  /* tensor == NULL: every pixel has the same sectors, sector k with counts[k] taps at element offsets from the pixel,
   * weights adding up to 1; sectors follow each other in offsets and weights. */
  const int64_t *counts, *offsets;
  const float *weights;
  /* Else: ellipses of mean radius `radius` <= margin / 2 along the minor eigenvector of the structure tensor (three planes
   * [images, 3, height, width]), drawn out by (eccentricity + A) / eccentricity; polynomial sectors of zeta and eta. */
  const float *tensor;
  float radius, eccentricity, zeta, eta;
  const float *x, *energy;
  float *out;
} ck_kuwahara; /* a row of an image of the output; scratch: 8 (channels + 2) vectors of 64 bytes */

/* Lines across the flow: one row of one picture. out[y][x] = weights[0] x + the sum over t = 1…taps of weights[t] times
 * the two values t pixels away on the line across the flow, read between four pixels, kept inside. The flow is the minor
 * eigenvector of the structure tensor (E F; F G), and is handed out. */
typedef struct {
  int64_t images, height, width, taps;
  const float *weights;    /* taps + 1 */
  const float *x, *tensor; /* [images, height, width], [images, 3, height, width] */
  float *flow, *out;       /* [images, 2, height, width], [images, height, width] */
} ck_flow_across;

/* The same along the flow: taps steps of a pixel (midpoint rule) ahead and back. One row of all channels. */
typedef struct {
  int64_t images, channels, height, width, taps;
  const float *weights; /* taps + 1 */
  const float *x, *flow; /* [images, channels, height, width], [images, 2, height, width] */
  float *out;
} ck_flow_along;

/* Octaves of value or gradient noise at (xx x + xy y, yx x + yy y): one row of height × width. */
typedef struct {
  int64_t height, width, octaves;
  bool gradient;
  uint32_t seed;
  float xx, xy, yx, yy;
  float *out;
} ck_noise;

/* Layers of pen strokes over the darkness `in`, 0 to 1: one row of one picture. out: the paper left, 0 to 1. A layer covers
 * at most most[k], and its table says at which darkness (0…1 and a little more) it covers 0, 1/32, … 1. */
enum { CK_HATCH_STEPS = 32 };
typedef struct {
  int64_t images, height, width, layers;
  float spacing, length, jitter, nib; /* pixels; spacings; 0 to 1; a fresh stroke's width in spacings */
  const float *directions;            /* [layers, 2]: cosine and sine of the strokes' angle */
  const float *most, *tables;         /* [layers], [layers, CK_HATCH_STEPS + 1] */
  const uint32_t *seeds;              /* [layers] */
  const float *in;
  float *out;
} ck_hatch;

/* Every one of `planes` dense f32 planes height × width with the same window, only where it lies wholly inside:
 * out[y][x] = sum over i, j of window[i*columns + j] * in[y + i][x + j], out dense
 * (height - rows + 1) × (width - columns + 1). */
typedef struct {
  int64_t planes, height, width, rows, columns;
  const float *window, *in;
  float *out;
} ck_correlation; /* a row of a plane of the output */

/* Every one of `planes` dense f32 planes height × width with the same window of rows × columns, outputs as large as
 * the planes. from_rows: for each of the height + rows - 1 rows that windows cover the row of the plane that stands
 * there, -1 for zeros; from_columns: the same for the columns - 1 columns outside, the `left` ones first. out may not
 * overlap in. Kernels: bordered (window: rows × columns weights), separable (rows weights down, columns weights across),
 * box (no window: the mean). */
typedef struct {
  int64_t planes, height, width, rows, columns, left, band;
  const int32_t *from_rows, *from_columns;
  const float *window, *in;
  float *out;
} ck_bordered; /* `band` rows of a plane; scratch: see ck_bordered_scratch */
enum { CK_BORDERED_SLACK = 80 };
/* A row with its sides, in whole vectors. */
static inline int64_t ck_bordered_stride(int64_t width, int64_t columns) {
  return (width + columns - 1 + CK_BORDERED_SLACK + 15) / 16 * 16;
}
/* Bytes of scratch that each of the three kernels is content with. */
static inline int64_t ck_bordered_scratch(const ck_bordered *p, int kernel) {
  const int64_t stride = ck_bordered_stride(p->width, p->columns);
  if (kernel == CK_PICTURE_bordered) return (p->band + p->rows - 1) * stride * 4;
  if (kernel == CK_PICTURE_box) return 2 * stride * 8;
  return 5 * stride * 4 + (p->rows + 4) * 8;
}

/* Structural similarity of two sets of dense f32 planes height × width under a separable window of `taps` weights in
 * each direction, only where it lies wholly inside: rows × columns = (height - taps + 1) × (width - taps + 1) places.
 *   contrast   = (2 n cov(x, y) + c2) / (n (var x + var y) + c2)
 *   similarity = contrast (2 mean x mean y + c1) / (mean² x + mean² y + c1)
 * with n = covariance. sums: for every row of every plane the sum of the similarity and that of the contrast. */
typedef struct {
  int64_t planes, height, width, taps;
  const double *window;
  double c1, c2, covariance;
  const float *x, *y;
  double *sums; /* [planes, rows, 2] */
  float *map;   /* the similarity, [planes, rows, columns]; may be NULL */
} ck_similarity; /* a row of windows of a plane; scratch: 4 ck_similarity_stride doubles */
/* A row of column sums: the columns in whole vectors of eight, and one vector more for the last block's windows. */
static inline int64_t ck_similarity_stride(int64_t width) { return (width + 7) / 8 * 8 + 8; }

/* The domain transform (Gastal, Oliveira 2011). A pixel's step from its left and its upper neighbour is
 * 1 + ratio · Σ over the channels of |difference|; rate > 0: exp(-rate · step) instead. */
typedef struct {
  int64_t images, channels, height, width;
  float ratio, rate;
  const float *x;     /* [images, channels, height, width] */
  float *right, *down; /* [images, height, width] */
} ck_domain_steps; /* a row of an image */
enum { CK_DOMAIN_RECURSIVE, CK_DOMAIN_NORMALIZED, CK_DOMAIN_INTERPOLATED, CK_DOMAIN_COUNT };
/* One pass over all rows or all columns of x, in place. COUNT adds the number of pixels in each box to x instead. */
typedef struct {
  int64_t images, channels, height, width;
  int32_t kind;
  bool columns;
  int64_t squarings; /* RECURSIVE: the feedback is steps^(2^squarings) */
  double radius;     /* the others: half the box, in the transformed domain */
  const float *steps; /* [images, height, width] */
  float *x;           /* [images, channels, height, width] */
} ck_domain; /* sixteen rows, or columns, of an image; scratch: ck_domain_scratch */
static inline int64_t ck_domain_scratch(const ck_domain *p) {
  const int64_t stride = ((p->columns ? p->height : p->width) + 32) / 16 * 16;
  if (p->kind == CK_DOMAIN_RECURSIVE) return 2 * stride * 64;
  return stride * (5 * 8 + (p->columns ? (p->channels + 1) * 64 : 0));
}

/* x times 1 - Σ over the channels of the length of Sobel's gradient, within 0 to 1. */
typedef struct {
  int64_t images, channels, height, width;
  const float *x;
  float *out;
} ck_stylize; /* a row of an image; scratch: 3 width + 4 floats */

/* CIE L* / 255 of an RGB picture [images, 3, height, width] (smooth NULL); else the picture with gain times the
 * difference between it and `smooth` added to it, within 0 to 1. */
typedef struct {
  int64_t images, height, width;
  float gain;
  const float *x, *smooth;
  float *out;
} ck_lightness; /* a row of an image */

/* A step of anisotropic diffusion: out = x + step · Σ over four neighbours of g · difference with g = exp(-scale · d²)
 * or 1 / (1 + scale · d²), d² summed over the channels. Nothing flows over the border. */
typedef struct {
  int64_t images, channels, height, width;
  float step, scale;
  bool rational;
  const float *x;
  float *out;
} ck_diffusion; /* a row of an image; scratch: 3 width + 1 floats */

/* L0 smoothing: out = source + beta · D'(h), D' the transpose of the differences to the right and lower neighbours, h
 * the differences of x that are kept: where their squares, summed over channels, reach the threshold. */
typedef struct {
  int64_t images, channels, height, width;
  float beta, threshold;
  const float *x, *source;
  float *out;
} ck_l0; /* a row of an image; scratch: 2 width floats */

/* h[j] = b[j] + a[j] h[j-1] (backward: h[j+1]) along the middle axis of dense [outer, length, inner], f32 or f64. */
typedef struct {
  int64_t outer, length, inner;
  bool is_double, backward;
  const void *a, *b;
  void *h;
} ck_recurrence; /* one of `outer` */

/* A joint bilateral filter: a pixel becomes the mean of the pixels at its taps, each weighted by 2^(near + say d²), d the
 * sum over the guide's channels of the absolute differences. x and guide have `margin` more rows and columns on every
 * side and rows of at least 16 + 2 margin elements; they may be the same. */
typedef struct {
  int64_t images, channels, guides, height, width; /* of the dense output [images, channels, height, width] */
  int64_t margin, row, plane;                      /* of x and guide: elements of a margin, a row, a plane */
  int64_t shared;                                  /* 1: all images have the first one's guide */
  int64_t taps;
  float say; /* negative */
  const int64_t *offsets;
  const float *near; /* at most 0 */
  const float *x, *guide;
  float *out;
} ck_bilateral; /* a row of an image of the output; scratch: 2 channels vectors of 64 bytes */

/* A bilateral grid: cells [images, rows, columns, layers, channels + 1] hold weighted sums of the channels and, last, of
 * the weights. Pixel (y, x) lies at (y step, x step, level) with level from 0 to layers - 1, and belongs to its eight
 * neighbours by linear interpolation. Splatting fills the cells from x (a row of cells), slicing reads the means at the
 * pixels into out (a row of pixels). */
typedef struct {
  int64_t images, channels, height, width, rows, columns, layers;
  float step;         /* cells per pixel, at most 1 */
  const float *level; /* [images, height, width] */
  const float *x;     /* [images, channels, height, width] */
  float *out, *cells;
} ck_bilateral_grid;
typedef ck_bilateral_grid ck_grid_splat, ck_grid_slice;

/* Kernels below that work on tiles cut every plane height × width into squares of `tile` pixels, from the left, then from
 * the top; a "row" is a tile of an image (or plane). */
static inline int64_t ck_tiles(int64_t height, int64_t width, int64_t tile) {
  return (height + tile - 1) / tile * ((width + tile - 1) / tile);
}
/* Floats of a tile with `radius` pixels around it, and a vector more. */
static inline int64_t ck_field(int64_t tile, int64_t radius) { return (tile + 2 * radius) * (tile + 2 * radius) + 16; }

/* A guided filter with one or three guides, windows of 2 radius + 1 cut off at the border. Fitting writes for every window
 * the slopes and the height of x as a line over the guides, lines [images, channels, guides + 1, height, width]; applying
 * reads their means into out. */
typedef struct {
  int64_t images, channels, guides, height, width, radius, tile;
  int64_t shared; /* 1: all images have the first one's guide */
  float epsilon;
  const float *guide, *x; /* dense; the same where a picture guides itself */
  float *lines, *out;
} ck_guided; /* a tile of an image; scratch: 2 fields and 19 tiles of floats */
typedef ck_guided ck_guided_fit, ck_guided_apply;

/* Medians over windows of size × size, size odd, of dense planes. rows[i] and columns[j] name the row and the column that
 * stand at i and j, counted from size / 2 before the first to size / 2 behind the last; -1: zeros. ck_median: sizes 3, 5
 * and 7 by networks, a row of a plane; scratch: 21 rows of 288 floats. ck_median_tile: any size, a tile of a plane;
 * scratch: 20 (tile + size)² bytes. */
typedef struct {
  int64_t planes, height, width, size, tile;
  const int64_t *rows, *columns;
  const float *x;
  float *out;
} ck_median;
typedef ck_median ck_median_tile;

/* The least (or largest) value under a shape of `size` rows, row i covering lengths[i] (possibly 0) columns from
 * starts[i] on, pixel (size / 2, size / 2) over the output's; lengths == NULL: a square. Outside a plane nothing
 * counts. */
typedef struct {
  int64_t planes, height, width, size, tile, largest;
  const int64_t *starts, *lengths;
  const float *x;
  float *out;
} ck_morphology; /* a tile of a plane; scratch: 2 ((tile + size)² + 16) floats */

/* Oil paint: the mean colours of a window's tones in `bins` bins (at most 256), blended by (share of the window)^sharpness;
 * sharpness 0: the fullest bin's, the darkest of equals. Windows of 2 radius + 1, cut off at the border. */
typedef struct {
  int64_t images, channels, height, width, radius, bins, tile;
  float sharpness;
  const float *tone; /* [images, height, width], 0 to 1 */
  const float *x;
  float *out;
} ck_oil; /* a tile of an image; scratch: 3 fields and 6 (tile² + 16) floats */

/* Floyd-Steinberg diffusion of every plane to 0 and 1, in whole levels of 0 to 255 as Pillow's. */
typedef struct {
  int64_t planes, height, width;
  const float *x;
  float *out;
} ck_error_diffusion; /* a plane; scratch: width + 2 ints */

/* A halftone screen: the share of ink at every pixel of dense planes of tones (0 to 1), clamp((s - level) / slope + 1/2),
 * s = cos u + cos v of the pixel's phases, u = column phase + row phase, level from 257 entries by linear interpolation,
 * slope = softness max(scale |(sin u, sin v)|, scale / 4). */
typedef struct {
  int64_t planes, height, width;
  float scale, softness;
  const float *across; /* [4, width]: cos and sin of u's column phases, then of v's */
  const float *down;   /* [4, height]: the same of the rows' */
  const float *levels;
  const float *x;
  float *out;
} ck_screen; /* a row of a plane */

/* What follows a normalization. */
enum { CK_ACTIVATION_NONE = 0, CK_ACTIVATION_RELU = 1, CK_ACTIVATION_SILU = 2 };

/* Rows of `channels` times `area` numbers, less their mean, divided by the root of their variance (biased) + eps, times
 * weight plus bias of their channels; then an activation (CK_ACTIVATION_…). Row r has the channels from r % groups *
 * channels on. */
typedef struct {
  int64_t groups, channels, area;
  double eps;
  int32_t activation;
  const float *x, *weight, *bias; /* weight, bias: [groups * channels], or NULL */
  float *y;
  float *mean, *rest, *inverse; /* the mean as a sum of two, and 1/√(variance + eps), of every row; or NULL */
} ck_normalize;

/* The way back, from the gradient g of the result. dweight, dbias: [rows, channels], the shares of every row; NULL, also
 * where area is 1. */
typedef struct {
  int64_t groups, channels, area;
  int32_t activation;
  const float *x, *weight, *bias, *mean, *rest, *inverse, *g;
  float *dx, *dweight, *dbias;
} ck_normalize_back;

/* The largest of every 2 × 2 pixels of planes; a last odd row or column is left out. Rows are those of the result. The
 * first of equals wins, and NaN. */
typedef struct {
  int64_t height, width; /* of x */
  const float *x;
  float *y;
} ck_halve;
typedef struct {
  int64_t height, width;
  const float *x, *g;
  float *dx;
} ck_halve_back;

/* Planes with more rows and columns around them: row r of the result is row from_rows[r] of the plane, and so its columns.
 * Rows are those of the result. */
typedef struct {
  int64_t height, width, out_height, out_width, left;
  const int32_t *from_rows, *from_columns;
  const float *x;
  float *y;
} ck_frame;
/* The way back: row l of the plane is the sum of the rows rows[starts[l]] … rows[starts[l + 1] - 1] of the gradient g, at
 * least one each. Rows are those of the plane. */
typedef struct {
  int64_t height, width, out_height, out_width, left;
  const int32_t *starts, *rows, *from_columns;
  const float *g;
  float *dx;
} ck_frame_back;

/* A step of Adam over flat arrays of `count` numbers, in place; none may overlap another. A row: CK_UPDATE_BLOCK numbers.
 *   x = shrink parameter, g = gradient + decay x, first += rise (g - first), second = keep second + gain g²,
 *   parameter = x + step first / (√second / correction + eps)
 * with the largest second moment so far in the root where `largest` is not NULL. */
enum { CK_UPDATE_BLOCK = 4096 };
typedef struct {
  int64_t count;
  float shrink, decay, rise, keep, gain, correction, eps, step;
  const float *gradient;
  float *parameter, *first, *second, *largest;
} ck_adam;

/* The same for gradient descent:
 *   g = gradient + decay parameter, velocity = momentum velocity + gain g (fresh: g),
 *   parameter += step (nesterov: g + momentum velocity; else velocity; without a velocity g) */
typedef struct {
  int64_t count;
  bool fresh, nesterov;
  float decay, momentum, gain, step;
  const float *gradient;
  float *parameter, *velocity; /* velocity may be NULL */
} ck_sgd;

/* How far `count` numbers x and y are apart: the sum of (x - y)² (square) or |x - y| over every row of CK_LOSS_BLOCK of
 * them. The way back: dx = scale (x - y), or scale times its sign. */
enum { CK_LOSS_BLOCK = 4096 };
typedef struct {
  int64_t count;
  bool square;
  const float *x, *y;
  double *sums; /* [rows] */
} ck_distance;
typedef struct {
  int64_t count;
  bool square;
  float scale;
  const float *x, *y;
  float *dx;
} ck_distance_back;

/* How far neighbours in dense planes height × width are apart, a row of a plane: sums[row][0] over the differences to the
 * row below, sums[row][1] within the row. The way back: down and across times the sum over a number's neighbours of
 * its distance from each, or of its sign. */
typedef struct {
  int64_t height, width;
  bool square;
  const float *x;
  double *sums; /* [rows, 2] */
} ck_variation;
typedef struct {
  int64_t height, width;
  bool square;
  float down, across;
  const float *x;
  float *dx;
} ck_variation_back;
#endif
