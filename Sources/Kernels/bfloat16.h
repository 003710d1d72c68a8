#pragma once

#include <cstdint>

namespace kernels {

/// A bfloat16 as it lies in memory.
struct BFloat16 {
  uint16_t bits;
};

} // namespace kernels
