#include "multiplication.h"

#include "parallel.h"

#include <ATen/Functions.h>

namespace kernels {

#if defined(__x86_64__)

namespace {

template <int Step, int Vectors> struct Tiles {
  const Plan &plan;
  const uint16_t *weights;

  template <int Rows, int Columns> void run(const uint16_t *input, uint16_t *output) const {
    multiply_tile<Step, Rows, Columns, Vectors>(
        input, plan.row_step, plan.offsets.data(), static_cast<int64_t>(plan.offsets.size()), plan.pairs, weights, output,
        plan.output_step, plan.output_pitch);
  }

  // Columns from `column` on, as many as fit; how many are done then.
  template <int Rows, int Columns>
  int64_t run_along(int64_t column, const uint16_t *input, uint16_t *output) const {
    for (; column + Columns <= plan.columns; column += Columns)
      run<Rows, Columns>(input + column * Step, output + column * plan.output_step);
    return column;
  }
};

template <int Step, int Vectors> void multiply(const Plan &plan, const uint16_t *input, uint16_t *output, Upcoming upcoming) {
  constexpr int pixels = Vectors == 1 ? 16 : 8;
  const auto block = static_cast<int64_t>(plan.offsets.size()) * plan.pairs * Vectors * 32;
  // Narrow images fill a tile with several rows.
  const int64_t height = plan.columns < pixels ? pixels / 4 : 1;
  for (int64_t row = 0; row < plan.rows;) {
    const int64_t rows = row + height <= plan.rows ? height : 1;
    for (int64_t next = row; next < row + rows; ++next) upcoming.ask(next, plan.rows);
    for (int64_t index = 0; index < plan.blocks; ++index) {
      const Tiles<Step, Vectors> tiles{plan, plan.weights + index * block};
      const uint16_t *from = input + row * plan.row_step;
      uint16_t *to = output + row * plan.output_pitch + index * Vectors * 16;
      int64_t column = 0;
      if (rows > 1) {
        column = tiles.template run_along<pixels / 4, 4>(column, from, to);
        column = tiles.template run_along<pixels / 4, 1>(column, from, to);
      } else {
        column = tiles.template run_along<1, pixels>(column, from, to);
        column = tiles.template run_along<1, 4>(column, from, to);
        column = tiles.template run_along<1, 1>(column, from, to);
      }
    }
    row += rows;
  }
}

template <int Step> Multiply multiply_of(int64_t vectors) { return vectors == 1 ? multiply<Step, 1> : multiply<Step, 2>; }

} // namespace

Multiply multiply_of(int64_t step, int64_t vectors) {
  switch (step) {
  case stem_channels: return multiply_of<stem_channels>(vectors);
  case 16: return multiply_of<16>(vectors);
  case 32: return multiply_of<32>(vectors);
  case 64: return multiply_of<64>(vectors);
  case 128: return multiply_of<128>(vectors);
  case 256: return multiply_of<256>(vectors);
  case 512: return multiply_of<512>(vectors);
  case 1024: return multiply_of<1024>(vectors);
  default: return nullptr;
  }
}

bool is_step(int64_t values) {
  switch (values) {
  case 16: case 32: case 64: case 128: case 256: case 512: case 1024: return true;
  default: return false;
  }
}

at::Tensor packed(
    const at::Tensor &source, const std::vector<int64_t> &taps, const std::vector<int64_t> &places, int64_t made, int64_t made_step) {
  const int64_t lanes = vectors_of(made) * 16;
  const auto count = static_cast<int64_t>(taps.size()), reduced = static_cast<int64_t>(places.size()), pairs = (reduced + 1) / 2;
  at::Tensor result = at::empty({made / lanes, count, pairs, lanes}, at::kInt);
  const uint16_t *values = values_of(source);
  auto *words = static_cast<uint32_t *>(result.data_ptr());
  const int64_t pieces = made / lanes * count;
  in_parts(pieces, parts_of(pieces), [&](int64_t, int64_t first, int64_t end) {
    for (int64_t piece = first; piece < end; ++piece) {
      const uint16_t *block = values + piece / count * lanes * made_step + taps[piece % count];
      uint32_t *to = words + piece * pairs * lanes;
      for (int64_t pair = 0; pair < pairs; ++pair, to += lanes) {
        const uint16_t *low = block + places[2 * pair];
        if (2 * pair + 1 < reduced) {
          const uint16_t *high = block + places[2 * pair + 1];
          for (int64_t lane = 0; lane < lanes; ++lane)
            to[lane] = low[lane * made_step] | static_cast<uint32_t>(high[lane * made_step]) << 16;
        } else {
          for (int64_t lane = 0; lane < lanes; ++lane) to[lane] = low[lane * made_step];
        }
      }
    }
  });
  return result;
}

std::vector<int64_t> every(int64_t step, int64_t count) {
  std::vector<int64_t> places(count);
  for (int64_t index = 0; index < count; ++index) places[index] = index * step;
  return places;
}

#endif

} // namespace kernels
