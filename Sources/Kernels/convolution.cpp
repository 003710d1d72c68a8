#include "convolution.h"

#include "instructions.h"
#include "multiplication.h"
#include "parallel.h"
#include "stem.h"
#include "storage.h"

#include <ATen/Functions.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace kernels {

namespace {

// Values as operands.
void copy(const uint16_t *values, uint16_t *to, int64_t count) { std::memcpy(to, values, count * sizeof *to); }
void copy(const uint16_t *values, float *to, int64_t count) { widening().values(values, to, count); }

// Rows of one image as operands, with zeros around them.
template <typename Value> struct Padded {
  at::Tensor storage;
  int64_t pitch, before, channels, rows, width;

  Padded(int64_t height, int64_t image_width, int64_t image_channels, int64_t zeros_before, int64_t zeros_after)
      : storage(at::zeros({height + zeros_before + zeros_after, image_width + zeros_before + zeros_after, image_channels}, type_of<Value>)),
        pitch((image_width + zeros_before + zeros_after) * image_channels), before(zeros_before), channels(image_channels),
        rows(height), width(image_width) {}

  Value *values() const { return values_of<Value>(storage); }

  void fill(const uint16_t *image) const {
    Value *to = values() + before * pitch + before * channels;
    for (int64_t row = 0; row < rows; ++row) copy(image + row * width * channels, to + row * pitch, width * channels);
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

template <typename Value>
at::Tensor convolve_by(const at::Tensor &images, const at::Tensor &weight, const ConvolutionShape &shape) {
  const int64_t height = shape.output_height(), width = shape.output_width();
  at::Tensor result = channels_last(shape.images, shape.outputs, height, width);
  const bool stem = is_stem(shape);
  // bfloat16 without padding is read where it lies.
  const bool is_padded = !stem && (shape.padding > 0 || sizeof(Value) != sizeof(uint16_t));
  const at::Tensor source = rounded(weight);
  const int64_t area = shape.kernel * shape.kernel;
  at::Tensor weights;
  Plan<Value> plan;
  int64_t pitch;
  if (stem) {
    // Rows of the kernel are the taps; columns and colours are summed over.
    std::vector<int64_t> places;
    for (int64_t column = 0; column < 3; ++column)
      for (int64_t colour = 0; colour < 3; ++colour) places.push_back(colour * area + column);
    weights = packed<Value>(source, {0, 3, 6}, places, shape.outputs, 3 * area);
    pitch = width * stem_channels;
  } else {
    weights = packed<Value>(source, every(1, area), every(area, shape.inputs), shape.outputs, shape.inputs * area);
    pitch = (shape.width + 2 * shape.padding) * shape.inputs;
  }
  plan.offsets = every(pitch, shape.kernel);
  plan.weights = values_of<Value>(weights);
  plan.blocks = weights.size(0);
  plan.count = weights.size(1) * weights.size(2) / static_cast<int64_t>(plan.offsets.size());
  plan.row_step = shape.stride * pitch;
  plan.output_step = shape.outputs;
  plan.output_pitch = width * shape.outputs;
  plan.rows = height;
  plan.columns = width;
  const Multiply<Value> multiply =
      multiply_of<Value>(stem ? stem_channels : shape.inputs * shape.stride, vectors_of<Value>(shape.outputs));
  const uint16_t *pixels = values_of<uint16_t>(images);
  uint16_t *outputs = values_of<uint16_t>(result);
  const int64_t image_size = shape.inputs * shape.height * shape.width, output_size = shape.outputs * height * width;
  in_parts(shape.images, parts_of(shape.images), [&](int64_t, int64_t first, int64_t end) {
    const at::Tensor rows = stem ? spread_rows(shape) : at::Tensor();
    const at::Tensor operands = stem ? rows.to(type_of<Value>) : at::Tensor();
    const Padded<Value> padded(is_padded ? shape.height : 0, is_padded ? shape.width : 0, shape.inputs, shape.padding, shape.padding);
    for (int64_t image = first; image < end; ++image) {
      const uint16_t *source = pixels + image * image_size;
      const auto *input = reinterpret_cast<const Value *>(source);
      if (stem) {
        auto *to = values_of<Value>(operands);
        spread(source, shape, values_of<uint16_t>(rows));
        if (!operands.is_same(rows)) copy(values_of<uint16_t>(rows), to, rows.numel());
        input = to;
      } else if (is_padded) {
        padded.fill(source);
        input = padded.values();
      }
      multiply(plan, input, outputs + image * output_size, next_of(pixels, image, end, image_size));
    }
  });
  return result;
}

template <typename Value>
at::Tensor convolve_back_by(const at::Tensor &gradient, const at::Tensor &weight, const ConvolutionShape &shape) {
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
    Plan<Value> plan;
    int64_t place;
  };
  std::vector<Phase> phases;
  for (int64_t down = 0; down < std::min(stride, shape.height); ++down)
    for (int64_t across = 0; across < std::min(stride, shape.width); ++across) {
      Phase phase;
      std::vector<int64_t> taps;
      phase.plan.count = 0;
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
        phase.plan.count = columns * shape.outputs / together<Value>;
      }
      phase.weights = packed<Value>(source, taps, every(shape.inputs * area, shape.outputs), shape.inputs, area);
      phase.plan.weights = values_of<Value>(phase.weights);
      phase.plan.blocks = phase.weights.size(0);
      phase.plan.row_step = pitch;
      phase.plan.output_step = stride * shape.inputs;
      phase.plan.output_pitch = stride * shape.width * shape.inputs;
      phase.plan.rows = (shape.height - down + stride - 1) / stride;
      phase.plan.columns = (shape.width - across + stride - 1) / stride;
      phase.place = (down * shape.width + across) * shape.inputs;
      phases.push_back(std::move(phase));
    }
  const Multiply<Value> multiply = multiply_of<Value>(shape.outputs, vectors_of<Value>(shape.inputs));
  const uint16_t *gradients = values_of<uint16_t>(gradient);
  uint16_t *pixels = values_of<uint16_t>(result);
  const int64_t image_size = shape.inputs * shape.height * shape.width, gradient_size = shape.outputs * height * width;
  in_parts(shape.images, parts_of(shape.images), [&](int64_t, int64_t first, int64_t end) {
    const Padded<Value> padded(height, width, shape.outputs, before, after);
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

} // namespace

bool ConvolutionShape::is_supported() const {
  const bool are_channels = (is_stem(*this) && stride <= 2) || (is_step(inputs) && is_step(inputs * stride));
  return have_products() && images > 0 && are_channels && is_step(outputs) && outputs <= 512 &&
      (kernel == 1 || kernel == 3) && (stride == 1 || stride == 2) && padding >= 0 && padding < kernel &&
      height + 2 * padding >= kernel && width + 2 * padding >= kernel;
}

at::Tensor convolve(const at::Tensor &images, const at::Tensor &weight, const ConvolutionShape &shape) {
#if defined(__x86_64__)
  if (instructions() == KERNELS_AVX512_BFLOAT16) return convolve_by<uint16_t>(images, weight, shape);
#endif
  return convolve_by<float>(images, weight, shape);
}

at::Tensor convolve_back(const at::Tensor &gradient, const at::Tensor &weight, const ConvolutionShape &shape) {
#if defined(__x86_64__)
  if (instructions() == KERNELS_AVX512_BFLOAT16) return convolve_back_by<uint16_t>(gradient, weight, shape);
#endif
  return convolve_back_by<float>(gradient, weight, shape);
}

} // namespace kernels
