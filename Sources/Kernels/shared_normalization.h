// Batch normalisation in training over several processes where there is no kernel: other devices and types.
#pragma once

#include "processes.h"

namespace kernels {

/// By libtorch's operators, with the statistics of all processes' inputs; differentiable once. Running statistics, where they are
/// defined, are updated in place.
at::Tensor normalized_over(
    Processes processes, const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &running_mean,
    const at::Tensor &running_variance, double momentum, double epsilon);

/// Throws where a gradient is itself to be differentiated.
void expect_first_gradient();

} // namespace kernels
