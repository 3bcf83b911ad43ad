/* Medians of square windows. Small ones: sorting networks over sixteen pixels at a time, whose columns, and pairs of
 * columns, are sorted once for all the windows that they are part of. Large ones: every tile's values are sorted once; a
 * window is then a set of bits among the ranks, which changes by a column from one pixel to the next, and its median the
 * bit in the middle (Suomela: Median Filtering is Equivalent to Sorting, 2014). */
#ifndef CK_MEDIAN_H
#define CK_MEDIAN_H
#include "picture.h"

#define NETWORK(steps, v)                                                \
  _Pragma("clang loop unroll(full)") for (int i = 0; i < (int)(sizeof(steps) / 2); i++) { \
    const vf low = VMIN(v[steps[i][0]], v[steps[i][1]]);                 \
    v[steps[i][1]] = VMAX(v[steps[i][0]], v[steps[i][1]]);               \
    v[steps[i][0]] = low;                                                \
  }

/* Compare and exchange: the smaller to the first place. */
static const uint8_t sort_5[9][2] = {{0, 3}, {1, 4}, {0, 2}, {1, 3}, {0, 1}, {2, 4}, {1, 2}, {3, 4}, {2, 3}};
static const uint8_t sort_7[16][2] = {{0, 6}, {2, 3}, {4, 5}, {0, 2}, {1, 4}, {3, 6}, {0, 1}, {2, 5}, {3, 4}, {1, 2},
    {4, 6}, {2, 3}, {4, 5}, {1, 2}, {3, 4}, {5, 6}};

/* Batcher's odd-even merges of two sorted lists that follow each other, and where the sorted values then stand. */
static const uint8_t merge_5_5[13][2] = {{0, 5}, {4, 9}, {4, 5}, {2, 7}, {2, 4}, {7, 5}, {1, 6}, {3, 8}, {3, 6}, {1,
    2}, {3, 4}, {6, 7}, {8, 5}};
static const uint8_t merge_5_5_order[10] = {0, 1, 2, 3, 4, 6, 7, 8, 5, 9};
static const uint8_t merge_10_10[35][2] = {{0, 10}, {8, 18}, {8, 10}, {4, 14}, {4, 8}, {14, 10}, {2, 12}, {6, 16}, {6,
    12}, {2, 4}, {6, 8}, {12, 14}, {16, 10}, {1, 11}, {9, 19}, {9, 11}, {5, 15}, {5, 9}, {15, 11}, {3, 13}, {7, 17},
    {7, 13}, {3, 5}, {7, 9}, {13, 15}, {17, 11}, {1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 12}, {13, 14}, {15, 16}, {17,
    10}, {11, 18}};
static const uint8_t merge_10_10_order[20] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 10, 11, 18, 19};
static const uint8_t merge_7_7[21][2] = {{0, 7}, {4, 11}, {4, 7}, {2, 9}, {6, 13}, {6, 9}, {2, 4}, {6, 7}, {9, 11},
    {1, 8}, {5, 12}, {5, 8}, {3, 10}, {3, 5}, {10, 8}, {1, 2}, {3, 4}, {5, 6}, {10, 7}, {8, 9}, {12, 11}};
static const uint8_t merge_7_7_order[14] = {0, 1, 2, 3, 4, 5, 6, 10, 7, 8, 9, 12, 11, 13};
static const uint8_t merge_14_14[55][2] = {{0, 14}, {8, 22}, {8, 14}, {4, 18}, {12, 26}, {12, 18}, {4, 8}, {12, 14},
    {18, 22}, {2, 16}, {10, 24}, {10, 16}, {6, 20}, {6, 10}, {20, 16}, {2, 4}, {6, 8}, {10, 12}, {20, 14}, {16, 18},
    {24, 22}, {1, 15}, {9, 23}, {9, 15}, {5, 19}, {13, 27}, {13, 19}, {5, 9}, {13, 15}, {19, 23}, {3, 17}, {11, 25},
    {11, 17}, {7, 21}, {7, 11}, {21, 17}, {3, 5}, {7, 9}, {11, 13}, {21, 15}, {17, 19}, {25, 23}, {1, 2}, {3, 4}, {5,
    6}, {7, 8}, {9, 10}, {11, 12}, {13, 20}, {21, 14}, {15, 16}, {17, 18}, {19, 24}, {25, 22}, {23, 26}};
static const uint8_t merge_14_14_order[28] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 20, 21, 14, 15, 16, 17,
    18, 19, 24, 25, 22, 23, 26, 27};
static const uint8_t merge_22_14[81][2] = {{0, 22}, {16, 22}, {8, 30}, {8, 16}, {30, 22}, {4, 26}, {20, 26}, {12, 34},
    {12, 20}, {34, 26}, {4, 8}, {12, 16}, {20, 30}, {34, 22}, {2, 24}, {18, 24}, {10, 32}, {10, 18}, {32, 24}, {6,
    28}, {14, 28}, {6, 10}, {14, 18}, {28, 32}, {2, 4}, {6, 8}, {10, 12}, {14, 16}, {18, 20}, {28, 30}, {32, 34}, {24,
    22}, {1, 23}, {17, 23}, {9, 31}, {9, 17}, {31, 23}, {5, 27}, {21, 27}, {13, 35}, {13, 21}, {35, 27}, {5, 9}, {13,
    17}, {21, 31}, {35, 23}, {3, 25}, {19, 25}, {11, 33}, {11, 19}, {33, 25}, {7, 29}, {15, 29}, {7, 11}, {15, 19},
    {29, 33}, {3, 5}, {7, 9}, {11, 13}, {15, 17}, {19, 21}, {29, 31}, {33, 35}, {25, 23}, {1, 2}, {3, 4}, {5, 6}, {7,
    8}, {9, 10}, {11, 12}, {13, 14}, {15, 16}, {17, 18}, {19, 20}, {21, 28}, {29, 30}, {31, 32}, {33, 34}, {35, 24},
    {25, 22}, {23, 26}};
static const uint8_t merge_22_14_order[36] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    20, 21, 28, 29, 30, 31, 32, 33, 34, 35, 24, 25, 22, 23, 26, 27};

enum { MEDIAN_SEGMENT = 256, MEDIAN_WIDE = MEDIAN_SEGMENT + 2 * SIDE };

INLINE vf median_of_3(vf a, vf b, vf c) { return VMAX(VMIN(a, b), VMIN(VMAX(a, b), c)); }

/* The rank-th smallest value of two sorted lists, of n and m values: the least max(a[i], b[j]) with i + j = rank, counted
 * from 1. */
INLINE vf median_pick(const vf *a, const int n, const vf *b, const int m, const int rank) {
  vf best = SPLAT(0.0f);
  bool any = false;
  _Pragma("clang loop unroll(full)") for (int i = 0; i <= n; i++) {
    const int j = rank - i;
    if (j < 0 || j > m) continue;
    const vf here = i == 0 ? b[j - 1] : j == 0 ? a[i - 1] : VMAX(a[i - 1], b[j - 1]);
    best = any ? VMIN(best, here) : here;
    any = true;
  }
  return best;
}

/* `count` elements of a row from column `first` on, counted from the leftmost that a window reaches; 0 where none is. */
INLINE void median_row_part(const ck_median *p, const float *plane, int64_t row, int64_t first, int64_t count, float *to) {
  const int64_t y = p->rows[row], left = p->size / 2 - first, right = left + p->width;
  if (y < 0) {
    memset(to, 0, (size_t)count * sizeof(float));
    return;
  }
  const float *from = plane + y * p->width;
  const int64_t start = left < 0 ? 0 : left < count ? left : count, end = right < count ? right : count;
  for (int64_t j = 0; j < start; j++) to[j] = p->columns[first + j] < 0 ? 0.0f : from[p->columns[first + j]];
  if (end > start) memcpy(to + start, from + start - left, (size_t)(end - start) * sizeof(float));
  for (int64_t j = end > start ? end : start; j < count; j++)
    to[j] = p->columns[first + j] < 0 ? 0.0f : from[p->columns[first + j]];
}

/* Sorts the columns of `size` rows, sixteen at a time, in place. */
INLINE void median_columns(const int size, int64_t columns, float *sorted) {
  for (int64_t j = 0; j < columns; j += SIDE) {
    vf v[7];
    for (int k = 0; k < size; k++) v[k] = load(sorted + k * MEDIAN_WIDE + j);
    if (size == 3) {
      const vf low = VMIN(v[0], v[1]), high = VMAX(v[0], v[1]), rest = VMIN(high, v[2]);
      v[2] = VMAX(high, v[2]);
      v[0] = VMIN(low, rest);
      v[1] = VMAX(low, rest);
    } else if (size == 5) {
      NETWORK(sort_5, v)
    } else {
      NETWORK(sort_7, v)
    }
    for (int k = 0; k < size; k++) *(vf_u *)(sorted + k * MEDIAN_WIDE + j) = v[k];
  }
}

/* Merges every sorted column with the one to its right. */
INLINE void median_pairs(const int size, const float *sorted, int64_t columns, float *pairs) {
  for (int64_t j = 0; j < columns; j += SIDE) {
    vf v[14];
    for (int k = 0; k < 2 * size; k++) v[k] = load(sorted + k % size * MEDIAN_WIDE + j + k / size);
    if (size == 5) {
      NETWORK(merge_5_5, v)
    } else {
      NETWORK(merge_7_7, v)
    }
    for (int k = 0; k < 2 * size; k++)
      *(vf_u *)(pairs + k * MEDIAN_WIDE + j) = v[size == 5 ? merge_5_5_order[k] : merge_7_7_order[k]];
  }
}

INLINE vf median_5(const float *sorted, const float *pairs) {
  vf v[20], middle[6], column[5];
  for (int k = 0; k < 20; k++) v[k] = load(pairs + k % 10 * MEDIAN_WIDE + k / 10 * 2);
  NETWORK(merge_10_10, v)
  /* Of twenty, only the eighth to the thirteenth can be in the middle of twenty-five. */
  for (int k = 0; k < 6; k++) middle[k] = v[merge_10_10_order[7 + k]];
  for (int k = 0; k < 5; k++) column[k] = load(sorted + k * MEDIAN_WIDE + 4);
  return median_pick(middle, 6, column, 5, 6);
}

INLINE vf median_7(const float *sorted, const float *pairs) {
  vf v[28], w[36], middle[8], column[7];
  for (int k = 0; k < 28; k++) v[k] = load(pairs + k % 14 * MEDIAN_WIDE + k / 14 * 2);
  NETWORK(merge_14_14, v)
  /* The fourth to the twenty-fifth of four columns, then the eighteenth to the twenty-fifth of six. */
  for (int k = 0; k < 22; k++) w[k] = v[merge_14_14_order[3 + k]];
  for (int k = 0; k < 14; k++) w[22 + k] = load(pairs + k * MEDIAN_WIDE + 4);
  NETWORK(merge_22_14, w)
  for (int k = 0; k < 8; k++) middle[k] = w[merge_22_14_order[14 + k]];
  for (int k = 0; k < 7; k++) column[k] = load(sorted + k * MEDIAN_WIDE + 6);
  return median_pick(middle, 8, column, 7, 8);
}

/* scratch: 21 rows of MEDIAN_WIDE floats. */
INLINE void median_small(const ck_median *p, const int size, int64_t row, float *scratch) {
  const float *plane = p->x + row / p->height * p->height * p->width;
  float *out = p->out + row * p->width, *pairs = scratch + size * MEDIAN_WIDE;
  for (int64_t at = 0; at < p->width; at += MEDIAN_SEGMENT) {
    const int64_t count = p->width - at < MEDIAN_SEGMENT ? p->width - at : MEDIAN_SEGMENT;
    for (int k = 0; k < size; k++)
      median_row_part(p, plane, row % p->height + k, at, count + size - 1, scratch + k * MEDIAN_WIDE);
    median_columns(size, count + size - 1, scratch);
    if (size > 3) median_pairs(size, scratch, count + size - 2, pairs);
    for (int64_t first = 0; first < count; first += SIDE) {
      const float *s = scratch + first;
      vf middle;
      if (size == 3) {
        const float *low = s, *mid = s + MEDIAN_WIDE, *high = s + 2 * MEDIAN_WIDE;
        middle = median_of_3(VMAX(VMAX(load(low), load(low + 1)), load(low + 2)),
                             median_of_3(load(mid), load(mid + 1), load(mid + 2)),
                             VMIN(VMIN(load(high), load(high + 1)), load(high + 2)));
      } else {
        middle = size == 5 ? median_5(s, pairs + first) : median_7(s, pairs + first);
      }
      const int64_t left = count - first;
      memcpy(out + at + first, &middle, (size_t)(left < SIDE ? left : SIDE) * sizeof(float));
    }
  }
}

/* scratch: 21 rows of MEDIAN_WIDE floats. */
void NAME(ck_median_row)(const void *plan, int64_t row, void *scratch) {
  const ck_median *p = plan;
  if (p->size == 3) median_small(p, 3, row, scratch);
  else if (p->size == 5) median_small(p, 5, row, scratch);
  else median_small(p, 7, row, scratch);
}

/* Unsigned integers in the order of floats, and back. */
INLINE uint32_t median_key(float f) {
  const uint32_t u = bits_of(f);
  return u ^ ((uint32_t)((int32_t)u >> 31) | 0x80000000u);
}

INLINE float median_value(uint32_t key) { return float_of(key ^ (key >> 31 ? 0x80000000u : 0xffffffffu)); }

/* Sorts n pairs of key (high half) and place (low half) by their keys; the result is in `to`. */
INLINE void median_sort(uint64_t *from, uint64_t *to, int64_t n) {
  uint32_t starts[3][2048];
  memset(starts, 0, sizeof starts);
  for (int64_t i = 0; i < n; i++) {
    const uint32_t key = (uint32_t)(from[i] >> 32);
    starts[0][key & 2047]++;
    starts[1][key >> 11 & 2047]++;
    starts[2][key >> 22]++;
  }
  for (int pass = 0; pass < 3; pass++) {
    uint32_t *start = starts[pass], sum = 0;
    for (int i = 0; i < 2048; i++) {
      const uint32_t count = start[i];
      start[i] = sum;
      sum += count;
    }
    for (int64_t i = 0; i < n; i++) to[start[from[i] >> (32 + 11 * pass) & 2047]++] = from[i];
    uint64_t *swap = from;
    from = to;
    to = swap;
  }
}

/* The window's ranks as bits, and where its middle was last: `below` bits are set in the words before `word`. */
typedef struct {
  uint64_t *bits;
  int64_t word, below;
} median_window;

INLINE void median_toggle(median_window *w, const uint32_t *ranks, int64_t count, int64_t step, int64_t change) {
  for (int64_t i = 0; i < count; i++) {
    const uint32_t rank = ranks[i * step];
    w->bits[rank >> 6] ^= UINT64_C(1) << (rank & 63);
    w->below += (int64_t)(rank >> 6) < w->word ? change : 0;
  }
}

INLINE int64_t median_middle(median_window *w, int64_t wanted) {
  while (w->below > wanted) w->below -= __builtin_popcountll(w->bits[--w->word]);
  for (;;) {
    const int64_t count = __builtin_popcountll(w->bits[w->word]);
    if (w->below + count > wanted) break;
    w->below += count;
    w->word++;
  }
  uint64_t bits = w->bits[w->word];
  for (int64_t skip = wanted - w->below; skip > 0; skip--) bits &= bits - 1;
  return w->word * 64 + __builtin_ctzll(bits);
}

/* A tile of a plane. The window snakes through the tile: right, down, left, down. */
void NAME(ck_median_tile_row)(const void *plan, int64_t index, void *scratch) {
  const ck_median *p = plan;
  const int64_t across = (p->width + p->tile - 1) / p->tile, tiles = across * ((p->height + p->tile - 1) / p->tile);
  const int64_t plane = index / tiles, top = index % tiles / across * p->tile, left = index % tiles % across * p->tile;
  const int64_t height = p->height - top < p->tile ? p->height - top : p->tile;
  const int64_t width = p->width - left < p->tile ? p->width - left : p->tile, size = p->size;
  const int64_t columns = width + size - 1, n = (height + size - 1) * columns;
  const float *x = p->x + plane * p->height * p->width;
  float *out = p->out + (plane * p->height + top) * p->width + left;
  const int64_t room = (p->tile + size - 1) * (p->tile + size - 1);
  uint64_t *pairs = scratch, *sorted = pairs + room;
  uint32_t *ranks = (uint32_t *)(sorted + room);
  float *values = (float *)ranks;
  for (int64_t i = 0; i < height + size - 1; i++) median_row_part(p, x, top + i, left, columns, values + i * columns);
  for (int64_t i = 0; i < n; i++) pairs[i] = (uint64_t)median_key(values[i]) << 32 | (uint64_t)i;
  median_sort(pairs, sorted, n);
  for (int64_t i = 0; i < n; i++) ranks[(uint32_t)sorted[i]] = (uint32_t)i;
  median_window w = {.bits = pairs};
  memset(w.bits, 0, (size_t)(n / 64 + 1) * 8);
  for (int64_t i = 0; i < size; i++) median_toggle(&w, ranks + i * columns, size, 1, 1);
  const int64_t wanted = size * size / 2;
  int64_t j = 0, step = 1;
  for (int64_t i = 0; i < height; i++, step = -step) {
    const uint32_t *row = ranks + i * columns;
    for (;;) {
      out[i * p->width + j] = median_value((uint32_t)(sorted[median_middle(&w, wanted)] >> 32));
      if (j + step < 0 || j + step >= width) break;
      median_toggle(&w, row + (step > 0 ? j : j + size - 1), size, columns, -1);
      median_toggle(&w, row + (step > 0 ? j + size : j - 1), size, columns, 1);
      j += step;
    }
    if (i + 1 == height) break;
    median_toggle(&w, row + j, size, 1, -1);
    median_toggle(&w, row + size * columns + j, size, 1, 1);
  }
}
#endif
