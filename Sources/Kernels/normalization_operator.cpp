// gnomon::normalization: batch normalisation, residual and ReLU in as few passes over memory as there can be.
#include "composite.h"
#include "normalization.h"
#include "operators.h"
#include "shared_normalization.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

namespace kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Statistics {
  at::Tensor mean, variance;
  bool training;
  double momentum, epsilon;
};

at::Tensor by_libtorch(const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias, const Statistics &statistics) {
  const auto optional = [](const at::Tensor &tensor) { return tensor.defined() ? std::optional(tensor) : std::nullopt; };
  return at::batch_norm(
      input, weight, bias, optional(statistics.mean), optional(statistics.variance), statistics.training, statistics.momentum,
      statistics.epsilon, /*cudnn_enabled=*/true);
}

// One where ReLU let a value through, zero elsewhere, in the shape of `input`.
at::Tensor spread(const at::Tensor &mask, const at::Tensor &input) {
  const at::Tensor bits = mask.to(at::kInt).unsqueeze(-1).bitwise_right_shift(at::arange(16, at::kInt)).bitwise_and(1);
  const at::Tensor rows = bits.flatten(1).narrow(1, 0, input.size(1)).to(input.scalar_type());
  if (input.dim() == 2) return rows;
  return rows.view({input.size(0), input.size(2), input.size(3), input.size(1)}).permute({0, 3, 1, 2});
}

struct Normalization : public torch::autograd::Function<Normalization> {
  static at::Tensor forward(
      AutogradContext *context, const at::Tensor &input, const std::optional<at::Tensor> &added, const at::Tensor &weight,
      const at::Tensor &bias, const std::optional<at::Tensor> &mean, const std::optional<at::Tensor> &variance,
      bool training, double momentum, double epsilon, bool rectifies, Processes processes) {
    const at::Tensor residual = added.value_or(at::Tensor());
    const at::Tensor running_mean = mean.value_or(at::Tensor()), running_variance = variance.value_or(at::Tensor());
    Normalized result = normalize(
        input, residual, weight, bias, running_mean, running_variance, training, momentum, epsilon, rectifies, processes);
    context->save_for_backward(
        {input, weight, bias, result.mean, result.inverse_deviation, result.scale, result.mask,
         training ? at::Tensor() : running_mean, training ? at::Tensor() : running_variance});
    context->saved_data["adds"] = residual.defined();
    context->saved_data["training"] = training;
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["rectifies"] = rectifies;
    context->saved_data["count"] = result.count;
    context->saved_data["processes"] = processes;
    return result.output;
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &mask = saved[6];
    const bool adds = context->saved_data["adds"].toBool(), training = context->saved_data["training"].toBool();
    const bool rectifies = context->saved_data["rectifies"].toBool();
    const Processes processes = context->saved_data["processes"].toInt();
    if (processes != 0) expect_first_gradient();
    if (at::GradMode::is_enabled()) {
      const at::Tensor gradient = mask.defined() ? gradients[0] * spread(mask, input) : gradients[0];
      const Statistics statistics{saved[7], saved[8], training, 0, context->saved_data["epsilon"].toDouble()};
      variable_list found = differentiable_gradients(
          {input, saved[1], saved[2]}, gradient, [&](const variable_list &inputs) {
            const at::Tensor result = by_libtorch(inputs[0], inputs[1], inputs[2], statistics);
            return rectifies && !adds ? at::relu(result) : result;
          });
      return {found[0], adds ? gradient : at::Tensor(), found[1], found[2], {}, {}, {}, {}, {}, {}, {}};
    }
    const Normalized kept{{}, saved[3], saved[4], saved[5], mask, context->saved_data["count"].toDouble()};
    const at::Tensor gradient =
        gradients[0].to(input.scalar_type()).contiguous(input.suggest_memory_format());
    NormalizationGradients result = normalize_back(gradient, input, saved[2], kept, adds, training, rectifies, processes);
    return {result.input, result.residual, result.weight, result.bias, {}, {}, {}, {}, {}, {}, {}};
  }
};

bool are_rows(const at::Tensor &tensor) {
  return tensor.dim() == 2 ? tensor.is_contiguous()
                           : tensor.dim() == 4 && tensor.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool is_vector(const at::Tensor &tensor, int64_t count) {
  return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.dim() == 1 && tensor.size(0) == count && tensor.is_contiguous();
}

bool is_for_kernels(
    const variable_list &inputs, const at::Tensor &running_mean, const at::Tensor &running_variance, bool training, Processes processes) {
  const at::Tensor &input = inputs[0], &residual = inputs[1];
  if (use() == KERNELS_NEVER || !input.is_cpu() || !are_rows(input) || input.numel() == 0) return false;
  if (input.scalar_type() != at::kBFloat16 && input.scalar_type() != at::kFloat) return false;
  const int64_t channels = input.size(1);
  // libtorch says what is wrong with a batch of one.
  if (training && processes == 0 && input.numel() == channels) return false;
  if (!is_vector(inputs[2], channels) || !is_vector(inputs[3], channels)) return false;
  if (running_mean.defined() != running_variance.defined() || (!training && !running_mean.defined())) return false;
  if (running_mean.defined() && !(is_vector(running_mean, channels) && is_vector(running_variance, channels))) return false;
  if (residual.defined() && !(residual.is_cpu() && residual.scalar_type() == input.scalar_type() && residual.sizes() == input.sizes() && are_rows(residual)))
    return false;
  return !have_tangents({input, residual, inputs[2], inputs[3]});
}

} // namespace

at::Tensor normalization(
    const at::Tensor &input, const std::optional<at::Tensor> &residual, const at::Tensor &weight, const at::Tensor &bias,
    const std::optional<at::Tensor> &running_mean, const std::optional<at::Tensor> &running_variance, bool training,
    double momentum, double epsilon, bool rectifies, Processes processes) {
  const variable_list inputs{input, residual.value_or(at::Tensor()), weight, bias};
  const at::Tensor mean = running_mean.value_or(at::Tensor()), variance = running_variance.value_or(at::Tensor());
  // Evaluation has no statistics to share.
  if (!training) processes = 0;
  if (is_for_kernels(inputs, mean, variance, training, processes))
    return Normalization::apply(
        input, residual, weight, bias, running_mean, running_variance, training, momentum, epsilon, rectifies, processes);
  at::Tensor result = processes != 0 ? normalized_over(processes, input, weight, bias, mean, variance, momentum, epsilon)
                                     : by_libtorch(input, weight, bias, {mean, variance, training, momentum, epsilon});
  // What batch_norm gives is kept by nothing else.
  if (residual) result.add_(*residual);
  return rectifies ? at::relu_(result) : result;
}

} // namespace kernels
