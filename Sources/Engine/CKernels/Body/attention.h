/* Attention over tiles of scores (Milakov & Gimelshein 2018, arXiv 1805.02867; Dao et al. 2022, arXiv 2205.14135,
 * algorithms 1 and 4). Scores lie turned, a row for each key and a column for each query: softmax then runs along
 * columns, without sums across a vector, and head sizes need no padding to the vector's width. All exponentials are
 * powers of two; the packed queries carry the factor scale * log2(e). */
#ifndef CK_BODY_ATTENTION_H
#define CK_BODY_ATTENTION_H
#include "lanes.h"

#define UNROLL _Pragma("clang loop unroll(full)")
enum { AL = LANES(float), AV = CK_ATTENTION_VECTORS, AW = AL * AV };
#if CK_LEVEL == 4
enum { AR = 8 };
#else
enum { AR = 4 };
#endif
/* Keys of a tile; groups of queries that one task takes through the keys together. */
enum { FORWARD_KEYS = 128, BACKWARD_KEYS = 96, MOST_GROUPS = 4, GROUP_FLOATS = 51200 };
#define LOG2E 0x1.715476p0f

typedef vg_f32 V;
typedef vu_f32 VU;
typedef int32_t VI __attribute__((ext_vector_type(LANES(float))));

extern const ck_stage NAME(ck_transposes)[4];

INLINE V splat(float x) { return (V)(x); }
INLINE V larger(V a, V b) { return a < b ? b : a; }
INLINE int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

/* 2^t for t up to about 0: a polynomial of degree 5 (error 1.3e-7), exactly 1 at 0 and exactly 0 from -127 down. */
INLINE V power(V t) {
  t = t < splat(-127.0f) ? splat(-127.0f) : t;
  const V shifted = t + splat(0x1.8p23f), r = t - (shifted - splat(0x1.8p23f));
  V p = VECTOR_FMA(splat(0x1.5bba14p-10f), r, splat(0x1.3cea88p-7f));
  p = VECTOR_FMA(p, r, splat(0x1.c6b752p-5f));
  p = VECTOR_FMA(p, r, splat(0x1.ebf9bcp-3f));
  p = VECTOR_FMA(p, r, splat(0x1.62e42ap-1f));
  p = VECTOR_FMA(p, r, splat(1.0f));
  return (V)((VI)p + ((VI)shifted << 23));
}

/* sum[i][v] += over p of a[p * a_step + i * a_row] * b[p * b_step + v]. */
INLINE void multiply(const int vectors, int64_t k, const float *a, int64_t a_step, int64_t a_row, const float *b,
                     int64_t b_step, V sum[AR][AV]) {
  for (int64_t p = 0; p < k; p++, a += a_step, b += b_step) {
    V row[AV];
    UNROLL for (int v = 0; v < vectors; v++) row[v] = *(const VU *)(b + v * AL);
    UNROLL for (int i = 0; i < AR; i++) {
      const V ai = splat(a[i * a_row]);
      UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = VECTOR_FMA(ai, row[v], sum[i][v]);
    }
  }
}

/* A tile's products of AR rows of a packed panel and packed columns, plus what the tile holds when `add`; the
 * columns' largest go to top. */
INLINE void score(const int vectors, int64_t k, const float *rows, const float *columns, float *tile, bool add,
                  V top[AV]) {
  V sum[AR][AV];
  UNROLL for (int i = 0; i < AR; i++) UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = splat(0.0f);
  multiply(vectors, k, rows, CK_ATTENTION_PANEL, 1, columns, vectors * AL, sum);
  UNROLL for (int i = 0; i < AR; i++) UNROLL for (int v = 0; v < vectors; v++) {
    V *place = (V *)(tile + (i * vectors + v) * AL);
    if (add) sum[i][v] += *place;
    *place = sum[i][v];
    top[v] = larger(top[v], sum[i][v]);
  }
}

/* Where row r (a multiple of AR) begins among panels whose rows hold `size` floats. */
INLINE int64_t panel_place(int64_t r, int64_t size) {
  return r / CK_ATTENTION_PANEL * CK_ATTENTION_PANEL * size + r % CK_ATTENTION_PANEL;
}

/* c += a · b for `rows` of AR rows: c[i * c_row + v], a and b as in multiply. */
INLINE void accumulate(const int vectors, int64_t k, const float *a, int64_t a_step, int64_t a_row, const float *b,
                       int64_t b_step, float *c, int64_t c_row, int64_t rows) {
  V sum[AR][AV];
  UNROLL for (int i = 0; i < AR; i++)
    UNROLL for (int v = 0; v < vectors; v++) __builtin_prefetch(c + i * c_row + v * AL, 1);
  UNROLL for (int i = 0; i < AR; i++) UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = splat(0.0f);
  multiply(vectors, k, a, a_step, a_row, b, b_step, sum);
  if (rows >= AR) {
    UNROLL for (int i = 0; i < AR; i++) UNROLL for (int v = 0; v < vectors; v++) {
      VU *place = (VU *)(c + i * c_row + v * AL);
      *place = (V)*place + sum[i][v];
    }
    return;
  }
  for (int i = 0; i < AR; i++)
    UNROLL for (int v = 0; v < vectors; v++) {
      VU *place = (VU *)(c + i * c_row + v * AL);
      if (i < rows) *place = (V)*place + sum[i][v];
    }
}

/* Queries that stand side by side in one tile. */
typedef struct {
  int64_t first, count; /* of those that exist */
  int vectors;
} query_group;

INLINE query_group group_at(const ck_attention *p, int64_t index) {
  const ck_attention_span s = ck_attention_group(p->length, AL, index);
  return (query_group){s.first, least(s.vectors * AL, p->length - s.first), (int)s.vectors};
}

/* Keys that a group sees at most. */
INLINE int64_t keys_seen(const ck_attention *p, query_group g) {
  return p->is_causal ? least(p->sources, g.first + g.count) : p->sources;
}

/* What a mask adds to one score, times log2(e). */
INLINE float mask_value(const ck_attention *p, const ck_attention_head *h, int64_t query, int64_t key) {
  const int64_t at = query * p->mask.row + key * p->mask.column;
  if (p->mask.kind == CK_MASK_BOOL) return ((const uint8_t *)h->mask)[at] ? 0.0f : -INFINITY;
  return ((const float *)h->mask)[at] * LOG2E;
}

/* Fills the tile's `keys` rows with what the mask adds to the scores. */
static void fill_mask(const ck_attention *p, const ck_attention_head *h, query_group g, int64_t key, int64_t keys,
                      float *tile) {
  const int64_t width = g.vectors * AL, first = g.first * p->mask.row + key * p->mask.column;
  if (p->mask.row == 0) {
    for (int64_t r = 0; r < keys; r++) {
      const float value = mask_value(p, h, 0, key + r);
      for (int64_t c = 0; c < width; c++) tile[r * width + c] = value;
    }
    return;
  }
  if (g.count < width) memset(tile, 0, (size_t)(keys * width) * sizeof(float));
  if (p->mask.column != 1) {
    for (int64_t c = 0; c < g.count; c++)
      for (int64_t r = 0; r < keys; r++) tile[r * width + c] = mask_value(p, h, g.first + c, key + r);
  } else if (p->mask.kind == CK_MASK_BOOL) {
    uint8_t bytes[FORWARD_KEYS * AW];
    NAME(ck_transposes)[0](bytes, (const uint8_t *)h->mask + first, keys, g.count, width, p->mask.row);
    for (int64_t r = 0; r < keys; r++)
      LOOP for (int64_t c = 0; c < g.count; c++) tile[r * width + c] = bytes[r * width + c] ? 0.0f : -INFINITY;
  } else {
    NAME(ck_transposes)[2](tile, (const float *)h->mask + first, keys, g.count, width * 4, p->mask.row * 4);
    LOOP for (int64_t i = 0; i < keys * width; i++) tile[i] *= LOG2E;
  }
}

/* Fills the tile with what is added to the scores: the mask, and -infinity for keys that come later than the query or
 * do not exist. Returns false, and fills nothing, where that would be zeros only. */
static bool fill_bias(const ck_attention *p, const ck_attention_head *h, query_group g, int64_t key, int64_t keys,
                      int64_t rows, float *tile) {
  const bool later = p->is_causal && key + keys - 1 > g.first;
  if (p->mask.kind == CK_MASK_NONE && !later && keys == rows) return false;
  const int64_t width = g.vectors * AL;
  if (p->mask.kind == CK_MASK_NONE)
    memset(tile, 0, (size_t)(keys * width) * sizeof(float));
  else
    fill_mask(p, h, g, key, keys, tile);
  for (int64_t r = 0; later && r < keys; r++)
    for (int64_t c = 0; c < least(width, key + r - g.first); c++) tile[r * width + c] = -INFINITY;
  for (int64_t i = keys * width; i < rows * width; i++) tile[i] = -INFINITY;
  return true;
}

/* ---- forward ---- */

/* What is known of a group after some keys: largest scores, sums of powers, weighted sums of values (turned). */
typedef struct {
  query_group group;
  V top[AV], total[AV];
  float *queries, *sums;
} forward_state;

/* Takes one group through one tile of keys. */
INLINE void forward_step(const int vectors, const ck_attention *p, const ck_attention_head *h, forward_state *s,
                         int64_t key, int64_t keys) {
  _Alignas(64) float tile[FORWARD_KEYS * AW];
  const int64_t rows = rounded_up(keys, AR), width = vectors * AL;
  const bool add = fill_bias(p, h, s->group, key, keys, rows, tile);
  V top[AV], factor[AV], total[AV];
  UNROLL for (int v = 0; v < vectors; v++) top[v] = s->top[v];
  for (int64_t r = 0; r < rows; r += AR)
    score(vectors, p->size, h->keys + panel_place(key + r, p->size), s->queries, tile + r * width, add, top);
  UNROLL for (int v = 0; v < vectors; v++) {
    const V from = s->top[v];
    s->top[v] = top[v];
    /* Where nothing was seen yet, powers are taken of -infinity and not of its difference with itself. */
    top[v] = top[v] == splat(-INFINITY) ? splat(0.0f) : top[v];
    factor[v] = power(from - top[v]);
    total[v] = s->total[v] * factor[v];
  }
  for (int64_t r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) {
      V *place = (V *)(tile + r * width + v * AL);
      const V e = power(*place - top[v]);
      *place = e;
      total[v] += e;
    }
  UNROLL for (int v = 0; v < vectors; v++) s->total[v] = total[v];
  for (int64_t e = 0; e < p->width; e += AR) {
    V sum[AR][AV];
    UNROLL for (int i = 0; i < AR; i++)
      UNROLL for (int v = 0; v < vectors; v++) sum[i][v] = *(V *)(s->sums + (e + i) * width + v * AL) * factor[v];
    multiply(vectors, rows, h->values + panel_place(e, h->stretch) + key * CK_ATTENTION_PANEL, CK_ATTENTION_PANEL, 1,
             tile, width, sum);
    UNROLL for (int i = 0; i < AR; i++)
      UNROLL for (int v = 0; v < vectors; v++) *(V *)(s->sums + (e + i) * width + v * AL) = sum[i][v];
  }
}

static void forward_step_1(const ck_attention *p, const ck_attention_head *h, forward_state *s, int64_t k, int64_t n) {
  forward_step(1, p, h, s, k, n);
}
static void forward_step_2(const ck_attention *p, const ck_attention_head *h, forward_state *s, int64_t k, int64_t n) {
  forward_step(2, p, h, s, k, n);
}
static void forward_step_3(const ck_attention *p, const ck_attention_head *h, forward_state *s, int64_t k, int64_t n) {
  forward_step(3, p, h, s, k, n);
}

/* Rows turned to columns and multiplied by a factor; columns past the group's end are zeros. */
static void turn_rows(query_group g, const float *rows, int64_t step, int64_t size, float factor, float *to) {
  const int64_t width = g.vectors * AL;
  if (g.count < width) memset(to, 0, (size_t)(size * width) * sizeof(float));
  NAME(ck_transposes)[2](to, rows + g.first * step, size, g.count, width * 4, step * 4);
  LOOP for (int64_t i = 0; i < size * width; i++) to[i] *= factor;
}

static void forward_start(const ck_attention *p, const ck_attention_head *h, forward_state *s) {
  for (int v = 0; v < AV; v++) s->top[v] = splat(-INFINITY), s->total[v] = splat(0.0f);
  turn_rows(s->group, h->q, p->q.row, p->size, p->scale * LOG2E, s->queries);
  memset(s->sums, 0, (size_t)(rounded_up(p->width, AR) * s->group.vectors * AL) * sizeof(float));
}

static void forward_finish(const ck_attention *p, const ck_attention_head *h, forward_state *s) {
  const int64_t width = s->group.vectors * AL;
  const bool masked = p->mask.kind != CK_MASK_NONE;
  for (int v = 0; v < s->group.vectors; v++) {
    const V inverse = s->total[v] == splat(0.0f) ? splat(masked ? 0.0f : NAN) : splat(1.0f) / s->total[v];
    s->total[v] = inverse;
    for (int64_t e = 0; e < p->width; e++) *(V *)(s->sums + e * width + v * AL) *= inverse;
  }
  float *out = h->out + s->group.first * p->width;
  NAME(ck_transposes)[2](out, s->sums, s->group.count, p->width, p->width * 4, width * 4);
  for (int64_t c = 0; h->sums != NULL && c < s->group.count; c++) {
    const float top = s->top[c / AL][c % AL];
    h->sums[s->group.first + c] = top == -INFINITY ? 0 : top;
    h->sums[p->length + s->group.first + c] = s->total[c / AL][c % AL];
  }
}

static int64_t task_groups(const ck_attention *p) {
  const int64_t fit = GROUP_FLOATS / (AW * (p->size + rounded_up(p->width, AR)));
  return fit < 1 ? 1 : least(fit, MOST_GROUPS);
}

/* Some neighbouring groups of one head. */
static void forward(const ck_attention *p, const ck_attention_head *h, int64_t first, int64_t end,
                    bool (*stopped)(void)) {
  static void (*const steps[])(const ck_attention *, const ck_attention_head *, forward_state *, int64_t, int64_t) = {
      forward_step_1, forward_step_2, forward_step_3};
  _Alignas(64) float memory[GROUP_FLOATS];
  forward_state states[MOST_GROUPS];
  float *next = memory;
  int64_t sources = 0;
  for (int64_t i = 0; i < end - first; i++) {
    forward_state *s = &states[i];
    s->group = group_at(p, first + i);
    s->queries = next;
    s->sums = next + p->size * s->group.vectors * AL;
    next = s->sums + rounded_up(p->width, AR) * s->group.vectors * AL;
    forward_start(p, h, s);
    sources = keys_seen(p, s->group);
  }
  for (int64_t key = 0; key < sources; key += FORWARD_KEYS) {
    if (stopped()) return;
    for (int64_t i = 0; i < end - first; i++) {
      const int64_t keys = least(FORWARD_KEYS, keys_seen(p, states[i].group) - key);
      if (keys > 0) steps[states[i].group.vectors - 1](p, h, &states[i], key, keys);
    }
  }
  for (int64_t i = 0; i < end - first; i++) forward_finish(p, h, &states[i]);
}

/* ---- backward ---- */

/* c[rows × columns] += a · b, columns in vectors, b and c in rows of `columns` and more floats. */
INLINE void add_product(int64_t rows, int64_t columns, int64_t k, const float *a, int64_t a_step, int64_t a_row,
                        const float *b, int64_t b_step, float *c, int64_t c_row) {
  _Alignas(64) float copy[BACKWARD_KEYS * AW];
  const int64_t vectors = (columns + AL - 1) / AL, parts = (vectors + AV - 1) / AV;
  /* Rows that lie so that they fall into the same few sets of the nearest cache. */
  const bool apart = b_step % 256 == 0;
  int64_t v = 0;
  for (int64_t part = 0; part < parts; part++) {
    const int64_t n = (vectors - v + parts - part - 1) / (parts - part);
    const float *right = b + v * AL;
    for (int64_t p = 0; apart && p < k; p++) memcpy(copy + p * AW, right + p * b_step, AW / AV * 4 * (size_t)n);
    if (apart) right = copy;
    const int64_t step = apart ? AW : b_step;
    for (int64_t r = 0; r < rows; r += AR) {
      for (int64_t p = r * k / rows; apart && p < (r + AR) * k / rows && p < k; p++)
        for (int64_t i = n; i < n + AV; i++) __builtin_prefetch(b + (v + i) * AL + p * b_step, 0, 2);
      const float *left = a + r * a_row;
      float *to = c + r * c_row + v * AL;
      if (n == 3)
        accumulate(3, k, left, a_step, a_row, right, step, to, c_row, rows - r);
      else if (n == 2)
        accumulate(2, k, left, a_step, a_row, right, step, to, c_row, rows - r);
      else
        accumulate(1, k, left, a_step, a_row, right, step, to, c_row, rows - r);
    }
    v += n;
  }
}

/* One group and one tile of keys. */
INLINE void backward_step(const int vectors, const ck_attention *p, const ck_attention_head *h, query_group g,
                          int64_t key, int64_t keys) {
  _Alignas(64) float chances[BACKWARD_KEYS * AW], slopes[BACKWARD_KEYS * AW];
  const int64_t rows = rounded_up(keys, AR), width = vectors * AL;
  const bool add = fill_bias(p, h, g, key, keys, rows, chances);
  const float *queries = h->queries + g.first * p->size, *grads = h->grads + g.first * p->width;
  V top[AV]; /* not read */
  UNROLL for (int v = 0; v < vectors; v++) top[v] = splat(0.0f);
  for (int64_t r = 0; r < rows; r += AR) {
    const float *k = h->keys + panel_place(key + r, p->size), *v = h->values + panel_place(key + r, p->width);
    score(vectors, p->size, k, queries, chances + r * width, add, top);
    score(vectors, p->width, v, grads, slopes + r * width, false, top);
  }
  for (int64_t r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++) {
      const int64_t at = g.first + v * AL;
      V *chance = (V *)(chances + r * width + v * AL), *slope = (V *)(slopes + r * width + v * AL);
      /* The same bits as forward: a logarithm of the sum would round where scores are large. */
      *chance = power(*chance - *(const V *)(h->tops + at)) * *(const V *)(h->inverses + at);
      *slope = *chance * (*slope - *(const V *)(h->shares + at));
    }
  if (h->dv.base != NULL)
    add_product(keys, p->width, g.count, chances, 1, width, h->grad_rows.base + g.first * h->grad_rows.row,
                h->grad_rows.row, h->dv.base + key * h->dv.row, h->dv.row);
  if (h->dk.base != NULL)
    add_product(keys, p->size, g.count, slopes, 1, width, h->query_rows.base + g.first * h->query_rows.row,
                h->query_rows.row, h->dk.base + key * h->dk.row, h->dk.row);
  if (h->dq.base != NULL)
    add_product(g.count, p->size, keys, slopes, width, 1, h->key_rows.base + key * h->key_rows.row, h->key_rows.row,
                h->dq.base + g.first * h->dq.row, h->dq.row);
}

static void backward_step_1(const ck_attention *p, const ck_attention_head *h, query_group g, int64_t k, int64_t n) {
  backward_step(1, p, h, g, k, n);
}
static void backward_step_2(const ck_attention *p, const ck_attention_head *h, query_group g, int64_t k, int64_t n) {
  backward_step(2, p, h, g, k, n);
}
static void backward_step_3(const ck_attention *p, const ck_attention_head *h, query_group g, int64_t k, int64_t n) {
  backward_step(3, p, h, g, k, n);
}

/* Some groups and some tiles of keys of one head. */
static void backward(const ck_attention *p, const ck_attention_head *h, int64_t first, int64_t end, int64_t first_tile,
                     int64_t end_tile, bool (*stopped)(void)) {
  static void (*const steps[])(const ck_attention *, const ck_attention_head *, query_group, int64_t, int64_t) = {
      backward_step_1, backward_step_2, backward_step_3};
  for (int64_t tile = first_tile; tile < end_tile; tile++) {
    const int64_t key = tile * BACKWARD_KEYS;
    for (int64_t i = first; i < end && !stopped(); i++) {
      const query_group g = group_at(p, i);
      const int64_t keys = least(BACKWARD_KEYS, keys_seen(p, g) - key);
      if (keys > 0) steps[g.vectors - 1](p, h, g, key, keys);
    }
  }
}

/* Packs a group for backward: queries and gradients turned, the sums, and what every score shares of the gradient, the
 * sum of gradient times output (Dao et al., algorithm 4, line 19), times the scale. It is added up in the order of
 * `score`: where a query sees one key only, the slopes of its scores are then zeros and not what rounding leaves. */
static void backward_start(const ck_attention *p, const ck_attention_head *h, int64_t index) {
  _Alignas(64) float outputs[CK_ATTENTION_SIZE * AW];
  const query_group g = group_at(p, index);
  const int64_t width = g.vectors * AL;
  float *grads = h->grads + g.first * p->width;
  turn_rows(g, h->q, p->q.row, p->size, p->scale * LOG2E, h->queries + g.first * p->size);
  turn_rows(g, h->grad, p->grad.row, p->width, p->scale, grads);
  turn_rows(g, h->out, p->width, p->width, 1.0f, outputs);
  for (int v = 0; v < g.vectors; v++) {
    V sum = splat(0.0f);
    for (int64_t e = 0; e < p->width; e++)
      sum = VECTOR_FMA(*(V *)(outputs + e * width + v * AL), *(V *)(grads + e * width + v * AL), sum);
    *(V *)(h->shares + g.first + v * AL) = sum;
  }
  for (int64_t c = 0; c < width; c++) {
    h->tops[g.first + c] = c < g.count ? h->sums[g.first + c] : 0;
    h->inverses[g.first + c] = c < g.count ? h->sums[p->length + g.first + c] : 0;
  }
}

const ck_attention_kernel NAME(ck_attention_kernels) = {
    .lanes = AL, .backward_keys = BACKWARD_KEYS, .groups = task_groups, .forward = forward,
    .backward = backward, .backward_start = backward_start};
#endif
