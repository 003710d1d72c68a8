#pragma once

#include <algorithm>
#include <cstdint>

namespace kernels {

/// How operands, pixels or pairs of them, lie for the weight's gradient. Sixteen channels of all images, rows and columns lie together, so
/// that what a tile reads is one piece.
struct PixelLayout {
  int64_t images, rows, columns, channels;

  int64_t width() const { return std::min<int64_t>(channels, 16); }
  int64_t pitch() const { return columns * width(); }
  int64_t image() const { return rows * pitch(); }
  int64_t block() const { return images * image(); }
  int64_t size() const { return block() * std::max<int64_t>(1, channels / 16); }
};

} // namespace kernels
