#define CK_LEVEL 4
#include "../Body/isa.h"
