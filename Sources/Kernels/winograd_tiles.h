// Images cut up into the tiles of Winograd's convolutions.
#pragma once

#include "operands.h"
#include "storage.h"
#include "winograd.h"

#include <algorithm>

namespace kernels {

/// Points of a tile's window, and pixels of a tile's side.
constexpr int64_t points = 36, side = 4;

template <typename Stored> const WinogradPasses<Stored> &passes();
template <> inline const WinogradPasses<float> &passes() { return winograd_loops().wide; }
template <> inline const WinogradPasses<BFloat16> &passes() { return winograd_loops().narrow; }

/// Images, channels last, cut up into tiles, all images' one after the other.
struct Tiling {
  int64_t height, width, channels, down, across;

  explicit Tiling(const at::Tensor &images)
      : height(images.size(2)), width(images.size(3)), channels(images.size(1)), down((height + side - 1) / side),
        across((width + side - 1) / side) {}

  int64_t tiles() const { return down * across; }
  int64_t pitch() const { return width * channels; }
};

/// Where a tile lies.
struct Place {
  int64_t image, row, column;

  Place(int64_t index, const Tiling &tiling)
      : image(index / tiling.tiles()), row(index % tiling.tiles() / tiling.across * side), column(index % tiling.across * side) {}

  void advance(const Tiling &tiling) {
    column += side;
    if (column < tiling.width) return;
    column = 0;
    row += side;
    if (row < tiling.height) return;
    row = 0;
    ++image;
  }
};

/// The window of so many pixels a side that begins `before` pixels above and left of a tile.
template <typename Stored> Window<Stored> window_at(const Place &place, const Stored *images, const Tiling &tiling, int64_t pixels, int64_t before) {
  const int64_t row = place.row - before, column = place.column - before;
  // The bits from `first` on, and below `end`.
  const auto bits = [&](int64_t first, int64_t end) { return (1u << std::min(pixels, end)) - (1u << std::max<int64_t>(0, first)); };
  return {
      images + ((place.image * tiling.height + row) * tiling.width + column) * tiling.channels, tiling.pitch(), tiling.channels,
      bits(-row, tiling.height - row) | bits(-column, tiling.width - column) << 8};
}

/// Tiles that are computed together, so that what they have at the points stays in the second cache; `least` at least.
inline int64_t tiles_together(int64_t channels, int64_t least) {
  return std::clamp<int64_t>(524288 / (points * channels * 4) / 16 * 16, least, 128);
}

/// From one point's values to the next one's; not a multiple of the caches' sets, which would all be one.
inline int64_t matrix_of(int64_t tiles, int64_t channels) { return tiles * channels + 16; }

/// Whether the second cache has room for pixels beside what so many tiles and a weight have at the points.
inline bool leaves_room(int64_t inputs, int64_t outputs, int64_t tiles) {
  return points * 4 * (inputs * outputs + tiles * (inputs + outputs)) <= 1048576;
}

/// The rows that the tiles from `first` on lie in, those before `end` and as many as are computed together.
template <typename Stored>
Upcoming rows_of_tiles(const Stored *images, int64_t channels, const Tiling &tiling, int64_t first, int64_t end, int64_t together) {
  if (first >= end) return {};
  const Place start(first, tiling), last(std::min(end, first + together) - 1, tiling);
  const auto row = [&](const Place &place, int64_t below) { return place.image * tiling.height + std::min(place.row + below, tiling.height); };
  const int64_t pitch = tiling.width * channels, begin = row(start, 0) * pitch;
  return {images + begin, (row(last, side) * pitch - begin) * static_cast<int64_t>(sizeof(Stored))};
}

} // namespace kernels
