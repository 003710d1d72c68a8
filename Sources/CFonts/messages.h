// What FreeType's errors mean.
#pragma once

#include "CFonts.h"

#include <ft2build.h>

#include FT_FREETYPE_H

// Notes what an error means; the outcome is CFONTS_DAMAGED.
CFontsOutcome fonts_failed(FT_Error error, CFontsMessage *message);
