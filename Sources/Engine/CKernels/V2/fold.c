#define CK_LEVEL 2
#include "../Body/reduce.h"
#include "../Body/line.h"
