// The operators, as libtorch's dispatcher knows them.
#pragma once

#include "instructions.h"
#include "processes.h"

#include <optional>

namespace kernels {

/// N×in×H×W by a square weight out×in×k×k.
at::Tensor convolution(const at::Tensor &images, const at::Tensor &weight, int64_t stride, int64_t padding);

/// Batch normalisation, then the addition of `residual` where there is one, then ReLU where `rectifies`. In training
/// by the statistics of all processes' inputs together; over more than one it is differentiable once.
at::Tensor normalization(
    const at::Tensor &input, const std::optional<at::Tensor> &residual, const at::Tensor &weight, const at::Tensor &bias,
    const std::optional<at::Tensor> &running_mean, const std::optional<at::Tensor> &running_variance, bool training,
    double momentum, double epsilon, bool rectifies, Processes processes);

/// …×in by a weight out×in and a bias of out.
at::Tensor linear(const at::Tensor &input, const at::Tensor &weight, const std::optional<at::Tensor> &bias);

} // namespace kernels
