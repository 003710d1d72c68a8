#include "shared_normalization.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct SharedNormalization : public torch::autograd::Function<SharedNormalization> {
  static at::Tensor forward(
      AutogradContext *context, const at::Tensor &given, const at::Tensor &weight, const at::Tensor &bias,
      const std::optional<at::Tensor> &running_mean, const std::optional<at::Tensor> &running_variance, double momentum, double epsilon,
      Processes processes) {
    const at::Tensor input = given.contiguous(given.suggest_memory_format());
    const auto type = input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    // The operator moves running statistics by its batch's: those of one process alone are of no use.
    const at::Tensor scratch = at::zeros({input.size(1)}, input.options().dtype(type));
    const auto [own_mean, own_variance] = at::batch_norm_update_stats(input, scratch, scratch.clone(), momentum);
    const double own_count = static_cast<double>(input.numel()) / static_cast<double>(input.size(1));
    // Sums of values and of their squares, put together in float64: it holds them well enough for what float32 can tell from its mean.
    const at::Tensor part = own_mean.to(at::kDouble), ones = at::full_like(part, own_count);
    const at::Tensor sums = sum_of_all(at::stack({ones, ones * part, ones * (own_variance + part.square())}), processes);
    const at::Tensor count = sums[0], mean = sums[1] / count;
    const at::Tensor variance = (sums[2] / count - mean.square()).clamp_min(0);
    if (running_mean) {
      running_mean->lerp_(mean.to(running_mean->scalar_type()), momentum);
      running_variance->lerp_((variance * count / (count - 1)).to(running_variance->scalar_type()), momentum);
    }
    context->save_for_backward({input, weight, mean, variance, count});
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["processes"] = processes;
    // The evaluation's kernel: it normalises by what it is given.
    return at::batch_norm(input, weight, bias, mean.to(type), variance.to(type), /*training=*/false, momentum, epsilon, false);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    expect_first_gradient();
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3], &count = saved[4];
    const double epsilon = context->saved_data["epsilon"].toDouble();
    const auto type = input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor gradient = gradients[0].to(input.scalar_type()).contiguous(input.suggest_memory_format());
    // The sums of the gradient and of its product with what was normalised, of this process' images.
    const auto own = at::native_batch_norm_backward(
        gradient, input, weight, mean.to(type), variance.to(type), {}, {}, /*train=*/false, epsilon, {false, true, true});
    const at::Tensor weights_gradient = std::get<1>(own), bias_gradient = std::get<2>(own);
    const at::Tensor sums =
        sum_of_all(at::stack({bias_gradient, weights_gradient}).to(at::kDouble), context->saved_data["processes"].toInt());
    const at::Tensor inverse = (variance + epsilon).rsqrt();
    const at::Tensor scale = weight.to(at::kDouble) * inverse;
    const at::Tensor slope = -scale * inverse * sums[1] / count;
    const at::Tensor offset = -scale * sums[0] / count - slope * mean;
    const auto by_channel = [&](const at::Tensor &values) {
      std::vector<int64_t> shape(input.dim(), 1);
      shape[1] = -1;
      return values.to(type).view(shape);
    };
    const at::Tensor result = gradient * by_channel(scale) + input * by_channel(slope) + by_channel(offset);
    // Those of the weights are of this process' images: they are summed with all others.
    return {result.to(input.scalar_type()), weights_gradient, bias_gradient, {}, {}, {}, {}, {}};
  }
};

} // namespace

void expect_first_gradient() {
  TORCH_CHECK(!at::GradMode::is_enabled(), "batch normalisation over several processes is differentiable once");
}

at::Tensor normalized_over(
    Processes processes, const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &running_mean,
    const at::Tensor &running_variance, double momentum, double epsilon) {
  const auto optional = [](const at::Tensor &tensor) { return tensor.defined() ? std::optional(tensor) : std::nullopt; };
  return SharedNormalization::apply(
      input, weight, bias, optional(running_mean), optional(running_variance), momentum, epsilon, processes);
}

} // namespace kernels
