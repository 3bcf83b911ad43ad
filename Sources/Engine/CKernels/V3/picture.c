#define CK_LEVEL 3
#include "../Body/kuwahara.h"
