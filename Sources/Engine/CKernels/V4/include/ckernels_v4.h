/* The x86-64-v4 build of the row kernels: it has no interface of its own, see ../../Body/table.h. */
#ifndef CKERNELS_V4_H
#define CKERNELS_V4_H
#endif
