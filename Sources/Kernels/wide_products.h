// Products of bfloat16 by float32's multiplication, on operands that are widened beforehand: for processors that have no products of
// bfloat16, or slow ones.
#pragma once

#include "operands.h"

namespace kernels {

/// The loops, compiled for one kind of instructions.
struct WideLoops {
  /// Sixteens of output channels that one tile computes.
  int64_t (*vectors_of)(int64_t outputs);
  /// The product for pixels that read `step` values from each other; null where it is not compiled for that distance.
  Multiply<float> (*multiply_of)(int64_t step, int64_t vectors);
  Correlation<float> (*correlate_of)(bool is_stem, int64_t vectors);
  /// `count` values of bfloat16 as float32.
  void (*widen)(const uint16_t *values, float *to, int64_t count);
  /// `count` pixels of `channels` values, a multiple of 16: sixteen channels of all pixels lie together, those of the next sixteen `block`
  /// values further.
  void (*widen_blocks)(const uint16_t *pixels, int64_t channels, int64_t count, float *to, int64_t block);
};

/// Those for the instructions that are used now.
const WideLoops &wide();

} // namespace kernels
