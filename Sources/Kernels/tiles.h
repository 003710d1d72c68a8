// An image in tiles. This file is compiled once for each kind of instructions, in a namespace of its own that has `Value`, what operands
// are, `multiply_tile`, and `pixels_of`, how many pixels are one tile.

namespace {

template <int Step, int Vectors> struct Tiles {
  const Plan<Value> &plan;
  const Value *weights;

  template <int Rows, int Columns> void run(const Value *input, uint16_t *output) const {
    multiply_tile<Step, Rows, Columns, Vectors>(
        input, plan.row_step, plan.offsets.data(), static_cast<int64_t>(plan.offsets.size()), plan.count, weights, output,
        plan.output_step, plan.output_pitch);
  }

  // Columns from `column` on, as many as fit; how many are done then.
  template <int Rows, int Columns> int64_t run_along(int64_t column, const Value *input, uint16_t *output) const {
    for (; column + Columns <= plan.columns; column += Columns)
      run<Rows, Columns>(input + column * Step, output + column * plan.output_step);
    return column;
  }
};

template <int Step, int Vectors>
void multiply(const Plan<Value> &plan, const Value *input, uint16_t *output, Upcoming upcoming) {
  constexpr int pixels = pixels_of(Vectors);
  const int64_t block = static_cast<int64_t>(plan.offsets.size()) * plan.count * Vectors * 16 * together<Value>;
  // Narrow images fill a tile with several rows.
  const int64_t height = plan.columns < pixels ? pixels / 4 : 1;
  for (int64_t row = 0; row < plan.rows;) {
    const int64_t rows = row + height <= plan.rows ? height : 1;
    for (int64_t next = row; next < row + rows; ++next) upcoming.ask(next, plan.rows);
    for (int64_t index = 0; index < plan.blocks; ++index) {
      const Tiles<Step, Vectors> tiles{plan, plan.weights + index * block};
      const Value *from = input + row * plan.row_step;
      uint16_t *to = output + row * plan.output_pitch + index * Vectors * 16;
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

// The product for pixels that read `step` values from each other; null where it is not compiled for that distance.
template <int Vectors> Multiply<Value> multiply_of(int64_t step) {
  switch (step) {
  case stem_channels: return multiply<stem_channels, Vectors>;
  case 16: return multiply<16, Vectors>;
  case 32: return multiply<32, Vectors>;
  case 64: return multiply<64, Vectors>;
  case 128: return multiply<128, Vectors>;
  case 256: return multiply<256, Vectors>;
  case 512: return multiply<512, Vectors>;
  case 1024: return multiply<1024, Vectors>;
  default: return nullptr;
  }
}

} // namespace
