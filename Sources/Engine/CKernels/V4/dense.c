#define CK_LEVEL 4
#include "../Body/gemm.h"
#include "../Body/random.h"
