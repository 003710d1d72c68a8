// A stem's images: three colours, which make no pairs of channels by themselves.
#pragma once

#include "convolution.h"
#include "operands.h"

#include <ATen/Functions.h>

#include <cstring>

namespace kernels {

inline bool is_stem(const ConvolutionShape &shape) { return shape.inputs == 3 && shape.kernel == 3; }

// A stem's rows: at each output column, what a kernel's columns see.
inline void spread(const uint16_t *image, const ConvolutionShape &shape, uint16_t *rows) {
  const int64_t columns = shape.output_width();
  for (int64_t row = 0; row < shape.height; ++row) {
    uint16_t *to = rows + (row + shape.padding) * columns * stem_channels;
    const uint16_t *from = image + row * shape.width * 3;
    for (int64_t column = 0; column < columns; ++column, to += stem_channels) {
      const int64_t place = column * shape.stride - shape.padding;
      if (place >= 0 && place + 3 <= shape.width) {
        std::memcpy(to, from + place * 3, 9 * sizeof *to);
        continue;
      }
      for (int64_t tap = 0; tap < 3; ++tap)
        for (int64_t colour = 0; colour < 3; ++colour)
          to[tap * 3 + colour] = place + tap >= 0 && place + tap < shape.width ? from[(place + tap) * 3 + colour] : 0;
    }
  }
}

inline at::Tensor spread_rows(const ConvolutionShape &shape) {
  return at::zeros({shape.height + 2 * shape.padding, shape.output_width(), stem_channels}, at::kBFloat16);
}

} // namespace kernels
