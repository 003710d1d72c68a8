// The inner loops of the convolutions on operands that are widened to float32. This file is compiled once for each kind of instructions, in
// a namespace of its own, after KERNELS_REGISTERS says how many vectors' sums its registers hold.
//
// An operand `a` is one value, which every lane gets; the other, `b`, is sixteen values, one a lane.
#include "vectors.h"

namespace {

using Value = float;

// Sixteens of output channels that one tile computes.
int64_t vectors_of(int64_t outputs) { return KERNELS_REGISTERS >= 16 && outputs % 32 == 0 ? 2 : 1; }

constexpr int pixels_of(int vectors) { return KERNELS_REGISTERS / vectors; }

// As `multiply_tile` of products.h, of single channels.
template <int Step, int Rows, int Columns, int Vectors>
void multiply_tile(
    const float *input, int64_t pitch, const int64_t *offsets, int64_t taps, int64_t count, const float *weights, uint16_t *output,
    int64_t output_step, int64_t output_pitch) {
  Floats sums[Rows][Columns][Vectors] = {};
  for (int64_t tap = 0; tap < taps; ++tap) {
    const float *place = input + offsets[tap];
    for (int64_t channel = 0; channel < count; ++channel, ++place, weights += Vectors * 16) {
      Floats b[Vectors];
      KERNELS_UNROLLED
      for (int vector = 0; vector < Vectors; ++vector) b[vector] = load(weights + vector * 16, lanes);
      KERNELS_UNROLLED
      for (int row = 0; row < Rows; ++row)
        KERNELS_UNROLLED
      for (int column = 0; column < Columns; ++column) {
        const Floats a = every(place[row * pitch + column * Step]);
        KERNELS_UNROLLED
        for (int vector = 0; vector < Vectors; ++vector)
          sums[row][column][vector] = __builtin_elementwise_fma(a, b[vector], sums[row][column][vector]);
      }
    }
  }
  KERNELS_UNROLLED
  for (int row = 0; row < Rows; ++row)
    KERNELS_UNROLLED
  for (int column = 0; column < Columns; ++column)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector)
    store(
        reinterpret_cast<BFloat16 *>(output) + row * output_pitch + column * output_step + vector * 16, sums[row][column][vector],
        lanes);
}

// As `correlate_tile` of products.h, of single pixels.
template <int Channels, int Vectors>
void correlate_tile(
    Pixels<float> input, Pixels<float> gradient, int64_t images, int64_t rows, int64_t count, float *sums, int64_t pitch) {
  Floats tile[Channels][Vectors];
  KERNELS_UNROLLED
  for (int channel = 0; channel < Channels; ++channel)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) tile[channel][vector] = load(sums + channel * pitch + vector * 16, lanes);
  for (int64_t image = 0; image < images; ++image)
    for (int64_t row = 0; row < rows; ++row) {
      const float *x = input.first + image * input.image + row * input.pitch;
      const float *g = gradient.first + image * gradient.image + row * gradient.pitch;
      for (int64_t pixel = 0; pixel < count; ++pixel, x += input.step, g += gradient.step) {
        Floats b[Vectors];
        KERNELS_UNROLLED
        for (int vector = 0; vector < Vectors; ++vector) b[vector] = load(g + vector * gradient.block, lanes);
        KERNELS_UNROLLED
        for (int channel = 0; channel < Channels; ++channel)
          KERNELS_UNROLLED
        for (int vector = 0; vector < Vectors; ++vector)
          tile[channel][vector] = __builtin_elementwise_fma(every(x[channel]), b[vector], tile[channel][vector]);
      }
    }
  KERNELS_UNROLLED
  for (int channel = 0; channel < Channels; ++channel)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) store(sums + channel * pitch + vector * 16, tile[channel][vector], lanes);
}

// `count` values.
void widen(const uint16_t *values, float *to, int64_t count) {
  const auto *from = reinterpret_cast<const BFloat16 *>(values);
  int64_t place = 0;
  for (; place + lanes <= count; place += lanes) store(to + place, load(from + place, lanes), lanes);
  if (place < count) store(to + place, load(from + place, count - place), count - place);
}

// `count` pixels of `channels` values, a multiple of 16: sixteen channels of all pixels lie together, those of the next sixteen `block`
// values further.
void widen_blocks(const uint16_t *pixels, int64_t channels, int64_t count, float *to, int64_t block) {
  const auto *from = reinterpret_cast<const BFloat16 *>(pixels);
  for (int64_t pixel = 0; pixel < count; ++pixel)
    for (int64_t channel = 0; channel < channels; channel += lanes)
      store(to + channel / lanes * block + pixel * lanes, load(from + pixel * channels + channel, lanes), lanes);
}

} // namespace

#include "tiles.h"

namespace {

WideLoops wide_loops() {
  WideLoops loops;
  loops.vectors_of = vectors_of;
  loops.widen = widen;
  loops.widen_blocks = widen_blocks;
  loops.multiply_of = [](int64_t step, int64_t vectors) {
#if KERNELS_REGISTERS >= 16
    if (vectors == 2) return multiply_of<2>(step);
#endif
    return multiply_of<1>(step);
  };
  loops.correlate_of = [](bool is_stem, int64_t vectors) -> Correlation<float> {
#if KERNELS_REGISTERS >= 16
    if (vectors == 2) return is_stem ? Correlation<float>{10, correlate_tile<10, 2>} : Correlation<float>{8, correlate_tile<8, 2>};
    return is_stem ? Correlation<float>{10, correlate_tile<10, 1>} : Correlation<float>{16, correlate_tile<16, 1>};
#else
    return is_stem ? Correlation<float>{5, correlate_tile<5, 1>} : Correlation<float>{4, correlate_tile<4, 1>};
#endif
  };
  return loops;
}

} // namespace
