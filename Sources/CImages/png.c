#include "picture.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <png.h>

typedef struct {
  jmp_buf escape;
  CImagesFile file;
  size_t position;
  char *message;
  size_t message_size;
} Source;

static void stop(png_structp decoder, png_const_charp text) {
  Source *source = png_get_error_ptr(decoder);
  snprintf(source->message, source->message_size, "%s", text);
  longjmp(source->escape, 1);
}

static void keep_quiet(png_structp decoder, png_const_charp text) {
  (void)decoder;
  (void)text;
}

static void give(png_structp decoder, png_bytep to, size_t count) {
  Source *source = png_get_io_ptr(decoder);
  if (count > source->file.count - source->position) png_error(decoder, "it is cut short");
  memcpy(to, source->file.bytes + source->position, count);
  source->position += count;
}

static CImagesOutcome read_png(
    png_structp decoder, png_infop info, Source *source, CImagesPicture *picture) {
  png_set_read_fn(decoder, source, give);
  // The limit of pixels is this interface's own.
  png_set_user_limits(decoder, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_read_info(decoder, info);
  png_uint_32 width = png_get_image_width(decoder, info);
  png_uint_32 height = png_get_image_height(decoder, info);
  if (!picture_accepts(picture, source->file, width, height)) return CIMAGES_SIZE_REFUSED;
  // Palettes and fewer than 8 bits to 8 bits, a transparent colour to alpha, of 16 bits the high
  // byte, grey to RGB. Gamma and colour profiles are left alone.
  png_set_expand(decoder);
  png_set_strip_16(decoder);
  png_set_gray_to_rgb(decoder);
  int passes = png_set_interlace_handling(decoder);
  png_read_update_info(decoder, info);
  int channels = png_get_channels(decoder, info);
  size_t row_length = png_get_rowbytes(decoder, info);
  if ((channels != 3 && channels != 4) || row_length != (size_t)width * (size_t)channels) {
    png_error(decoder, "its rows do not fit its size");
  }
  if (!picture_allocate(picture, channels)) return CIMAGES_DAMAGED;
  for (int pass = 0; pass < passes; pass++) {
    for (png_uint_32 row = 0; row < height; row++) {
      png_read_row(decoder, picture->pixels + row_length * row, NULL);
    }
  }
  if (channels == 4) picture_lay_over_white(picture);
  return CIMAGES_READ;
}

CImagesOutcome cimages_read_png(CImagesFile file, CImagesPicture *picture) {
  picture_begin(picture);
  Source source;
  memset(&source, 0, sizeof source);
  source.file = file;
  source.message = picture->message;
  source.message_size = sizeof picture->message;
  // Kept across the jump, so not in registers.
  png_structp volatile decoder = NULL;
  png_infop volatile info = NULL;
  if (setjmp(source.escape)) {
    png_structp failed = decoder;
    png_infop failed_info = info;
    png_destroy_read_struct(&failed, &failed_info, NULL);
    return picture_damaged(picture, picture->message);
  }
  decoder = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, stop, keep_quiet);
  if (!decoder) return picture_damaged(picture, "libpng does not start");
  info = png_create_info_struct(decoder);
  CImagesOutcome outcome =
      info ? read_png(decoder, info, &source, picture) : picture_damaged(picture, "no memory for it");
  png_structp done = decoder;
  png_infop done_info = info;
  png_destroy_read_struct(&done, &done_info, NULL);
  return outcome;
}
