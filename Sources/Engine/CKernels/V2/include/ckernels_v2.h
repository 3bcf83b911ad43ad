/* The x86-64-v2 build of the row kernels: it has no interface of its own, see ../../Body/table.h. */
#ifndef CKERNELS_V2_H
#define CKERNELS_V2_H
#endif
