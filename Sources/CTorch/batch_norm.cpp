// Batch normalisation with the statistics of all processes' images.
#include "handles.h"
#include "processes.h"

#include <ATen/Dispatch.h>
#include <ATen/Functions.h>
#include <ATen/OpMathType.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <torch/csrc/autograd/custom_function.h>

using ctorch::tensor_of;

namespace {

// What statistics are in: float32 for half precision.
at::ScalarType type_of_statistics(const at::Tensor &input) {
  return input.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

// A tensor, N×C or N×C×H×W, as the inner loop sees it.
struct Layout {
  int64_t outer, channels, inner;

  // Of one that is contiguous or channels-last.
  explicit Layout(const at::Tensor &tensor) : channels(tensor.size(1)) {
    const bool is_channels_last = tensor.dim() == 2 || !tensor.is_contiguous();
    inner = is_channels_last ? 1 : tensor.numel() / (tensor.size(0) * channels);
    outer = tensor.numel() / (channels * inner);
  }
};

at::Tensor dense(const at::Tensor &tensor) { return tensor.contiguous(tensor.suggest_memory_format()); }

// gradient·scale + input·slope + offset by channels, in one pass over tensors of one layout.
template <typename Value, typename Factor>
void combine(
    const Layout &layout, const Value *gradient, const Value *input, const Factor *scale,
    const Factor *slope, const Factor *offset, Value *result) {
  const int64_t row = layout.channels * layout.inner;
  at::parallel_for(0, layout.outer, at::divup(at::internal::GRAIN_SIZE, row), [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const Value *g = gradient + index * row, *x = input + index * row;
      Value *r = result + index * row;
      if (layout.inner == 1) {
        for (int64_t c = 0; c < layout.channels; ++c)
          r[c] = static_cast<Value>(
              static_cast<Factor>(g[c]) * scale[c] + static_cast<Factor>(x[c]) * slope[c] + offset[c]);
        continue;
      }
      for (int64_t c = 0; c < layout.channels; ++c) {
        const Factor own_scale = scale[c], own_slope = slope[c], own_offset = offset[c];
        for (int64_t i = c * layout.inner; i < (c + 1) * layout.inner; ++i)
          r[i] = static_cast<Value>(
              static_cast<Factor>(g[i]) * own_scale + static_cast<Factor>(x[i]) * own_slope + own_offset);
      }
    }
  });
}

at::Tensor combined(
    const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &scale,
    const at::Tensor &slope, const at::Tensor &offset) {
  at::Tensor result = at::empty_like(input);
  AT_DISPATCH_FLOATING_TYPES_AND(at::kBFloat16, input.scalar_type(), "batch norm", [&] {
    using Factor = at::opmath_type<scalar_t>;
    combine<scalar_t, Factor>(
        Layout(input), gradient.const_data_ptr<scalar_t>(), input.const_data_ptr<scalar_t>(),
        scale.const_data_ptr<Factor>(), slope.const_data_ptr<Factor>(), offset.const_data_ptr<Factor>(),
        result.mutable_data_ptr<scalar_t>());
  });
  return result;
}

struct SynchronizedBatchNorm : public torch::autograd::Function<SynchronizedBatchNorm> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &given, const at::Tensor &weight,
      const at::Tensor &bias, const at::Tensor &running_mean, const at::Tensor &running_variance,
      double momentum, double epsilon, CTorchProcessGroupRef group) {
    const at::Tensor input = dense(given);
    const int64_t channels = input.size(1);
    const double own_count = static_cast<double>(input.numel()) / static_cast<double>(channels);
    const auto type = type_of_statistics(input);
    // The kernel moves running statistics by its batch's: those of one process alone are of no use.
    const at::Tensor scratch = at::zeros({channels}, input.options().dtype(type));
    const auto [own_mean, own_variance] =
        at::batch_norm_update_stats(input, scratch, scratch.clone(), momentum);
    const at::Tensor own = at::stack({own_mean, own_variance, at::full_like(own_mean, own_count)});
    // Put together in float64, which leaves one rounding to float32 at the end, as in one process.
    const at::Tensor all = ctorch::gathered(group, own).to(at::kDouble);
    const at::Tensor means = all.select(1, 0), counts = all.select(1, 2);
    const double count = counts.select(1, 0).sum().item<double>();
    const at::Tensor wide_mean = (means * counts).sum(0) / count;
    // Chan et al. 1979: means and squares of parts, put together without cancellation.
    const at::Tensor squares =
        (counts * (all.select(1, 1) + (means - wide_mean).square())).sum(0);
    const at::Tensor mean = wide_mean.to(type), variance = (squares / count).to(type);
    if (running_mean.numel() > 0) {
      running_mean.lerp_(mean, momentum);
      running_variance.lerp_((squares / (count - 1)).to(type), momentum);
    }
    context->save_for_backward({input, weight, mean, variance});
    context->saved_data["count"] = count;
    context->saved_data["epsilon"] = epsilon;
    context->saved_data["group"] = reinterpret_cast<int64_t>(group);
    // The evaluation's kernel: it normalises by what it is given.
    return at::batch_norm(
        input, weight, bias, mean, variance, /*training=*/false, momentum, epsilon, false);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1], &mean = saved[2], &variance = saved[3];
    const double count = context->saved_data["count"].toDouble();
    const double epsilon = context->saved_data["epsilon"].toDouble();
    const auto group =
        reinterpret_cast<CTorchProcessGroupRef>(context->saved_data["group"].toInt());
    const at::Tensor gradient =
        gradients[0].to(input.scalar_type()).contiguous(input.suggest_memory_format());
    // The sums of the gradient and of its product with what was normalised, of this process' images.
    const auto own = at::native_batch_norm_backward(
        gradient, input, weight, mean, variance, {}, {}, /*train=*/false, epsilon, {false, true, true});
    const at::Tensor weights_gradient = std::get<1>(own), bias_gradient = std::get<2>(own);
    const at::Tensor sums =
        ctorch::summed(group, at::stack({bias_gradient, weights_gradient})).to(at::kDouble);
    const at::Tensor inverse = (variance.to(at::kDouble) + epsilon).rsqrt();
    const at::Tensor scale = weight.to(at::kDouble) * inverse;
    const at::Tensor slope = -scale * inverse * sums[1] / count;
    const at::Tensor offset = -scale * sums[0] / count - slope * mean.to(at::kDouble);
    const auto type = mean.scalar_type();
    // Those of the weights are of this process' images: they are summed with all others.
    return {combined(gradient, input, scale.to(type), slope.to(type), offset.to(type)),
            weights_gradient, bias_gradient, {}, {}, {}, {}, {}};
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
