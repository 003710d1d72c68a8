// Linear layers of bfloat16 by float32's multiplication: for processors whose products of bfloat16 are slow or missing.
#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/// Whether the kernels compute products of rows of `inputs` values by a weight outputs × inputs.
bool is_linear_supported(int64_t rows, int64_t inputs, int64_t outputs);

/// rows × outputs, of rows × inputs, a weight outputs × inputs, both bfloat16, and a float32 bias or none.
at::Tensor linear_forward(const at::Tensor &rows, const at::Tensor &weight, const at::Tensor &bias);

/// The gradient of the rows, of a gradient rows × outputs.
at::Tensor linear_back(const at::Tensor &gradient, const at::Tensor &weight);

/// The gradient of the weight, in float32. Sums go over rows in their order, whatever the number of threads.
at::Tensor linear_correlate(const at::Tensor &rows, const at::Tensor &gradient);

} // namespace kernels
