/* The widest vectors of each level, for tiles that live in registers. */
#ifndef CK_LANES_H
#define CK_LANES_H
#include "base.h"

#if CK_LEVEL == 4
enum { CK_VECTOR_BYTES = 64 };
#elif CK_LEVEL == 3
enum { CK_VECTOR_BYTES = 32 };
#else
enum { CK_VECTOR_BYTES = 16 };
#endif

#if CK_LEVEL >= 3
#define VECTOR_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define VECTOR_FMA(a, b, c) ((a) * (b) + (c))
#endif

#define LANES(T) (CK_VECTOR_BYTES / (int)sizeof(T))
typedef float vg_f32 __attribute__((ext_vector_type(CK_VECTOR_BYTES / 4)));
typedef double vg_f64 __attribute__((ext_vector_type(CK_VECTOR_BYTES / 8)));
typedef float vu_f32 __attribute__((ext_vector_type(CK_VECTOR_BYTES / 4), aligned(4)));
typedef double vu_f64 __attribute__((ext_vector_type(CK_VECTOR_BYTES / 8), aligned(8)));
#endif
