// Batch normalisation with the statistics of all processes' images.
#include "handles.h"
#include "processes.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

using ctorch::tensor_of;

namespace {

// Sums over all dimensions but the second, in float32 or float64.
at::Tensor channel_sums(const at::Tensor &values) {
  std::vector<int64_t> dimensions{0};
  for (int64_t d = 2; d < values.dim(); ++d) dimensions.push_back(d);
  return values.sum(dimensions, /*keepdim=*/false, values.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
}

at::Tensor along_channels(const at::Tensor &vector, int64_t dimensions) {
  std::vector<int64_t> shape(dimensions, 1);
  shape[1] = vector.size(0);
  return vector.view(shape);
}

struct SynchronizedBatchNorm : public torch::autograd::Function<SynchronizedBatchNorm> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &input, const at::Tensor &weight,
      const at::Tensor &bias, const at::Tensor &running_mean, const at::Tensor &running_variance,
      double momentum, double epsilon, CTorchProcessGroupRef group) {
    const int64_t channels = input.size(1);
    const double own_count = static_cast<double>(input.numel()) / static_cast<double>(channels);
    const auto type = input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    at::Tensor own_mean = channel_sums(input) / own_count;
    at::Tensor centered = input.to(type) - along_channels(own_mean, input.dim());
    at::Tensor own_squares = channel_sums(centered * centered);
    // Chan et al. 1979: means and squares of parts, put together without cancellation.
    at::Tensor own = at::stack({own_mean, own_squares, at::full_like(own_mean, own_count)});
    at::Tensor all = ctorch::gathered(group, own);
    at::Tensor counts = all.select(1, 2);
    const double count = counts.select(1, 0).sum().item<double>();
    at::Tensor mean = (all.select(1, 0) * counts).sum(0) / count;
    at::Tensor squares =
        (all.select(1, 1) + counts * (all.select(1, 0) - mean).square()).sum(0);
    at::Tensor variance = squares / count;
    if (running_mean.numel() > 0) {
      running_mean.lerp_(mean, momentum);
      running_variance.lerp_(squares / (count - 1), momentum);
    }
    at::Tensor inverse_deviation = (variance + epsilon).rsqrt();
    context->save_for_backward({input, weight, mean, inverse_deviation});
    context->saved_data["count"] = count;
    context->saved_data["group"] = reinterpret_cast<int64_t>(group);
    // The evaluation's kernel: it normalises by what it is given.
    return at::batch_norm(
        input, weight, bias, mean, variance, /*training=*/false, momentum, epsilon, false);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1], &mean = saved[2], &inverse = saved[3];
    const double count = context->saved_data["count"].toDouble();
    const auto group =
        reinterpret_cast<CTorchProcessGroupRef>(context->saved_data["group"].toInt());
    const int64_t rank = input.dim();
    const auto type = mean.scalar_type();
    at::Tensor gradient = gradients[0].to(type);
    at::Tensor normalized =
        (input.to(type) - along_channels(mean, rank)) * along_channels(inverse, rank);
    at::Tensor own = at::stack({channel_sums(gradient), channel_sums(gradient * normalized)});
    at::Tensor all = ctorch::summed(group, own.clone());
    at::Tensor scale = along_channels(weight.to(type) * inverse, rank);
    at::Tensor result =
        scale
        * (gradient - along_channels(all[0] / count, rank)
           - normalized * along_channels(all[1] / count, rank));
    // Those of the weights are of this process' images: they are summed with all others.
    return {result.to(input.scalar_type()), own[1].to(weight.scalar_type()),
            own[0].to(weight.scalar_type()), {}, {}, {}, {}, {}};
  }
};

} // namespace

int ctorch_synchronized_batch_norm(
    CTorchProcessGroupRef group, CTorchTensorRef input, CTorchTensorRef weight, CTorchTensorRef bias,
    CTorchTensorRef running_mean, CTorchTensorRef running_variance, double momentum, double epsilon,
    CTorchTensorRef *result) noexcept {
  return ctorch::guarded([&] {
    // A function of autograd takes no tensor that is undefined.
    const at::Tensor none = at::empty({0});
    *result = ctorch::handle_of(SynchronizedBatchNorm::apply(
        tensor_of(input), tensor_of(weight), tensor_of(bias),
        running_mean ? tensor_of(running_mean) : none,
        running_variance ? tensor_of(running_variance) : none, momentum, epsilon, group));
  });
}
