#include "multiplication.h"

#include "parallel.h"
#include "storage.h"

#include <ATen/Functions.h>

#include <bit>

namespace kernels {

#if defined(__x86_64__)
template <> int64_t vectors_of<uint16_t>(int64_t outputs) { return pair_products().vectors_of(outputs); }

template <> Multiply<uint16_t> multiply_of<uint16_t>(int64_t step, int64_t vectors) {
  return pair_products().multiply_of(step, vectors);
}
#endif

template <> int64_t vectors_of<float>(int64_t outputs) { return wide_products().vectors_of(outputs); }

template <> Multiply<float> multiply_of<float>(int64_t step, int64_t vectors) {
  return wide_products().multiply_of(step, vectors);
}

at::Tensor rounded(const at::Tensor &weight) { return weight.to(at::kBFloat16).contiguous(); }

bool is_step(int64_t values) {
  switch (values) {
#define KERNELS_STEP(step) case step: return true;
  KERNELS_FOR_EACH_STEP(KERNELS_STEP)
#undef KERNELS_STEP
  default: return false;
  }
}

namespace {

// The operands of one tap's block, one for each lane.
void pack(const uint16_t *block, const std::vector<int64_t> &places, int64_t made_step, int64_t lanes, uint16_t *to) {
  for (size_t place = 0; place < places.size(); place += 2, to += 2 * lanes) {
    const uint16_t *low = block + places[place], *high = place + 1 < places.size() ? block + places[place + 1] : nullptr;
    for (int64_t lane = 0; lane < lanes; ++lane) {
      to[2 * lane] = low[lane * made_step];
      to[2 * lane + 1] = high ? high[lane * made_step] : 0;
    }
  }
}

void pack(const uint16_t *block, const std::vector<int64_t> &places, int64_t made_step, int64_t lanes, float *to) {
  for (int64_t place : places)
    for (int64_t lane = 0; lane < lanes; ++lane)
      *to++ = std::bit_cast<float>(static_cast<uint32_t>(block[place + lane * made_step]) << 16);
}

} // namespace

template <typename Value>
at::Tensor packed(
    const at::Tensor &source, const std::vector<int64_t> &taps, const std::vector<int64_t> &places, int64_t made, int64_t made_step) {
  const int64_t lanes = vectors_of<Value>(made) * 16, width = lanes * together<Value>;
  const auto count = static_cast<int64_t>(taps.size()), reduced = static_cast<int64_t>(places.size());
  const int64_t operands = (reduced + together<Value> - 1) / together<Value>;
  at::Tensor result = at::empty({made / lanes, count, operands, width}, type_of<Value>);
  const uint16_t *values = values_of<uint16_t>(source);
  Value *to = values_of<Value>(result);
  const int64_t pieces = made / lanes * count;
  in_parts(pieces, parts_of(pieces), [&](int64_t, int64_t first, int64_t end) {
    for (int64_t piece = first; piece < end; ++piece)
      pack(
          values + piece / count * lanes * made_step + taps[piece % count], places, made_step, lanes, to + piece * operands * width);
  });
  return result;
}

#if defined(__x86_64__)
template at::Tensor packed<uint16_t>(
    const at::Tensor &, const std::vector<int64_t> &, const std::vector<int64_t> &, int64_t, int64_t);
#endif
template at::Tensor packed<float>(
    const at::Tensor &, const std::vector<int64_t> &, const std::vector<int64_t> &, int64_t, int64_t);

std::vector<int64_t> every(int64_t step, int64_t count) {
  std::vector<int64_t> places(count);
  for (int64_t index = 0; index < count; ++index) places[index] = index * step;
  return places;
}

} // namespace kernels
