#include "winograd.h"

#include "instructions.h"
#include "multiplication.h"
#include "parallel.h"
#include "winograd_tiles.h"

#include <ATen/Functions.h>

namespace kernels {

namespace {

template <typename Stored>
at::Tensor winograd_by(const at::Tensor &images, const at::Tensor &weight, int64_t made, const Following &following) {
  const Tiling input(images);
  at::Tensor result = at::empty({images.size(0), made, input.height, input.width}, images.options(), at::MemoryFormat::ChannelsLast);
  const int64_t reduced = input.channels, lanes = vectors_of<float>(made) * 16, together = tiles_together(reduced + made, 16);
  const int64_t seen = matrix_of(together, reduced), given = matrix_of(together, made);
  const bool has_room = leaves_room(reduced, made, together);
  const MatrixProduct multiply = winograd_loops().product_of(reduced, lanes / 16);
  const WinogradPasses<Stored> &pass = passes<Stored>();
  const float *weights = values_of<float>(weight);
  const int64_t matrix = weight.size(1);
  const Stored *pixels = values_of<Stored>(images), *residual = values_of<Stored>(following.residual), *active = values_of<Stored>(following.active);
  Stored *outputs = values_of<Stored>(result);
  in_parts(images.size(0), parts_of(images.size(0)), [&](int64_t, int64_t first_image, int64_t end_image) {
    const at::Tensor values_storage = at::empty({points * seen}, at::kFloat), products_storage = at::empty({points * given}, at::kFloat);
    float *values = values_of<float>(values_storage), *products = values_of<float>(products_storage);
    Finish<Stored> finish{values_of<float>(following.bias), nullptr, nullptr, following.rectifies};
    const int64_t end = end_image * input.tiles();
    for (int64_t start = first_image * input.tiles(); start < end; start += together) {
      const int64_t count = std::min(together, end - start);
      Place place(start, input);
      for (int64_t index = 0; index < count; ++index, place.advance(input))
        pass.pixels_at_points(window_at(place, pixels, input, side + 2, 1), reduced, values + index * reduced, seen);
      const Upcoming next = has_room ? rows_of_tiles(pixels, reduced, input, start + together, end, together) : Upcoming{};
      const Upcoming written = has_room ? rows_of_tiles(outputs, made, input, start, end, together) : Upcoming{};
      for (int64_t point = 0; point < points; ++point) {
        next.ask(point, points);
        written.ask(point, points);
        multiply(values + point * seen, count, weights + point * matrix, made, products + point * given);
      }
      place = Place(start, input);
      for (int64_t index = 0; index < count; ++index, place.advance(input)) {
        const int64_t first = ((place.image * input.height + place.row) * input.width + place.column) * made;
        if (residual) finish.residual = residual + first;
        if (active) finish.active = active + first;
        const Tile<Stored> tile{
            outputs + first, input.width * made, made, std::min(side, input.height - place.row), std::min(side, input.width - place.column)};
        pass.pixels_from_points(products + index * made, given, made, tile, finish);
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
  const Stored *first = values_of<Stored>(turned) + (backwards ? 8 * inputs : 0);
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

} // namespace kernels
