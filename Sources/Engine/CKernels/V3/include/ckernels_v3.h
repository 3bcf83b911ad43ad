/* The x86-64-v3 build of the row kernels: it has no interface of its own, see ../../Body/table.h. */
#ifndef CKERNELS_V3_H
#define CKERNELS_V3_H
#endif
