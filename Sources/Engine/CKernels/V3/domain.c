#define CK_LEVEL 3
#include "../Body/domain.h"
#include "../Body/stylize.h"
#include "../Body/diffusion.h"
#include "../Body/recurrence.h"
#include "../Body/loss.h"
#include "../Body/update.h"
