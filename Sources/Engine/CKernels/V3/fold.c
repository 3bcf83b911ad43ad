#define CK_LEVEL 3
#include "../Body/reduce.h"
#include "../Body/line.h"
