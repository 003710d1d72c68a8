// Convolutions 3×3 of stride 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray, arXiv 1509.09308): tiles of 4×4 output pixels take
// 36 multiplications where the definition takes 144, all in float32.
#pragma once

#include "bfloat16.h"
#include "convolution.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace kernels {

/// A square of an image's pixels that may reach beyond its edges: from a row to the next, from a column to the next, and which of both lie
/// in the image, a bit each, the columns' from the eighth on. One number, since the processor waits where several that have just been
/// stored are loaded together.
template <typename Stored> struct Window {
  const Stored *first;
  int64_t pitch, step;
  uint32_t inside;

  /// The bits of all rows and columns of a square of so many pixels a side.
  static constexpr uint32_t all(int64_t side) { return ((1u << side) - 1) * 0x101u; }
};

/// A tile's outputs, and how many rows and columns of them lie in the image.
template <typename Stored> struct Tile {
  Stored *first;
  int64_t pitch, step, rows, columns;
};

/// What a tile's outputs go through before they are stored; null where nothing is done. `residual` and `active` lie as the outputs do.
template <typename Stored> struct Finish {
  const float *bias = nullptr;
  const Stored *residual = nullptr;
  /// Outputs are zeros where these are not above zero.
  const Stored *active = nullptr;
  bool rectifies = false;
};

/// count×made, of rows count×reduced and weights made/lanes × reduced × lanes.
using MatrixProduct = void (*)(const float *rows, int64_t count, const float *weights, int64_t made, float *to);

/// The passes between pixels and points; `matrix` is how far one point's values lie from the next one's.
template <typename Stored> struct WinogradPasses {
  /// Of sixteen kernels; `tap` is from one of the nine weights to the next.
  void (*weights_at_points)(const Stored *weights, int64_t tap, float *to, int64_t matrix);
  /// Of 6×6 pixels.
  void (*pixels_at_points)(const Window<Stored> &window, int64_t channels, float *to, int64_t matrix);
  /// Of the gradients of 4×4 pixels.
  void (*gradients_at_points)(const Window<Stored> &window, int64_t channels, float *to, int64_t matrix);
  /// 4×4 pixels.
  void (*pixels_from_points)(
      const float *products, int64_t matrix, int64_t channels, const Tile<Stored> &tile, const Finish<Stored> &finish);
};

/// The inner loops, as they were compiled for the instructions that are used now.
struct Winograd {
  /// Null where it is not compiled for so many that are summed over.
  MatrixProduct (*product_of)(int64_t reduced, int64_t vectors);
  /// The gradients of sixteen kernels, of sums by parts.
  void (*weights_from_points)(const float *sums, int64_t matrix, int64_t parts, int64_t part, float *to, int64_t tap);
  WinogradPasses<float> wide;
  WinogradPasses<BFloat16> narrow;
};

/// How many channels may be summed over.
#define KERNELS_FOR_EACH_WIDTH(WIDTH) WIDTH(16) WIDTH(32) WIDTH(64) WIDTH(128) WIDTH(256) WIDTH(512)

const Winograd &winograd_loops();

/// Whether this is a convolution 3×3 of stride 1, with a padding of 1, of channels that the loops have.
bool is_winograd_supported(const ConvolutionShape &shape);

/// Whether it has been measured to be faster than what else there is, in bfloat16 (`is_short`) or float32.
bool is_winograd_faster(const ConvolutionShape &shape, bool is_short);

/// Of `at_points`' result: 36 matrices of so many values.
std::vector<int64_t> winograd_weight_shape(int64_t reduced, int64_t made);

/// A weight outputs×inputs×3×3 in bfloat16 or float32 at the points, 36 matrices made/lanes × reduced × lanes: inputs are summed over and
/// outputs made; the other way round, `backwards`, for the gradient of the images.
at::Tensor at_points(const at::Tensor &weight, bool backwards);

/// What follows a convolution: an offset of each output channel in float32; an addition, of the output's shape and layout; max(x, 0); zeros
/// where `active`, of the output's shape and layout, is not above zero. Undefined where there is none.
struct Following {
  at::Tensor bias, residual, active;
  bool rectifies = false;
};

/// N×made×H×W, channels last, in the images' type: of images N×reduced×H×W, channels last, in bfloat16 or float32, and `at_points`' weight.
at::Tensor winograd(const at::Tensor &images, const at::Tensor &weight, int64_t made, const Following &following = {});

/// The gradient of the weight, in float32.
at::Tensor winograd_correlate(const at::Tensor &images, const at::Tensor &gradient);

} // namespace kernels
