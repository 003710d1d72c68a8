// The inner loops of the convolutions: sums of products, in registers. This file is compiled once for each kind of instructions, in a
// namespace of its own, after KERNELS_REGISTERS says how many vectors' sums its registers hold, and KERNELS_PAIRS whether operands are
// pairs of bfloat16, which `VDPBF16PS` multiplies and adds up, or values that were widened to float32.
//
// Of two operands one is the same in every lane; the other has sixteen, one a lane.
#include "vectors.h"

namespace {

#if KERNELS_PAIRS

using Value = uint16_t;
// A pair: neighbours in the dimension that is summed over.
using Packed = uint32_t;
using Operands = __m512bh;

KERNELS_INLINE Operands operands(const void *from) { return (__m512bh)_mm512_loadu_si512(from); }

KERNELS_INLINE Operands operand_for_every_lane(const void *from) {
  int32_t pair;
  std::memcpy(&pair, from, sizeof pair);
  return (__m512bh)_mm512_set1_epi32(pair);
}

KERNELS_INLINE Floats with_product(Floats sums, Operands a, Operands b) { return (Floats)_mm512_dpbf16_ps((__m512)sums, b, a); }

#else

using Value = float;
using Packed = float;
using Operands = Floats;

KERNELS_INLINE Operands operands(const float *from) { return load(from, lanes); }

KERNELS_INLINE Operands operand_for_every_lane(const float *from) { return every(*from); }

KERNELS_INLINE Floats with_product(Floats sums, Operands a, Operands b) { return __builtin_elementwise_fma(a, b, sums); }

#endif

// Sixteens of output channels that one tile computes.
int64_t vectors_of(int64_t outputs) { return KERNELS_REGISTERS >= 16 && outputs % 32 == 0 ? 2 : 1; }

constexpr int pixels_of(int vectors) { return KERNELS_REGISTERS / vectors; }

// One tile of `Rows`×`Columns` output pixels and 16·`Vectors` output channels.
//
// - `input`: the pixel that the first output pixel's first tap reads; the next output pixel reads `Step` values further.
// - `weights`: taps × count × 16·Vectors × together, in this order.
// - `bias`: at the tile's first channel, or null.
template <int Step, int Rows, int Columns, int Vectors>
void multiply_tile(const Plan<Value> &plan, const Value *input, const Value *weights, const float *bias, uint16_t *output) {
  Floats first[Vectors] = {};
  if (bias) {
    KERNELS_UNROLLED
    for (int vector = 0; vector < Vectors; ++vector) first[vector] = load(bias + vector * lanes, lanes);
  }
  Floats sums[Rows][Columns][Vectors];
  KERNELS_UNROLLED
  for (int row = 0; row < Rows; ++row)
    KERNELS_UNROLLED
  for (int column = 0; column < Columns; ++column)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) sums[row][column][vector] = first[vector];
  const int64_t pitch = plan.row_step, count = plan.count;
  for (int64_t offset : plan.offsets) {
    const Value *place = input + offset;
    for (int64_t index = 0; index < count; ++index, place += together<Value>, weights += Vectors * lanes * together<Value>) {
      Operands b[Vectors];
      KERNELS_UNROLLED
      for (int vector = 0; vector < Vectors; ++vector) b[vector] = operands(weights + vector * lanes * together<Value>);
      KERNELS_UNROLLED
      for (int row = 0; row < Rows; ++row)
        KERNELS_UNROLLED
      for (int column = 0; column < Columns; ++column) {
        const Operands a = operand_for_every_lane(place + row * pitch + column * Step);
        KERNELS_UNROLLED
        for (int vector = 0; vector < Vectors; ++vector)
          sums[row][column][vector] = with_product(sums[row][column][vector], a, b[vector]);
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
        reinterpret_cast<BFloat16 *>(output) + row * plan.output_pitch + column * plan.output_step + vector * lanes,
        sums[row][column][vector], lanes);
}

// Adds to `Channels`×16·`Vectors` sums of a weight's gradient: over images, rows and operands, the product of each input channel's and
// each output channel's.
template <int Channels, int Vectors>
void correlate_tile(
    Pixels<Packed> input, Pixels<Packed> gradient, int64_t images, int64_t rows, int64_t count, float *sums, int64_t pitch) {
  Floats tile[Channels][Vectors];
  KERNELS_UNROLLED
  for (int channel = 0; channel < Channels; ++channel)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) tile[channel][vector] = load(sums + channel * pitch + vector * lanes, lanes);
  for (int64_t image = 0; image < images; ++image)
    for (int64_t row = 0; row < rows; ++row) {
      const Packed *x = input.first + image * input.image + row * input.pitch;
      const Packed *g = gradient.first + image * gradient.image + row * gradient.pitch;
      for (int64_t index = 0; index < count; ++index, x += input.step, g += gradient.step) {
        Operands b[Vectors];
        KERNELS_UNROLLED
        for (int vector = 0; vector < Vectors; ++vector) b[vector] = operands(g + vector * gradient.block);
        KERNELS_UNROLLED
        for (int channel = 0; channel < Channels; ++channel) {
          const Operands a = operand_for_every_lane(x + channel);
          KERNELS_UNROLLED
          for (int vector = 0; vector < Vectors; ++vector) tile[channel][vector] = with_product(tile[channel][vector], a, b[vector]);
        }
      }
    }
  KERNELS_UNROLLED
  for (int channel = 0; channel < Channels; ++channel)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) store(sums + channel * pitch + vector * lanes, tile[channel][vector], lanes);
}

// Runs of tiles in one row of tiles.
template <int Step, int Vectors> struct Tiles {
  const Plan<Value> &plan;
  const Value *weights;
  const float *bias;

  // Columns from `column` on, as many as fit; how many are done then.
  template <int Rows, int Columns> int64_t run_along(int64_t column, const Value *input, uint16_t *output) const {
    for (; column + Columns <= plan.columns; column += Columns)
      multiply_tile<Step, Rows, Columns, Vectors>(plan, input + column * Step, weights, bias, output + column * plan.output_step);
    return column;
  }
};

template <int Step, int Vectors>
void multiply(const Plan<Value> &plan, const Value *input, uint16_t *output, Upcoming upcoming) {
  constexpr int pixels = pixels_of(Vectors);
  const int64_t block = static_cast<int64_t>(plan.offsets.size()) * plan.count * Vectors * lanes * together<Value>;
  // Narrow images fill a tile with several rows.
  const int64_t height = plan.columns < pixels ? pixels / 4 : 1;
  for (int64_t row = 0; row < plan.rows;) {
    const int64_t rows = row + height <= plan.rows ? height : 1;
    for (int64_t next = row; next < row + rows; ++next) upcoming.ask(next, plan.rows);
    for (int64_t index = 0; index < plan.blocks; ++index) {
      const int64_t first = index * Vectors * lanes;
      const Tiles<Step, Vectors> tiles{plan, plan.weights + index * block, plan.bias ? plan.bias + first : nullptr};
      const Value *from = input + row * plan.row_step;
      uint16_t *to = output + row * plan.output_pitch + first;
      int64_t column = 0;
      if (rows > 1) {
        column = tiles.template run_along<pixels / 4, 4>(column, from, to);
        column = tiles.template run_along<pixels / 4, 1>(column, from, to);
      } else {
        column = tiles.template run_along<1, pixels>(column, from, to);
        if (pixels > 4) column = tiles.template run_along<1, 4>(column, from, to);
        column = tiles.template run_along<1, 1>(column, from, to);
      }
    }
    row += rows;
  }
}

template <int Vectors> Multiply<Value> multiply_of(int64_t step) {
  switch (step) {
#define KERNELS_STEP(values) case values: return multiply<values, Vectors>;
  KERNELS_STEP(stem_channels)
  KERNELS_FOR_EACH_STEP(KERNELS_STEP)
#undef KERNELS_STEP
  default: return nullptr;
  }
}

Products<Value, Packed> products() {
  Products<Value, Packed> result;
  result.vectors_of = vectors_of;
  result.multiply_of = [](int64_t step, int64_t vectors) {
#if KERNELS_REGISTERS >= 16
    if (vectors == 2) return multiply_of<2>(step);
#endif
    return multiply_of<1>(step);
  };
  result.correlate_of = [](bool is_stem, int64_t vectors) -> Correlation<Packed> {
    // A stem's ten channels are one tile, or two.
#if KERNELS_REGISTERS >= 16
    if (vectors == 2) return is_stem ? Correlation<Packed>{10, correlate_tile<10, 2>} : Correlation<Packed>{8, correlate_tile<8, 2>};
    return is_stem ? Correlation<Packed>{10, correlate_tile<10, 1>} : Correlation<Packed>{16, correlate_tile<16, 1>};
#else
    return is_stem ? Correlation<Packed>{5, correlate_tile<5, 1>} : Correlation<Packed>{4, correlate_tile<4, 1>};
#endif
  };
  return result;
}

} // namespace
