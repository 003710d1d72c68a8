// Reverse and forward differentiation, grad mode and autocast.
#include "handles.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

using ctorch::tensor_of;
using torch::autograd::variable_list;

namespace {

variable_list tensors_of(const CTorchTensorRef *handles, size_t count) {
  variable_list tensors(count);
  for (size_t index = 0; index < count; ++index)
    if (handles[index]) tensors[index] = tensor_of(handles[index]);
  return tensors;
}

c10::DeviceType device_type(int32_t kind) { return kind == 0 ? c10::kCPU : c10::kCUDA; }

} // namespace

bool ctorch_tensor_requires_grad(CTorchTensorRef tensor) noexcept {
  return ctorch::implementation_of(tensor)->requires_grad();
}

int ctorch_tensor_set_requires_grad(CTorchTensorRef tensor, bool flag) noexcept {
  return ctorch::guarded([&] { tensor_of(tensor).set_requires_grad(flag); });
}

int ctorch_tensor_grad(CTorchTensorRef tensor, CTorchTensorRef *result) noexcept {
  return ctorch::guarded([&] { *result = ctorch::handle_of(tensor_of(tensor).grad()); });
}

int ctorch_tensor_set_grad(CTorchTensorRef tensor, CTorchTensorRef gradient) noexcept {
  return ctorch::guarded([&] {
    tensor_of(tensor).mutable_grad() = gradient ? tensor_of(gradient) : at::Tensor();
  });
}

int ctorch_backward(
    const CTorchTensorRef *tensors, const CTorchTensorRef *seeds, size_t count, bool retain_graph,
    bool create_graph) noexcept {
  return ctorch::guarded([&] {
    torch::autograd::backward(
        tensors_of(tensors, count), tensors_of(seeds, count), retain_graph, create_graph);
  });
}

int ctorch_grad(
    const CTorchTensorRef *outputs, const CTorchTensorRef *seeds, size_t output_count,
    const CTorchTensorRef *inputs, size_t input_count, bool retain_graph, bool create_graph,
    CTorchTensorRef *results) noexcept {
  return ctorch::guarded([&] {
    variable_list gradients = torch::autograd::grad(
        tensors_of(outputs, output_count), tensors_of(inputs, input_count),
        tensors_of(seeds, output_count), retain_graph, create_graph, /*allow_unused=*/true);
    for (size_t index = 0; index < input_count; ++index)
      results[index] = ctorch::handle_of(std::move(gradients[index]));
  });
}

bool ctorch_grad_mode(void) noexcept { return c10::GradMode::is_enabled(); }

void ctorch_set_grad_mode(bool enabled) noexcept { c10::GradMode::set_enabled(enabled); }

int ctorch_dual_level_enter(uint64_t *level) noexcept {
  return ctorch::guarded([&] { *level = torch::autograd::forward_ad::enter_dual_level(); });
}

int ctorch_dual_level_exit(uint64_t level) noexcept {
  return ctorch::guarded([&] { torch::autograd::forward_ad::exit_dual_level(level); });
}

int ctorch_autocast_enter(
    int32_t device_kind, bool enabled, int32_t dtype, bool *was_enabled,
    int32_t *previous_dtype) noexcept {
  return ctorch::guarded([&] {
    const c10::DeviceType device = device_type(device_kind);
    *was_enabled = at::autocast::is_autocast_enabled(device);
    *previous_dtype = static_cast<int32_t>(at::autocast::get_autocast_dtype(device));
    at::autocast::set_autocast_enabled(device, enabled);
    at::autocast::set_autocast_dtype(device, static_cast<at::ScalarType>(dtype));
    at::autocast::increment_nesting();
  });
}

int ctorch_autocast_exit(int32_t device_kind, bool was_enabled, int32_t previous_dtype) noexcept {
  return ctorch::guarded([&] {
    const c10::DeviceType device = device_type(device_kind);
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device, was_enabled);
    at::autocast::set_autocast_dtype(device, static_cast<at::ScalarType>(previous_dtype));
  });
}
