// gnomon::linear: libtorch's, with kernels of our own where they are faster.
#include "composite.h"
#include "linear.h"
#include "multiplication.h"
#include "operators.h"

#include <ATen/Functions.h>

namespace kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Linear : public torch::autograd::Function<Linear> {
  static at::Tensor forward(
      AutogradContext *context, const at::Tensor &rows, const at::Tensor &weight, const std::optional<at::Tensor> &added) {
    const at::Tensor bias = added.value_or(at::Tensor());
    const at::Tensor short_weight = rounded(weight);
    context->save_for_backward({rows, weight, bias, short_weight});
    return linear_forward(rows, short_weight, bias.defined() ? rounded(bias).to(at::kFloat) : bias);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &rows = saved[0], &weight = saved[1], &bias = saved[2], &short_weight = saved[3];
    if (at::GradMode::is_enabled())
      return differentiable_gradients({rows, weight, bias}, gradients[0], [](const variable_list &inputs) {
        const at::ScalarType type = inputs[0].scalar_type();
        return at::linear(inputs[0], inputs[1].to(type), inputs[2].defined() ? inputs[2].to(type) : inputs[2]);
      });
    const at::Tensor gradient = gradients[0].contiguous();
    at::Tensor of_rows, of_weight, of_bias;
    if (context->needs_input_grad(0)) of_rows = linear_back(gradient, short_weight);
    if (context->needs_input_grad(1)) of_weight = linear_correlate(rows, gradient).to(weight.scalar_type());
    if (bias.defined() && context->needs_input_grad(2)) of_bias = gradient.sum(0, /*keepdim=*/false, at::kFloat).to(bias.scalar_type());
    return {of_rows, of_weight, of_bias};
  }
};

// Whether this is a product of bfloat16 that the kernels compute, and faster than libtorch.
bool is_for_kernels(const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias) {
  if (use() == KERNELS_NEVER || input.dim() == 0 || weight.dim() != 2 || !input.is_cpu() || !weight.is_cpu()) return false;
  // Measured beside libtorch 2.13 (`kernels-benchmark`) on an Emerald Rapids without AMX. Where products of bfloat16 are fast, and on
  // ARM, where none was measured, libtorch's are taken.
  const bool is_faster = (instructions() == KERNELS_AVX2 || instructions() == KERNELS_AVX512) && !has_tiles();
  if (use() != KERNELS_ALWAYS && !is_faster) return false;
  const bool is_cast = casts_to_bfloat16();
  const auto is_taken = [&](const at::Tensor &tensor) {
    return tensor.scalar_type() == at::kBFloat16 || (is_cast && tensor.scalar_type() == at::kFloat);
  };
  if (!is_taken(input) || !is_taken(weight) || (bias.defined() && !is_taken(bias))) return false;
  if (input.size(-1) != weight.size(1) || (bias.defined() && (bias.dim() != 1 || bias.size(0) != weight.size(0)))) return false;
  const int64_t rows = weight.size(1) > 0 ? input.numel() / weight.size(1) : 0;
  return is_linear_supported(rows, weight.size(1), weight.size(0)) && !have_tangents({input, weight, bias});
}

} // namespace

at::Tensor linear(const at::Tensor &input, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
  if (!is_for_kernels(input, weight, bias.value_or(at::Tensor()))) return at::linear(input, weight, bias);
  std::vector<int64_t> shape = input.sizes().vec();
  shape.back() = weight.size(0);
  const at::Tensor rows = input.to(at::kBFloat16).reshape({-1, weight.size(1)}).contiguous();
  return Linear::apply(rows, weight, bias).reshape(shape);
}

} // namespace kernels
