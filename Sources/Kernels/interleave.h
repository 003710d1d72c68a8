// Pixels as pairs of neighbours, which products of bfloat16 sum over in a weight's gradient.
#pragma once

#include "instructions.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

namespace kernels {

/// Two pixels' sixteen channels as pairs: dword c of the result is first[c] | second[c] << 16.
KERNELS_FOR_AVX512 static inline void interleave(const uint16_t *first, const uint16_t *second, uint32_t *pairs) {
  const __m512i low = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(first)));
  const __m512i high = _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(second)));
  _mm512_storeu_si512(pairs, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
}

/// `count` pairs of pixels, each of `channels` values, a multiple of 16. The first of a pair lies 2·`step` values after the
/// one before it, the second `step` values after the first. Sixteen channels of all pairs lie together: those of the next
/// sixteen begin `block` dwords further.
KERNELS_FOR_AVX512 static inline void interleave_row(
    const uint16_t *pixels, int64_t step, int64_t channels, int64_t count, uint32_t *pairs, int64_t block) {
  int64_t channel = 0;
  alignas(64) static constexpr uint16_t lower[32] = {0,  32, 1,  33, 2,  34, 3,  35, 4,  36, 5,  37, 6,  38, 7,  39,
                                                     8,  40, 9,  41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47};
  const __m512i low = _mm512_load_si512(lower), high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  for (; channel + 32 <= channels; channel += 32, pairs += 2 * block)
    for (int64_t pair = 0; pair < count; ++pair) {
      const uint16_t *first = pixels + channel + pair * 2 * step;
      const __m512i a = _mm512_loadu_si512(first), b = _mm512_loadu_si512(first + step);
      _mm512_storeu_si512(pairs + pair * 16, _mm512_permutex2var_epi16(a, low, b));
      _mm512_storeu_si512(pairs + block + pair * 16, _mm512_permutex2var_epi16(a, high, b));
    }
  if (channel == channels) return;
  if (channels == 16 && step == 16) {
    // A pair is one vector.
    alignas(64) static constexpr uint16_t neighbours[32] = {0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
                                                            8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    const __m512i order = _mm512_load_si512(neighbours);
    for (int64_t pair = 0; pair < count; ++pair)
      _mm512_storeu_si512(pairs + pair * 16, _mm512_permutexvar_epi16(order, _mm512_loadu_si512(pixels + pair * 32)));
    return;
  }
  for (int64_t pair = 0; pair < count; ++pair)
    interleave(pixels + channel + pair * 2 * step, pixels + channel + (pair * 2 + 1) * step, pairs + pair * 16);
}

/// The same for pixels that lie behind each other with `channels` values, at most 16.
KERNELS_FOR_AVX512 static inline void interleave_narrow(const uint16_t *pixels, int64_t channels, int64_t count, uint32_t *pairs) {
  const auto mask = static_cast<__mmask16>((1u << channels) - 1);
  for (int64_t pair = 0; pair < count; ++pair, pixels += 2 * channels, pairs += channels) {
    const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, pixels));
    const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, pixels + channels));
    _mm512_mask_storeu_epi32(pairs, mask, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
  }
}

} // namespace kernels
#endif
