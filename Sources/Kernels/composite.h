// How an operator falls back to libtorch's.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/custom_function.h>

#include <functional>

namespace kernels {

/// Whether autocast makes float32 bfloat16 on processors now.
bool casts_to_bfloat16();

/// Whether any of the tensors carries a tangent of forward-mode differentiation.
bool have_tangents(std::initializer_list<at::Tensor> tensors);

/// Gradients of `compute` that are themselves differentiable: libtorch's operators, run again. `inputs` are the tensors
/// that `compute` takes; one that needs no gradient gets an undefined one.
torch::autograd::variable_list differentiable_gradients(
    const torch::autograd::variable_list &inputs, const at::Tensor &gradient,
    const std::function<at::Tensor(const torch::autograd::variable_list &)> &compute);

} // namespace kernels
