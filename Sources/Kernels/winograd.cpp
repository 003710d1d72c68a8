#include "winograd.h"

#include "instructions.h"
#include "multiplication.h"
#include "parallel.h"
#include "products.h"
#include "storage.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace kernels {

namespace {

constexpr int64_t points = 36, side = 4;

template <typename Stored> const WinogradPasses<Stored> &passes();
template <> const WinogradPasses<float> &passes() { return winograd_loops().wide; }
template <> const WinogradPasses<BFloat16> &passes() { return winograd_loops().narrow; }

template <typename Stored> Stored *stored(const at::Tensor &tensor) {
  return tensor.defined() ? static_cast<Stored *>(tensor.data_ptr()) : nullptr;
}

// Images, channels last, cut up into tiles, all images' one after the other.
struct Tiling {
  int64_t height, width, channels, down, across;

  explicit Tiling(const at::Tensor &images)
      : height(images.size(2)), width(images.size(3)), channels(images.size(1)), down((height + side - 1) / side),
        across((width + side - 1) / side) {}

  int64_t tiles() const { return down * across; }
  int64_t pitch() const { return width * channels; }
};

// Where a tile lies.
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

// The window of so many pixels a side that begins `before` pixels above and left of a tile.
template <typename Stored> Window<Stored> window_at(const Place &place, const Stored *images, const Tiling &tiling, int64_t pixels, int64_t before) {
  const int64_t row = place.row - before, column = place.column - before;
  // The bits from `first` on, and below `end`.
  const auto bits = [&](int64_t first, int64_t end) { return (1u << std::min(pixels, end)) - (1u << std::max<int64_t>(0, first)); };
  return {
      images + ((place.image * tiling.height + row) * tiling.width + column) * tiling.channels, tiling.pitch(), tiling.channels,
      bits(-row, tiling.height - row) | bits(-column, tiling.width - column) << 8};
}

// Tiles that are computed together, so that what they have at the points stays in the second cache.
int64_t tiles_together(int64_t channels, int64_t least) {
  return std::clamp<int64_t>(524288 / (points * channels * 4) / 16 * 16, least, 128);
}

// From one point's values to the next one's; not a multiple of the caches' sets, which would all be one.
int64_t matrix_of(int64_t tiles, int64_t channels) { return tiles * channels + 16; }

template <typename Stored>
at::Tensor winograd_by(const at::Tensor &images, const at::Tensor &weight, int64_t made, const Following &following) {
  const Tiling input(images);
  at::Tensor result = at::empty({images.size(0), made, input.height, input.width}, images.options(), at::MemoryFormat::ChannelsLast);
  const int64_t reduced = input.channels, lanes = vectors_of<float>(made) * 16, together = tiles_together(reduced + made, 16);
  const int64_t seen = matrix_of(together, reduced), given = matrix_of(together, made);
  const MatrixProduct multiply = winograd_loops().product_of(reduced, lanes / 16);
  const float *weights = values_of<float>(weight);
  const int64_t matrix = weight.size(1);
  const Stored *pixels = stored<Stored>(images), *residual = stored<Stored>(following.residual), *active = stored<Stored>(following.active);
  Stored *outputs = stored<Stored>(result);
  in_parts(images.size(0), parts_of(images.size(0)), [&](int64_t, int64_t first_image, int64_t end_image) {
    const at::Tensor values_storage = at::empty({points * seen}, at::kFloat), products_storage = at::empty({points * given}, at::kFloat);
    float *values = values_of<float>(values_storage), *products = values_of<float>(products_storage);
    Finish<Stored> finish{values_of<float>(following.bias), nullptr, nullptr, following.rectifies};
    const int64_t end = end_image * input.tiles();
    for (int64_t start = first_image * input.tiles(); start < end; start += together) {
      const int64_t count = std::min(together, end - start);
      Place place(start, input);
      for (int64_t index = 0; index < count; ++index, place.advance(input))
        passes<Stored>().pixels_at_points(window_at(place, pixels, input, side + 2, 1), reduced, values + index * reduced, seen);
      for (int64_t point = 0; point < points; ++point)
        multiply(values + point * seen, count, weights + point * matrix, made, products + point * given);
      place = Place(start, input);
      for (int64_t index = 0; index < count; ++index, place.advance(input)) {
        const int64_t first = ((place.image * input.height + place.row) * input.width + place.column) * made;
        if (residual) finish.residual = residual + first;
        if (active) finish.active = active + first;
        const Tile<Stored> tile{
            outputs + first, input.width * made, made, std::min(side, input.height - place.row), std::min(side, input.width - place.column)};
        passes<Stored>().pixels_from_points(products + index * made, given, made, tile, finish);
      }
    }
  });
  return result;
}

template <typename Stored> at::Tensor at_points_by(const at::Tensor &weight, bool backwards) {
  const at::Tensor kernels = weight.contiguous(at::MemoryFormat::ChannelsLast);
  const int64_t outputs = weight.size(0), inputs = weight.size(1), reduced = backwards ? outputs : inputs, made = backwards ? inputs : outputs;
  // 9·inputs rows of outputs; backwards the kernels are read as they lie, from their last weight on.
  const at::Tensor turned = backwards ? kernels : kernels.permute({0, 2, 3, 1}).reshape({outputs, 9 * inputs}).t().contiguous();
  const int64_t tap = backwards ? -inputs : inputs * outputs, row = backwards ? 9 * inputs : outputs;
  const Stored *first = stored<Stored>(turned) + (backwards ? 8 * inputs : 0);
  const int64_t lanes = vectors_of<float>(made) * 16, matrix = matrix_of(reduced, made);
  at::Tensor result = at::empty(winograd_weight_shape(reduced, made), at::kFloat);
  float *to = values_of<float>(result);
  in_parts(reduced, parts_of(reduced), [&](int64_t, int64_t start, int64_t end) {
    for (int64_t output = 0; output < made; output += 16)
      for (int64_t index = start; index < end; ++index)
        passes<Stored>().weights_at_points(
            first + index * row + output, tap, to + (output / lanes * reduced + index) * lanes + output % lanes, matrix);
  });
  return result;
}

} // namespace

bool is_winograd_supported(const ConvolutionShape &shape) {
  const auto is_width = [](int64_t channels) { return winograd_loops().product_of(channels, 1) != nullptr; };
  return have_products() && shape.kernel == 3 && shape.stride == 1 && shape.padding == 1 && shape.images > 0 && shape.height > 0 &&
      shape.width > 0 && is_width(shape.inputs) && is_width(shape.outputs);
}

bool is_winograd_faster(const ConvolutionShape &shape, bool is_short) {
#if defined(__x86_64__)
  // Tiles at the edge compute pixels that nobody wants.
  const int64_t tiles = (shape.height + side - 1) / side * ((shape.width + side - 1) / side);
  if (shape.height * shape.width < 12 * tiles) return false;
  // Not measured in bfloat16 where its products are fast: by the definition these come near to what the cores can do.
  return !is_short || (instructions() != KERNELS_AVX512_BFLOAT16 && !has_tiles());
#else
  // None was measured.
  return false;
#endif
}

std::vector<int64_t> winograd_weight_shape(int64_t reduced, int64_t made) { return {points, matrix_of(reduced, made)}; }

at::Tensor at_points(const at::Tensor &weight, bool backwards) {
  if (weight.scalar_type() == at::kBFloat16) return at_points_by<BFloat16>(weight, backwards);
  return at_points_by<float>(weight, backwards);
}

at::Tensor winograd(const at::Tensor &images, const at::Tensor &weight, int64_t made, const Following &following) {
  if (images.scalar_type() == at::kBFloat16) return winograd_by<BFloat16>(images, weight, made, following);
  return winograd_by<float>(images, weight, made, following);
}

namespace {

// The sums of a weight's gradient at the points.
template <typename Stored> struct WinogradSums {
  const at::Tensor images, gradient;
  const Tiling tiling, gradient_tiling;
  const int64_t inputs, outputs, together, seen, given, vectors;
  const Correlation<float> correlation;

  WinogradSums(const at::Tensor &of, const at::Tensor &with, int64_t least)
      : images(of), gradient(with), tiling(of), gradient_tiling(with), inputs(of.size(1)), outputs(with.size(1)), together(tiles_together(inputs + outputs, least)),
        seen(matrix_of(together, inputs)), given(matrix_of(together, outputs)), vectors(vectors_of<float>(outputs)),
        correlation(wide_products().correlate_of(/*is_stem=*/false, vectors)) {}

  int64_t size() const { return inputs * outputs; }

  // What tiles of both have at the points, from a batch's place `first` on.
  void fill(int64_t start, int64_t first, int64_t end, float *values, float *gradients) const {
    Place place(start + first, tiling);
    for (int64_t index = first; index < end; ++index, place.advance(tiling)) {
      passes<Stored>().pixels_at_points(
          window_at(place, stored<Stored>(images), tiling, side + 2, 1), inputs, values + index * inputs, seen);
      passes<Stored>().gradients_at_points(
          window_at(place, stored<Stored>(gradient), gradient_tiling, side, 0), outputs, gradients + index * outputs, given);
    }
  }

  void add(int64_t first_point, int64_t end_point, int64_t count, const float *values, const float *gradients, float *sums) const {
    for (int64_t point = first_point; point < end_point; ++point)
      for (int64_t to = 0; to < outputs; to += vectors * 16)
        for (int64_t from = 0; from < inputs; from += correlation.channels)
          correlation.run(
              {values + point * seen + from, inputs, 0, 0, 0}, {gradients + point * given + to, outputs, 0, 0, 16}, 1, 1, count,
              sums + point * size() + from * outputs + to, outputs);
  }

  at::Tensor storage(int64_t matrix) const { return at::empty({points * matrix}, at::kFloat); }

  // Each thread has sums of its own, of its images.
  at::Tensor by_images() const {
    const int64_t parts = parts_of(images.size(0));
    const at::Tensor sums = at::zeros({parts, points * size()}, at::kFloat);
    in_parts(images.size(0), parts, [&](int64_t part, int64_t first, int64_t last) {
      const at::Tensor values = storage(seen), gradients = storage(given);
      const int64_t end = last * tiling.tiles();
      for (int64_t start = first * tiling.tiles(); start < end; start += together) {
        const int64_t count = std::min(together, end - start);
        fill(start, 0, count, values_of<float>(values), values_of<float>(gradients));
        add(0, points, count, values_of<float>(values), values_of<float>(gradients), values_of<float>(sums) + part * sums.size(1));
      }
    });
    return sums;
  }

  // All threads have the same sums, each those at some of the points: for channels so many that sums lie in no cache.
  at::Tensor by_points() const {
    const at::Tensor sums = at::zeros({1, points * size()}, at::kFloat), values = storage(seen), gradients = storage(given);
    const int64_t end = images.size(0) * tiling.tiles();
    for (int64_t start = 0; start < end; start += together) {
      const int64_t count = std::min(together, end - start);
      in_parts(count, parts_of(count), [&](int64_t, int64_t first, int64_t last) {
        fill(start, first, last, values_of<float>(values), values_of<float>(gradients));
      });
      in_parts(points, parts_of(points), [&](int64_t, int64_t first, int64_t last) {
        add(first, last, count, values_of<float>(values), values_of<float>(gradients), values_of<float>(sums));
      });
    }
    return sums;
  }
};

template <typename Stored> at::Tensor winograd_correlate_by(const at::Tensor &images, const at::Tensor &gradient) {
  const int64_t inputs = images.size(1), outputs = gradient.size(1), size = inputs * outputs;
  const at::Tensor sums = size > 256 * 256 ? WinogradSums<Stored>(images, gradient, 128).by_points()
                                           : WinogradSums<Stored>(images, gradient, 64).by_images();
  const int64_t parts = sums.size(0);
  // 9·inputs rows of outputs.
  const at::Tensor gradients = at::empty({9, inputs, outputs}, at::kFloat);
  const float *all = values_of<float>(sums);
  float *to = values_of<float>(gradients);
  in_parts(inputs, parts_of(inputs), [&](int64_t, int64_t first, int64_t end) {
    for (int64_t place = first * outputs; place < end * outputs; place += 16)
      winograd_loops().weights_from_points(all + place, size, parts, points * size, to + place, size);
  });
  return gradients.reshape({9 * inputs, outputs}).t().contiguous().view({outputs, 3, 3, inputs}).permute({0, 3, 1, 2});
}

} // namespace

at::Tensor winograd_correlate(const at::Tensor &images, const at::Tensor &gradient) {
  if (images.scalar_type() == at::kBFloat16) return winograd_correlate_by<BFloat16>(images, gradient);
  return winograd_correlate_by<float>(images, gradient);
}

} // namespace kernels
