#include "composite.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>

namespace kernels {

bool casts_to_bfloat16() {
  return at::autocast::is_autocast_enabled(at::kCPU) && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16;
}

bool have_tangents(std::initializer_list<at::Tensor> tensors) {
  for (const at::Tensor &tensor : tensors)
    if (tensor.defined() && tensor._fw_grad(/*level=*/0).defined()) return true;
  return false;
}

torch::autograd::variable_list differentiable_gradients(
    const torch::autograd::variable_list &inputs, const at::Tensor &gradient,
    const std::function<at::Tensor(const torch::autograd::variable_list &)> &compute) {
  torch::autograd::variable_list wanted;
  for (const at::Tensor &input : inputs)
    if (input.defined() && input.requires_grad()) wanted.push_back(input);
  torch::autograd::variable_list found = torch::autograd::grad(
      {compute(inputs)}, wanted, {gradient}, /*retain_graph=*/true, /*create_graph=*/true, /*allow_unused=*/true);
  torch::autograd::variable_list result;
  size_t next = 0;
  for (const at::Tensor &input : inputs)
    result.push_back(input.defined() && input.requires_grad() ? found[next++] : at::Tensor());
  return result;
}

} // namespace kernels
