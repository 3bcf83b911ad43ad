/* What the dispatch files share: the table in use, the team, and the walk over the axes of a nest. */
#ifndef CK_INTERNAL_H
#define CK_INTERNAL_H
#include "../Body/table.h"

/* Simple elements (about a nanosecond or less each) that are not worth waking the team for, and of one chunk. */
enum { CK_INLINE = 32768, CK_CHUNK = 65536, CK_STAGE = 512, CK_SHORT_ROW = 32 };

#define CK_LIKELY(x) __builtin_expect(!!(x), 1)

extern const ck_table *ck_kernels;
extern const uint8_t ck_size_of[CK_TYPES];  /* bytes */
extern const uint8_t ck_shift_of[CK_TYPES]; /* log2 of bytes */

static inline bool ck_is_half(int type) { return type == CK_BF16 || type == CK_F16; }
static inline bool ck_is_float(int type) { return type >= CK_F32 && type <= CK_F16; }
static inline bool ck_is_type(int type) { return type >= 0 && type < CK_TYPES; }
static inline int64_t ck_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t ck_ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

/* The calling thread's number in its region, 0 to ck_threads() - 1. */
int omp_get_thread_num(void);

/* Where the taps of some input channels lie from a result's first, in rows that are laid out (Body/direct.h): `lines` for
 * each channel, `length` columns of each phase. One number for each tap. */
void ck_direct_offsets(const ck_direct *p, int64_t channels, int64_t lines, int64_t length, int64_t *offsets);

/* True when the user asked to stop. */
bool ck_stopped(void);

/* A nest in bytes: axes of one element dropped, neighbours merged where every operand allows it; rank >= 1. */
typedef struct {
  int32_t rank, operands;
  int64_t count;
  int64_t size[CK_MAX_RANK];
  int64_t step[4][CK_MAX_RANK];
  char *base[4];
} ck_walk;

/* bytes: element size of each operand. reorder: axes may be taken in any order and direction (they are put in the order
 * of operand 0's memory). */
void ck_collapse(ck_walk *walk, const ck_nest *nest, int operands, const uint8_t *bytes, bool reorder);
/* Pointers of all operands at linear position `place`, and its index along every axis. */
void ck_seek(const ck_walk *walk, int64_t place, int64_t *index, char **at);
/* Moves one step along axis d, carrying into the axes before it. */
void ck_advance(const ck_walk *walk, int d, int64_t *index, char **at);
/* Copies n elements of operand k, from index on (at points to the first), to or from a contiguous buffer. */
void ck_span(const ck_walk *walk, int k, int shift, const int64_t *index, char *at, int64_t n, char *buffer,
             bool store);

/* The axis along which operand k is contiguous when that is not the inner one (where it is neither contiguous nor
 * broadcast), and both are long enough to be worth turning; else -1. */
int ck_turned_axis(const ck_walk *walk, int k, int shift);
/* Copies operand 1 to operand 0 if operand 1 is turned and 0 is not; else returns false. */
bool ck_copy_turned(const ck_walk *walk, int shift);
/* Replaces turned operand k by a copy in the walk's order, which the caller frees; NULL (and no change) when there is
 * no memory for it. */
char *ck_straighten(ck_walk *walk, int k, int shift);

/* The extremes of every integer type (0 for floats). */
extern const int64_t ck_lowest[CK_TYPES], ck_highest[CK_TYPES];

/* An element-wise job: kernel over operand 0 (output) and the inputs, halves computed in f32. */
typedef struct {
  ck_walk walk;
  ck_row kernel;
  double p0, p1;
  uint8_t shift[4];
  int8_t half[4]; /* the half type of the operand, or -1 */
  bool flat[4];   /* contiguous over the whole walk */
} ck_job;

/* types: the stored type of each operand; computed: true when halves are converted around the kernel. weight: cost of
 * one element in simple operations. */
void ck_run(ck_job *job, const ck_nest *nest, int operands, const uint8_t *types, bool computed, void *const *places,
            int weight);
#endif
