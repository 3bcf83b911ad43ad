/* libjpeg-turbo: used only by CCodecs, which keeps libjpeg's longjmp inside C. jpeglib.h needs stdio.h first. */
#pragma once
#include <stddef.h>
#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>
