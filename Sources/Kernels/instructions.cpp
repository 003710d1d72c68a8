#include "instructions.h"

#include <algorithm>
#include <atomic>

namespace {

KernelsInstructions best() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bf16"))
    return KERNELS_AVX512_BFLOAT16;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return KERNELS_AVX2;
#endif
  return KERNELS_PLAIN;
}

std::atomic<KernelsInstructions> chosen{kernels_available()};
std::atomic<KernelsUse> chosen_use{KERNELS_WHERE_FASTER};

} // namespace

KernelsInstructions kernels_available(void) {
  static const KernelsInstructions available = best();
  return available;
}

void kernels_choose(KernelsInstructions instructions) { chosen = std::min(instructions, kernels_available()); }

void kernels_use(KernelsUse use) { chosen_use = use; }

namespace kernels {

KernelsInstructions instructions() { return chosen.load(std::memory_order_relaxed); }

KernelsUse use() { return chosen_use.load(std::memory_order_relaxed); }

} // namespace kernels
