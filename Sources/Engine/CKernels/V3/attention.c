#define CK_LEVEL 3
#include "../Body/attention.h"
