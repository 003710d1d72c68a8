// The C interface over the image libraries: one function a format, from a file in memory to RGB.
//
// It is C for two reasons: libjpeg and libpng report errors by a jump, which must not cross Swift,
// and libtiff's calls take variable arguments. Every function may be called on several threads at
// once, reads nothing beyond `count` bytes, and asks for no more memory than an image of
// `pixel_limit` pixels needs.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

typedef enum {
  // `pixels` holds the image.
  CIMAGES_READ,
  // The image has no pixels or more than the limit: `width` and `height` say which. Nothing was
  // allocated for it.
  CIMAGES_SIZE_REFUSED,
  // `message` says what is wrong.
  CIMAGES_DAMAGED,
} CImagesOutcome;

typedef struct {
  int64_t width;
  int64_t height;
  // The fraction of its size at which the image was decoded: 1, or 2, 4 or 8. `width` and `height` are
  // its size divided by it, rounded up.
  int divisor;
  // Its size in full.
  int64_t full_width;
  int64_t full_height;
  // How the image is to be turned, as EXIF numbers it from 1 to 8; 1 where the format's own library
  // does not say.
  int orientation;
  // `width` × `height` × 3 bytes, RGB interleaved, rows from the top. What is transparent was laid
  // over white. NULL unless the image was read; released with `cimages_release`.
  uint8_t *_Nullable pixels;
  char message[200];
} CImagesPicture;

void cimages_release(CImagesPicture *picture);

// A whole file in memory.
typedef struct {
  const uint8_t *bytes;
  size_t count;
  int64_t pixel_limit;
} CImagesFile;

// JPEG by libjpeg-turbo, at a half, a quarter or an eighth of its size while the shorter side stays
// at least `short_side`.
CImagesOutcome cimages_read_jpeg(CImagesFile file, int64_t short_side, CImagesPicture *picture);
CImagesOutcome cimages_read_png(CImagesFile file, CImagesPicture *picture);
// WebP; of an animation the first frame.
CImagesOutcome cimages_read_webp(CImagesFile file, CImagesPicture *picture);
// The first frame of a GIF.
CImagesOutcome cimages_read_gif(CImagesFile file, CImagesPicture *picture);
// The first page of a TIFF.
CImagesOutcome cimages_read_tiff(CImagesFile file, CImagesPicture *picture);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
