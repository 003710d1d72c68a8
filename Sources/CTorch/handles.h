// What the C++ files share: handles as tensors, and exceptions as statuses.
#pragma once

#include "version_check.h"

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <exception>
#include <string>
#include <utility>

#include "include/CTorch.h"

namespace ctorch {

extern thread_local std::string last_error;
extern std::atomic<int64_t> live_tensors;

// A handle is the TensorImpl itself with one reference counted to it: no allocation of its own.
inline at::Tensor tensor_of(CTorchTensorRef handle) {
  auto *implementation = reinterpret_cast<at::TensorImpl *>(handle);
  return at::Tensor(
      c10::intrusive_ptr<at::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(implementation));
}

inline at::TensorImpl *implementation_of(CTorchTensorRef handle) {
  return reinterpret_cast<at::TensorImpl *>(handle);
}

// NULL for an undefined tensor.
inline CTorchTensorRef handle_of(at::Tensor tensor) {
  if (!tensor.defined()) return nullptr;
  live_tensors.fetch_add(1, std::memory_order_relaxed);
  return reinterpret_cast<CTorchTensorRef>(tensor.unsafeReleaseTensorImpl());
}

template <typename Body> int guarded(Body &&body) noexcept {
  try {
    std::forward<Body>(body)();
    return 0;
  } catch (const c10::Error &error) {
    last_error = error.what_without_backtrace();
  } catch (const std::exception &error) {
    last_error = error.what();
  } catch (...) {
    last_error = "an unknown C++ exception";
  }
  return 1;
}

} // namespace ctorch
