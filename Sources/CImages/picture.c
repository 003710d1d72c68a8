#include "picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void picture_begin(CImagesPicture *picture) {
  memset(picture, 0, sizeof *picture);
  picture->orientation = 1;
  picture->divisor = 1;
}

bool picture_accepts(CImagesPicture *picture, CImagesFile file, int64_t width, int64_t height) {
  picture->width = width;
  picture->height = height;
  picture->full_width = width;
  picture->full_height = height;
  return width > 0 && height > 0 && width <= file.pixel_limit / height;
}

bool picture_allocate(CImagesPicture *picture, int channels) {
  size_t pixels = (size_t)picture->width * (size_t)picture->height;
  // Zeroed, so that a reader that stops early shows nobody's memory.
  picture->pixels = calloc(pixels, (size_t)channels);
  if (!picture->pixels) snprintf(picture->message, sizeof picture->message, "no memory for it");
  return picture->pixels != NULL;
}

CImagesOutcome picture_damaged(CImagesPicture *picture, const char *message) {
  if (message != picture->message) {
    snprintf(picture->message, sizeof picture->message, "%s", message);
  }
  free(picture->pixels);
  picture->pixels = NULL;
  return CIMAGES_DAMAGED;
}

void picture_lay_over_white(CImagesPicture *picture) {
  size_t count = (size_t)picture->width * (size_t)picture->height;
  const uint8_t *from = picture->pixels;
  uint8_t *to = picture->pixels;
  for (size_t pixel = 0; pixel < count; pixel++, from += 4, to += 3) {
    unsigned alpha = from[3];
    for (int channel = 0; channel < 3; channel++) {
      to[channel] = (uint8_t)((from[channel] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
}

void cimages_release(CImagesPicture *picture) {
  free(picture->pixels);
  picture->pixels = NULL;
}
