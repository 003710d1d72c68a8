#include "picture.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// More scans than any sound progressive file has: each costs a pass over the whole image.
enum { SCAN_LIMIT = 500 };

typedef struct {
  struct jpeg_error_mgr errors; // first, so that libjpeg's pointer is one to all of this
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  char *message;
  size_t message_size;
  // The coded data of a scan ended before all of its blocks.
  bool blocks_missing;
  // The file ended before its end marker.
  bool ended_early;
} Watch;

static void stop(j_common_ptr decoder) {
  Watch *watch = (Watch *)decoder->err;
  char text[JMSG_LENGTH_MAX];
  decoder->err->format_message(decoder, text);
  snprintf(watch->message, watch->message_size, "%s", text);
  longjmp(watch->escape, 1);
}

// libjpeg goes on after a warning. Only those that mean lost pixels are of interest.
static void note(j_common_ptr decoder, int level) {
  if (level >= 0) return;
  Watch *watch = (Watch *)decoder->err;
  watch->errors.num_warnings++;
  if (watch->errors.msg_code == JWRN_HIT_MARKER) watch->blocks_missing = true;
  if (watch->errors.msg_code == JWRN_JPEG_EOF) watch->ended_early = true;
}

static void keep_quiet(j_common_ptr decoder) { (void)decoder; }

static void limit_scans(j_common_ptr common) {
  j_decompress_ptr decoder = (j_decompress_ptr)common;
  if (decoder->input_scan_number <= SCAN_LIMIT) return;
  Watch *watch = (Watch *)common->err;
  snprintf(watch->message, watch->message_size, "more than %d scans", SCAN_LIMIT);
  longjmp(watch->escape, 1);
}

// Whether something of the image never came, in a file of several scans that lacks its end.
static bool lacks_scans(j_decompress_ptr decoder) {
  for (int component = 0; component < decoder->num_components; component++) {
    // Set when a component's first scan begins.
    if (!decoder->comp_info[component].quant_table) return true;
    if (!decoder->progressive_mode || !decoder->coef_bits) continue;
    for (int frequency = 0; frequency < DCTSIZE2; frequency++) {
      // The number of low bits that are still unknown; -1 where all are.
      if (decoder->coef_bits[component][frequency] != 0) return true;
    }
  }
  return false;
}

static int reduction(int64_t side, int64_t short_side) {
  int divisor = 1;
  while (divisor < 8 && side / (2 * divisor) >= short_side) divisor *= 2;
  return divisor;
}

// CMYK as Adobe stores it, 255 where there is no ink. Readers at large take files without Adobe's
// marker the same way.
static void convert_inverted_cmyk(CImagesPicture *picture) {
  size_t count = (size_t)picture->width * (size_t)picture->height;
  const uint8_t *from = picture->pixels;
  uint8_t *to = picture->pixels;
  for (size_t pixel = 0; pixel < count; pixel++, from += 4, to += 3) {
    unsigned black = from[3];
    for (int ink = 0; ink < 3; ink++) to[ink] = (uint8_t)((from[ink] * black + 127) / 255);
  }
}

static CImagesOutcome read_jpeg(
    j_decompress_ptr decoder, Watch *watch, CImagesFile file, int64_t short_side,
    CImagesPicture *picture) {
  decoder->progress = &watch->progress;
  // Coefficients of a progressive image take 2 bytes each, for up to 4 components, and pixels.
  decoder->mem->max_memory_to_use = (long)(file.pixel_limit * 12);
  jpeg_mem_src(decoder, (unsigned char *)file.bytes, (unsigned long)file.count);
  jpeg_read_header(decoder, TRUE);
  if (!picture_accepts(picture, file, decoder->image_width, decoder->image_height)) {
    return CIMAGES_SIZE_REFUSED;
  }
  int channels = 3;
  switch (decoder->jpeg_color_space) {
  case JCS_GRAYSCALE:
  case JCS_RGB:
  case JCS_YCbCr:
    decoder->out_color_space = JCS_RGB;
    break;
  case JCS_CMYK:
  case JCS_YCCK:
    decoder->out_color_space = JCS_CMYK;
    channels = 4;
    break;
  default:
    snprintf(
        picture->message, sizeof picture->message, "%d components instead of 1, 3 or 4",
        decoder->num_components);
    return CIMAGES_DAMAGED;
  }
  int64_t side = picture->width < picture->height ? picture->width : picture->height;
  decoder->scale_num = 1;
  picture->divisor = reduction(side, short_side);
  decoder->scale_denom = (unsigned)picture->divisor;
  jpeg_start_decompress(decoder);
  picture->width = decoder->output_width;
  picture->height = decoder->output_height;
  if (!picture_allocate(picture, channels)) return CIMAGES_DAMAGED;
  size_t row_length = (size_t)picture->width * (size_t)channels;
  while (decoder->output_scanline < decoder->output_height) {
    JSAMPROW row = picture->pixels + row_length * decoder->output_scanline;
    jpeg_read_scanlines(decoder, &row, 1);
  }
  bool incomplete = watch->ended_early && lacks_scans(decoder);
  jpeg_finish_decompress(decoder);
  // Arithmetic coding goes on without end on zeros: that data is missing shows by the end alone.
  if (watch->blocks_missing || incomplete || (watch->ended_early && decoder->arith_code)) {
    return picture_damaged(picture, "it ends before all of its rows are there");
  }
  if (channels == 4) convert_inverted_cmyk(picture);
  return CIMAGES_READ;
}

CImagesOutcome cimages_read_jpeg(CImagesFile file, int64_t short_side, CImagesPicture *picture) {
  picture_begin(picture);
  struct jpeg_decompress_struct decoder;
  Watch watch;
  memset(&decoder, 0, sizeof decoder);
  memset(&watch, 0, sizeof watch);
  decoder.err = jpeg_std_error(&watch.errors);
  watch.errors.error_exit = stop;
  watch.errors.emit_message = note;
  watch.errors.output_message = keep_quiet;
  watch.progress.progress_monitor = limit_scans;
  watch.message = picture->message;
  watch.message_size = sizeof picture->message;
  if (setjmp(watch.escape)) {
    jpeg_destroy_decompress(&decoder);
    return picture_damaged(picture, picture->message);
  }
  jpeg_create_decompress(&decoder);
  CImagesOutcome outcome = read_jpeg(&decoder, &watch, file, short_side, picture);
  jpeg_destroy_decompress(&decoder);
  return outcome;
}
