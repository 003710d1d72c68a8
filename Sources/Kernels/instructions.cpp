#include "instructions.h"

#include <algorithm>
#include <atomic>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace {

KernelsInstructions best() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return __builtin_cpu_supports("avx512bf16") ? KERNELS_AVX512_BFLOAT16 : KERNELS_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return KERNELS_AVX2;
#endif
  return KERNELS_PLAIN;
}

// Intel's multiply half as many values a cycle by VDPBF16PS as by float32's FMA; AMD's twice as many.
bool are_pairs_slow() {
#if defined(__x86_64__)
  return kernels_available() == KERNELS_AVX512_BFLOAT16 && __builtin_cpu_is("intel");
#else
  return false;
#endif
}

KernelsInstructions fastest() { return are_pairs_slow() ? KERNELS_AVX512 : kernels_available(); }

std::atomic<KernelsInstructions> chosen{fastest()};
std::atomic<KernelsUse> chosen_use{KERNELS_WHERE_FASTER};

} // namespace

KernelsInstructions kernels_available(void) {
  static const KernelsInstructions available = best();
  return available;
}

bool kernels_multiplies_bfloat16_slowly(void) { return are_pairs_slow() && !kernels::has_tiles(); }

void kernels_choose(KernelsInstructions instructions) { chosen = std::min(instructions, kernels_available()); }

void kernels_use(KernelsUse use) { chosen_use = use; }

namespace kernels {

KernelsInstructions instructions() { return chosen.load(std::memory_order_relaxed); }

bool have_products() {
#if defined(__x86_64__)
  return instructions() != KERNELS_PLAIN;
#elif defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

bool has_tiles() {
#if defined(__x86_64__)
  static const bool found = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    // AMX-BF16, Intel's Instruction Set Extensions Reference, 1.2.
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d >> 22 & 1) != 0;
  }();
  return found;
#else
  return false;
#endif
}

KernelsUse use() { return chosen_use.load(std::memory_order_relaxed); }

} // namespace kernels
