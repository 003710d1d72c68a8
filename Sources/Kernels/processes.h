// What a batch that is spread over processes needs of the others.
#pragma once

#include <ATen/core/Tensor.h>

namespace kernels {

/// A group of processes, as the library that knows it numbers it; 0 is this process alone. That library registers
/// `gnomon::summed` of a tensor and the group.
using Processes = int64_t;

/// The sum of the tensors of all processes, the same bits in each.
at::Tensor sum_of_all(const at::Tensor &tensor, Processes processes);

} // namespace kernels
