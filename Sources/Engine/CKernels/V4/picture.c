#define CK_LEVEL 4
#include "../Body/kuwahara.h"
