// bfloat16 as float32, which is exact. This file is compiled once for each kind of instructions, in a namespace of its own, after vectors.h.

namespace {

// `count` values.
void widen(const uint16_t *values, float *to, int64_t count) {
  const auto *from = reinterpret_cast<const BFloat16 *>(values);
  int64_t place = 0;
  for (; place + lanes <= count; place += lanes) store(to + place, load(from + place, lanes), lanes);
  if (place < count) store(to + place, load(from + place, count - place), count - place);
}

// `count` pixels of `channels` values, a multiple of 16, that lie `step` values from each other: sixteen channels of all pixels lie
// together, those of the next sixteen `block` values further.
void widen_blocks(const uint16_t *pixels, int64_t step, int64_t channels, int64_t count, float *to, int64_t block) {
  const auto *from = reinterpret_cast<const BFloat16 *>(pixels);
  for (int64_t pixel = 0; pixel < count; ++pixel)
    for (int64_t channel = 0; channel < channels; channel += lanes)
      store(to + channel / lanes * block + pixel * lanes, load(from + pixel * step + channel, lanes), lanes);
}

// `count` values of each of `rows` rows, a multiple of 16, that lie `step` values from each other: the rows' first values together,
// then their second ones.
void widen_columns(const uint16_t *values, int64_t step, int64_t rows, int64_t count, float *to) {
  for (int64_t row = 0; row < rows; row += lanes, values += lanes * step)
    for (int64_t place = 0; place < count; place += 2) {
      // Two neighbours of each row at once.
      Words both;
      KERNELS_UNROLLED
      for (int64_t lane = 0; lane < lanes; ++lane) {
        uint32_t pair;
        std::memcpy(&pair, values + lane * step + place, sizeof pair);
        both[lane] = pair;
      }
      store(to + place * rows + row, (Floats)(both << 16), lanes);
      store(to + (place + 1) * rows + row, (Floats)(both & 0xffff0000), lanes);
    }
}

Widening widening() { return {widen, widen_blocks, widen_columns}; }

} // namespace
