// A convolution's gradient with respect to its weight.
#include "convolution.h"

#include "instructions.h"
#include "multiplication.h"
#include "parallel.h"
#include "products.h"
#include "stem.h"
#include "wide_products.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace kernels {

namespace {

// How operands, pixels or pairs of them, lie for the weight's gradient. Sixteen channels of all images, rows and columns lie together, so
// that what a tile reads is one piece.
struct PixelLayout {
  int64_t images, rows, columns, channels;

  int64_t width() const { return std::min<int64_t>(channels, 16); }
  int64_t pitch() const { return columns * width(); }
  int64_t image() const { return rows * pitch(); }
  int64_t block() const { return images * image(); }
  int64_t size() const { return block() * std::max<int64_t>(1, channels / 16); }
};

#if defined(__x86_64__)
// The input's pixels as pairs of those that neighbouring output columns see: a copy for each start that a kernel's
// columns have, with the padding's zeros.
struct InputPairs {
  using Operand = uint32_t;

  ConvolutionShape shape;
  bool stem;
  int64_t copies;
  PixelLayout layout;
  static int64_t columns_of(int64_t width) { return (width + 1) / 2; }
  static Correlation<uint32_t> correlation(bool stem, int64_t vectors) {
    if (stem)
      return {stem_channels, vectors == 1 ? pairs::correlate_tile<stem_channels, 1> : pairs::correlate_tile<stem_channels, 2>};
    return vectors == 1 ? Correlation<uint32_t>{16, pairs::correlate_tile<16, 1>} : Correlation<uint32_t>{8, pairs::correlate_tile<8, 2>};
  }
  static int64_t vectors(int64_t outputs) { return vectors_of<uint16_t>(outputs); }

  InputPairs(const ConvolutionShape &of, int64_t images) : shape(of), stem(is_stem(of)) {
    const int64_t columns = columns_of(shape.output_width());
    copies = stem ? 1 : shape.stride == 1 ? std::min<int64_t>(2, shape.kernel) : shape.kernel;
    // With stride 1 the kernel's third column is its first, one pair on.
    const int64_t more = !stem && shape.stride == 1 && shape.kernel == 3 ? 1 : 0;
    layout = {images, shape.height + 2 * shape.padding, columns + more, stem ? stem_channels : shape.inputs};
  }

  int64_t size() const { return copies * layout.size(); }

  // From one output column's operand to the next.
  int64_t step() const { return layout.width(); }

  // Where a tap reads.
  int64_t place(int64_t tap) const {
    if (stem) return tap * layout.pitch();
    const int64_t row = tap / shape.kernel, column = tap % shape.kernel;
    return column % copies * layout.size() + row * layout.pitch() + column / copies * layout.width();
  }

  // Of an image; `rows` holds a stem's.
  void fill(const uint16_t *image, const uint16_t *zeros, uint16_t *rows, uint32_t *to) const {
    if (stem) return fill_stem(image, rows, to);
    const int64_t step = shape.stride * shape.inputs, columns = layout.columns;
    for (int64_t copy = 0; copy < copies; ++copy) {
      // Pairs of which both pixels lie in the image.
      const int64_t first = std::min(columns, std::max<int64_t>(0, (shape.padding - copy + 2 * shape.stride - 1) / (2 * shape.stride)));
      const int64_t room = shape.width - 1 + shape.padding - copy - shape.stride;
      const int64_t end = std::max(first, room < 0 ? 0 : std::min(columns, room / (2 * shape.stride) + 1));
      for (int64_t row = 0; row < shape.height; ++row) {
        const uint16_t *from = image + row * shape.width * shape.inputs;
        uint32_t *place = to + copy * layout.size() + (row + shape.padding) * layout.pitch();
        const auto pixel = [&](int64_t column) {
          const int64_t inside = column * shape.stride + copy - shape.padding;
          return inside >= 0 && inside < shape.width ? from + inside * shape.inputs : nullptr;
        };
        const auto fill_edge = [&](int64_t pair) {
          const uint16_t *left = pixel(2 * pair), *right = pixel(2 * pair + 1);
          for (int64_t channel = 0; channel < shape.inputs; channel += 16)
            pairs::interleave(
                left ? left + channel : zeros, right ? right + channel : zeros,
                place + channel / 16 * layout.block() + pair * 16);
        };
        for (int64_t pair = 0; pair < first; ++pair) fill_edge(pair);
        if (first < end)
          pairs::interleave_row(
              from + (2 * first * shape.stride + copy - shape.padding) * shape.inputs, step, shape.inputs, end - first,
              place + first * 16, layout.block());
        for (int64_t pair = end; pair < columns; ++pair) fill_edge(pair);
      }
    }
  }

  void fill_stem(const uint16_t *image, uint16_t *rows, uint32_t *to) const {
    spread(image, shape, rows);
    const int64_t width = shape.output_width();
    for (int64_t row = shape.padding; row < shape.padding + shape.height; ++row) {
      const uint16_t *from = rows + row * width * stem_channels;
      pairs::interleave_narrow(from, stem_channels, width / 2, to + row * layout.pitch());
      if (width % 2 == 0) continue;
      for (int64_t channel = 0; channel < stem_channels; ++channel)
        to[row * layout.pitch() + width / 2 * stem_channels + channel] = from[(width - 1) * stem_channels + channel];
    }
  }
};

// The gradient's pixels as pairs; the last of an odd row with zeros.
void fill_gradient(const uint16_t *gradient, const uint16_t *zeros, int64_t width, const PixelLayout &layout, uint32_t *operands) {
  for (int64_t row = 0; row < layout.rows; ++row) {
    const uint16_t *from = gradient + row * width * layout.channels;
    uint32_t *to = operands + row * layout.pitch();
    pairs::interleave_row(from, layout.channels, layout.channels, width / 2, to, layout.block());
    if (width % 2 == 0) continue;
    for (int64_t channel = 0; channel < layout.channels; channel += 16)
      pairs::interleave(from + (width - 1) * layout.channels + channel, zeros, to + channel / 16 * layout.block() + width / 2 * 16);
  }
}
#endif

// The input's pixels in float32, with the padding's zeros.
struct InputPixels {
  using Operand = float;

  ConvolutionShape shape;
  bool stem;
  PixelLayout layout;
  static int64_t columns_of(int64_t width) { return width; }
  static Correlation<float> correlation(bool stem, int64_t vectors) { return wide().correlate_of(stem, vectors); }
  static int64_t vectors(int64_t outputs) { return vectors_of<float>(outputs); }

  InputPixels(const ConvolutionShape &of, int64_t images) : shape(of), stem(is_stem(of)) {
    const int64_t columns = stem ? shape.output_width() : shape.width + 2 * shape.padding;
    layout = {images, shape.height + 2 * shape.padding, columns, stem ? stem_channels : shape.inputs};
  }

  int64_t size() const { return layout.size(); }

  int64_t step() const { return layout.width() * (stem ? 1 : shape.stride); }

  int64_t place(int64_t tap) const {
    if (stem) return tap * layout.pitch();
    return tap / shape.kernel * layout.pitch() + tap % shape.kernel * layout.width();
  }

  void fill(const uint16_t *image, const uint16_t *, uint16_t *rows, float *to) const {
    if (stem) {
      spread(image, shape, rows);
      wide().widen(rows, to, layout.image());
      return;
    }
    for (int64_t row = 0; row < shape.height; ++row)
      wide().widen_blocks(
          image + row * shape.width * shape.inputs, shape.inputs, shape.width,
          to + (row + shape.padding) * layout.pitch() + shape.padding * layout.width(), layout.block());
  }
};

void fill_gradient(const uint16_t *gradient, const uint16_t *, int64_t width, const PixelLayout &layout, float *operands) {
  for (int64_t row = 0; row < layout.rows; ++row)
    wide().widen_blocks(
        gradient + row * width * layout.channels, layout.channels, width, operands + row * layout.pitch(), layout.block());
}

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
  const uint16_t *pixels = values_of(images), *gradients = values_of(gradient);
  const int64_t image_size = shape.inputs * shape.height * shape.width, gradient_size = outputs * height * width;
  in_parts(groups, parts, [&](int64_t part, int64_t first, int64_t end) {
    float *own = sums.mutable_data_ptr<float>() + part * sums.stride(0);
    // Operands of either kind have 32 bits.
    const at::Tensor input_storage = at::zeros({input.size()}, at::kInt);
    const at::Tensor output_storage = at::empty({output.size()}, at::kInt);
    const at::Tensor zeros = at::zeros({16}, at::kBFloat16);
    const at::Tensor rows = input.stem ? spread_rows(shape) : at::Tensor();
    auto *seen_all = static_cast<Operand *>(input_storage.data_ptr());
    auto *given_all = static_cast<Operand *>(output_storage.data_ptr());
    uint16_t *row_values = input.stem ? values_of(rows) : nullptr;
    const uint16_t *nothing = values_of(zeros);
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
