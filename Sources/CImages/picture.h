// What the readers of all formats share.
#pragma once

#include "CImages.h"

#include <stdbool.h>

// An image that was not read yet.
void picture_begin(CImagesPicture *picture);

// Notes the size; false where it is beyond the limit, or nothing.
bool picture_accepts(CImagesPicture *picture, CImagesFile file, int64_t width, int64_t height);

// Room for the noted size at 3 or 4 bytes a pixel; false, with a message, where there is none.
bool picture_allocate(CImagesPicture *picture, int channels);

// Ends reading with the first line of a text about what is wrong.
CImagesOutcome picture_damaged(CImagesPicture *picture, const char *message);

// Turns RGBA into RGB over white, in sRGB values.
void picture_lay_over_white(CImagesPicture *picture);
