// Tensors as the kernels read them: bfloat16 as `uint16_t`, and float32.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace kernels {

template <typename Value> constexpr at::ScalarType type_of = sizeof(Value) == sizeof(uint16_t) ? at::kBFloat16 : at::kFloat;

/// Null for an undefined tensor.
template <typename Value> Value *values_of(const at::Tensor &tensor) {
  return tensor.defined() ? static_cast<Value *>(tensor.data_ptr()) : nullptr;
}

} // namespace kernels
