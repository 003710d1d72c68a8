// The kernels beside libtorch's operators in float64, run under AddressSanitizer by Tools/check-kernels.sh.
//
// Sizes are odd, single and empty of any multiple; inputs are not contiguous, constant or not numbers; instructions are each
// that this processor has, threads one to four.
#include "checks.h"
#include "convolution.h"
#include "linear.h"
#include "normalization.h"
#include "operators.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/forward_grad.h>

#include <torch/library.h>

#include <cmath>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <string>
#include <thread>

namespace {

at::Tensor reference(const at::Tensor &images, const at::Tensor &weight, int64_t stride, int64_t padding) {
  return at::conv2d(images, weight, {}, {stride, stride}, {padding, padding});
}

void check_convolution(const kernels::ConvolutionShape &shape) {
  const std::string name = "convolution " + std::to_string(shape.images) + "×" + std::to_string(shape.inputs) + "×" +
      std::to_string(shape.height) + "×" + std::to_string(shape.width) + " to " + std::to_string(shape.outputs) + ", kernel " +
      std::to_string(shape.kernel) + ", stride " + std::to_string(shape.stride) + ", padding " + std::to_string(shape.padding) + ", instructions " +
      std::to_string(kernels::instructions());
  const at::Tensor images = channels_last(at::randn({shape.images, shape.inputs, shape.height, shape.width}).to(at::kBFloat16));
  const at::Tensor weight = (at::randn({shape.outputs, shape.inputs, shape.kernel, shape.kernel}) /
                             std::sqrt(static_cast<double>(shape.inputs * shape.kernel * shape.kernel)))
                                .to(at::kBFloat16);
  at::Tensor x = images.to(at::kDouble).requires_grad_(), w = weight.to(at::kDouble).requires_grad_();
  const at::Tensor expected = reference(x, w, shape.stride, shape.padding);
  const at::Tensor gradient = channels_last(at::randn_like(expected).to(at::kBFloat16));
  const auto gradients = torch::autograd::grad({expected}, {x, w}, {gradient.to(at::kDouble)});
  // Sums of magnitudes: what a float32 sum's rounding is relative to.
  at::Tensor x_size = x.detach().abs().requires_grad_(), w_size = w.detach().abs().requires_grad_();
  const at::Tensor size = reference(x_size, w_size, shape.stride, shape.padding);
  const auto sizes = torch::autograd::grad({size}, {x_size, w_size}, {gradient.to(at::kDouble).abs()});
  constexpr double rounding = 1e-6;
  expect(
      excess(kernels::convolve(images, weight, shape), expected.detach(), two_units, size.detach() * rounding) < 1, name + ", forward");
  if (shape.inputs != 3)
    expect(
        excess(kernels::convolve_back(gradient, weight, shape), gradients[0], two_units, sizes[0] * rounding) < 1,
        name + ", gradient of the images");
  const at::Tensor of_weight = kernels::correlate(images, gradient, shape);
  expect(excess(of_weight, gradients[1], 0, sizes[1] * rounding) < 1, name + ", gradient of the weight");
  expect(at::equal(of_weight, kernels::correlate(images, gradient, shape)), name + ", the same bits again");
}

void check_convolutions() {
  if (!kernels::have_products()) return;
  for (int64_t images : {1, 3, 9})
    for (const auto &[inputs, outputs] : {std::pair<int64_t, int64_t>{3, 16}, {3, 32}, {16, 16}, {16, 32}, {32, 16}, {64, 64}})
      for (const auto &[height, width] : {std::pair<int64_t, int64_t>{1, 1}, {2, 3}, {4, 4}, {7, 5}, {8, 8}, {9, 17}, {16, 33}})
        for (int64_t kernel : {1, 3})
          for (int64_t stride : {1, 2})
            for (int64_t padding = 0; padding < kernel; ++padding) {
              const kernels::ConvolutionShape shape{images, inputs, height, width, outputs, kernel, stride, padding};
              if (shape.is_supported()) check_convolution(shape);
            }
  check_convolution({2, 128, 4, 4, 128, 3, 1, 1});
  check_convolution({2, 256, 4, 4, 512, 3, 2, 1});
  check_convolution({40, 16, 2, 2, 16, 3, 1, 1});
  const kernels::ConvolutionShape none{2, 24, 4, 4, 16, 3, 1, 1};
  expect(!none.is_supported(), "a convolution of 24 channels has no kernel");
}

void check_linear(int64_t rows, int64_t inputs, int64_t outputs) {
  const std::string name = "linear layer of " + std::to_string(rows) + "×" + std::to_string(inputs) + " to " + std::to_string(outputs) +
      ", instructions " + std::to_string(kernels::instructions()) + ", threads " + std::to_string(at::get_num_threads());
  const auto values = [](at::IntArrayRef shape) { return at::randn(shape).to(at::kBFloat16); };
  const at::Tensor input = values({rows, inputs}), weight = values({outputs, inputs}), gradient = values({rows, outputs});
  const at::Tensor bias = values({outputs});
  const auto exact = [](const at::Tensor &tensor) { return tensor.to(at::kDouble); };
  // Values, and sums of magnitudes: what a float32 sum's rounding is relative to.
  const at::Tensor x = exact(input), w = exact(weight), g = exact(gradient), b = exact(bias);
  const auto within = [&](const at::Tensor &found, const at::Tensor &expected, const at::Tensor &size, double relative, const char *what) {
    expect(excess(found, expected, relative, size * 1e-6) < 1, name + what);
  };
  const at::Tensor leaf = input.detach().requires_grad_(), leaf_weight = weight.detach().requires_grad_(), leaf_bias = bias.detach().requires_grad_();
  const at::Tensor output = kernels::linear(leaf, leaf_weight, leaf_bias);
  within(output.detach(), at::linear(x, w, b), at::linear(x.abs(), w.abs(), b.abs()), two_units, ", forward");
  const auto found = torch::autograd::grad({output}, {leaf, leaf_weight, leaf_bias}, {gradient});
  within(found[0], at::mm(g, w), at::mm(g.abs(), w.abs()), two_units, ", gradient of the input");
  within(found[1], at::mm(g.t(), x), at::mm(g.abs().t(), x.abs()), two_units, ", gradient of the weight");
  within(found[2], g.sum(0), g.abs().sum(0), two_units, ", gradient of the bias");
  const at::Tensor of_weight = kernels::linear_correlate(input, gradient);
  within(of_weight, at::mm(g.t(), x), at::mm(g.abs().t(), x.abs()), 0, ", gradient of the weight in float32");
  expect(at::equal(of_weight, kernels::linear_correlate(input, gradient)), name + ", the same bits again");
  within(kernels::linear(input, weight, {}), at::mm(x, w.t()), at::mm(x.abs(), w.abs().t()), two_units, ", without a bias");
}

void check_linears() {
  if (!kernels::have_products()) return;
  for (const int64_t rows : {1, 2, 5, 16, 37, 130, 300})
    for (const auto &[inputs, outputs] : {std::pair<int64_t, int64_t>{16, 16}, {16, 48}, {48, 16}, {96, 64}, {192, 32}, {80, 80}})
      check_linear(rows, inputs, outputs);
  check_linear(600, 768, 16);
  check_linear(17, 16, 768);
  expect(!kernels::is_linear_supported(4, 24, 16), "a linear layer of 24 values has no kernel");
}

// What a program sees of linear layers: shapes, types and layouts that kernels take or leave to libtorch.
void check_linear_inputs() {
  if (!kernels::have_products()) return;
  const at::Tensor tokens = at::randn({3, 5, 32}), weight = at::randn({16, 32}), bias = at::randn({16});
  const auto expected = [](const at::Tensor &x, const at::Tensor &w, const at::Tensor &b) {
    const auto exact = [](const at::Tensor &tensor) { return tensor.to(at::kBFloat16).to(at::kDouble); };
    return at::linear(exact(x), exact(w), exact(b));
  };
  const auto is_near = [](const at::Tensor &found, const at::Tensor &wanted) {
    return found.sizes() == wanted.sizes() && at::allclose(found.to(at::kDouble), wanted, two_units, 1e-5);
  };
  at::autocast::set_autocast_enabled(at::kCPU, true);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  const at::Tensor cast = kernels::linear(tokens, weight, bias);
  expect(cast.scalar_type() == at::kBFloat16 && is_near(cast, expected(tokens, weight, bias)), "autocast's linear layer of three dimensions");
  const at::Tensor strided = tokens.transpose(0, 1);
  expect(is_near(kernels::linear(strided, weight, bias), expected(strided, weight, bias)), "a linear layer of transposed tokens");
  expect(is_near(kernels::linear(tokens[0][0], weight, bias), expected(tokens[0][0], weight, bias)), "a linear layer of one vector");
  const at::Tensor columns = at::randn({32, 16}).t();
  expect(is_near(kernels::linear(tokens, columns, bias), expected(tokens, columns, bias)), "a linear layer with a transposed weight");
  expect(kernels::linear(tokens.narrow(0, 0, 0), weight, bias).sizes() == at::IntArrayRef({0, 5, 16}), "a linear layer of no tokens");
  at::Tensor hurt = tokens.clone();
  hurt[1][2][3] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor seen = kernels::linear(hurt, weight, bias);
  expect(seen.isnan().sum().item<int64_t>() == 16 && seen[1][2].isnan().all().item<bool>(), "NaN stays in its row");
  at::autocast::set_autocast_enabled(at::kCPU, false);
  at::autocast::clear_cache();
  expect(at::equal(kernels::linear(tokens, weight, bias), at::linear(tokens, weight, bias)), "a linear layer of float32 is libtorch's");
  std::string refusal;
  try {
    kernels::linear(tokens.to(at::kBFloat16), at::randn({16, 48}).to(at::kBFloat16), {});
  } catch (const c10::Error &error) {
    refusal = error.what_without_backtrace();
  }
  expect(!refusal.empty(), "a linear layer of other rows than its weight's is refused");
}

struct Case {
  std::vector<int64_t> shape;
  bool adds, rectifies, training;
  at::ScalarType type;
  double scale = 1, offset = 0;
};

void check_normalization(const Case &test) {
  const std::string name = "normalisation of " + std::to_string(test.shape[0]) + "×" + std::to_string(test.shape[1]) +
      (test.shape.size() == 4 ? "×" + std::to_string(test.shape[2]) + "×" + std::to_string(test.shape[3]) : "") +
      (test.adds ? ", residual" : "") + (test.rectifies ? ", ReLU" : "") + (test.training ? ", training" : "") + ", " +
      at::toString(test.type) + ", instructions " + std::to_string(kernels::instructions()) + ", threads " +
      std::to_string(at::get_num_threads());
  const auto values = [&] {
    const at::Tensor result = (at::randn(test.shape) * test.scale + test.offset).to(test.type);
    return test.shape.size() == 4 ? channels_last(result) : result;
  };
  const int64_t channels = test.shape[1];
  at::Tensor input = values().requires_grad_(), residual = test.adds ? values().requires_grad_() : at::Tensor();
  at::Tensor weight = at::randn({channels}).requires_grad_(), bias = at::randn({channels}).requires_grad_();
  at::Tensor mean = at::randn({channels}), variance = at::rand({channels}) + 0.5;
  const auto exact = [](const at::Tensor &tensor) { return tensor.detach().to(at::kDouble); };
  at::Tensor input64 = exact(input).requires_grad_(), weight64 = exact(weight).requires_grad_(), bias64 = exact(bias).requires_grad_();
  at::Tensor mean64 = exact(mean), variance64 = exact(variance);
  const at::Tensor output = kernels::normalization(
      input, test.adds ? std::optional(residual) : std::nullopt, weight, bias, mean, variance, test.training, 0.1, 1e-5, test.rectifies,
      /*processes=*/0);
  at::Tensor expected = at::batch_norm(input64, weight64, bias64, mean64, variance64, test.training, 0.1, 1e-5, false);
  if (test.adds) expected = expected + exact(residual);
  const at::Tensor gradient = (test.shape.size() == 4 ? channels_last(at::randn(test.shape)) : at::randn(test.shape)).to(test.type);
  // What ReLU lets through is decided by the rounded values, whose sign can differ where they are almost zero.
  const at::Tensor passes = test.rectifies ? output.detach().gt(0).to(at::kDouble) : at::ones_like(expected);
  at::Tensor shown = expected * passes;
  std::vector<at::Tensor> inputs{input, weight, bias}, inputs64{input64, weight64, bias64};
  if (test.adds) inputs.push_back(residual);
  const auto found = torch::autograd::grad({output}, inputs, {gradient});
  const auto wanted = torch::autograd::grad({shown}, inputs64, {exact(gradient)});
  const bool is_short = test.type == at::kBFloat16;
  const double relative = is_short ? two_units : 1e-6;
  // Beside the value's own size, that of what is added up: sums cancel.
  const double rows = static_cast<double>(input.numel()) / static_cast<double>(channels);
  const auto within = [&](const at::Tensor &a, const at::Tensor &b, double tolerance, const std::string &what, double summands = 0) {
    const double size = std::max(b.abs().max().item<double>(), summands);
    expect(excess(a, b, tolerance, at::full_like(b, tolerance * size)) < 1, name + ", " + what);
  };
  // A mean in float32 is known to half a unit of its last place, and with it every difference from it.
  const double of_mean = std::abs(test.offset) * 6e-8 * weight.detach().abs().max().item<double>();
  expect(excess(output.detach(), (expected * passes).detach(), relative, at::full_like(expected, of_mean + 1e-6 * expected.abs().max().item<double>()).detach()) < 1, name + ", forward");
  within(found[0], wanted[0], is_short ? two_units : 4e-6, "gradient of the input");
  within(found[1], wanted[1], 4e-6, "gradient of the weight", rows * (1 + std::abs(test.offset) * 6e-8 / 4e-6));
  within(found[2], wanted[2], 4e-6, "gradient of the bias", rows);
  if (test.adds) expect(at::equal(found[3].to(at::kDouble), exact(gradient) * passes), name + ", gradient of the residual");
  if (test.training) {
    within(mean, mean64, 1e-6, "running mean");
    within(variance, variance64, 1e-6, "running variance");
  }
}

void check_normalizations() {
  for (const std::vector<int64_t> &shape : std::vector<std::vector<int64_t>>{
           {4, 16, 8, 8}, {3, 5, 7, 3}, {64, 128}, {33, 100}, {7, 1}, {16, 48, 9, 5}, {600, 17}, {40, 64, 1, 1}})
    for (bool adds : {false, true})
      for (bool rectifies : {false, true})
        for (bool training : {false, true})
          for (at::ScalarType type : {at::kFloat, at::kBFloat16}) check_normalization({shape, adds, rectifies, training, type});
  // A mean that is a thousand deviations from zero.
  check_normalization({{64, 16, 8, 8}, false, true, true, at::kFloat, 1, 1000});
}

// Threads that stand for processes: a tensor of each is added to those of the others.
class Group {
public:
  explicit Group(size_t size) : parts_(size), size_(size) {}

  static thread_local size_t rank;

  at::Tensor summed(const at::Tensor &tensor) {
    std::unique_lock lock(mutex_);
    const uint64_t round = round_;
    parts_[rank] = tensor;
    if (++arrived_ == size_) {
      all_ = at::stack(parts_).sum(0);
      arrived_ = 0;
      ++round_;
      changed_.notify_all();
    } else {
      changed_.wait(lock, [&] { return round_ != round; });
    }
    return all_;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<at::Tensor> parts_;
  at::Tensor all_;
  size_t size_, arrived_ = 0;
  uint64_t round_ = 0;
};

thread_local size_t Group::rank = 0;

TORCH_LIBRARY_FRAGMENT(gnomon, library) {
  library.def("summed(Tensor tensor, int group) -> Tensor", [](const at::Tensor &tensor, int64_t group) {
    return reinterpret_cast<Group *>(group)->summed(tensor);
  });
}

// A batch in unequal shares over threads, beside the whole of it in float64.
void check_shared_normalization(size_t size, bool adds, bool rectifies, at::ScalarType type, double offset) {
  const std::string name = "normalisation over " + std::to_string(size) + " processes" + (adds ? ", residual" : "") +
      (rectifies ? ", ReLU" : "") + ", " + at::toString(type) + ", kernels " + std::to_string(kernels::use()) + ", mean " +
      std::to_string(offset);
  const int64_t channels = 20;
  // Each share has one image more than the one before it, and a mean of its own.
  std::vector<int64_t> counts;
  for (size_t rank = 0; rank < size; ++rank) counts.push_back(static_cast<int64_t>(rank) + 1);
  const auto values = [&](double mean) {
    std::vector<at::Tensor> parts;
    for (size_t rank = 0; rank < size; ++rank)
      parts.push_back((at::randn({counts[rank], channels, 3, 5}) + static_cast<double>(rank) + mean).to(type));
    return channels_last(at::cat(parts));
  };
  const at::Tensor input = values(offset), residual = values(0), gradient = values(0);
  const auto parameters = type == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor weight = at::randn({channels}, parameters), bias = at::randn({channels}, parameters);
  std::vector<at::Tensor> outputs(size), means(size), variances(size);
  std::vector<torch::autograd::variable_list> gradients(size);
  Group group(size);
  std::vector<std::thread> threads;
  int64_t first = 0;
  for (size_t rank = 0; rank < size; ++rank) {
    const auto share = [&](const at::Tensor &whole) { return channels_last(whole.narrow(0, first, counts[rank]).clone()); };
    threads.emplace_back([&, rank, x = share(input), r = share(residual), g = share(gradient)] {
      Group::rank = rank;
      const at::Tensor own = x.detach().requires_grad_(), w = weight.detach().clone().requires_grad_();
      const at::Tensor b = bias.detach().clone().requires_grad_(), added = r.detach().requires_grad_();
      means[rank] = at::zeros({channels}, parameters);
      variances[rank] = at::ones({channels}, parameters);
      outputs[rank] = kernels::normalization(
          own, adds ? std::optional(added) : std::nullopt, w, b, means[rank], variances[rank], true, 0.1, 1e-5, rectifies,
          reinterpret_cast<int64_t>(&group));
      torch::autograd::variable_list inputs{own, w, b};
      if (adds) inputs.push_back(added);
      gradients[rank] = torch::autograd::grad({outputs[rank]}, inputs, {g});
    });
    first += counts[rank];
  }
  for (std::thread &thread : threads) thread.join();

  const at::Tensor x = input.to(at::kDouble).requires_grad_(), w = weight.to(at::kDouble).requires_grad_();
  const at::Tensor b = bias.to(at::kDouble).requires_grad_();
  const at::Tensor mean = at::zeros({channels}, at::kDouble), variance = at::ones({channels}, at::kDouble);
  at::Tensor expected = at::batch_norm(x, w, b, mean, variance, true, 0.1, 1e-5, false);
  if (adds) expected = expected + residual.to(at::kDouble);
  const at::Tensor output = at::cat(outputs).detach();
  const at::Tensor passes = rectifies ? output.gt(0).to(at::kDouble) : at::ones_like(expected);
  const auto wanted = torch::autograd::grad({expected * passes}, {x, w, b}, {gradient.to(at::kDouble)});
  const auto at_index = [&](size_t index) {
    std::vector<at::Tensor> parts;
    for (const auto &found : gradients) parts.push_back(found[index]);
    return parts;
  };
  // The mean's rounding to float32 moves every difference from it. libtorch's own sums of a residual are rounded in between.
  const double unit = (type == at::kBFloat16 ? 2 * two_units : type == at::kFloat ? 4e-6 : 1e-6) + std::abs(offset) * 1e-6;
  const auto within = [&](const at::Tensor &a, const at::Tensor &e, const std::string &what) {
    const double size_of_values = std::max(1.0, e.abs().max().item<double>());
    expect(excess(a.to(at::kDouble), e, 0, at::full_like(e, unit * size_of_values)) < 1, name + ", " + what);
  };
  within(output, (expected * passes).detach(), "forward");
  within(at::cat(at_index(0)), wanted[0], "gradient of the input");
  within(at::stack(at_index(1)).to(at::kDouble).sum(0), wanted[1], "gradient of the weight");
  within(at::stack(at_index(2)).to(at::kDouble).sum(0), wanted[2], "gradient of the bias");
  within(means[0], mean, "running mean");
  within(variances[0], variance, "running variance");
  for (size_t rank = 1; rank < size; ++rank)
    expect(at::equal(means[0], means[rank]) && at::equal(variances[0], variances[rank]), name + ", the same statistics in each");
}

void check_shared_normalizations() {
  for (KernelsUse use : {KERNELS_ALWAYS, KERNELS_NEVER}) {
    kernels_use(use);
    for (size_t size : {1, 2, 3})
      for (bool adds : {false, true})
        for (bool rectifies : {false, true})
          for (at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16})
            for (double offset : {0.0, 100.0})
              if (type != at::kBFloat16 || offset == 0) check_shared_normalization(size, adds, rectifies, type, offset);
  }
  kernels_use(KERNELS_ALWAYS);
  Group alone(1);
  const at::Tensor input = at::randn({4, 8}).requires_grad_();
  const at::Tensor output = kernels::normalization(
      input, {}, at::ones({8}), at::zeros({8}), {}, {}, true, 0.1, 1e-5, false, reinterpret_cast<int64_t>(&alone));
  std::string refusal;
  try {
    torch::autograd::grad({output}, {input}, {at::ones_like(output)}, std::nullopt, /*create_graph=*/true);
  } catch (const c10::Error &error) {
    refusal = error.what_without_backtrace();
  }
  expect(refusal.find("differentiable once") != std::string::npos, "a second gradient over processes is refused: " + refusal);
}

void check_edges() {
  const at::Tensor weight = at::ones({8}), bias = at::full({8}, 0.5);
  const auto normalized = [&](const at::Tensor &input, bool training) {
    return kernels::normalization(input, {}, weight, bias, {}, {}, training, 0.1, 1e-5, true, 0);
  };
  expect(at::equal(normalized(at::full({4, 8}, 3.0f), true), at::full({4, 8}, 0.5f)), "a channel without variance gives its bias");
  at::Tensor input = at::randn({4, 8});
  input[1][3] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor output = normalized(input, true);
  expect(output.isnan().sum().item<int64_t>() == 4 && output.select(1, 3).isnan().all().item<bool>(), "NaN stays in its channel");
  const at::Tensor images = at::randn({2, 8, 3, 5});
  const at::Tensor plain = at::relu(at::batch_norm(images, weight, bias, {}, {}, true, 0.1, 1e-5, false));
  expect(at::allclose(normalized(images, true), plain, 1e-6, 1e-6), "contiguous images are libtorch's");
  expect(at::allclose(normalized(channels_last(images), true), plain, 1e-5, 1e-5), "channels-last images are as contiguous ones");
  const at::Tensor part = channels_last(at::randn({2, 16, 3, 5})).narrow(1, 4, 8);
  expect(
      at::allclose(normalized(part, true), normalized(part.contiguous(), true), 1e-5, 1e-5),
      "channels of a wider tensor are as a copy of them");
  expect(at::allclose(normalized(at::randn({1, 8}), true), at::full({1, 8}, 0.5f), 0, 1e-3), "one row gives its bias, as libtorch has it");
  if (!kernels::have_products()) return;
  at::Tensor pixels = at::zeros({1, 16, 5, 5}, at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  pixels[0][2][2][2] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor seen = kernels::convolution(pixels, at::ones({16, 16, 3, 3}), 1, 1);
  expect(seen.isnan().sum().item<int64_t>() == 16 * 9, "NaN reaches the pixels whose window it is in, and no other");
  at::Tensor colours = at::zeros({1, 3, 4, 4}, at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  colours[0][0][0][0] = std::numeric_limits<float>::infinity();
  expect(
      kernels::convolution(colours, at::ones({16, 3, 3, 3}), 1, 1).isfinite().sum().item<int64_t>() == 16 * 12,
      "infinity in a stem's corner reaches four pixels");
}

// Gradients of gradients, against libtorch's in float64.
void check_second_gradients() {
  at::Tensor input = channels_last(at::randn({3, 16, 4, 4})), weight = at::rand({16}) + 0.5, bias = at::randn({16});
  const at::Tensor residual = channels_last(at::randn({3, 16, 4, 4})), direction = channels_last(at::randn({3, 16, 4, 4}));
  for (bool adds : {false, true}) {
    std::vector<at::Tensor> results;
    for (at::ScalarType type : {at::kFloat, at::kDouble}) {
      const at::Tensor x = input.to(type).requires_grad_(), w = weight.to(type).requires_grad_(), b = bias.to(type);
      const at::Tensor output = kernels::normalization(
          x, adds ? std::optional(residual.to(type)) : std::nullopt, w, b, {}, {}, true, 0.1, 1e-5, true, 0);
      const auto first = torch::autograd::grad({output}, {x}, {direction.to(type)}, std::nullopt, true);
      results.push_back(torch::autograd::grad({first[0].sin().sum()}, {w})[0].to(at::kDouble));
    }
    expect(at::allclose(results[0], results[1], 1e-5, 1e-5), "a gradient of normalisation's gradient");
  }
  if (!kernels::have_products()) return;
  const at::Tensor rows = at::randn({6, 32}).to(at::kBFloat16).requires_grad_();
  const at::Tensor matrix = at::randn({16, 32}).to(at::kBFloat16).requires_grad_(), added = at::zeros({16}, at::kBFloat16);
  const at::Tensor made = kernels::linear(rows, matrix, added);
  const auto of_rows = torch::autograd::grad({made}, {rows}, {at::ones_like(made)}, std::nullopt, true);
  const at::Tensor again = torch::autograd::grad({of_rows[0].square().sum()}, {matrix})[0];
  // Σ (Σ_o W_oi)² over 6 rows.
  const at::Tensor wanted = 12 * matrix.detach().to(at::kDouble).sum(0, true).expand({16, 32});
  expect(
      (again.to(at::kDouble) - wanted).norm().item<double>() < 0.01 * wanted.norm().item<double>(),
      "a gradient of the linear layer's gradient");
  const at::Tensor x = channels_last(at::randn({2, 16, 4, 4}).to(at::kBFloat16)).requires_grad_();
  const at::Tensor w = at::randn({16, 16, 3, 3}).to(at::kBFloat16).to(at::kFloat).requires_grad_();
  const at::Tensor output = kernels::convolution(x, w, 1, 1);
  const auto first = torch::autograd::grad({output}, {x}, {at::ones_like(output)}, std::nullopt, true);
  const at::Tensor second = torch::autograd::grad({first[0].to(at::kFloat).square().sum()}, {w})[0];
  const at::Tensor w64 = w.detach().to(at::kDouble).requires_grad_(), x64 = x.detach().to(at::kDouble).requires_grad_();
  const at::Tensor output64 = at::conv2d(x64, w64, {}, {1, 1}, {1, 1});
  const auto first64 = torch::autograd::grad({output64}, {x64}, {at::ones_like(output64)}, std::nullopt, true);
  const at::Tensor second64 = torch::autograd::grad({first64[0].square().sum()}, {w64})[0];
  expect(
      (second.to(at::kDouble) - second64).norm().item<double>() < 0.01 * second64.norm().item<double>(),
      "a gradient of the convolution's gradient");
}

void check_tangents() {
  const uint64_t level = torch::autograd::forward_ad::enter_dual_level();
  const at::Tensor input = channels_last(at::randn({2, 16, 4, 4})), direction = channels_last(at::randn({2, 16, 4, 4}));
  const at::Tensor dual = at::_make_dual(input, direction, static_cast<int64_t>(level));
  const at::Tensor output =
      kernels::normalization(dual, {}, at::ones({16}), at::zeros({16}), at::zeros({16}), at::ones({16}), false, 0.1, 0, true, 0);
  const auto parts = at::_unpack_dual(output, static_cast<int64_t>(level));
  const at::Tensor tangent = std::get<1>(parts);
  const at::Tensor rows = at::randn({4, 16}).to(at::kBFloat16), along = at::randn({4, 16}).to(at::kBFloat16);
  const at::Tensor matrix = at::randn({32, 16}).to(at::kBFloat16);
  const auto images = at::_unpack_dual(
      kernels::linear(at::_make_dual(rows, along, static_cast<int64_t>(level)), matrix, {}), static_cast<int64_t>(level));
  expect(
      std::get<1>(images).defined() && at::allclose(std::get<1>(images), at::linear(along, matrix), two_units, 1e-2),
      "a tangent passes a linear layer");
  expect(tangent.defined() && at::allclose(tangent, direction * input.gt(0)), "a tangent passes normalisation");
  torch::autograd::forward_ad::exit_dual_level(level);
}

} // namespace

int main() {
  at::manual_seed(0);
  kernels_use(KERNELS_ALWAYS);
  for (int threads : {1, 2, 3, 4}) {
    at::set_num_threads(threads);
    for (int kind = KERNELS_PLAIN; kind <= kernels_available(); ++kind) {
      kernels_choose(static_cast<KernelsInstructions>(kind));
      if (threads <= 2) {
        check_convolutions();
        check_winograd();
      }
      check_linears();
      check_normalizations();
      check_shared_normalizations();
    }
    kernels_choose(kernels_available());
    check_edges();
    check_winograd_inputs();
    check_linear_inputs();
    check_lars();
    check_second_gradients();
    check_tangents();
  }
  return summary();
}
