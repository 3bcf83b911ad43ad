#define CK_LEVEL 4
#include "../Body/direct.h"
#include "../Body/direct_gradient.h"
#include "../Body/frame.h"
#include "../Body/halve.h"
#include "../Body/normalize.h"
#include "../Body/winograd.h"
#include "../Body/winograd_gradient.h"
