// The gradient of a weight by Winograd's filtering.
#include "multiplication.h"
#include "parallel.h"
#include "products.h"
#include "winograd_tiles.h"

#include <ATen/Functions.h>

namespace kernels {

namespace {

// The sums of a weight's gradient at the points.
template <typename Stored> struct WinogradSums {
  const at::Tensor images, gradient;
  const Tiling tiling, gradient_tiling;
  const int64_t inputs, outputs, together, seen, given, vectors;
  const bool has_room;
  const Correlation<float> correlation;

  WinogradSums(const at::Tensor &of, const at::Tensor &with, int64_t least)
      : images(of), gradient(with), tiling(of), gradient_tiling(with), inputs(of.size(1)), outputs(with.size(1)), together(tiles_together(inputs + outputs, least)),
        seen(matrix_of(together, inputs)), given(matrix_of(together, outputs)), vectors(vectors_of<float>(outputs)),
        has_room(leaves_room(inputs, outputs, together)), correlation(wide_products().correlate_of(/*is_stem=*/false, vectors)) {}

  int64_t size() const { return inputs * outputs; }

  // What tiles of both have at the points, from a batch's place `first` on.
  void fill(int64_t start, int64_t first, int64_t end, float *values, float *gradients) const {
    const WinogradPasses<Stored> &pass = passes<Stored>();
    Place place(start + first, tiling);
    for (int64_t index = first; index < end; ++index, place.advance(tiling)) {
      pass.pixels_at_points(
          window_at(place, values_of<Stored>(images), tiling, side + 2, 1), inputs, values + index * inputs, seen);
      pass.gradients_at_points(
          window_at(place, values_of<Stored>(gradient), gradient_tiling, side, 0), outputs, gradients + index * outputs, given);
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

  // What the tiles after these are of.
  Upcoming upcoming(const at::Tensor &of, int64_t start, int64_t end) const {
    if (!has_room) return {};
    return rows_of_tiles(values_of<Stored>(of), of.size(1), tiling, start + together, end, together);
  }

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
        const Upcoming seen_next = upcoming(images, start, end), given_next = upcoming(gradient, start, end);
        for (int64_t point = 0; point < points; ++point) {
          seen_next.ask(point, points);
          given_next.ask(point, points);
          add(point, point + 1, count, values_of<float>(values), values_of<float>(gradients), values_of<float>(sums) + part * sums.size(1));
        }
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
