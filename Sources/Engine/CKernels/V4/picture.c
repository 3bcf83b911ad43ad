#define CK_LEVEL 4
#include "../Body/correlation.h"
#include "../Body/kuwahara.h"
