#define CK_LEVEL 4
#include "../Body/sample.h"
