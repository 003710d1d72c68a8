// Vectors of sixteen float32, between memory and registers. This file is compiled once for each kind of instructions, in a namespace of
// its own, by what includes it there.

namespace {

typedef float Floats __attribute__((vector_size(64)));
typedef int32_t Integers __attribute__((vector_size(64)));
typedef uint32_t Words __attribute__((vector_size(64)));
typedef uint16_t Halves __attribute__((vector_size(32)));
typedef bool Flags __attribute__((ext_vector_type(16)));

constexpr int64_t lanes = 16;

// Nothing taken off is left out by the compiler; nothing added would not be, since it makes 0 of -0.
KERNELS_INLINE Floats every(float value) { return value - Floats{}; }

// `count` values between memory and a vector; a whole vector's size is known when this is compiled.
template <typename Value> KERNELS_INLINE void copy(void *to, const void *from, int64_t count) {
  if (count == lanes)
    std::memcpy(to, from, lanes * sizeof(Value));
  else
    std::memcpy(to, from, count * sizeof(Value));
}

KERNELS_INLINE Floats load(const float *from, int64_t count) {
  Floats result{};
  copy<float>(&result, from, count);
  return result;
}

KERNELS_INLINE Floats load(const BFloat16 *from, int64_t count) {
  Halves halves{};
  copy<BFloat16>(&halves, from, count);
  return (Floats)(__builtin_convertvector(halves, Words) << 16);
}

KERNELS_INLINE void store(float *to, Floats values, int64_t count) { copy<float>(to, &values, count); }

// To nearest, ties to even, as libtorch rounds.
KERNELS_INLINE void store(BFloat16 *to, Floats values, int64_t count) {
#if KERNELS_ROUNDS_BFLOAT16
  const auto halves = (Halves)_mm512_cvtneps_pbh((__m512)values);
#else
  const Words bits = (Words)values;
  const Words rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Words chosen = values == values ? rounded : (Words{} + 0x7fc0);
  const Halves halves = __builtin_convertvector(chosen, Halves);
#endif
  copy<BFloat16>(to, &halves, count);
}

} // namespace
