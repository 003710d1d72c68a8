// gnomon::lars_: layer-wise adaptive rate scaling (You, Gitman & Ginsburg 2017) of all parameters in two passes, one for the lengths of
// weights and gradients and one for the step.
#include "bfloat16.h"
#include "instructions.h"
#include "operators.h"
#include "parallel.h"
#include "storage.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace kernels {

#define KERNELS_ROUNDS_BFLOAT16 0
#include "vectors.h"

namespace {

struct Rates {
  double learning_rate, momentum, weight_decay, trust_coefficient;
};

/// Values that lie one after the other in memory.
struct Run {
  float *weight;
  const float *gradient;
  float *velocity;
  int64_t count;
};

/// A part of a parameter. Parts do not depend on the threads, and so neither do the sums that are added up by them.
struct Part {
  size_t parameter;
  int64_t first, count;
};

constexpr int64_t most_of_part = 16384;

double sum_of_squares(const float *values, int64_t count) {
  constexpr int64_t most_in_float32 = 1024;
  double result = 0;
  for (int64_t start = 0; start < count; start += most_in_float32) {
    const int64_t end = std::min(count, start + most_in_float32);
    Floats sums{};
    for (int64_t place = start; place < end; place += lanes) {
      const Floats found = load(values + place, std::min(lanes, end - place));
      sums += found * found;
    }
    for (int64_t lane = 0; lane < lanes; ++lane) result += sums[lane];
  }
  return result;
}

// One where a length is zero, or no number.
double trust_ratio(double weight_squares, double gradient_squares, const Rates &rates) {
  const double weight = std::sqrt(weight_squares), gradient = std::sqrt(gradient_squares);
  return weight * gradient > 0 ? rates.trust_coefficient * weight / (gradient + weight * rates.weight_decay) : 1;
}

void step(float *__restrict weight, const float *__restrict gradient, float *__restrict velocity, int64_t count, float ratio, const Rates &rates) {
  const auto rate = static_cast<float>(rates.learning_rate), momentum = static_cast<float>(rates.momentum);
  const auto decay = static_cast<float>(rates.weight_decay);
  for (int64_t index = 0; index < count; ++index) {
    velocity[index] = momentum * velocity[index] + ratio * (gradient[index] + decay * weight[index]);
    weight[index] -= rate * velocity[index];
  }
}

void step_of_runs(const std::vector<Run> &runs, const Rates &rates) {
  std::vector<Part> parts;
  for (size_t index = 0; index < runs.size(); ++index)
    for (int64_t first = 0; first < runs[index].count; first += most_of_part)
      parts.push_back({index, first, std::min(most_of_part, runs[index].count - first)});
  const auto count = static_cast<int64_t>(parts.size());
  const auto each_part = [&](auto body) {
    in_parts(count, parts_of(count), [&](int64_t, int64_t first, int64_t end) {
      for (int64_t index = first; index < end; ++index) body(index, parts[index], runs[parts[index].parameter]);
    });
  };
  std::vector<double> weights(parts.size()), gradients(parts.size());
  each_part([&](int64_t index, const Part &part, const Run &run) {
    weights[index] = sum_of_squares(run.weight + part.first, part.count);
    gradients[index] = sum_of_squares(run.gradient + part.first, part.count);
  });
  std::vector<double> weight_squares(runs.size()), gradient_squares(runs.size());
  for (size_t index = 0; index < parts.size(); ++index) {
    weight_squares[parts[index].parameter] += weights[index];
    gradient_squares[parts[index].parameter] += gradients[index];
  }
  each_part([&](int64_t, const Part &part, const Run &run) {
    const double ratio = trust_ratio(weight_squares[part.parameter], gradient_squares[part.parameter], rates);
    step(run.weight + part.first, run.gradient + part.first, run.velocity + part.first, part.count, static_cast<float>(ratio), rates);
  });
}

// The ratio stays a tensor, so that no step waits for a device.
void step_by_libtorch(const at::Tensor &weight, const at::Tensor &gradient, const at::Tensor &velocity, const Rates &rates) {
  const at::Tensor length = weight.norm(), gradient_length = gradient.norm();
  const at::Tensor ratio = length / (gradient_length + length * rates.weight_decay) * rates.trust_coefficient;
  const at::Tensor chosen = at::where(length * gradient_length > 0, ratio, at::ones_like(ratio));
  velocity.mul_(rates.momentum).add_((gradient + weight * rates.weight_decay) * chosen);
  weight.add_(velocity, -rates.learning_rate);
}

// Whether values of the same place lie in the same order in all three.
bool is_run(const at::Tensor &weight, const at::Tensor &gradient, const at::Tensor &velocity) {
  const auto lies_alike = [&](const at::Tensor &tensor) {
    if (!tensor.is_cpu() || tensor.scalar_type() != at::kFloat || tensor.layout() != at::kStrided) return false;
    // Of a dimension of one the stride says nothing: gradients of pointwise convolutions have others than their weights.
    for (int64_t dimension = 0; dimension < tensor.dim(); ++dimension)
      if (tensor.size(dimension) > 1 && tensor.stride(dimension) != weight.stride(dimension)) return false;
    return true;
  };
  return use() != KERNELS_NEVER && lies_alike(weight) && lies_alike(gradient) && lies_alike(velocity) && weight.is_non_overlapping_and_dense();
}

} // namespace

void lars_(
    at::TensorList weights, at::TensorList gradients, at::TensorList velocities, double learning_rate, double momentum, double weight_decay,
    double trust_coefficient) {
  TORCH_CHECK(weights.size() == gradients.size() && weights.size() == velocities.size(), "as many gradients and velocities as weights are needed");
  const Rates rates{learning_rate, momentum, weight_decay, trust_coefficient};
  std::vector<Run> runs;
  for (size_t index = 0; index < weights.size(); ++index) {
    const at::Tensor &weight = weights[index], &gradient = gradients[index], &velocity = velocities[index];
    TORCH_CHECK(gradient.sizes() == weight.sizes() && velocity.sizes() == weight.sizes(), "a gradient or velocity of another shape than the weight");
    if (!is_run(weight, gradient, velocity)) {
      step_by_libtorch(weight, gradient, velocity, rates);
      continue;
    }
    runs.push_back({values_of<float>(weight), values_of<float>(gradient), values_of<float>(velocity), weight.numel()});
    for (const at::Tensor &changed : {weight, velocity}) changed.unsafeGetTensorImpl()->bump_version();
  }
  step_of_runs(runs, rates);
}

} // namespace kernels
