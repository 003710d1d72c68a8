// The inner loops of the convolutions, as they were compiled for the instructions that are used now.
#pragma once

#include "operands.h"

namespace kernels {

/// Distances, in values, between the pixels that neighbouring output pixels read, for which products are compiled, beside a stem's.
#define KERNELS_FOR_EACH_STEP(STEP) STEP(16) STEP(32) STEP(64) STEP(128) STEP(256) STEP(512) STEP(1024)

/// `Packed` is an operand of one lane where a weight's gradient is summed up.
template <typename Value, typename Packed> struct Products {
  /// Sixteens of output channels that one tile computes.
  int64_t (*vectors_of)(int64_t outputs);
  /// The product for pixels that read `step` values from each other; null where it is not compiled for that distance.
  Multiply<Value> (*multiply_of)(int64_t step, int64_t vectors);
  Correlation<Packed> (*correlate_of)(bool is_stem, int64_t vectors);
};

/// How values become float32.
struct Widening {
  /// `count` values.
  void (*values)(const uint16_t *values, float *to, int64_t count);
  /// `count` pixels of `channels` values, a multiple of 16, that lie `step` values from each other: sixteen channels of all pixels lie
  /// together, those of the next sixteen `block` values further.
  void (*blocks)(const uint16_t *pixels, int64_t step, int64_t channels, int64_t count, float *to, int64_t block);
  /// `count` values, an even number, of each of `rows` rows, a multiple of 16, that lie `step` values from each other: the rows' first
  /// values together, then their second ones.
  void (*columns)(const uint16_t *values, int64_t step, int64_t rows, int64_t count, float *to);
};

/// Products of values that are widened beforehand, by float32's multiplication: for processors that have no products of bfloat16, or
/// slow ones.
const Products<float, float> &wide_products();

const Widening &widening();

#if defined(__x86_64__)
/// Products of pairs of bfloat16.
const Products<uint16_t, uint32_t> &pair_products();
#endif

} // namespace kernels
