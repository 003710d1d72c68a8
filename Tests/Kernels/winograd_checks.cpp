#include "checks.h"
#include "operators.h"
#include "winograd.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

namespace {

at::Tensor exact(const at::Tensor &tensor) { return tensor.detach().to(at::kDouble); }

at::Tensor by_definition(const at::Tensor &images, const at::Tensor &weight) { return at::conv2d(images, weight, {}, {1, 1}, {1, 1}); }

// A tile's values have roundings relative to the largest sums of magnitudes in it, not each to its own.
at::Tensor rounding(const at::Tensor &sizes, double relative = 1e-6) { return at::full_like(sizes, relative * sizes.max().item<double>()); }

void check(const kernels::ConvolutionShape &shape, at::ScalarType type) {
  const std::string name = "Winograd's convolution " + std::to_string(shape.images) + "×" + std::to_string(shape.inputs) + "×" +
      std::to_string(shape.height) + "×" + std::to_string(shape.width) + " to " + std::to_string(shape.outputs) + ", " + at::toString(type) +
      ", instructions " + std::to_string(kernels::instructions()) + ", threads " + std::to_string(at::get_num_threads());
  const double relative = type == at::kBFloat16 ? two_units : 0;
  const auto values = [&](at::IntArrayRef of) { return channels_last(at::randn(of).to(type)); };
  const at::Tensor images = values({shape.images, shape.inputs, shape.height, shape.width});
  const at::Tensor weight = (at::randn({shape.outputs, shape.inputs, 3, 3}) / std::sqrt(9.0 * static_cast<double>(shape.inputs))).to(type);
  const at::Tensor gradient = values({shape.images, shape.outputs, shape.height, shape.width});
  at::Tensor x = exact(images).requires_grad_(), w = exact(weight).requires_grad_();
  const at::Tensor expected = by_definition(x, w);
  const auto gradients = torch::autograd::grad({expected}, {x, w}, {exact(gradient)});
  at::Tensor x_size = exact(images).abs().requires_grad_(), w_size = exact(weight).abs().requires_grad_();
  const at::Tensor size = by_definition(x_size, w_size);
  const auto sizes = torch::autograd::grad({size}, {x_size, w_size}, {exact(gradient).abs()});
  const at::Tensor forward = kernels::at_points(weight, /*backwards=*/false);
  expect(
      excess(kernels::winograd(images, forward, shape.outputs), expected.detach(), relative, rounding(size.detach())) < 1, name + ", forward");
  const at::Tensor of_images = kernels::winograd(gradient, kernels::at_points(weight, /*backwards=*/true), shape.inputs);
  expect(excess(of_images, gradients[0], relative, rounding(sizes[0])) < 1, name + ", gradient of the images");
  const at::Tensor of_weight = kernels::winograd_correlate(images, gradient);
  // Both factors and the sums come from or go to the points, and the sums are short.
  expect(excess(of_weight, gradients[1], 0, rounding(sizes[1], 2e-6)) < 1, name + ", gradient of the weight");
  expect(at::equal(of_weight, kernels::winograd_correlate(images, gradient)), name + ", the same bits again");

  const at::Tensor bias = at::randn({shape.outputs}), residual = values(gradient.sizes()), active = values(gradient.sizes());
  const at::Tensor sum = expected.detach() + exact(bias).view({1, -1, 1, 1}) + exact(residual);
  const at::Tensor followed = kernels::winograd(images, forward, shape.outputs, {bias, residual, active, /*rectifies=*/true});
  expect(excess(followed, at::relu(sum) * active.gt(0), relative, rounding(size.detach()) + 1e-6 * sum.abs()) < 1, name + ", with all that follows");
}

} // namespace

void check_winograd() {
  if (!kernels::have_products()) return;
  for (at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    for (int64_t images : {1, 3})
      for (const auto &[inputs, outputs] : {std::pair<int64_t, int64_t>{16, 16}, {16, 32}, {32, 16}, {64, 64}})
        for (const auto &[height, width] : {std::pair<int64_t, int64_t>{1, 1}, {2, 3}, {4, 4}, {7, 5}, {8, 8}, {9, 17}})
          check({images, inputs, height, width, outputs, 3, 1, 1}, type);
    check({70, 16, 8, 8, 16, 3, 1, 1}, type);
    check({2, 128, 4, 4, 256, 3, 1, 1}, type);
    // Sums of so many are all threads' together.
    check({3, 512, 4, 4, 256, 3, 1, 1}, type);
    check({2, 512, 2, 2, 512, 3, 1, 1}, type);
  }
  const kernels::ConvolutionShape narrow{2, 24, 8, 8, 16, 3, 1, 1}, strided{2, 16, 8, 8, 16, 3, 2, 1}, unpadded{2, 16, 8, 8, 16, 3, 1, 0};
  for (const kernels::ConvolutionShape &shape : {narrow, strided, unpadded})
    expect(!kernels::is_winograd_supported(shape), "no convolution for Winograd's filtering");
}

void check_winograd_inputs() {
  if (!kernels::have_products()) return;
  const KernelsUse use = kernels::use();
  kernels_use(KERNELS_WINOGRAD);
  // Through the operator with gradients, in both types.
  for (at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const at::Tensor images = channels_last(at::randn({3, 16, 8, 8}).to(type)).requires_grad_();
    const at::Tensor weight = (at::randn({32, 16, 3, 3}) / 12).to(type).to(at::kFloat).requires_grad_();
    const at::Tensor output = kernels::convolution(images, weight, 1, 1), seed = channels_last(at::randn({3, 32, 8, 8}).to(type));
    const auto found = torch::autograd::grad({output}, {images, weight}, {seed}, /*retain_graph=*/true);
    const at::Tensor x = exact(images).requires_grad_(), w = exact(weight).requires_grad_(), expected = by_definition(x, w);
    const auto wanted = torch::autograd::grad({expected}, {x, w}, {exact(seed)});
    const double relative = type == at::kBFloat16 ? two_units : 1e-6;
    const auto is_near = [&](const at::Tensor &a, const at::Tensor &b) {
      return a.scalar_type() != at::kDouble && excess(a.detach(), b.detach(), relative, at::full_like(b, 2e-6 * b.abs().max().item<double>())) < 1;
    };
    expect(output.scalar_type() == type && is_near(output, expected), "the operator's convolution by Winograd's filtering");
    expect(is_near(found[0], wanted[0]) && is_near(found[1], wanted[1]), "the operator's gradients by Winograd's filtering");
    const auto first = torch::autograd::grad({output}, {images}, {seed}, std::nullopt, /*create_graph=*/true);
    expect(first[0].requires_grad(), "the operator's gradients can be differentiated again");
  }
  kernels_use(use);

  const at::Tensor images = channels_last(at::randn({2, 16, 8, 8})), weight = at::randn({32, 16, 3, 3}), laid_out = kernels::winograd_weight(weight);
  const at::Tensor plain = kernels::fixed_winograd(images, laid_out, 32, {}, {}, {}, false);
  expect(at::allclose(plain, by_definition(images, weight), 1e-4, 1e-4), "a convolution whose weights stay");
  expect(at::equal(plain, kernels::fixed_winograd(images.contiguous(), laid_out, 32, {}, {}, {}, false)), "contiguous images are laid out anew");
  at::Tensor hurt = images.clone();
  hurt[1][5][2][2] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor seen = kernels::fixed_winograd(hurt, laid_out, 32, {}, {}, {}, true);
  expect(
      seen[1].narrow(1, 1, 3).narrow(2, 1, 3).isnan().all().item<bool>() && !seen[0].isnan().any().item<bool>(),
      "NaN reaches all whose window it is in, and no other image");
  const auto is_refused = [&](const std::function<void()> &call) {
    try {
      call();
    } catch (const c10::Error &) {
      return true;
    }
    return false;
  };
  expect(is_refused([&] { kernels::winograd_weight(at::randn({16, 24, 3, 3})); }), "a weight of 24 channels is refused");
  expect(is_refused([&] { kernels::winograd_weight(at::randn({16, 16, 1, 1})); }), "a weight 1×1 is refused");
  expect(is_refused([&] { kernels::fixed_winograd(images, laid_out, 16, {}, {}, {}, false); }), "a weight of other outputs is refused");
  expect(is_refused([&] { kernels::fixed_winograd(images.to(at::kDouble), laid_out, 32, {}, {}, {}, false); }), "float64 is refused");
  expect(is_refused([&] { kernels::fixed_winograd(images, laid_out, 32, at::zeros({16}), {}, {}, false); }), "offsets of other channels are refused");
  expect(is_refused([&] { kernels::fixed_winograd(images, laid_out, 32, {}, images, {}, false); }), "an addition of another shape is refused");
}
