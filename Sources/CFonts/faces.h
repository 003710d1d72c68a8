// What the files of this interface share.
#pragma once

#include "CFonts.h"

#include <ft2build.h>

#include FT_FREETYPE_H

// A face with a library of its own, so that faces of different threads share nothing.
struct CFontsFace {
  FT_Library library;
  FT_Face face;
};
