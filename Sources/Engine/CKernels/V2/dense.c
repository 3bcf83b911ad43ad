#define CK_LEVEL 2
#include "../Body/gemm.h"
#include "../Body/random.h"
