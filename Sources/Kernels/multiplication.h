// The product behind a convolution's forward pass and its images' gradient: every output pixel's window by packed weights.
#pragma once

#include "products.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace kernels {

/// Sixteens of output channels that one tile computes.
template <typename Value> int64_t vectors_of(int64_t outputs);

/// The product for pixels that read `step` values from each other; null where it is not compiled for that distance.
template <typename Value> Multiply<Value> multiply_of(int64_t step, int64_t vectors);

/// Whether a product is compiled for pixels that read `values` values from each other.
bool is_step(int64_t values);

/// A weight in bfloat16, one value after the other; itself if it is that.
at::Tensor rounded(const at::Tensor &weight);

/// Weights as `multiply_tile` reads them: blocks × taps × operands × 16·vectors × together, of a matrix [reduced, made] at each tap.
///
/// - `source`: bfloat16; `places` has where each of the reduced lies for tap 0, those of a tap lie `taps[tap]` further, and those of the
///   next that is made `made_step` further.
template <typename Value>
at::Tensor packed(
    const at::Tensor &source, const std::vector<int64_t> &taps, const std::vector<int64_t> &places, int64_t made,
    int64_t made_step);

/// 0, step, 2·step, …
std::vector<int64_t> every(int64_t step, int64_t count);

} // namespace kernels
