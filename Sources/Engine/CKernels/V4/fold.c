#define CK_LEVEL 4
#include "../Body/reduce.h"
#include "../Body/line.h"
