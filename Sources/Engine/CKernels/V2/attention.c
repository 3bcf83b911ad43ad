#define CK_LEVEL 2
#include "../Body/attention.h"
