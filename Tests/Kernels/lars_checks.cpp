#include "checks.h"
#include "operators.h"

#include <ATen/Parallel.h>

#include <limits>
#include <string>
#include <vector>

namespace {

constexpr double learning_rate = 0.2, momentum = 0.9, weight_decay = 1e-3, trust_coefficient = 0.02;

/// Weights, gradients and velocities of the same shapes.
struct Parameters {
  std::vector<at::Tensor> weights, gradients, velocities;

  template <typename Body> Parameters map(Body body) const {
    Parameters result;
    for (size_t index = 0; index < weights.size(); ++index) {
      result.weights.push_back(body(weights[index]));
      result.gradients.push_back(body(gradients[index]));
      result.velocities.push_back(body(velocities[index]));
    }
    return result;
  }

  Parameters copied() const {
    return map([](const at::Tensor &tensor) { return tensor.clone(); });
  }

  void step() const { kernels::lars_(weights, gradients, velocities, learning_rate, momentum, weight_decay, trust_coefficient); }
};

// The formula in float64.
void step_by_definition(const Parameters &parameters) {
  for (size_t index = 0; index < parameters.weights.size(); ++index) {
    const at::Tensor &weight = parameters.weights[index], &gradient = parameters.gradients[index], &velocity = parameters.velocities[index];
    const double length = weight.norm().item<double>(), gradient_length = gradient.norm().item<double>();
    const double ratio = length * gradient_length > 0 ? trust_coefficient * length / (gradient_length + weight_decay * length) : 1;
    velocity.mul_(momentum).add_(gradient + weight_decay * weight, ratio);
    weight.sub_(velocity, learning_rate);
  }
}

} // namespace

void check_lars() {
  const std::string threads = ", threads " + std::to_string(at::get_num_threads());
  Parameters parameters;
  const auto add = [&](const at::Tensor &weight, const at::Tensor &gradient) {
    parameters.weights.push_back(weight);
    parameters.gradients.push_back(gradient);
    parameters.velocities.push_back(at::randn_like(weight));
  };
  for (const int64_t count : {1, 15, 16, 17, 1023, 1025, 16384, 16385, 40000}) add(at::randn({count, 1}), at::randn({count, 1}));
  add(channels_last(at::randn({8, 3, 5, 5})), channels_last(at::randn({8, 3, 5, 5})));
  add(at::randn({8, 3, 1, 1}), channels_last(at::randn({8, 3, 1, 1})));
  // Neither in the order of its weight, nor dense.
  add(at::randn({8, 3, 5, 5}), channels_last(at::randn({8, 3, 5, 5})));
  add(at::randn({6, 9}).narrow(1, 2, 4), at::randn({6, 4}));
  add(at::zeros({4, 4}), at::randn({4, 4}));
  add(at::randn({4, 4}), at::zeros({4, 4}));
  add(at::randn({0, 4}), at::randn({0, 4}));
  add(at::randn({3, 2}).to(at::kDouble), at::randn({3, 2}).to(at::kDouble));
  const Parameters exact = parameters.map([](const at::Tensor &tensor) { return tensor.to(at::kDouble, false, /*copy=*/true); });
  const Parameters again = parameters.copied();
  const int64_t version = parameters.weights[0]._version();
  for (int count = 0; count < 3; ++count) {
    parameters.step();
    again.step();
    step_by_definition(exact);
  }
  expect(parameters.weights[0]._version() > version, "a step of LARS is seen by autograd" + threads);
  for (size_t index = 0; index < exact.weights.size(); ++index) {
    const std::string name = "LARS of " + std::to_string(exact.weights[index].numel()) + " values, parameter " + std::to_string(index) + threads;
    const auto is_near = [&](const at::Tensor &found, const at::Tensor &expected) {
      return found.numel() == 0 || excess(found, expected, 1e-6, at::full_like(expected, 1e-6 * expected.abs().max().item<double>())) < 1;
    };
    expect(is_near(parameters.weights[index], exact.weights[index]), name + ", weight");
    expect(is_near(parameters.velocities[index], exact.velocities[index]), name + ", velocity");
    // A copy of what is not dense is.
    const bool is_same_way = parameters.weights[index].strides() == again.weights[index].strides();
    expect(!is_same_way || at::equal(parameters.weights[index], again.weights[index]), name + ", the same bits again");
  }
  const int used = at::get_num_threads();
  const Parameters alone = again.copied();
  at::set_num_threads(1);
  alone.step();
  at::set_num_threads(used);
  again.step();
  for (size_t index = 0; index < alone.weights.size(); ++index)
    expect(at::equal(alone.weights[index], again.weights[index]), "LARS of one thread has the same bits" + threads);

  at::Tensor hurt = at::randn({5, 5}), sound = at::randn({5, 5});
  hurt[2][2] = std::numeric_limits<float>::quiet_NaN();
  kernels::lars_({hurt, sound}, {at::randn({5, 5}), at::randn({5, 5})}, {at::zeros({5, 5}), at::zeros({5, 5})}, 0.1, 0.9, 0, 0.1);
  expect(hurt.isnan().sum().item<int64_t>() == 1 && !sound.isnan().any().item<bool>(), "NaN stays in its place" + threads);
  bool is_refused = false;
  try {
    kernels::lars_({sound}, {at::randn({5, 4})}, {at::zeros({5, 5})}, 0.1, 0.9, 0, 0.1);
  } catch (const c10::Error &) {
    is_refused = true;
  }
  expect(is_refused, "a gradient of another shape is refused" + threads);
}
