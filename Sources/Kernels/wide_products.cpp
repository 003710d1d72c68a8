#include "wide_products.h"

#include "bfloat16.h"
#include "instructions.h"

#include <cstring>

namespace kernels {

#define KERNELS_ROUNDS_BFLOAT16 0

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define KERNELS_REGISTERS 4
namespace avx2 {
#include "wide_loops.h"
} // namespace avx2
#undef KERNELS_REGISTERS
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), apply_to = function)
#define KERNELS_REGISTERS 16
namespace avx512 {
#include "wide_loops.h"
} // namespace avx512
#undef KERNELS_REGISTERS
#pragma clang attribute pop

const WideLoops &wide() {
  static const WideLoops with_avx2 = avx2::wide_loops(), with_avx512 = avx512::wide_loops();
  return instructions() >= KERNELS_AVX512 ? with_avx512 : with_avx2;
}

#else

// NEON: sixteen values are four registers of its thirty-two.
#define KERNELS_REGISTERS 4
namespace plain {
#include "wide_loops.h"
} // namespace plain

const WideLoops &wide() {
  static const WideLoops loops = plain::wide_loops();
  return loops;
}

#endif

} // namespace kernels
