// Which instructions the kernels may use, and how a function is compiled for them.
#pragma once

#include "include/Kernels.h"

#define KERNELS_INLINED __attribute__((always_inline))
#define KERNELS_INLINE KERNELS_INLINED inline

#define KERNELS_UNROLLED _Pragma("clang loop unroll(full)")

#if defined(__x86_64__)
#define KERNELS_FOR_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2")))
#endif

namespace kernels {

/// What the kernels use now.
KernelsInstructions instructions();

/// Whether these instructions multiply fast enough for convolutions.
bool have_products();

/// Whether the processor multiplies whole tiles of bfloat16 (AMX), as libtorch's products then do.
bool has_tiles();

/// When operators take their kernels.
KernelsUse use();

} // namespace kernels
