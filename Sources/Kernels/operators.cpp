#include "operators.h"

#include <torch/library.h>

// Composites: autocast, gradients and tangents see what they are made of.
TORCH_LIBRARY(gnomon, library) {
  library.def("convolution(Tensor images, Tensor weight, int stride, int padding) -> Tensor", kernels::convolution);
  library.def("linear(Tensor input, Tensor weight, Tensor? bias) -> Tensor", kernels::linear);
  library.def("winograd_weight(Tensor weight) -> Tensor", kernels::winograd_weight);
  library.def(
      "winograd(Tensor images, Tensor weight, int outputs, Tensor? bias, Tensor? residual, Tensor? active, bool rectifies) -> Tensor",
      kernels::fixed_winograd);
  library.def(
      "normalization(Tensor input, Tensor? residual, Tensor weight, Tensor bias, Tensor? running_mean, "
      "Tensor? running_variance, bool training, float momentum, float epsilon, bool rectifies, int processes) -> Tensor",
      kernels::normalization);
  library.def(
      "lars_(Tensor(a!)[] weights, Tensor[] gradients, Tensor(b!)[] velocities, float learning_rate, float momentum, "
      "float weight_decay, float trust_coefficient) -> ()",
      kernels::lars_);
}

void kernels_register(void) {}
