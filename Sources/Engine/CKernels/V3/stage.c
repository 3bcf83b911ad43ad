#define CK_LEVEL 3
#include "../Body/cast.h"
