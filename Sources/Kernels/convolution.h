// Convolutions of bfloat16 images, channels last, with sums in float32.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace kernels {

/// A square convolution without groups and dilation.
struct ConvolutionShape {
  int64_t images, inputs, height, width;
  int64_t outputs, kernel, stride, padding;

  int64_t output_height() const { return (height + 2 * padding - kernel) / stride + 1; }
  int64_t output_width() const { return (width + 2 * padding - kernel) / stride + 1; }

  /// Whether the kernels compute this one, with these instructions.
  bool is_supported() const;
};

/// N×outputs×H′×W′, channels last, of images N×inputs×H×W, channels last, and a weight outputs×inputs×k×k of any type.
at::Tensor convolve(const at::Tensor &images, const at::Tensor &weight, const ConvolutionShape &shape);

/// The gradient of the images, of a gradient N×outputs×H′×W′, channels last.
at::Tensor convolve_back(const at::Tensor &gradient, const at::Tensor &weight, const ConvolutionShape &shape);

/// The gradient of the weight, in float32.
at::Tensor correlate(const at::Tensor &images, const at::Tensor &gradient, const ConvolutionShape &shape);

} // namespace kernels
