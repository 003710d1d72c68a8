// What the products of the convolutions read: bfloat16 in pairs (`uint16_t`), or values that are widened to float32 (`float`).
#pragma once

#include <cstdint>
#include <vector>

namespace kernels {

/// How many values of the dimension that is summed over are one operand.
template <typename Value> constexpr int64_t together = sizeof(Value) == 2 ? 2 : 1;

// A stem's colours with a kernel's columns: three columns of three colours, and a zero that makes pairs of them.
constexpr int64_t stem_channels = 10;

/// Memory that is wanted soon, asked for a piece at a time so that the requests do not queue up.
struct Upcoming {
  const void *first = nullptr;
  int64_t bytes = 0;

  /// Asks for the piece `index` of `count`.
  void ask(int64_t index, int64_t count) const {
    const char *place = static_cast<const char *>(first) + bytes * index / count;
    const char *end = static_cast<const char *>(first) + bytes * (index + 1) / count;
    for (; place < end; place += 64) __builtin_prefetch(place, 0, 2);
  }
};

/// One product for all output pixels that read their taps alike. Neighbouring columns of a kernel read neighbouring pixels,
/// so that a row of it is one tap, of `count` operands.
template <typename Value> struct Plan {
  std::vector<int64_t> offsets;
  int64_t count;
  const Value *weights;
  int64_t blocks;
  int64_t row_step;
  int64_t output_step, output_pitch;
  int64_t rows, columns;
  /// What each output channel's sums start from; null for zeros.
  const float *bias = nullptr;
};

/// All output pixels of one image; `upcoming` is asked for meanwhile.
template <typename Value> using Multiply = void (*)(const Plan<Value> &, const Value *input, uint16_t *output, Upcoming upcoming);

/// Where the operands of a weight's gradient lie: in operands, from one, row and image to the next, and from sixteen channels to the
/// next. One is a pair of pixels as 32 bits, or a pixel as a float.
template <typename Operand> struct Pixels {
  const Operand *first;
  int64_t step, pitch, image, block;
};

/// Adds to the sums of a weight's gradient, of `channels` input channels and one tile's output channels: over images, rows and
/// operands, the product of each input channel's and each output channel's.
template <typename Operand> struct Correlation {
  int64_t channels;
  void (*run)(
      Pixels<Operand> input, Pixels<Operand> gradient, int64_t images, int64_t rows, int64_t count, float *sums, int64_t pitch);
};

} // namespace kernels
