#include "products.h"

#include "bfloat16.h"
#include "instructions.h"
#include "winograd.h"

#include <cstring>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace kernels {

#define KERNELS_PAIRS 0
#define KERNELS_ROUNDS_BFLOAT16 0

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define KERNELS_REGISTERS 4
namespace avx2 {
#include "loops.h"
#include "widening.h"
#include "winograd_loops.h"
} // namespace avx2
#undef KERNELS_REGISTERS
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))), apply_to = function)
#define KERNELS_REGISTERS 16
namespace avx512 {
#include "loops.h"
#include "widening.h"
#include "winograd_loops.h"
} // namespace avx512
#pragma clang attribute pop

#undef KERNELS_PAIRS
#undef KERNELS_ROUNDS_BFLOAT16
#define KERNELS_PAIRS 1
#define KERNELS_ROUNDS_BFLOAT16 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,avx2,fma"))), apply_to = function)
namespace pairs {
#include "loops.h"
} // namespace pairs
#undef KERNELS_REGISTERS
#pragma clang attribute pop

const Products<uint16_t, uint32_t> &pair_products() {
  static const Products<uint16_t, uint32_t> products = pairs::products();
  return products;
}

// The loops for the instructions that are used now.
template <typename Loops> const Loops &chosen(Loops (*with_avx2)(), Loops (*with_avx512)()) {
  static const Loops loops[] = {with_avx2(), with_avx512()};
  return loops[instructions() >= KERNELS_AVX512];
}

const Products<float, float> &wide_products() { return chosen(avx2::products, avx512::products); }

const Widening &widening() { return chosen(avx2::widening, avx512::widening); }

const Winograd &winograd_loops() { return chosen(avx2::winograd, avx512::winograd); }

#else

// NEON: sixteen values are four registers of its thirty-two.
#define KERNELS_REGISTERS 4
namespace plain {
#include "loops.h"
#include "widening.h"
#include "winograd_loops.h"
} // namespace plain

const Products<float, float> &wide_products() {
  static const Products<float, float> products = plain::products();
  return products;
}

const Widening &widening() {
  static const Widening widening = plain::widening();
  return widening;
}

const Winograd &winograd_loops() {
  static const Winograd winograd = plain::winograd();
  return winograd;
}

#endif

} // namespace kernels
