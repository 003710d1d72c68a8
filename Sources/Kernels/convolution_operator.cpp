// gnomon::convolution: libtorch's, with kernels of our own where they are faster.
#include "composite.h"
#include "convolution.h"
#include "multiplication.h"
#include "operators.h"
#include "winograd.h"

#include <ATen/Functions.h>

#include <array>

namespace kernels {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

ConvolutionShape shape_of(const at::Tensor &images, const at::Tensor &weight, int64_t stride, int64_t padding) {
  return {images.size(0), images.size(1), images.size(2), images.size(3), weight.size(0), weight.size(2), stride, padding};
}

// Who computes a product.
enum class Way { libtorch, directly, winograd };

// How a convolution's three products are computed. The rules are measured beside libtorch 2.13 (`kernels-benchmark`), that for
// products of bfloat16 on two cores of a Zen 5, those for float32's on two of an Emerald Rapids without AMX. libtorch lays the
// weights out anew at each call, which shows where they are many and pixels few.
struct Choice {
  Way forward = Way::libtorch, images = Way::libtorch, weight = Way::libtorch;

  Choice(const ConvolutionShape &shape, at::ScalarType type) {
    const bool may_be_ours = type == at::kBFloat16 && shape.is_supported();
    if (takes_winograd(shape, type)) {
      forward = images = weight = Way::winograd;
    } else if (may_be_ours) {
      choose_directly(shape);
    }
  }

  bool any() const { return forward != Way::libtorch || images != Way::libtorch || weight != Way::libtorch; }

private:
  static bool takes_winograd(const ConvolutionShape &shape, at::ScalarType type) {
    if (!is_winograd_supported(shape)) return false;
    switch (use()) {
    case KERNELS_NEVER: return false;
    case KERNELS_WHERE_FASTER: return is_winograd_faster(shape, type == at::kBFloat16);
    // There are no other kernels in float32.
    case KERNELS_ALWAYS: return type == at::kFloat;
    case KERNELS_WINOGRAD: return true;
    }
    return false;
  }

  void choose_directly(const ConvolutionShape &shape) {
    const auto ours = [](bool is_faster) { return is_faster ? Way::directly : Way::libtorch; };
    const bool is_strided = shape.stride > 1, is_point = shape.kernel == 1;
    if (use() != KERNELS_WHERE_FASTER || instructions() < KERNELS_AVX512) {
      // Without AVX-512 libtorch has no fast products of bfloat16 at all.
      forward = images = weight = Way::directly;
    } else if (has_tiles()) {
      // All is left to libtorch, which then multiplies tiles and is by far the faster.
    } else if (instructions() == KERNELS_AVX512_BFLOAT16) {
      // Wide channels keep libtorch's products as busy as ours, narrow and strided ones do not.
      const auto are_ours = [](int64_t reduced) { return reduced <= 64 || reduced >= 512; };
      forward = ours(is_strided || (are_ours(shape.inputs) && !is_point));
      images = ours(is_strided || (are_ours(shape.outputs) && !is_point));
      weight = ours(!is_point);
    } else {
      // Weights of very wide layers, twice as large as libtorch's, do not stay in the second cache.
      forward = ours(is_strided || is_point || shape.inputs < 512);
      images = ours(is_strided || is_point || shape.outputs < 512);
      weight = ours(!is_point || shape.inputs >= 64);
    }
  }
};

at::Tensor by_libtorch(const at::Tensor &images, const at::Tensor &weight, int64_t stride, int64_t padding) {
  return at::conv2d(images, weight, {}, {stride, stride}, {padding, padding});
}

struct Convolution : public torch::autograd::Function<Convolution> {
  static at::Tensor forward(
      AutogradContext *context, const at::Tensor &images, const at::Tensor &weight, int64_t stride, int64_t padding) {
    // Rounded once, for the way back as well.
    const at::Tensor own_weight = images.scalar_type() == at::kBFloat16 ? rounded(weight) : weight;
    context->save_for_backward({images, weight, own_weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    const ConvolutionShape shape = shape_of(images, weight, stride, padding);
    switch (Choice(shape, images.scalar_type()).forward) {
    case Way::directly: return convolve(images, own_weight, shape);
    case Way::winograd: return winograd(images, at_points(own_weight, /*backwards=*/false), shape.outputs);
    case Way::libtorch: break;
    }
    return by_libtorch(images, own_weight, stride, padding);
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &images = saved[0], &weight = saved[1], &own_weight = saved[2];
    const int64_t stride = context->saved_data["stride"].toInt(), padding = context->saved_data["padding"].toInt();
    if (at::GradMode::is_enabled()) {
      variable_list found = differentiable_gradients({images, weight}, gradients[0], [&](const variable_list &inputs) {
        return by_libtorch(inputs[0], inputs[1].to(inputs[0].scalar_type()), stride, padding);
      });
      return {found[0], found[1], {}, {}};
    }
    const ConvolutionShape shape = shape_of(images, weight, stride, padding);
    const Choice choice(shape, images.scalar_type());
    const at::Tensor gradient = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const bool wants_images = context->needs_input_grad(0), wants_weight = context->needs_input_grad(1);
    at::Tensor of_images, of_weight;
    if (wants_images && choice.images == Way::directly) of_images = convolve_back(gradient, own_weight, shape);
    if (wants_images && choice.images == Way::winograd)
      of_images = winograd(gradient, at_points(own_weight, /*backwards=*/true), shape.inputs);
    if (wants_weight && choice.weight == Way::directly) of_weight = correlate(images, gradient, shape);
    if (wants_weight && choice.weight == Way::winograd) of_weight = winograd_correlate(images, gradient);
    const std::array<bool, 3> missing{wants_images && !of_images.defined(), wants_weight && !of_weight.defined(), false};
    if (missing[0] || missing[1]) {
      const auto found = at::convolution_backward(
          gradient, images, own_weight, at::OptionalIntArrayRef(), {stride, stride}, {padding, padding}, {1, 1},
          /*transposed=*/false, {0, 0}, /*groups=*/1, missing);
      if (missing[0]) of_images = std::get<0>(found);
      if (missing[1]) of_weight = std::get<1>(found);
    }
    return {of_images, of_weight.defined() ? of_weight.to(weight.scalar_type()) : of_weight, {}, {}};
  }
};

// Images as the kernels take them, or undefined where libtorch's convolution is to be taken.
at::Tensor images_for_kernels(const at::Tensor &images, const at::Tensor &weight, int64_t stride, int64_t padding) {
  if (use() == KERNELS_NEVER || images.dim() != 4 || weight.dim() != 4 || !images.is_cpu() || !weight.is_cpu()) return {};
  const bool is_cast = casts_to_bfloat16() && images.scalar_type() != at::kDouble;
  const at::ScalarType type = is_cast ? at::kBFloat16 : images.scalar_type();
  if (type != at::kBFloat16 && type != at::kFloat) return {};
  if (weight.scalar_type() != at::kFloat && (weight.scalar_type() != at::kBFloat16 || type == at::kFloat)) return {};
  const ConvolutionShape shape = shape_of(images, weight, stride, padding);
  if (weight.size(1) != shape.inputs || weight.size(3) != shape.kernel) return {};
  if (!Choice(shape, type).any()) return {};
  // A stem's images are no result of a layer, and get no gradient here.
  if (shape.inputs == 3 && images.requires_grad() && at::GradMode::is_enabled()) return {};
  if (have_tangents({images, weight})) return {};
  // Contiguous images are libtorch's to compute: to lay them out anew costs what the kernels save.
  if (!images.is_contiguous(at::MemoryFormat::ChannelsLast)) return {};
  return images.to(type);
}

} // namespace

at::Tensor convolution(const at::Tensor &images, const at::Tensor &weight, int64_t stride, int64_t padding) {
  // Of one pixel the middle tap alone sees anything. What the others' gradient is libtorch leaves as it finds the memory, with stride 2 in
  // bfloat16, channels last.
  const bool is_pixel = images.dim() == 4 && images.size(2) == 1 && images.size(3) == 1;
  const bool has_middle = weight.dim() == 4 && padding > 0 && weight.size(2) == 2 * padding + 1 && weight.size(3) == weight.size(2);
  if (is_pixel && has_middle)
    return convolution(images, weight.narrow(2, padding, 1).narrow(3, padding, 1).contiguous(), /*stride=*/1, /*padding=*/0);
  const at::Tensor taken = images_for_kernels(images, weight, stride, padding);
  if (!taken.defined()) return by_libtorch(images, weight, stride, padding);
  return Convolution::apply(taken, weight, stride, padding);
}

} // namespace kernels
