// The product behind a convolution's forward pass and its images' gradient: every output pixel's window by packed weights.
#pragma once

#include "products.h"
#include "stem.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace kernels {

#if defined(__x86_64__)

/// One product for all output pixels that read their taps alike. Neighbouring columns of a kernel read neighbouring pixels,
/// so that a row of it is one tap.
struct Plan {
  std::vector<int64_t> offsets;
  int64_t pairs;
  const uint16_t *weights;
  int64_t blocks;
  int64_t pitch, row_step;
  int64_t output_step, output_pitch;
  int64_t rows, columns;
};

/// All output pixels of one image; `upcoming` is asked for meanwhile.
using Multiply = void (*)(const Plan &, const uint16_t *input, uint16_t *output, Upcoming upcoming);

/// The product for pixels that read `step` values from each other; null where it is not compiled for that distance.
Multiply multiply_of(int64_t step, int64_t vectors);

/// Whether a product is compiled for pixels that read `values` values from each other.
bool is_step(int64_t values);

/// Weights as `multiply_tile` reads them: blocks × taps × pairs × 16·vectors × 2, of a matrix [reduced, made] at each tap.
///
/// - `source`: bfloat16; `places` has where each of the reduced lies for tap 0, those of a tap lie `taps[tap]` further, and
///   those of the next that is made `made_step` further.
at::Tensor packed(
    const at::Tensor &source, const std::vector<int64_t> &taps, const std::vector<int64_t> &places, int64_t made,
    int64_t made_step);

/// 0, step, 2·step, …
std::vector<int64_t> every(int64_t step, int64_t count);

#endif

} // namespace kernels
