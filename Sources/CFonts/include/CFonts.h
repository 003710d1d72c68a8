// The C interface over FreeType: faces of font files in memory, what they say about themselves, and
// their glyphs as pixels.
//
// A face and all that is asked of it belong to one thread at a time; different faces do not know each
// other. Bytecode of fonts is never run, and no more memory is asked for than a picture of the limit
// below needs.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef enum {
  CFONTS_DONE,
  // The face has no such glyph, or none of the kind that was asked for.
  CFONTS_ABSENT,
  // The glyph is there and shows nothing.
  CFONTS_BLANK,
  // `message` says what is wrong.
  CFONTS_DAMAGED,
} CFontsOutcome;

typedef struct {
  char text[160];
} CFontsMessage;

// The longest side of a coloured picture, in pixels.
#define CFONTS_PICTURE_LIMIT 1024

// A face of a font file. The file's bytes must outlive it.
typedef struct CFontsFace CFontsFace;

// What a face says about itself.
typedef struct {
  // How many faces the file holds.
  int64_t face_count;
  // UTF-8; empty where the file names none.
  char family[128];
  char style[128];
  bool is_scalable;
  bool is_bold;
  bool is_italic;
  bool is_monospaced;
  // OS/2's usWeightClass, 0 where the file has no such table.
  int weight;
  // OS/2's sFamilyClass: the class in the upper byte, 0 where nothing is said.
  int family_class;
  // PANOSE's family kind and serif style, 0 where nothing is said.
  int panose_kind;
  int panose_serif;
} CFontsDescription;

// Opens face `index` of a file; NULL and a message where there is none that FreeType reads.
CFontsFace *_Nullable cfonts_open(
    const uint8_t *bytes, size_t count, int64_t index, CFontsMessage *message);
void cfonts_close(CFontsFace *_Nullable face);
void cfonts_describe(const CFontsFace *face, CFontsDescription *description);

// Whether the face maps a character to a glyph.
bool cfonts_has(const CFontsFace *face, uint32_t character);

// Draws the outline of a character, scaled so that its longer side, of the ink itself, is `side` less
// `margin` on both sides, and centred: `side` × `side` levels from 0 to 255, ink 255, rows from the top.
CFontsOutcome cfonts_draw(
    const CFontsFace *face, uint32_t character, int side, int margin, uint8_t *levels,
    CFontsMessage *message);

typedef struct {
  int64_t width;
  int64_t height;
  // `width` × `height` × 3 bytes, RGB interleaved, rows from the top, over white. NULL unless it was
  // read; released with `cfonts_release`.
  uint8_t *_Nullable pixels;
} CFontsPicture;

// The coloured bitmap of a character at the face's largest size.
CFontsOutcome cfonts_read_picture(
    const CFontsFace *face, uint32_t character, CFontsPicture *picture, CFontsMessage *message);
void cfonts_release(CFontsPicture *picture);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
