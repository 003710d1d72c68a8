#include "convolution.h"

#include "multiplication.h"
#include "parallel.h"
#include "stem.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace kernels {

at::Tensor rounded(const at::Tensor &weight) { return weight.to(at::kBFloat16).contiguous(); }

#if defined(__x86_64__)

namespace {

// Rows of one image with zeros around them.
struct Padded {
  at::Tensor storage;
  int64_t pitch, before, channels, rows, width;

  Padded(int64_t height, int64_t image_width, int64_t image_channels, int64_t zeros_before, int64_t zeros_after)
      : storage(at::zeros({height + zeros_before + zeros_after, image_width + zeros_before + zeros_after, image_channels}, at::kBFloat16)),
        pitch((image_width + zeros_before + zeros_after) * image_channels), before(zeros_before), channels(image_channels),
        rows(height), width(image_width) {}

  uint16_t *values() const { return values_of(storage); }

  void fill(const uint16_t *image) const {
    uint16_t *to = values() + before * pitch + before * channels;
    for (int64_t row = 0; row < rows; ++row)
      std::memcpy(to + row * pitch, image + row * width * channels, width * channels * sizeof(uint16_t));
  }
};

// The image after this one, unless it is the last.
Upcoming next_of(const uint16_t *values, int64_t image, int64_t end, int64_t size) {
  if (image + 1 >= end) return {};
  return {values + (image + 1) * size, size * static_cast<int64_t>(sizeof *values)};
}

at::Tensor channels_last(int64_t images, int64_t channels, int64_t height, int64_t width) {
  return at::empty(
      {images, channels, height, width}, at::TensorOptions().dtype(at::kBFloat16), at::MemoryFormat::ChannelsLast);
}

} // namespace

bool ConvolutionShape::is_supported() const {
  const bool are_channels = (is_stem(*this) && stride <= 2) || (is_step(inputs) && is_step(inputs * stride));
  return instructions() == KERNELS_AVX512_BFLOAT16 && images > 0 && are_channels && is_step(outputs) && outputs <= 512 &&
      (kernel == 1 || kernel == 3) && (stride == 1 || stride == 2) && padding >= 0 && padding < kernel &&
      height + 2 * padding >= kernel && width + 2 * padding >= kernel;
}

at::Tensor convolve(const at::Tensor &images, const at::Tensor &weight, const ConvolutionShape &shape) {
  const int64_t height = shape.output_height(), width = shape.output_width();
  at::Tensor result = channels_last(shape.images, shape.outputs, height, width);
  const bool stem = is_stem(shape), is_padded = !stem && shape.padding > 0;
  const at::Tensor source = rounded(weight);
  const int64_t area = shape.kernel * shape.kernel;
  at::Tensor weights;
  Plan plan;
  if (stem) {
    // Rows of the kernel are the taps; columns and colours are summed over.
    std::vector<int64_t> places;
    for (int64_t column = 0; column < 3; ++column)
      for (int64_t colour = 0; colour < 3; ++colour) places.push_back(colour * area + column);
    weights = packed(source, {0, 3, 6}, places, shape.outputs, 3 * area);
    plan.pitch = width * stem_channels;
    plan.pairs = stem_channels / 2;
    plan.offsets = {0, plan.pitch, 2 * plan.pitch};
  } else {
    weights = packed(source, every(1, area), every(area, shape.inputs), shape.outputs, shape.inputs * area);
    plan.pitch = (shape.width + 2 * shape.padding) * shape.inputs;
    plan.pairs = shape.kernel * shape.inputs / 2;
    plan.offsets = every(plan.pitch, shape.kernel);
  }
  plan.weights = values_of(weights);
  plan.blocks = weights.size(0);
  plan.row_step = shape.stride * plan.pitch;
  plan.output_step = shape.outputs;
  plan.output_pitch = width * shape.outputs;
  plan.rows = height;
  plan.columns = width;
  const Multiply multiply = multiply_of(stem ? stem_channels : shape.inputs * shape.stride, vectors_of(shape.outputs));
  const uint16_t *pixels = values_of(images);
  uint16_t *outputs = values_of(result);
  const int64_t image_size = shape.inputs * shape.height * shape.width, output_size = shape.outputs * height * width;
  in_parts(shape.images, parts_of(shape.images), [&](int64_t, int64_t first, int64_t end) {
    const at::Tensor rows = stem ? spread_rows(shape) : at::Tensor();
    const Padded padded(is_padded ? shape.height : 0, is_padded ? shape.width : 0, shape.inputs, shape.padding, shape.padding);
    for (int64_t image = first; image < end; ++image) {
      const uint16_t *input = pixels + image * image_size;
      if (stem) {
        spread(input, shape, values_of(rows));
        input = values_of(rows);
      } else if (is_padded) {
        padded.fill(input);
        input = padded.values();
      }
      multiply(plan, input, outputs + image * output_size, next_of(pixels, image, end, image_size));
    }
  });
  return result;
}

at::Tensor convolve_back(const at::Tensor &gradient, const at::Tensor &weight, const ConvolutionShape &shape) {
  const int64_t height = shape.output_height(), width = shape.output_width(), stride = shape.stride;
  at::Tensor result = channels_last(shape.images, shape.inputs, shape.height, shape.width);
  // An input pixel stride·i + phase gets what output pixels i + (phase + padding − tap)/stride pass back.
  const int64_t before = (shape.kernel - 1 - shape.padding) / stride;
  const int64_t last = (shape.height - 1 + shape.padding) / stride, last_column = (shape.width - 1 + shape.padding) / stride;
  const int64_t after = std::max<int64_t>({0, last - height + 1, last_column - width + 1});
  const int64_t pitch = (width + before + after) * shape.outputs;
  const at::Tensor source = rounded(weight);
  const int64_t area = shape.kernel * shape.kernel;
  struct Phase {
    at::Tensor weights;
    Plan plan;
    int64_t place;
  };
  std::vector<Phase> phases;
  for (int64_t down = 0; down < std::min(stride, shape.height); ++down)
    for (int64_t across = 0; across < std::min(stride, shape.width); ++across) {
      Phase phase;
      std::vector<int64_t> taps;
      phase.plan.pairs = 0;
      for (int64_t row = 0; row < shape.kernel; ++row) {
        const int64_t rows = down + shape.padding - row;
        if (rows % stride != 0) continue;
        int64_t columns = 0;
        // From the left to the right in the gradient, which is from the right to the left in the kernel.
        for (int64_t column = shape.kernel - 1; column >= 0; --column) {
          const int64_t place = across + shape.padding - column;
          if (place % stride != 0) continue;
          taps.push_back(row * shape.kernel + column);
          if (columns++ == 0) phase.plan.offsets.push_back((rows / stride + before) * pitch + (place / stride + before) * shape.outputs);
        }
        phase.plan.pairs = columns * shape.outputs / 2;
      }
      phase.weights = packed(source, taps, every(shape.inputs * area, shape.outputs), shape.inputs, area);
      phase.plan.weights = values_of(phase.weights);
      phase.plan.blocks = phase.weights.size(0);
      phase.plan.pitch = pitch;
      phase.plan.row_step = pitch;
      phase.plan.output_step = stride * shape.inputs;
      phase.plan.output_pitch = stride * shape.width * shape.inputs;
      phase.plan.rows = (shape.height - down + stride - 1) / stride;
      phase.plan.columns = (shape.width - across + stride - 1) / stride;
      phase.place = (down * shape.width + across) * shape.inputs;
      phases.push_back(std::move(phase));
    }
  const Multiply multiply = multiply_of(shape.outputs, vectors_of(shape.inputs));
  const uint16_t *gradients = values_of(gradient);
  uint16_t *pixels = values_of(result);
  const int64_t image_size = shape.inputs * shape.height * shape.width, gradient_size = shape.outputs * height * width;
  in_parts(shape.images, parts_of(shape.images), [&](int64_t, int64_t first, int64_t end) {
    const Padded padded(height, width, shape.outputs, before, after);
    for (int64_t image = first; image < end; ++image) {
      padded.fill(gradients + image * gradient_size);
      Upcoming next = next_of(gradients, image, end, gradient_size);
      for (const Phase &phase : phases) {
        multiply(phase.plan, padded.values(), pixels + image * image_size + phase.place, next);
        next = {};
      }
    }
  });
  return result;
}

#else

bool ConvolutionShape::is_supported() const { return false; }

at::Tensor convolve(const at::Tensor &, const at::Tensor &, const ConvolutionShape &) { return {}; }

at::Tensor convolve_back(const at::Tensor &, const at::Tensor &, const ConvolutionShape &) { return {}; }

#endif

} // namespace kernels
