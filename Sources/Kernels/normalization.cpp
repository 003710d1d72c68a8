#include "normalization.h"

#include "instructions.h"
#include "parallel.h"
#include "storage.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace kernels {

#define KERNELS_ROUNDS_BFLOAT16 0
namespace plain {
#include "normalization_loops.h"
} // namespace plain

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace avx2 {
#include "normalization_loops.h"
} // namespace avx2
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma"))), apply_to = function)
#undef KERNELS_ROUNDS_BFLOAT16
#define KERNELS_ROUNDS_BFLOAT16 1
namespace avx512 {
#include "normalization_loops.h"
} // namespace avx512
#pragma clang attribute pop
#endif

namespace {

template <typename Value> Loops<Value> loops() {
#if defined(__x86_64__)
  switch (instructions()) {
  case KERNELS_AVX512_BFLOAT16: return avx512::loops<Value>();
  case KERNELS_AVX512:
    if (kernels_available() == KERNELS_AVX512_BFLOAT16) return avx512::loops<Value>();
    [[fallthrough]];
  case KERNELS_AVX2: return avx2::loops<Value>();
  case KERNELS_PLAIN: break;
  }
#endif
  return plain::loops<Value>();
}

// The fewest rows that are worth a thread's start.
constexpr int64_t rows_of_part = 64;

float single(float value) { return value; }

float single(BFloat16 value) {
  const uint32_t bits = static_cast<uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

int64_t channels_of(const at::Tensor &tensor) { return tensor.size(1); }

int64_t rows_of(const at::Tensor &tensor) { return tensor.numel() / tensor.size(1); }

// Two sums for each channel, each part's in float64, added in the order of the parts.
template <typename Body> at::Tensor summed(int64_t rows, int64_t channels, Body body) {
  const int64_t parts = parts_of((rows + rows_of_part - 1) / rows_of_part);
  const at::Tensor sums = at::zeros({parts, 2, channels}, at::kDouble);
  double *values = sums.mutable_data_ptr<double>();
  in_parts(rows, parts, [&](int64_t part, int64_t first, int64_t end) {
    double *own = values + part * 2 * channels;
    body(first, end, own, own + channels);
  });
  const at::Tensor total = sums[0];
  for (int64_t part = 1; part < parts; ++part) total.add_(sums[part]);
  return total;
}

template <typename Body> void over_rows(int64_t rows, Body body) {
  in_parts(rows, parts_of((rows + rows_of_part - 1) / rows_of_part), [&](int64_t, int64_t first, int64_t end) { body(first, end); });
}

template <typename Value> Rows<Value> all_rows_of(const at::Tensor &input) {
  Rows<Value> rows;
  rows.count = rows_of(input);
  rows.channels = channels_of(input);
  rows.input = values_of<Value>(input);
  return rows;
}

// The rows from `first` to `end`.
template <typename Value> Rows<Value> part_of(Rows<Value> rows, int64_t first, int64_t end) {
  const int64_t values = first * rows.channels;
  const auto advance = [values](auto *&pointer) {
    if (pointer) pointer += values;
  };
  advance(rows.input);
  advance(rows.residual);
  advance(rows.gradient);
  advance(rows.output);
  advance(rows.residual_gradient);
  if (rows.mask) rows.mask += first * words_of(rows.channels);
  rows.count = end - first;
  return rows;
}

// How many values a channel has; and of each channel the sums of their differences from `shift` and of these differences' squares.
struct Moments {
  double count;
  std::vector<double> sums, squares, shift;

  // Of all processes' values. Their shifts differ: the sums become those of the values themselves, which float64 holds well
  // enough for what float32 can tell from its mean.
  Moments of_all(Processes processes) const {
    if (processes == 0) return *this;
    const auto channels = static_cast<int64_t>(sums.size());
    const at::Tensor own = at::empty({2 * channels + 1}, at::kDouble);
    double *values = own.mutable_data_ptr<double>();
    for (int64_t channel = 0; channel < channels; ++channel) {
      values[channel] = count * shift[channel] + sums[channel];
      values[channels + channel] = squares[channel] + shift[channel] * (2 * sums[channel] + count * shift[channel]);
    }
    values[2 * channels] = count;
    const at::Tensor all = sum_of_all(own, processes).contiguous();
    const auto *total = all.const_data_ptr<double>();
    return {total[2 * channels], {total, total + channels}, {total + channels, total + 2 * channels}, std::vector<double>(channels)};
  }

  double mean(int64_t channel) const { return shift[channel] + sums[channel] / count; }

  double variance(int64_t channel) const {
    // NaN stays what it is.
    if (std::isnan(squares[channel])) return squares[channel];
    return std::max(0.0, squares[channel] - sums[channel] / count * sums[channel]) / count;
  }
};

template <typename Value> Moments moments_of(const Loops<Value> &passes, const Rows<Value> &rows) {
  // Differences from the first row: a mean far from zero takes nothing from the variance.
  std::vector<float> shift(rows.channels);
  for (int64_t channel = 0; channel < rows.channels; ++channel) shift[channel] = single(rows.input[channel]);
  const at::Tensor found = summed(rows.count, rows.channels, [&](int64_t first, int64_t end, double *sum, double *squares) {
    passes.sum(rows.input + first * rows.channels, end - first, rows.channels, shift.data(), sum, squares);
  });
  const auto *sums = found.const_data_ptr<double>(), *squares = sums + rows.channels;
  return {static_cast<double>(rows.count), {sums, squares}, {squares, squares + rows.channels}, {shift.begin(), shift.end()}};
}

template <typename Value>
void normalize_values(
    Normalized &result, const at::Tensor &input, const at::Tensor &residual, const at::Tensor &weight, const at::Tensor &bias,
    const at::Tensor &running_mean, const at::Tensor &running_variance, bool training, double momentum, double epsilon,
    bool rectifies, Processes processes) {
  const Loops<Value> passes = loops<Value>();
  Rows<Value> rows = all_rows_of<Value>(input);
  rows.residual = values_of<Value>(residual);
  rows.output = values_of<Value>(result.output);
  rows.mask = values_of<uint16_t>(result.mask);
  float *mean = result.mean.mutable_data_ptr<float>(), *inverse = result.inverse_deviation.mutable_data_ptr<float>();
  if (training) {
    const Moments moments = moments_of(passes, rows).of_all(processes);
    result.count = moments.count;
    float *running[] = {values_of<float>(running_mean), values_of<float>(running_variance)};
    for (int64_t channel = 0; channel < rows.channels; ++channel) {
      const double average = moments.mean(channel), variance = moments.variance(channel);
      mean[channel] = static_cast<float>(average);
      inverse[channel] = static_cast<float>(1 / std::sqrt(variance + epsilon));
      if (!running[0]) continue;
      const double unbiased = variance * moments.count / (moments.count - 1);
      running[0][channel] = static_cast<float>(momentum * average + (1 - momentum) * running[0][channel]);
      running[1][channel] = static_cast<float>(momentum * unbiased + (1 - momentum) * running[1][channel]);
    }
  } else {
    const auto *means = running_mean.const_data_ptr<float>(), *variances = running_variance.const_data_ptr<float>();
    for (int64_t channel = 0; channel < rows.channels; ++channel) {
      mean[channel] = means[channel];
      inverse[channel] = static_cast<float>(1 / std::sqrt(static_cast<double>(variances[channel]) + epsilon));
    }
  }
  float *scale = result.scale.mutable_data_ptr<float>();
  const auto *weights = weight.const_data_ptr<float>(), *biases = bias.const_data_ptr<float>();
  for (int64_t channel = 0; channel < rows.channels; ++channel) scale[channel] = weights[channel] * inverse[channel];
  over_rows(rows.count, [&](int64_t first, int64_t end) {
    passes.apply[residual.defined()][rectifies](part_of(rows, first, end), mean, scale, biases);
  });
}

template <typename Value>
void normalize_values_back(
    NormalizationGradients &result, const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &bias, const Normalized &kept,
    bool adds_residual, bool training, bool rectifies, Processes processes) {
  const Loops<Value> passes = loops<Value>();
  Rows<Value> rows = all_rows_of<Value>(input);
  rows.gradient = values_of<Value>(gradient);
  rows.output = values_of<Value>(result.input);
  rows.residual_gradient = values_of<Value>(result.residual);
  rows.mask = values_of<uint16_t>(kept.mask);
  const auto *mean = kept.mean.const_data_ptr<float>(), *inverse = kept.inverse_deviation.const_data_ptr<float>();
  const auto *scale = kept.scale.const_data_ptr<float>(), *shift = bias.const_data_ptr<float>();
  const at::Tensor sums = summed(rows.count, rows.channels, [&](int64_t first, int64_t end, double *sum, double *products) {
    passes.sum_back[adds_residual][rectifies](part_of(rows, first, end), mean, scale, shift, sum, products);
  });
  const auto *values = sums.const_data_ptr<double>();
  const at::Tensor total = training ? sum_of_all(sums, processes).contiguous() : sums;
  const auto *totals = total.const_data_ptr<double>();
  float *weights = result.weight.mutable_data_ptr<float>(), *biases = result.bias.mutable_data_ptr<float>();
  std::vector<float> slope(rows.channels), offset(rows.channels);
  for (int64_t channel = 0; channel < rows.channels; ++channel) {
    const double sum = values[channel], product = values[rows.channels + channel];
    biases[channel] = static_cast<float>(sum);
    weights[channel] = static_cast<float>(product * inverse[channel]);
    if (!training) continue;
    const double inverse_squared = static_cast<double>(inverse[channel]) * inverse[channel];
    slope[channel] = static_cast<float>(-scale[channel] * inverse_squared * totals[rows.channels + channel] / kept.count);
    offset[channel] = static_cast<float>(-scale[channel] * totals[channel] / kept.count);
  }
  if (!result.input.defined()) return;
  over_rows(rows.count, [&](int64_t first, int64_t end) {
    Rows<Value> part = part_of(rows, first, end);
    const bool is_masked = adds_residual && part.residual_gradient;
    // Behind ReLU already: the first pass has written it for the residual.
    if (is_masked) part.gradient = part.residual_gradient;
    passes.apply_back[adds_residual && !is_masked][rectifies && !is_masked](part, mean, scale, shift, slope.data(), offset.data());
  });
}

} // namespace

Normalized normalize(
    const at::Tensor &input, const at::Tensor &residual, const at::Tensor &weight, const at::Tensor &bias,
    const at::Tensor &running_mean, const at::Tensor &running_variance, bool training, double momentum, double epsilon,
    bool rectifies, Processes processes) {
  const int64_t channels = channels_of(input);
  const auto vector = [channels] { return at::empty({channels}, at::kFloat); };
  Normalized result{at::empty_like(input), vector(), vector(), vector(), {}};
  if (residual.defined() && rectifies) result.mask = at::empty({rows_of(input), words_of(channels)}, at::kShort);
  const auto run = input.scalar_type() == at::kBFloat16 ? normalize_values<BFloat16> : normalize_values<float>;
  run(result, input, residual, weight, bias, running_mean, running_variance, training, momentum, epsilon, rectifies, processes);
  return result;
}

NormalizationGradients normalize_back(
    const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &bias, const Normalized &kept, bool adds_residual,
    bool training, bool rectifies, Processes processes) {
  NormalizationGradients result{at::empty_like(input), {}, at::empty_like(kept.mean), at::empty_like(kept.mean)};
  // Without ReLU the residual's gradient is the whole's.
  if (adds_residual && rectifies) result.residual = at::empty_like(input);
  const auto run = input.scalar_type() == at::kBFloat16 ? normalize_values_back<BFloat16> : normalize_values_back<float>;
  run(result, gradient, input, bias, kept, adds_residual, training, rectifies, processes);
  if (adds_residual && !rectifies) result.residual = gradient;
  return result;
}

} // namespace kernels
