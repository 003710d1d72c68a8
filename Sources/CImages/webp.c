#include "picture.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

static const char *meaning(VP8StatusCode status) {
  switch (status) {
  case VP8_STATUS_OUT_OF_MEMORY: return "no memory for it";
  case VP8_STATUS_NOT_ENOUGH_DATA: return "it is cut short";
  case VP8_STATUS_UNSUPPORTED_FEATURE: return "it uses a feature that libwebp does not read";
  default: return "its data is corrupt";
  }
}

static CImagesOutcome read_still(
    CImagesFile file, WebPDecoderConfig *config, CImagesPicture *picture) {
  int channels = config->input.has_alpha ? 4 : 3;
  if (!picture_allocate(picture, channels)) return CIMAGES_DAMAGED;
  config->output.colorspace = config->input.has_alpha ? MODE_RGBA : MODE_RGB;
  config->output.is_external_memory = 1;
  config->output.u.RGBA.rgba = picture->pixels;
  config->output.u.RGBA.stride = (int)picture->width * channels;
  config->output.u.RGBA.size =
      (size_t)picture->width * (size_t)picture->height * (size_t)channels;
  VP8StatusCode status = WebPDecode(file.bytes, file.count, config);
  if (status != VP8_STATUS_OK) return picture_damaged(picture, meaning(status));
  if (channels == 4) picture_lay_over_white(picture);
  return CIMAGES_READ;
}

static CImagesOutcome read_first_frame(CImagesFile file, CImagesPicture *picture) {
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) return picture_damaged(picture, "libwebp is too old");
  options.color_mode = MODE_RGBA;
  WebPData data = {file.bytes, file.count};
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
  if (!decoder) return picture_damaged(picture, "its data is corrupt");
  CImagesOutcome outcome = CIMAGES_DAMAGED;
  uint8_t *frame;
  int time;
  // The size of the canvas, which libwebp holds to what the header says.
  WebPAnimInfo canvas;
  if (!WebPAnimDecoderGetInfo(decoder, &canvas) || canvas.canvas_width != picture->width ||
      canvas.canvas_height != picture->height || !WebPAnimDecoderGetNext(decoder, &frame, &time)) {
    picture_damaged(picture, "its data is corrupt");
  } else if (picture_allocate(picture, 4)) {
    memcpy(picture->pixels, frame, (size_t)picture->width * (size_t)picture->height * 4);
    picture_lay_over_white(picture);
    outcome = CIMAGES_READ;
  }
  WebPAnimDecoderDelete(decoder);
  return outcome;
}

CImagesOutcome cimages_read_webp(CImagesFile file, CImagesPicture *picture) {
  picture_begin(picture);
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return picture_damaged(picture, "libwebp is too old");
  VP8StatusCode status = WebPGetFeatures(file.bytes, file.count, &config.input);
  if (status != VP8_STATUS_OK) return picture_damaged(picture, meaning(status));
  if (!picture_accepts(picture, file, config.input.width, config.input.height)) {
    return CIMAGES_SIZE_REFUSED;
  }
  return config.input.has_animation ? read_first_frame(file, picture)
                                    : read_still(file, &config, picture);
}
