#define CK_LEVEL 4
#include "../Body/attention.h"
