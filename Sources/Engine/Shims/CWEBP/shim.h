/* libwebp and its container reader; used only by CCodecs. */
#pragma once
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
