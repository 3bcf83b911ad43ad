/* libpng 1.6: used only by CCodecs, which keeps libpng's longjmp inside C. */
#pragma once
#include <png.h>
