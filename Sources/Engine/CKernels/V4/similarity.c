#define CK_LEVEL 4
#include "../Body/similarity.h"
