// The loops of batch normalisation. This file is compiled once for each kind of instructions, in a namespace of its own.
//
// Values lie as rows × channels. Blocks of 16 channels are one vector; a last block of fewer is filled up with zeros.
#include "vectors.h"

namespace {

// Rows whose sums are kept in float32 before they are added to those in float64.
constexpr int64_t rows_of_sum = 256;

KERNELS_INLINE Floats where(Integers condition, Floats values) { return (Floats)(condition & (Integers)values); }

KERNELS_INLINE uint16_t bits_of(Integers condition) {
  const Flags flags = __builtin_convertvector(condition & 1, Flags);
  uint16_t bits;
  std::memcpy(&bits, &flags, sizeof bits);
  return bits;
}

KERNELS_INLINE Integers condition_of(uint16_t bits) {
  Flags flags;
  std::memcpy(&flags, &bits, sizeof bits);
  return -__builtin_convertvector(flags, Integers);
}

KERNELS_INLINE void add_to(double *sums, Floats values, int64_t count) {
  float parts[lanes];
  std::memcpy(parts, &values, sizeof values);
  for (int64_t lane = 0; lane < count; ++lane) sums[lane] += parts[lane];
}

// `body(channel, count)` for each block of channels.
template <typename Body> KERNELS_INLINE void each_block(int64_t channels, Body body) {
  int64_t channel = 0;
  for (; channel + lanes <= channels; channel += lanes) body(channel, lanes);
  if (channel < channels) body(channel, channels - channel);
}

template <typename Value> void sum(const Value *input, int64_t rows, int64_t channels, const float *shift, double *sums, double *squares) {
  for (int64_t start = 0; start < rows; start += rows_of_sum) {
    const int64_t end = std::min(rows, start + rows_of_sum);
    each_block(channels, [&](int64_t channel, int64_t count) KERNELS_INLINED {
      const Floats from = load(shift + channel, count);
      Floats first{}, second{}, first_square{}, second_square{};
      const Value *place = input + start * channels + channel;
      int64_t row = start;
      for (; row + 2 <= end; row += 2, place += 2 * channels) {
        const Floats a = load(place, count) - from, b = load(place + channels, count) - from;
        first += a;
        second += b;
        first_square += a * a;
        second_square += b * b;
      }
      if (row < end) {
        const Floats a = load(place, count) - from;
        first += a;
        first_square += a * a;
      }
      add_to(sums + channel, first + second, count);
      add_to(squares + channel, first_square + second_square, count);
    });
  }
}

template <typename Value, bool AddsResidual, bool Rectifies>
void apply(const Rows<Value> &rows, const float *mean, const float *scale, const float *shift) {
  for (int64_t start = 0; start < rows.count; start += rows_of_sum) {
    const int64_t end = std::min(rows.count, start + rows_of_sum);
    const int64_t words = words_of(rows.channels);
    each_block(rows.channels, [&](int64_t channel, int64_t count) KERNELS_INLINED {
      const Floats a = load(scale + channel, count), b = load(shift + channel, count), from = load(mean + channel, count);
      for (int64_t row = start; row < end; ++row) {
        const int64_t place = row * rows.channels + channel;
        Floats value = __builtin_elementwise_fma(load(rows.input + place, count) - from, a, b);
        if (AddsResidual) value += load(rows.residual + place, count);
        if (Rectifies) {
          const Integers passes = ~(value <= every(0));
          if (AddsResidual && rows.mask) rows.mask[row * words + channel / lanes] = bits_of(passes);
          value = where(passes, value);
        }
        store(rows.output + place, value, count);
      }
    });
  }
}

// The gradient that passes ReLU at one place, whose input lies `difference` from its channel's mean.
template <typename Value, bool AddsResidual, bool Rectifies>
KERNELS_INLINE Floats passed(
    const Rows<Value> &rows, int64_t row, int64_t channel, int64_t count, Floats difference, Floats scale, Floats shift) {
  const Floats gradient = load(rows.gradient + row * rows.channels + channel, count);
  if (!Rectifies) return gradient;
  if (AddsResidual) return where(condition_of(rows.mask[row * words_of(rows.channels) + channel / lanes]), gradient);
  return where(~(__builtin_elementwise_fma(difference, scale, shift) <= every(0)), gradient);
}

template <typename Value, bool AddsResidual, bool Rectifies>
void sum_back(const Rows<Value> &rows, const float *mean, const float *scale, const float *shift, double *sums, double *products) {
  for (int64_t start = 0; start < rows.count; start += rows_of_sum) {
    const int64_t end = std::min(rows.count, start + rows_of_sum);
    each_block(rows.channels, [&](int64_t channel, int64_t count) KERNELS_INLINED {
      const Floats a = load(scale + channel, count), b = load(shift + channel, count), from = load(mean + channel, count);
      Floats total{}, product{};
      for (int64_t row = start; row < end; ++row) {
        const int64_t place = row * rows.channels + channel;
        const Floats difference = load(rows.input + place, count) - from;
        const Floats gradient = passed<Value, AddsResidual, Rectifies>(rows, row, channel, count, difference, a, b);
        if (AddsResidual && rows.residual_gradient) store(rows.residual_gradient + place, gradient, count);
        total += gradient;
        product = __builtin_elementwise_fma(gradient, difference, product);
      }
      add_to(sums + channel, total, count);
      add_to(products + channel, product, count);
    });
  }
}

template <typename Value, bool AddsResidual, bool Rectifies>
void apply_back(
    const Rows<Value> &rows, const float *mean, const float *scale, const float *shift, const float *slope, const float *offset) {
  for (int64_t start = 0; start < rows.count; start += rows_of_sum) {
    const int64_t end = std::min(rows.count, start + rows_of_sum);
    each_block(rows.channels, [&](int64_t channel, int64_t count) KERNELS_INLINED {
      const Floats a = load(scale + channel, count), b = load(shift + channel, count), from = load(mean + channel, count);
      const Floats by_input = load(slope + channel, count), constant = load(offset + channel, count);
      for (int64_t row = start; row < end; ++row) {
        const int64_t place = row * rows.channels + channel;
        const Floats difference = load(rows.input + place, count) - from;
        const Floats gradient = passed<Value, AddsResidual, Rectifies>(rows, row, channel, count, difference, a, b);
        const Floats linear = __builtin_elementwise_fma(difference, by_input, constant);
        store(rows.output + place, __builtin_elementwise_fma(gradient, a, linear), count);
      }
    });
  }
}

template <typename Value> Loops<Value> loops() {
  Loops<Value> result;
  result.sum = sum<Value>;
  result.apply = {{{apply<Value, false, false>, apply<Value, false, true>}, {apply<Value, true, false>, apply<Value, true, true>}}};
  result.sum_back = {
      {{sum_back<Value, false, false>, sum_back<Value, false, true>}, {sum_back<Value, true, false>, sum_back<Value, true, true>}}};
  result.apply_back = {
      {{apply_back<Value, false, false>, apply_back<Value, false, true>},
       {apply_back<Value, true, false>, apply_back<Value, true, true>}}};
  return result;
}

} // namespace
