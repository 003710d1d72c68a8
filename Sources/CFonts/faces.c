#include "faces.h"
#include "messages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include FT_TRUETYPE_TABLES_H

CFontsFace *cfonts_open(
    const uint8_t *bytes, size_t count, int64_t index, CFontsMessage *message) {
  message->text[0] = 0;
  CFontsFace *opened = calloc(1, sizeof *opened);
  if (!opened) {
    snprintf(message->text, sizeof message->text, "no memory for it");
    return NULL;
  }
  FT_Error error = FT_Init_FreeType(&opened->library);
  if (!error) {
    error =
        FT_New_Memory_Face(opened->library, bytes, (FT_Long)count, (FT_Long)index, &opened->face);
  }
  if (error) {
    fonts_failed(error, message);
    cfonts_close(opened);
    return NULL;
  }
  return opened;
}

void cfonts_close(CFontsFace *face) {
  if (!face) return;
  if (face->face) FT_Done_Face(face->face);
  if (face->library) FT_Done_FreeType(face->library);
  free(face);
}

void cfonts_describe(const CFontsFace *face, CFontsDescription *description) {
  memset(description, 0, sizeof *description);
  FT_Face from = face->face;
  description->face_count = from->num_faces;
  if (from->family_name) {
    snprintf(description->family, sizeof description->family, "%s", from->family_name);
  }
  if (from->style_name) {
    snprintf(description->style, sizeof description->style, "%s", from->style_name);
  }
  description->is_scalable = FT_IS_SCALABLE(from);
  description->is_bold = from->style_flags & FT_STYLE_FLAG_BOLD;
  description->is_italic = from->style_flags & FT_STYLE_FLAG_ITALIC;
  description->is_monospaced = FT_IS_FIXED_WIDTH(from);
  const TT_OS2 *table = FT_Get_Sfnt_Table(from, FT_SFNT_OS2);
  // FreeType marks a table that is not there by this version.
  if (!table || table->version == 0xFFFF) return;
  description->weight = table->usWeightClass;
  description->family_class = (table->sFamilyClass >> 8) & 0xFF;
  description->panose_kind = table->panose[0];
  description->panose_serif = table->panose[1];
}

bool cfonts_has(const CFontsFace *face, uint32_t character) {
  return FT_Get_Char_Index(face->face, character) != 0;
}
