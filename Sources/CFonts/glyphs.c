#include "faces.h"
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include FT_BBOX_H
#include FT_OUTLINE_H

// Font units beyond which an outline is no letter: FreeType counts in 32 bits.
enum { EXTENT_LIMIT = 1 << 20 };

CFontsOutcome cfonts_draw(
    const CFontsFace *face, uint32_t character, int side, int margin, uint8_t *levels,
    CFontsMessage *message) {
  FT_UInt glyph = FT_Get_Char_Index(face->face, character);
  if (!glyph) return CFONTS_ABSENT;
  // In the font's own units, which needs no hinting and so none of its bytecode.
  FT_Error error = FT_Load_Glyph(face->face, glyph, FT_LOAD_NO_SCALE | FT_LOAD_NO_BITMAP);
  if (error) return fonts_failed(error, message);
  FT_GlyphSlot slot = face->face->glyph;
  if (slot->format != FT_GLYPH_FORMAT_OUTLINE) return CFONTS_ABSENT;
  if (slot->outline.n_points == 0) return CFONTS_BLANK;
  FT_BBox box;
  error = FT_Outline_Get_BBox(&slot->outline, &box);
  if (error) return fonts_failed(error, message);
  FT_Pos width = box.xMax - box.xMin;
  FT_Pos height = box.yMax - box.yMin;
  if (width <= 0 || height <= 0) return CFONTS_BLANK;
  if (width > EXTENT_LIMIT || height > EXTENT_LIMIT) {
    snprintf(message->text, sizeof message->text, "a glyph beyond measure");
    return CFONTS_DAMAGED;
  }
  // From font units to 64ths of a pixel.
  FT_Fixed scale = FT_DivFix((side - 2 * margin) * 64, width > height ? width : height);
  FT_Matrix scaling = {scale, 0, 0, scale};
  FT_Outline_Translate(&slot->outline, -box.xMin, -box.yMin);
  FT_Outline_Transform(&slot->outline, &scaling);
  FT_Outline_Translate(
      &slot->outline, (side * 64 - FT_MulFix(width, scale)) / 2,
      (side * 64 - FT_MulFix(height, scale)) / 2);
  memset(levels, 0, (size_t)side * (size_t)side);
  FT_Bitmap target;
  memset(&target, 0, sizeof target);
  target.rows = (unsigned)side;
  target.width = (unsigned)side;
  target.pitch = side;
  target.buffer = levels;
  target.num_grays = 256;
  target.pixel_mode = FT_PIXEL_MODE_GRAY;
  error = FT_Outline_Get_Bitmap(face->library, &slot->outline, &target);
  return error ? fonts_failed(error, message) : CFONTS_DONE;
}

// Selects the largest of the sizes in which bitmaps are stored; false where there is none.
static bool select_largest(FT_Face face) {
  if (!FT_HAS_COLOR(face) || face->num_fixed_sizes < 1) return false;
  int largest = 0;
  for (int size = 1; size < face->num_fixed_sizes; size++) {
    if (face->available_sizes[size].y_ppem > face->available_sizes[largest].y_ppem) largest = size;
  }
  return FT_Select_Size(face, largest) == 0;
}

// FreeType gives colours that are multiplied by their opacity already.
static void lay_over_white(const FT_Bitmap *bitmap, uint8_t *to) {
  for (unsigned row = 0; row < bitmap->rows; row++) {
    const uint8_t *from = bitmap->buffer + (ptrdiff_t)row * bitmap->pitch;
    for (unsigned column = 0; column < bitmap->width; column++, from += 4, to += 3) {
      unsigned light = 255u - from[3];
      for (int channel = 0; channel < 3; channel++) {
        unsigned value = from[2 - channel] + light;
        to[channel] = (uint8_t)(value > 255 ? 255 : value);
      }
    }
  }
}

CFontsOutcome cfonts_read_picture(
    const CFontsFace *face, uint32_t character, CFontsPicture *picture, CFontsMessage *message) {
  memset(picture, 0, sizeof *picture);
  FT_UInt glyph = FT_Get_Char_Index(face->face, character);
  if (!glyph || !select_largest(face->face)) return CFONTS_ABSENT;
  // A glyph without a bitmap is loaded as an outline, whose bytecode is not to run.
  const FT_Int32 flags = FT_LOAD_COLOR | FT_LOAD_NO_HINTING;
  // The size first, before a picture is decoded.
  FT_Error error = FT_Load_Glyph(face->face, glyph, flags | FT_LOAD_BITMAP_METRICS_ONLY);
  FT_GlyphSlot slot = face->face->glyph;
  if (!error && slot->format == FT_GLYPH_FORMAT_BITMAP) {
    if (slot->bitmap.width > CFONTS_PICTURE_LIMIT || slot->bitmap.rows > CFONTS_PICTURE_LIMIT) {
      snprintf(
          message->text, sizeof message->text, "a glyph of %u×%u pixels, more than %d a side",
          slot->bitmap.width, slot->bitmap.rows, CFONTS_PICTURE_LIMIT);
      return CFONTS_DAMAGED;
    }
    error = FT_Load_Glyph(face->face, glyph, flags);
  }
  if (error) return fonts_failed(error, message);
  const FT_Bitmap *bitmap = &slot->bitmap;
  if (slot->format != FT_GLYPH_FORMAT_BITMAP || bitmap->pixel_mode != FT_PIXEL_MODE_BGRA) {
    return CFONTS_ABSENT;
  }
  if (bitmap->width == 0 || bitmap->rows == 0) return CFONTS_BLANK;
  picture->pixels = calloc((size_t)bitmap->width * bitmap->rows, 3);
  if (!picture->pixels) {
    snprintf(message->text, sizeof message->text, "no memory for it");
    return CFONTS_DAMAGED;
  }
  picture->width = bitmap->width;
  picture->height = bitmap->rows;
  lay_over_white(bitmap, picture->pixels);
  return CFONTS_DONE;
}

void cfonts_release(CFontsPicture *picture) {
  free(picture->pixels);
  picture->pixels = NULL;
}
