/* Little CMS 2, colour profiles; used only by CCodecs. */
#pragma once
#include <lcms2.h>
