// What the weight's gradient reads where products of bfloat16 are taken.
#pragma once

#include "multiplication.h"
#include "pixel_layout.h"
#include "interleave.h"
#include "stem.h"

namespace kernels {

#if defined(__x86_64__)

/// The input's pixels as pairs of those that neighbouring output columns see: a copy for each start that a kernel's
/// columns have, with the padding's zeros.
struct InputPairs {
  using Operand = uint32_t;

  ConvolutionShape shape;
  bool stem;
  int64_t copies;
  PixelLayout layout;

  static int64_t vectors(int64_t outputs) { return vectors_of<uint16_t>(outputs); }

  // Operands of a row of so many pixels.
  static int64_t columns_of(int64_t width) { return (width + 1) / 2; }

  static Correlation<uint32_t> correlation(bool stem, int64_t vectors) {
    return pair_products().correlate_of(stem, vectors);
  }

  InputPairs(const ConvolutionShape &of, int64_t images) : shape(of), stem(is_stem(of)) {
    const int64_t columns = columns_of(shape.output_width());
    copies = stem ? 1 : shape.stride == 1 ? std::min<int64_t>(2, shape.kernel) : shape.kernel;
    // With stride 1 the kernel's third column is its first, one pair on.
    const int64_t more = !stem && shape.stride == 1 && shape.kernel == 3 ? 1 : 0;
    layout = {images, shape.height + 2 * shape.padding, columns + more, stem ? stem_channels : shape.inputs};
  }

  int64_t size() const { return copies * layout.size(); }

  // From one output column's operand to the next.
  int64_t step() const { return layout.width(); }

  // Where a tap reads.
  int64_t place(int64_t tap) const {
    if (stem) return tap * layout.pitch();
    const int64_t row = tap / shape.kernel, column = tap % shape.kernel;
    return column % copies * layout.size() + row * layout.pitch() + column / copies * layout.width();
  }

  // Of an image; `rows` holds a stem's.
  void fill(const uint16_t *image, const uint16_t *zeros, uint16_t *rows, uint32_t *to) const {
    if (stem) return fill_stem(image, rows, to);
    const int64_t step = shape.stride * shape.inputs, columns = layout.columns;
    for (int64_t copy = 0; copy < copies; ++copy) {
      // Pairs of which both pixels lie in the image.
      const int64_t first = std::min(columns, std::max<int64_t>(0, (shape.padding - copy + 2 * shape.stride - 1) / (2 * shape.stride)));
      const int64_t room = shape.width - 1 + shape.padding - copy - shape.stride;
      const int64_t end = std::max(first, room < 0 ? 0 : std::min(columns, room / (2 * shape.stride) + 1));
      for (int64_t row = 0; row < shape.height; ++row) {
        const uint16_t *from = image + row * shape.width * shape.inputs;
        uint32_t *place = to + copy * layout.size() + (row + shape.padding) * layout.pitch();
        const auto pixel = [&](int64_t column) {
          const int64_t inside = column * shape.stride + copy - shape.padding;
          return inside >= 0 && inside < shape.width ? from + inside * shape.inputs : nullptr;
        };
        const auto fill_edge = [&](int64_t pair) {
          const uint16_t *left = pixel(2 * pair), *right = pixel(2 * pair + 1);
          for (int64_t channel = 0; channel < shape.inputs; channel += 16)
            interleave(
                left ? left + channel : zeros, right ? right + channel : zeros,
                place + channel / 16 * layout.block() + pair * 16);
        };
        for (int64_t pair = 0; pair < first; ++pair) fill_edge(pair);
        if (first < end)
          interleave_row(
              from + (2 * first * shape.stride + copy - shape.padding) * shape.inputs, step, shape.inputs, end - first,
              place + first * 16, layout.block());
        for (int64_t pair = end; pair < columns; ++pair) fill_edge(pair);
      }
    }
  }

  void fill_stem(const uint16_t *image, uint16_t *rows, uint32_t *to) const {
    spread(image, shape, rows);
    const int64_t width = shape.output_width();
    for (int64_t row = shape.padding; row < shape.padding + shape.height; ++row) {
      const uint16_t *from = rows + row * width * stem_channels;
      interleave_narrow(from, stem_channels, width / 2, to + row * layout.pitch());
      if (width % 2 == 0) continue;
      for (int64_t channel = 0; channel < stem_channels; ++channel)
        to[row * layout.pitch() + width / 2 * stem_channels + channel] = from[(width - 1) * stem_channels + channel];
    }
  }
};

/// The gradient's pixels as pairs; the last of an odd row with zeros.
inline void fill_gradient(const uint16_t *gradient, const uint16_t *zeros, int64_t width, const PixelLayout &layout, uint32_t *operands) {
  for (int64_t row = 0; row < layout.rows; ++row) {
    const uint16_t *from = gradient + row * width * layout.channels;
    uint32_t *to = operands + row * layout.pitch();
    interleave_row(from, layout.channels, layout.channels, width / 2, to, layout.block());
    if (width % 2 == 0) continue;
    for (int64_t channel = 0; channel < layout.channels; channel += 16)
      interleave(from + (width - 1) * layout.channels + channel, zeros, to + channel / 16 * layout.block() + width / 2 * 16);
  }
}

#endif

} // namespace kernels
