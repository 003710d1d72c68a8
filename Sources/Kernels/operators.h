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

/// A weight out×in×3×3 in float32 as `fixed_winograd` takes it.
at::Tensor winograd_weight(const at::Tensor &weight);

/// N×in×H×W, channels last, in float32, by a weight 3×3 that stays as it is, with a padding of 1, and what follows in one pass: an offset
/// of each output channel, an addition, max(x, 0), zeros where `active` is not above zero. Nothing is recorded for differentiation.
at::Tensor fixed_winograd(
    const at::Tensor &images, const at::Tensor &weight, int64_t outputs, const std::optional<at::Tensor> &bias,
    const std::optional<at::Tensor> &residual, const std::optional<at::Tensor> &active, bool rectifies);

/// A step of LARS, in place: v ← μv + r·(g + λw), w ← w − η·v, with r = c·‖w‖/(‖g‖ + λ‖w‖), or 1 where a length is zero. Nothing is recorded
/// for differentiation.
void lars_(
    at::TensorList weights, at::TensorList gradients, at::TensorList velocities, double learning_rate, double momentum, double weight_decay,
    double trust_coefficient);

} // namespace kernels
