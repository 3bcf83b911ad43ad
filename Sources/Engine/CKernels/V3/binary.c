#define CK_LEVEL 3
#include "../Body/binary.h"
