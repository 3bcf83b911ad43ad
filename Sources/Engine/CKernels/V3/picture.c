#define CK_LEVEL 3
#include "../Body/correlation.h"
#include "../Body/kuwahara.h"
