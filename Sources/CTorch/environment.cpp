// Seeds, threads, the processor and its memory.
#include "handles.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#ifdef __GLIBC__
#include <malloc.h>
#endif

int ctorch_manual_seed(uint64_t seed) noexcept {
  return ctorch::guarded([&] { at::manual_seed(seed); });
}

int ctorch_set_threads(int32_t count) noexcept {
  return ctorch::guarded([&] { at::set_num_threads(count); });
}

int32_t ctorch_threads(void) noexcept { return at::get_num_threads(); }

bool ctorch_cpu_has_bfloat16(void) noexcept {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#elif defined(__aarch64__) && defined(__linux__)
  return (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
#else
  return false;
#endif
}

void ctorch_keep_large_blocks(void) noexcept {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 2147483647);
#endif
}
