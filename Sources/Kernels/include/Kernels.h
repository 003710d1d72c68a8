// The C interface of the kernels: operators of libtorch's dispatcher under the name `gnomon`.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What this processor's kernels are compiled for.
typedef enum {
  /// Whatever the compiler takes for granted: SSE2 or NEON.
  KERNELS_PLAIN = 0,
  /// AVX2 and FMA.
  KERNELS_AVX2 = 1,
  /// AVX-512. Products are float32's, as with AVX2 and NEON.
  KERNELS_AVX512 = 2,
  /// AVX-512 with products of bfloat16, which are taken where they are faster than float32's.
  KERNELS_AVX512_BFLOAT16 = 3,
} KernelsInstructions;

/// When an operator takes a kernel of its own.
typedef enum {
  /// Never: everything is libtorch's.
  KERNELS_NEVER = 0,
  /// Where it has been measured to be faster than libtorch's.
  KERNELS_WHERE_FASTER = 1,
  /// Wherever there is one, convolutions by their definition.
  KERNELS_ALWAYS = 2,
  /// The same, convolutions by Winograd's filtering where it has them.
  KERNELS_WINOGRAD = 3,
} KernelsUse;

/// Makes sure that the operators `gnomon::convolution`, `gnomon::linear`, `gnomon::normalization` and `gnomon::winograd` are linked, whose library registers them.
void kernels_register(void);

/// The best that this processor can do.
KernelsInstructions kernels_available(void);

/// Whether products of bfloat16 are slower than float32's on this processor though it has the instructions, as on an Intel without tiles
/// (AMX).
bool kernels_multiplies_bfloat16_slowly(void);

/// Whether `gnomon::winograd` computes a convolution 3×3 of float32 images of this size, of stride 1 with a padding of 1, and faster than
/// libtorch does.
bool kernels_take_winograd(int64_t images, int64_t inputs, int64_t outputs, int64_t height, int64_t width);

/// What the kernels use from now on, at most what is available. At first what is fastest on this processor.
void kernels_choose(KernelsInstructions instructions);

/// When operators take kernels from now on; at first where they are faster.
void kernels_use(KernelsUse use);

#ifdef __cplusplus
}
#endif
