#define CK_LEVEL 3
#include "../Body/gemm.h"
#include "../Body/random.h"
