#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include <gif_lib.h>

typedef struct {
  CImagesFile file;
  size_t position;
} Source;

static int give(GifFileType *decoder, GifByteType *to, int count) {
  Source *source = decoder->UserData;
  size_t rest = source->file.count - source->position;
  size_t given = (size_t)count < rest ? (size_t)count : rest;
  memcpy(to, source->file.bytes + source->position, given);
  source->position += given;
  return (int)given;
}

static CImagesOutcome damaged(CImagesPicture *picture, int error) {
  const char *text = GifErrorString(error);
  return picture_damaged(picture, text ? text : "its data is corrupt");
}

// Writes one row of the frame as RGBA; false where a pixel has no colour in the palette.
static bool write_row(
    const GifPixelType *indices, int width, const ColorMapObject *palette, int transparent,
    uint8_t *to) {
  for (int column = 0; column < width; column++, to += 4) {
    int index = indices[column];
    if (index == transparent) continue;
    if (index >= palette->ColorCount) return false;
    GifColorType color = palette->Colors[index];
    to[0] = color.Red;
    to[1] = color.Green;
    to[2] = color.Blue;
    to[3] = 255;
  }
  return true;
}

static CImagesOutcome read_rows(GifFileType *decoder, int transparent, CImagesPicture *picture) {
  GifImageDesc frame = decoder->Image;
  const ColorMapObject *palette = frame.ColorMap ? frame.ColorMap : decoder->SColorMap;
  if (!palette) return picture_damaged(picture, "it has no palette");
  if (!picture_allocate(picture, 4)) return CIMAGES_DAMAGED;
  GifPixelType *indices = malloc((size_t)frame.Width);
  if (!indices) return picture_damaged(picture, "no memory for it");
  static const int starts[] = {0, 4, 2, 1};
  static const int steps[] = {8, 8, 4, 2};
  int passes = frame.Interlace ? 4 : 1;
  CImagesOutcome outcome = CIMAGES_READ;
  for (int pass = 0; pass < passes && outcome == CIMAGES_READ; pass++) {
    int step = frame.Interlace ? steps[pass] : 1;
    for (int row = frame.Interlace ? starts[pass] : 0; row < frame.Height; row += step) {
      size_t place = (size_t)(frame.Top + row) * (size_t)picture->width + (size_t)frame.Left;
      if (DGifGetLine(decoder, indices, frame.Width) == GIF_ERROR) {
        outcome = damaged(picture, decoder->Error);
      } else if (!write_row(
                     indices, frame.Width, palette, transparent, picture->pixels + place * 4)) {
        outcome = picture_damaged(picture, "a pixel lies beyond its palette");
      }
      if (outcome != CIMAGES_READ) break;
    }
  }
  free(indices);
  if (outcome == CIMAGES_READ) picture_lay_over_white(picture);
  return outcome;
}

// Goes on to the first frame and reads it.
static CImagesOutcome read_frame(
    GifFileType *decoder, CImagesFile file, CImagesPicture *picture) {
  int transparent = NO_TRANSPARENT_COLOR;
  for (;;) {
    GifRecordType kind;
    if (DGifGetRecordType(decoder, &kind) == GIF_ERROR) return damaged(picture, decoder->Error);
    if (kind == IMAGE_DESC_RECORD_TYPE) break;
    if (kind == TERMINATE_RECORD_TYPE) return picture_damaged(picture, "it holds no frame");
    if (kind != EXTENSION_RECORD_TYPE) continue;
    int code;
    GifByteType *data;
    if (DGifGetExtension(decoder, &code, &data) == GIF_ERROR) {
      return damaged(picture, decoder->Error);
    }
    while (data) {
      GraphicsControlBlock control;
      if (code == GRAPHICS_EXT_FUNC_CODE &&
          DGifExtensionToGCB(data[0], data + 1, &control) == GIF_OK) {
        transparent = control.TransparentColor;
      }
      if (DGifGetExtensionNext(decoder, &data) == GIF_ERROR) {
        return damaged(picture, decoder->Error);
      }
    }
  }
  if (DGifGetImageDesc(decoder) == GIF_ERROR) return damaged(picture, decoder->Error);
  // A frame that juts out of its canvas widens it, as browsers and Pillow have it.
  GifImageDesc frame = decoder->Image;
  int64_t width = (int64_t)frame.Left + frame.Width;
  int64_t height = (int64_t)frame.Top + frame.Height;
  if (frame.Left < 0 || frame.Top < 0 || frame.Width <= 0 || frame.Height <= 0) {
    return picture_damaged(picture, "its first frame has no pixels");
  }
  if (width < decoder->SWidth) width = decoder->SWidth;
  if (height < decoder->SHeight) height = decoder->SHeight;
  if (!picture_accepts(picture, file, width, height)) return CIMAGES_SIZE_REFUSED;
  return read_rows(decoder, transparent, picture);
}

CImagesOutcome cimages_read_gif(CImagesFile file, CImagesPicture *picture) {
  picture_begin(picture);
  Source source = {file, 0};
  int error = 0;
  GifFileType *decoder = DGifOpen(&source, give, &error);
  if (!decoder) return damaged(picture, error);
  CImagesOutcome outcome = read_frame(decoder, file, picture);
  DGifCloseFile(decoder, &error);
  return outcome;
}
