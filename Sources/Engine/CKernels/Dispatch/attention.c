/* Attention: heads are packed, some at a time, then tiles are shared out. Forward, a task is some queries of a head.
 * Backward, queries and keys of a head are cut into `parts` each; in round t part j of the keys meets part j + t of
 * the queries, so that no two tasks add to one gradient, and every gradient is summed in one order on any team. */
#include <string.h>

#include "internal.h"

/* Floats of packed operands at a time (where one head needs no more), rows in a chunk of packing, and the cost of a
 * call below which the team is not woken. */
enum { PACKED = 1 << 23, PACK_ROWS = 256, PACK_GROUPS = 4, MOST_PARTS = 8, MANY_TASKS = 64, SMALL = 1 << 19 };

typedef struct {
  const ck_attention *p;
  const ck_attention_kernel *kernel;
  float *scratch;
  bool backward;
  int64_t heads, groups, stretch, lanes_length, floats; /* floats: of one head */
  int64_t first;                                        /* the first head of this pass */
  int64_t per_head, parts, round;                       /* tasks of a head */
} attention;

static int64_t rounded(int64_t n, int64_t to) { return ck_ceil_div(n, to) * to; }

static attention attention_of(const ck_attention *p, float *scratch, bool backward) {
  attention a = {.p = p, .kernel = ck_kernels->attention, .scratch = scratch, .backward = backward, .heads = 1};
  for (int32_t i = 0; i < p->axes; i++) a.heads *= p->batch[i];
  a.groups = ck_attention_group_count(p->length, a.kernel->lanes);
  a.stretch = rounded(p->sources, CK_ATTENTION_PANEL);
  a.lanes_length = rounded(p->length, a.kernel->lanes);
  return a;
}

static int64_t offset_of(const attention *a, const int64_t *strides, int64_t head) {
  int64_t offset = 0;
  for (int32_t i = a->p->axes - 1; i >= 0; i--) {
    offset += head % a->p->batch[i] * strides[i];
    head /= a->p->batch[i];
  }
  return offset;
}

/* Hands out `count` floats of scratch, counting only where there is none yet. */
static float *take(float *scratch, int64_t *used, int64_t count) {
  float *place = scratch == NULL ? NULL : scratch + *used;
  *used += rounded(count, 16);
  return place;
}

/* Rows as they lie where they are whole vectors, else a place for packed ones. */
static ck_attention_matrix rows_of(const attention *a, const float *rows, int64_t step, int64_t count, int64_t size,
                                   float *scratch, int64_t *used) {
  if (size % a->kernel->lanes == 0) return (ck_attention_matrix){(float *)rows, step};
  const int64_t row = rounded(size, a->kernel->lanes);
  return (ck_attention_matrix){take(scratch, used, count * row), row};
}

/* Where everything of one head lies. Returns the floats that the head takes; without scratch only that is valid. */
static int64_t lay_out(const attention *a, int64_t head, float *scratch, ck_attention_head *h) {
  const ck_attention *p = a->p;
  int64_t used = 0;
  const int64_t mask_size = p->mask.kind == CK_MASK_BOOL ? 1 : 4;
  *h = (ck_attention_head){.q = p->q.base + offset_of(a, p->q.batch, head),
                           .mask = (const char *)p->mask.base + mask_size * offset_of(a, p->mask.batch, head),
                           .out = p->out + head * p->length * p->width,
                           .sums = p->sums == NULL ? NULL : p->sums + 2 * head * p->length,
                           .stretch = a->stretch};
  h->keys = take(scratch, &used, a->stretch * p->size);
  h->values = take(scratch, &used, a->stretch * rounded(p->width, CK_ATTENTION_PANEL));
  if (!a->backward) return used;
  const float *k = p->k.base + offset_of(a, p->k.batch, head);
  h->grad = p->grad.base + offset_of(a, p->grad.batch, head);
  h->queries = take(scratch, &used, a->lanes_length * p->size);
  h->grads = take(scratch, &used, a->lanes_length * p->width);
  h->tops = take(scratch, &used, a->lanes_length);
  h->inverses = take(scratch, &used, a->lanes_length);
  h->shares = take(scratch, &used, a->lanes_length);
  if (p->dv != NULL) {
    h->grad_rows = rows_of(a, h->grad, p->grad.row, p->length, p->width, scratch, &used);
    h->dv = rows_of(a, p->dv + head * p->sources * p->width, p->width, p->sources, p->width, scratch, &used);
  }
  if (p->dk != NULL) {
    h->query_rows = rows_of(a, h->q, p->q.row, p->length, p->size, scratch, &used);
    h->dk = rows_of(a, p->dk + head * p->sources * p->size, p->size, p->sources, p->size, scratch, &used);
  }
  if (p->dq != NULL) {
    h->key_rows = rows_of(a, k, p->k.row, p->sources, p->size, scratch, &used);
    h->dq = rows_of(a, p->dq + head * p->length * p->size, p->size, p->length, p->size, scratch, &used);
  }
  return used;
}

static ck_attention_head head_at(const attention *a, int64_t index) {
  ck_attention_head h;
  lay_out(a, a->first + index, a->scratch + index * a->floats, &h);
  return h;
}

/* Panels of rows first..<end: to[panel][size][8], zeros beyond the last row. */
static void pack_panels(const float *x, int64_t step, int64_t size, int64_t first, int64_t end, float *to) {
  for (int64_t r = first; r < end; r += CK_ATTENTION_PANEL) {
    const int64_t rows = ck_min(CK_ATTENTION_PANEL, end - r);
    if (rows < CK_ATTENTION_PANEL) memset(to + r * size, 0, (size_t)(CK_ATTENTION_PANEL * size) * sizeof(float));
    ck_kernels->transpose[2](to + r * size, x + r * step, size, rows, CK_ATTENTION_PANEL * 4, step * 4);
  }
}

/* Columns as panels: to[panel][stretch][8], zeros beyond the last column and the last row. */
static void pack_columns(const float *x, int64_t step, int64_t size, int64_t first, int64_t end, int64_t stretch,
                         float *to) {
  enum { WIDE = CK_ATTENTION_PANEL };
  for (int64_t e = 0; e < size; e += WIDE) {
    float *panel = to + e * stretch;
    const int64_t count = ck_min(WIDE, size - e);
    for (int64_t r = first; r < end; r++) {
      const float *from = x + r * step + e;
      if (count == WIDE) {
        memcpy(panel + r * WIDE, from, WIDE * sizeof(float));
        continue;
      }
      for (int64_t i = 0; i < WIDE; i++) panel[r * WIDE + i] = i < count ? from[i] : 0;
    }
    const int64_t rest = rounded(end, WIDE) - end;
    memset(panel + end * WIDE, 0, (size_t)(rest * WIDE) * sizeof(float));
  }
}

/* Rows first..<end padded with zeros to whole vectors, where they do not lie so already. */
static void pack_rows(const float *x, int64_t step, int64_t size, int64_t first, int64_t end, ck_attention_matrix to) {
  for (int64_t r = first; to.base != NULL && to.base != x && r < end; r++) {
    memcpy(to.base + r * to.row, x + r * step, (size_t)size * sizeof(float));
    memset(to.base + r * to.row + size, 0, (size_t)(to.row - size) * sizeof(float));
  }
}

static void clear_rows(ck_attention_matrix m, int64_t first, int64_t end) {
  if (m.base != NULL) memset(m.base + first * m.row, 0, (size_t)((end - first) * m.row) * sizeof(float));
}

/* Packs some keys and values of one head. */
static void pack_sources(void *context, int64_t task) {
  const attention *a = context;
  const ck_attention *p = a->p;
  const int64_t index = task / a->per_head, head = a->first + index;
  const int64_t first = task % a->per_head * PACK_ROWS, end = ck_min(first + PACK_ROWS, p->sources);
  const ck_attention_head h = head_at(a, index);
  const float *k = p->k.base + offset_of(a, p->k.batch, head), *v = p->v.base + offset_of(a, p->v.batch, head);
  pack_panels(k, p->k.row, p->size, first, end, h.keys);
  if (!a->backward) {
    pack_columns(v, p->v.row, p->width, first, end, a->stretch, h.values);
    return;
  }
  pack_panels(v, p->v.row, p->width, first, end, h.values);
  pack_rows(k, p->k.row, p->size, first, end, h.key_rows);
  clear_rows(h.dk, first, end);
  clear_rows(h.dv, first, end);
}

/* Packs some groups of queries of one head, for backward. */
static void pack_queries(void *context, int64_t task) {
  const attention *a = context;
  const ck_attention *p = a->p;
  const ck_attention_head h = head_at(a, task / a->per_head);
  const int64_t first = task % a->per_head * PACK_GROUPS, end = ck_min(first + PACK_GROUPS, a->groups);
  for (int64_t i = first; i < end; i++) {
    const ck_attention_span s = ck_attention_group(p->length, a->kernel->lanes, i);
    const int64_t stop = ck_min(s.first + s.vectors * a->kernel->lanes, p->length);
    a->kernel->backward_start(p, &h, i);
    pack_rows(h.q, p->q.row, p->size, s.first, stop, h.query_rows);
    pack_rows(h.grad, p->grad.row, p->width, s.first, stop, h.grad_rows);
    clear_rows(h.dq, s.first, stop);
  }
}

static void forward_task(void *context, int64_t task) {
  const attention *a = context;
  const ck_attention_head h = head_at(a, task / a->per_head);
  const int64_t part = task % a->per_head;
  a->kernel->forward(a->p, &h, part * a->groups / a->per_head, (part + 1) * a->groups / a->per_head, ck_stopped);
}

static void backward_task(void *context, int64_t task) {
  const attention *a = context;
  const ck_attention_head h = head_at(a, task / a->parts);
  const int64_t part = task % a->parts, other = (part + a->round) % a->parts;
  const int64_t tiles = ck_ceil_div(a->p->sources, a->kernel->backward_keys);
  a->kernel->backward(a->p, &h, other * a->groups / a->parts, (other + 1) * a->groups / a->parts,
                      part * tiles / a->parts, (part + 1) * tiles / a->parts, ck_stopped);
}

/* Copies padded gradients to where they are wanted. */
static void unpack_rows(ck_attention_matrix from, float *to, int64_t rows, int64_t size) {
  for (int64_t r = 0; to != NULL && from.base != to && r < rows; r++)
    memcpy(to + r * size, from.base + r * from.row, (size_t)size * sizeof(float));
}

static void unpack(void *context, int64_t index) {
  const attention *a = context;
  const ck_attention *p = a->p;
  const ck_attention_head h = head_at(a, index);
  const int64_t head = a->first + index;
  unpack_rows(h.dq, p->dq == NULL ? NULL : p->dq + head * p->length * p->size, p->length, p->size);
  unpack_rows(h.dk, p->dk == NULL ? NULL : p->dk + head * p->sources * p->size, p->sources, p->size);
  unpack_rows(h.dv, p->dv == NULL ? NULL : p->dv + head * p->sources * p->width, p->sources, p->width);
}

/* On the team, unless the whole call is small. */
static void share_out(attention *a, int64_t tasks, void (*body)(void *, int64_t)) {
  const ck_attention *p = a->p;
  const double cost = (double)a->heads * (double)p->length * (double)p->sources * (double)(p->size + p->width);
  if (cost > SMALL) {
    ck_parallel(tasks, body, a);
    return;
  }
  for (int64_t i = 0; i < tasks; i++) body(a, i);
}

static int64_t heads_at_once(const attention *a) {
  const int64_t fit = PACKED / a->floats;
  return fit < 1 ? 1 : ck_min(fit, a->heads);
}

int64_t ck_attention_scratch(const ck_attention *p, bool backward) {
  attention a = attention_of(p, NULL, backward);
  ck_attention_head h;
  a.floats = lay_out(&a, 0, NULL, &h);
  return a.floats * heads_at_once(&a);
}

static void pack_all_sources(attention *a, int64_t heads) {
  a->per_head = ck_ceil_div(a->p->sources, PACK_ROWS);
  share_out(a, heads * a->per_head, pack_sources);
}

void ck_attention_forward(const ck_attention *p, float *scratch) {
  attention a = attention_of(p, scratch, false);
  ck_attention_head h;
  a.floats = lay_out(&a, 0, NULL, &h);
  const int64_t at_once = heads_at_once(&a);
  for (a.first = 0; a.first < a.heads && !ck_stopped(); a.first += at_once) {
    const int64_t heads = ck_min(at_once, a.heads - a.first);
    pack_all_sources(&a, heads);
    a.per_head = ck_ceil_div(a.groups, a.kernel->groups(p));
    share_out(&a, heads * a.per_head, forward_task);
  }
}

void ck_attention_backward(const ck_attention *p, float *scratch) {
  attention a = attention_of(p, scratch, true);
  ck_attention_head h;
  a.floats = lay_out(&a, 0, NULL, &h);
  const int64_t at_once = heads_at_once(&a), tiles = ck_ceil_div(p->sources, a.kernel->backward_keys);
  a.parts = ck_min(ck_min(MOST_PARTS, ck_ceil_div(MANY_TASKS, at_once)), ck_min(a.groups, tiles));
  for (a.first = 0; a.first < a.heads && !ck_stopped(); a.first += at_once) {
    const int64_t heads = ck_min(at_once, a.heads - a.first);
    pack_all_sources(&a, heads);
    a.per_head = ck_ceil_div(a.groups, PACK_GROUPS);
    share_out(&a, heads * a.per_head, pack_queries);
    for (a.round = 0; a.round < a.parts; a.round++) share_out(&a, heads * a.parts, backward_task);
    share_out(&a, heads, unpack);
  }
}
