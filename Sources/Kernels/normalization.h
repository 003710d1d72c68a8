// Batch normalisation with the addition of a residual and ReLU, over values that lie as rows × channels.
#pragma once

#include "bfloat16.h"
#include "processes.h"

#include <array>
#include <cstdint>

namespace kernels {

/// Words of a row's mask: 16 channels each.
constexpr int64_t words_of(int64_t channels) { return (channels + 15) / 16; }

/// What one pass reads and writes. `mask` has a bit for each value that ReLU let through, 16 channels a word.
template <typename Value> struct Rows {
  int64_t count = 0, channels = 0;
  const Value *input = nullptr;
  const Value *residual = nullptr;
  const Value *gradient = nullptr;
  Value *output = nullptr;
  Value *residual_gradient = nullptr;
  uint16_t *mask = nullptr;
};

/// One of the four kinds of a pass, by whether it adds a residual and whether it rectifies.
template <typename Pass> using Passes = std::array<std::array<Pass, 2>, 2>;

/// The passes over memory, compiled for one kind of instructions.
template <typename Value> struct Loops {
  /// Adds to sums of input − shift and of its square, per channel.
  void (*sum)(const Value *input, int64_t rows, int64_t channels, const float *shift, double *sums, double *squares);
  /// output = ReLU(scale·(input − mean) + shift + residual).
  Passes<void (*)(const Rows<Value> &, const float *mean, const float *scale, const float *shift)> apply;
  /// Adds to sums of the gradient behind ReLU and of its product with input − mean, per channel.
  Passes<void (*)(const Rows<Value> &, const float *mean, const float *scale, const float *shift, double *sums, double *products)>
      sum_back;
  /// output = scale·gradient + slope·(input − mean) + offset.
  Passes<void (*)(
      const Rows<Value> &, const float *mean, const float *scale, const float *shift, const float *slope, const float *offset)>
      apply_back;
};

/// What is kept for the way back beside the input: per channel, and a bit a value where a residual was added. `count` is that of all
/// processes' rows.
struct Normalized {
  at::Tensor output, mean, inverse_deviation, scale, mask;
  double count = 0;
};

/// By the statistics of all processes' batches, which also enter the running ones where these are defined; or by the running ones.
Normalized normalize(
    const at::Tensor &input, const at::Tensor &residual, const at::Tensor &weight, const at::Tensor &bias,
    const at::Tensor &running_mean, const at::Tensor &running_variance, bool training, double momentum, double epsilon,
    bool rectifies, Processes processes);

/// Gradients of the input, the residual, the weight and the bias; the last two of this process' rows alone.
struct NormalizationGradients {
  at::Tensor input, residual, weight, bias;
};

/// The way back; `adds_residual` and the others as in `normalize`.
NormalizationGradients normalize_back(
    const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &bias, const Normalized &kept, bool adds_residual,
    bool training, bool rectifies, Processes processes);

} // namespace kernels
