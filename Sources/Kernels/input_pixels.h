// What the weight's gradient reads where products of float32 are taken.
#pragma once

#include "multiplication.h"
#include "pixel_layout.h"
#include "stem.h"

namespace kernels {

/// The input's pixels in float32, with the padding's zeros.
struct InputPixels {
  using Operand = float;

  ConvolutionShape shape;
  bool stem;
  PixelLayout layout;

  static int64_t vectors(int64_t outputs) { return vectors_of<float>(outputs); }

  static int64_t columns_of(int64_t width) { return width; }

  static Correlation<float> correlation(bool stem, int64_t vectors) { return wide_products().correlate_of(stem, vectors); }

  InputPixels(const ConvolutionShape &of, int64_t images) : shape(of), stem(is_stem(of)) {
    const int64_t columns = stem ? shape.output_width() : shape.width + 2 * shape.padding;
    layout = {images, shape.height + 2 * shape.padding, columns, stem ? stem_channels : shape.inputs};
  }

  int64_t size() const { return layout.size(); }

  int64_t step() const { return layout.width() * (stem ? 1 : shape.stride); }

  int64_t place(int64_t tap) const {
    if (stem) return tap * layout.pitch();
    return tap / shape.kernel * layout.pitch() + tap % shape.kernel * layout.width();
  }

  void fill(const uint16_t *image, const uint16_t *, uint16_t *rows, float *to) const {
    if (stem) {
      spread(image, shape, rows);
      widening().values(rows, to, layout.image());
      return;
    }
    for (int64_t row = 0; row < shape.height; ++row)
      widening().blocks(
          image + row * shape.width * shape.inputs, shape.inputs, shape.inputs, shape.width,
          to + (row + shape.padding) * layout.pitch() + shape.padding * layout.width(), layout.block());
  }
};

/// The gradient's pixels in float32.
inline void fill_gradient(const uint16_t *gradient, const uint16_t *, int64_t width, const PixelLayout &layout, float *operands) {
  for (int64_t row = 0; row < layout.rows; ++row)
    widening().blocks(
        gradient + row * width * layout.channels, layout.channels, layout.channels, width, operands + row * layout.pitch(), layout.block());
}

} // namespace kernels
