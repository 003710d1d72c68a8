// gnomon::winograd: convolutions whose weights stay as they are.
#include "operators.h"
#include "winograd.h"

#include <ATen/Functions.h>

namespace kernels {

at::Tensor winograd_weight(const at::Tensor &weight) {
  TORCH_CHECK(weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.dim() == 4, "a weight in float32 on the processor is needed");
  const ConvolutionShape shape{1, weight.size(1), 1, 1, weight.size(0), weight.size(2), 1, 1};
  TORCH_CHECK(weight.size(2) == weight.size(3) && is_winograd_supported(shape), "no weight of shape ", weight.sizes());
  return at_points(weight, /*backwards=*/false);
}

at::Tensor fixed_winograd(
    const at::Tensor &images, const at::Tensor &weight, int64_t outputs, const std::optional<at::Tensor> &bias,
    const std::optional<at::Tensor> &residual, const std::optional<at::Tensor> &active, bool rectifies) {
  TORCH_CHECK(images.is_cpu() && images.scalar_type() == at::kFloat && images.dim() == 4, "images in float32 on the processor are needed");
  const ConvolutionShape shape{images.size(0), images.size(1), images.size(2), images.size(3), outputs, 3, 1, 1};
  TORCH_CHECK(is_winograd_supported(shape), "no images of shape ", images.sizes(), " to ", outputs, " channels");
  TORCH_CHECK(
      weight.is_cpu() && weight.scalar_type() == at::kFloat && weight.sizes() == winograd_weight_shape(shape.inputs, outputs),
      "a weight of another convolution");
  const std::vector<int64_t> made{shape.images, outputs, shape.height, shape.width};
  const auto laid_out = [&](const std::optional<at::Tensor> &tensor) {
    if (!tensor) return at::Tensor();
    TORCH_CHECK(tensor->is_cpu() && tensor->scalar_type() == at::kFloat && tensor->sizes() == made, "what follows has another shape than outputs");
    return tensor->contiguous(at::MemoryFormat::ChannelsLast);
  };
  Following following{{}, laid_out(residual), laid_out(active), rectifies};
  if (bias) {
    TORCH_CHECK(bias->is_cpu() && bias->scalar_type() == at::kFloat && bias->dim() == 1 && bias->size(0) == outputs, "an offset of each output channel is needed");
    following.bias = bias->contiguous();
  }
  return winograd(images.contiguous(at::MemoryFormat::ChannelsLast), weight, outputs, following);
}

} // namespace kernels

bool kernels_take_winograd(int64_t images, int64_t inputs, int64_t outputs, int64_t height, int64_t width) {
  const kernels::ConvolutionShape shape{images, inputs, height, width, outputs, 3, 1, 1};
  if (!kernels::is_winograd_supported(shape) || kernels::use() == KERNELS_NEVER) return false;
  return kernels::use() != KERNELS_WHERE_FASTER || kernels::is_winograd_faster(shape, /*is_short=*/false);
}
