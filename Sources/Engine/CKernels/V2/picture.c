#define CK_LEVEL 2
#include "../Body/correlation.h"
#include "../Body/kuwahara.h"
