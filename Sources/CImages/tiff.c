#include "picture.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <tiffio.h>

#if TIFFLIB_VERSION < 20221213
#error "libtiff 4.5 or newer is needed: install libtiff-dev of Debian 12, Ubuntu 24.04 or later"
#endif

typedef struct {
  CImagesFile file;
  uint64_t position;
  char *message;
  size_t message_size;
} Source;

static tmsize_t give(thandle_t handle, void *to, tmsize_t count) {
  Source *source = handle;
  if (count <= 0 || source->position >= source->file.count) return 0;
  uint64_t rest = source->file.count - source->position;
  uint64_t given = (uint64_t)count < rest ? (uint64_t)count : rest;
  memcpy(to, source->file.bytes + source->position, given);
  source->position += given;
  return (tmsize_t)given;
}

static tmsize_t refuse_writing(thandle_t handle, void *from, tmsize_t count) {
  (void)handle;
  (void)from;
  (void)count;
  return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  Source *source = handle;
  if (whence == SEEK_SET) source->position = offset;
  if (whence == SEEK_CUR) source->position += offset;
  if (whence == SEEK_END) source->position = source->file.count + offset;
  return source->position;
}

static int leave_open(thandle_t handle) {
  (void)handle;
  return 0;
}

// The bytes themselves: read through the functions, tiles without compression have to be of multiples of 1,024 bytes.
static int map(thandle_t handle, void **bytes, toff_t *count) {
  Source *source = handle;
  *bytes = (void *)(uintptr_t)source->file.bytes;
  *count = source->file.count;
  return 1;
}

static void unmap(thandle_t handle, void *bytes, toff_t count) {
  (void)handle;
  (void)bytes;
  (void)count;
}

static toff_t size(thandle_t handle) { return ((Source *)handle)->file.count; }

// The first of several messages names the cause.
static int keep_first(
    TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff;
  (void)module;
  Source *source = user;
  if (!source->message[0]) vsnprintf(source->message, source->message_size, format, arguments);
  return 1;
}

static int keep_quiet(
    TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff;
  (void)user;
  (void)module;
  (void)format;
  (void)arguments;
  return 1;
}

typedef enum { ALPHA_NONE, ALPHA_STRAIGHT, ALPHA_MULTIPLIED } Alpha;

// What the fourth byte of libtiff's words is. libtiff multiplies colours by their alpha, but not grey, and takes a fourth sample of no stated
// meaning, such as infrared, for an alpha.
static Alpha alpha_of(TIFF *tiff, const TIFFRGBAImage *image) {
  uint16_t count = 0;
  uint16_t *types = NULL;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &count, &types);
  bool has_alpha = count == 0;
  for (uint16_t sample = 0; sample < count; sample++) {
    if (types[sample] == EXTRASAMPLE_ASSOCALPHA || types[sample] == EXTRASAMPLE_UNASSALPHA) has_alpha = true;
  }
  if (!has_alpha) return ALPHA_NONE;
  bool is_grey = image->photometric == PHOTOMETRIC_MINISBLACK || image->photometric == PHOTOMETRIC_MINISWHITE;
  return is_grey && image->alpha == EXTRASAMPLE_UNASSALPHA ? ALPHA_STRAIGHT : ALPHA_MULTIPLIED;
}

// Of rows of 32-bit words, red in the lowest byte.
static void lay_words_over_white(CImagesPicture *picture, Alpha alpha) {
  size_t count = (size_t)picture->width * (size_t)picture->height;
  const uint8_t *from = picture->pixels;
  uint8_t *to = picture->pixels;
  for (size_t pixel = 0; pixel < count; pixel++, from += 4, to += 3) {
    uint32_t word;
    memcpy(&word, from, sizeof word);
    unsigned white = alpha == ALPHA_NONE ? 0 : 255 - TIFFGetA(word);
    unsigned colors[] = {TIFFGetR(word), TIFFGetG(word), TIFFGetB(word)};
    for (int channel = 0; channel < 3; channel++) {
      unsigned color = colors[channel];
      if (alpha == ALPHA_STRAIGHT) color = (color * TIFFGetA(word) + 127) / 255;
      unsigned sum = color + white;
      to[channel] = (uint8_t)(sum < 255 ? sum : 255);
    }
  }
}

// Whether an uncompressed image lies within the file: libtiff fills up what does not.
static bool holds_all_rows(TIFF *tiff, CImagesFile file, uint32_t height) {
  uint16_t compression = COMPRESSION_NONE;
  uint16_t planes = PLANARCONFIG_CONTIG;
  uint16_t samples = 1;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &planes);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  if (compression != COMPRESSION_NONE || TIFFIsTiled(tiff)) return true;
  uint64_t needed = TIFFScanlineSize64(tiff) * height;
  if (planes == PLANARCONFIG_SEPARATE) needed *= samples;
  uint64_t given = 0;
  for (uint32_t strip = 0; strip < TIFFNumberOfStrips(tiff); strip++) {
    uint64_t offset = TIFFGetStrileOffset(tiff, strip);
    uint64_t length = TIFFGetStrileByteCount(tiff, strip);
    if (offset > file.count || length > file.count - offset) return false;
    given += length;
  }
  return given >= needed;
}

static CImagesOutcome read_page(TIFF *tiff, CImagesFile file, CImagesPicture *picture) {
  uint32_t width = 0;
  uint32_t height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  if (!picture_accepts(picture, file, width, height)) return CIMAGES_SIZE_REFUSED;
  if (!holds_all_rows(tiff, file, height)) {
    return picture_damaged(picture, "it ends before all of its rows are there");
  }
  // libtiff takes them for unsigned ones.
  uint16_t format = SAMPLEFORMAT_UINT;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
  if (format == SAMPLEFORMAT_INT) return picture_damaged(picture, "its samples are numbers with a sign");
  char message[1024] = "";
  if (!TIFFRGBAImageOK(tiff, message)) return picture_damaged(picture, message);
  TIFFRGBAImage image;
  int stop_on_error = 1;
  if (!TIFFRGBAImageBegin(&image, tiff, stop_on_error, message)) {
    return picture_damaged(picture, picture->message[0] ? picture->message : message);
  }
  if (image.orientation >= 1 && image.orientation <= 8) picture->orientation = image.orientation;
  // Rows as they are stored: libtiff itself mirrors, but does not transpose.
  image.req_orientation = image.orientation;
  CImagesOutcome outcome = CIMAGES_DAMAGED;
  if (picture_allocate(picture, 4)) {
    if (TIFFRGBAImageGet(&image, (uint32_t *)(void *)picture->pixels, width, height)) {
      lay_words_over_white(picture, alpha_of(tiff, &image));
      outcome = CIMAGES_READ;
    } else {
      picture_damaged(
          picture, picture->message[0] ? picture->message : "its data is cut short or corrupt");
    }
  }
  TIFFRGBAImageEnd(&image);
  return outcome;
}

CImagesOutcome cimages_read_tiff(CImagesFile file, CImagesPicture *picture) {
  picture_begin(picture);
  Source source = {file, 0, picture->message, sizeof picture->message};
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return picture_damaged(picture, "no memory for it");
  TIFFOpenOptionsSetErrorHandlerExtR(options, keep_first, &source);
  TIFFOpenOptionsSetWarningHandlerExtR(options, keep_quiet, NULL);
  // A strip or a tile may be as large as the largest image of 16-bit RGBA.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)(file.pixel_limit * 8));
  TIFF *tiff = TIFFClientOpenExt(
      "image", "r", &source, give, refuse_writing, seek, leave_open, size, map, unmap, options);
  TIFFOpenOptionsFree(options);
  if (!tiff) {
    return picture_damaged(picture, picture->message[0] ? picture->message : "its header is corrupt");
  }
  CImagesOutcome outcome = read_page(tiff, file, picture);
  TIFFClose(tiff);
  return outcome;
}
