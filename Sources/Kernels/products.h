// The inner loops of the convolutions: sums of products of bfloat16 pairs, in registers.
//
// An operand `a` is a pair of neighbours in the dimension that is summed over, 32 bits that every lane gets; the other,
// `b`, is sixteen pairs, one a lane; `VDPBF16PS` adds both products to the lane's float32. Accumulators stay in registers
// for the whole of a tile's sum.
#pragma once

#include "instructions.h"
#include "operands.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace kernels {

namespace pairs {

using Value = uint16_t;

constexpr int pixels_of(int vectors) { return 16 / vectors; }

/// Sums of one tile of `Rows`×`Columns` output pixels and 16·`Vectors` output channels.
///
/// - `input`: the pixel that the first output pixel's first tap reads; the next output pixel reads `Step` values further,
///   the next row `pitch` values.
/// - `offsets`: where each tap reads, in values from there; `count` pairs of channels each.
/// - `weights`: taps × count × 16·Vectors × 2, in this order.
template <int Step, int Rows, int Columns, int Vectors>
KERNELS_FOR_AVX512 static void multiply_tile(
    const uint16_t *input, int64_t pitch, const int64_t *offsets, int64_t taps, int64_t count, const uint16_t *weights,
    uint16_t *output, int64_t output_step, int64_t output_pitch) {
  __m512 sums[Rows][Columns][Vectors];
  KERNELS_UNROLLED
  for (int row = 0; row < Rows; ++row)
    KERNELS_UNROLLED
  for (int column = 0; column < Columns; ++column)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) sums[row][column][vector] = _mm512_setzero_ps();
  for (int64_t tap = 0; tap < taps; ++tap) {
    const uint16_t *place = input + offsets[tap];
    for (int64_t pair = 0; pair < count; ++pair, place += 2, weights += Vectors * 32) {
      __m512bh b[Vectors];
      KERNELS_UNROLLED
      for (int vector = 0; vector < Vectors; ++vector) b[vector] = (__m512bh)_mm512_loadu_si512(weights + vector * 32);
      KERNELS_UNROLLED
      for (int row = 0; row < Rows; ++row)
        KERNELS_UNROLLED
      for (int column = 0; column < Columns; ++column) {
        int32_t values;
        std::memcpy(&values, place + row * pitch + column * Step, sizeof values);
        const __m512bh a = (__m512bh)_mm512_set1_epi32(values);
        KERNELS_UNROLLED
        for (int vector = 0; vector < Vectors; ++vector)
          sums[row][column][vector] = _mm512_dpbf16_ps(sums[row][column][vector], b[vector], a);
      }
    }
  }
  KERNELS_UNROLLED
  for (int row = 0; row < Rows; ++row)
    KERNELS_UNROLLED
  for (int column = 0; column < Columns; ++column)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector)
    _mm256_storeu_si256(
        reinterpret_cast<__m256i *>(output + row * output_pitch + column * output_step + vector * 16),
        (__m256i)_mm512_cvtneps_pbh(sums[row][column][vector]));
}

/// Adds to `Channels`×16·`Vectors` sums of a weight's gradient: over images, rows and pairs of pixels, the product of
/// each input channel's pair and each output channel's.
template <int Channels, int Vectors>
KERNELS_FOR_AVX512 static void correlate_tile(
    Pixels<uint32_t> input, Pixels<uint32_t> gradient, int64_t images, int64_t rows, int64_t count, float *sums, int64_t pitch) {
  __m512 tile[Channels][Vectors];
  KERNELS_UNROLLED
  for (int channel = 0; channel < Channels; ++channel)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) tile[channel][vector] = _mm512_loadu_ps(sums + channel * pitch + vector * 16);
  for (int64_t image = 0; image < images; ++image)
    for (int64_t row = 0; row < rows; ++row) {
      const uint32_t *x = input.first + image * input.image + row * input.pitch;
      const uint32_t *g = gradient.first + image * gradient.image + row * gradient.pitch;
      for (int64_t pair = 0; pair < count; ++pair, x += input.step, g += gradient.step) {
        __m512bh b[Vectors];
        KERNELS_UNROLLED
        for (int vector = 0; vector < Vectors; ++vector) b[vector] = (__m512bh)_mm512_loadu_si512(g + vector * gradient.block);
        KERNELS_UNROLLED
        for (int channel = 0; channel < Channels; ++channel) {
          const __m512bh a = (__m512bh)_mm512_set1_epi32(static_cast<int32_t>(x[channel]));
          KERNELS_UNROLLED
          for (int vector = 0; vector < Vectors; ++vector)
            tile[channel][vector] = _mm512_dpbf16_ps(tile[channel][vector], b[vector], a);
        }
      }
    }
  KERNELS_UNROLLED
  for (int channel = 0; channel < Channels; ++channel)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) _mm512_storeu_ps(sums + channel * pitch + vector * 16, tile[channel][vector]);
}

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

} // namespace pairs

} // namespace kernels
#endif
