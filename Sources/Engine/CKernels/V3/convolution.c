#define CK_LEVEL 3
#include "../Body/direct.h"
#include "../Body/frame.h"
#include "../Body/halve.h"
#include "../Body/normalize.h"
#include "../Body/winograd.h"
