// A convolution's gradient with respect to its weight.
#include "convolution.h"

#include "input_pairs.h"
#include "input_pixels.h"
#include "instructions.h"
#include "parallel.h"
#include "storage.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace kernels {

namespace {

int64_t taps_of(const ConvolutionShape &shape) { return is_stem(shape) ? shape.kernel : shape.kernel * shape.kernel; }

// The weight's gradient, outputs × inputs × k × k, of sums parts × taps × channels × outputs. Parts are added in their
// order: the same bits for the same number of threads.
at::Tensor gathered(const at::Tensor &sums, const ConvolutionShape &shape) {
  const bool stem = is_stem(shape);
  const int64_t area = shape.kernel * shape.kernel, channels = sums.size(2), outputs = shape.outputs;
  at::Tensor result = at::empty({outputs, shape.inputs, shape.kernel, shape.kernel}, at::kFloat);
  const auto *values = sums.const_data_ptr<float>();
  float *gradients = result.mutable_data_ptr<float>();
  const int64_t part_size = sums.stride(0), parts = sums.size(0);
  in_parts(outputs / 16, parts_of(outputs / 16), [&](int64_t, int64_t first, int64_t end) {
    for (int64_t output = first * 16; output < end * 16; output += 16)
      for (int64_t channel = 0; channel < shape.inputs; ++channel)
        for (int64_t place = 0; place < area; ++place) {
          // A stem's channels are the kernel's columns with their colours.
          const int64_t tap = stem ? place / 3 : place, row = stem ? place % 3 * 3 + channel : channel;
          const float *from = values + (tap * channels + row) * outputs + output;
          float total[16];
          for (int64_t lane = 0; lane < 16; ++lane) total[lane] = from[lane];
          for (int64_t part = 1; part < parts; ++part)
            for (int64_t lane = 0; lane < 16; ++lane) total[lane] += from[part * part_size + lane];
          for (int64_t lane = 0; lane < 16; ++lane)
            gradients[((output + lane) * shape.inputs + channel) * area + place] = total[lane];
        }
  });
  return result;
}

template <typename Input>
at::Tensor correlate_by(const at::Tensor &images, const at::Tensor &gradient, const ConvolutionShape &shape) {
  const int64_t height = shape.output_height(), width = shape.output_width(), outputs = shape.outputs;
  using Operand = typename Input::Operand;
  const int64_t columns = Input::columns_of(width), vectors = Input::vectors(outputs), lanes = vectors * 16;
  // Small images are taken together, so that a tile's sums are loaded and stored seldom.
  const int64_t group = std::min(shape.images, std::clamp<int64_t>(256 / (height * columns), 1, 32));
  const Input input(shape, group);
  const PixelLayout output{group, height, columns, outputs};
  const Correlation<Operand> correlation = Input::correlation(input.stem, vectors);
  const int64_t channels = correlation.channels, taps = taps_of(shape);
  const int64_t groups = (shape.images + group - 1) / group, parts = parts_of(groups);
  // As many rows as stay in the first cache beside the input's.
  const int64_t band = std::clamp<int64_t>(32768 / (4 * columns * lanes), 1, height);
  const int64_t rows_of_sums = input.layout.channels, tap_size = rows_of_sums * outputs;
  at::Tensor sums = at::zeros({parts, taps, rows_of_sums, outputs}, at::kFloat);
  const uint16_t *pixels = values_of<uint16_t>(images), *gradients = values_of<uint16_t>(gradient);
  const int64_t image_size = shape.inputs * shape.height * shape.width, gradient_size = outputs * height * width;
  in_parts(groups, parts, [&](int64_t part, int64_t first, int64_t end) {
    float *own = sums.mutable_data_ptr<float>() + part * sums.stride(0);
    // Operands of either kind have 32 bits.
    const at::Tensor input_storage = at::zeros({input.size()}, at::kInt);
    const at::Tensor output_storage = at::empty({output.size()}, at::kInt);
    const at::Tensor zeros = at::zeros({16}, at::kBFloat16);
    const at::Tensor rows = input.stem ? spread_rows(shape) : at::Tensor();
    auto *seen_all = values_of<Operand>(input_storage);
    auto *given_all = values_of<Operand>(output_storage);
    uint16_t *row_values = input.stem ? values_of<uint16_t>(rows) : nullptr;
    const uint16_t *nothing = values_of<uint16_t>(zeros);
    for (int64_t start = first * group; start < std::min(end * group, shape.images); start += group) {
      const int64_t count = std::min(group, shape.images - start);
      for (int64_t image = 0; image < count; ++image) {
        input.fill(pixels + (start + image) * image_size, nothing, row_values, seen_all + image * input.layout.image());
        fill_gradient(
            gradients + (start + image) * gradient_size, nothing, width, output, given_all + image * output.image());
      }
      const int64_t after = start + count, following = std::min(group, std::min(end * group, shape.images) - after);
      const Upcoming seen_next{pixels + after * image_size, following * image_size * 2};
      const Upcoming given_next{gradients + after * gradient_size, following * gradient_size * 2};
      const int64_t pieces = (height + band - 1) / band * (outputs / lanes) * (rows_of_sums / channels);
      int64_t piece = 0;
      for (int64_t row = 0; row < height; row += band)
        for (int64_t to = 0; to < outputs; to += lanes)
          for (int64_t from = 0; from < rows_of_sums; from += channels, ++piece) {
            seen_next.ask(piece, pieces);
            given_next.ask(piece, pieces);
            for (int64_t tap = 0; tap < taps; ++tap) {
              const Operand *seen = seen_all + input.place(tap) + row * shape.stride * input.layout.pitch() +
                  from / 16 * input.layout.block() + from % 16;
              const Operand *given = given_all + to / 16 * output.block() + row * output.pitch();
              float *tile = own + tap * tap_size + from * outputs + to;
              // Sums of wide layers lie in no cache: the next tile's are asked for while this one is computed.
              const float *next = tap + 1 < taps ? tile + tap_size : own + (from + channels) * outputs + to;
              if (tap + 1 < taps || from + channels < rows_of_sums)
                for (int64_t channel = 0; channel < channels; ++channel, next += outputs)
                  for (int64_t lane = 0; lane < lanes; lane += 16) __builtin_prefetch(next + lane, 1, 2);
              correlation.run(
                  {seen, input.step(), shape.stride * input.layout.pitch(), input.layout.image(), 0},
                  {given, 16, output.pitch(), output.image(), output.block()}, count, std::min(band, height - row), columns,
                  tile, outputs);
            }
          }
    }
  });
  return gathered(sums, shape);
}

} // namespace

at::Tensor correlate(const at::Tensor &images, const at::Tensor &gradient, const ConvolutionShape &shape) {
#if defined(__x86_64__)
  if (instructions() == KERNELS_AVX512_BFLOAT16) return correlate_by<InputPairs>(images, gradient, shape);
#endif
  return correlate_by<InputPixels>(images, gradient, shape);
}

} // namespace kernels
