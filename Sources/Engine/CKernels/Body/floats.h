/* Expands BODY for f32 and f64 (no include guard: included once per family of kernels). */
#define T float
#define TAG f32
BODY
#undef T
#undef TAG
#define T double
#define TAG f64
BODY
#undef T
#undef TAG
