// Lifetime, data and properties of tensors.
#include "handles.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstring>

thread_local std::string ctorch::last_error;
std::atomic<int64_t> ctorch::live_tensors{0};

using ctorch::implementation_of;

const char *ctorch_last_error(void) noexcept { return ctorch::last_error.c_str(); }

const char *ctorch_version(void) noexcept { return TORCH_VERSION; }

void ctorch_tensor_release(CTorchTensorRef tensor) noexcept {
  ctorch::live_tensors.fetch_sub(1, std::memory_order_relaxed);
  c10::intrusive_ptr<at::TensorImpl, c10::UndefinedTensorImpl>::reclaim(implementation_of(tensor));
}

int ctorch_tensor_copy_in(
    const void *bytes, const int64_t *shape, size_t rank, int32_t dtype,
    CTorchTensorRef *result) noexcept {
  return ctorch::guarded([&] {
    at::Tensor tensor = at::empty(
        at::IntArrayRef(shape, rank), at::TensorOptions(static_cast<at::ScalarType>(dtype)));
    if (tensor.nbytes() > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, tensor.nbytes());
    *result = ctorch::handle_of(std::move(tensor));
  });
}

int ctorch_tensor_wrap(
    void *bytes, const int64_t *shape, size_t rank, int32_t dtype, void (*release)(void *),
    void *context, CTorchTensorRef *result) noexcept {
  return ctorch::guarded([&] {
    at::Tensor tensor = at::from_blob(
        bytes, at::IntArrayRef(shape, rank), [release, context](void *) { release(context); },
        at::TensorOptions(static_cast<at::ScalarType>(dtype)));
    *result = ctorch::handle_of(std::move(tensor));
  });
}

size_t ctorch_tensor_rank(CTorchTensorRef tensor) noexcept { return implementation_of(tensor)->dim(); }

int64_t ctorch_tensor_size(CTorchTensorRef tensor, size_t dimension) noexcept {
  return implementation_of(tensor)->sizes()[dimension];
}

int64_t ctorch_tensor_stride(CTorchTensorRef tensor, size_t dimension) noexcept {
  return implementation_of(tensor)->strides()[dimension];
}

int64_t ctorch_tensor_element_count(CTorchTensorRef tensor) noexcept {
  return implementation_of(tensor)->numel();
}

int32_t ctorch_tensor_dtype(CTorchTensorRef tensor) noexcept {
  return static_cast<int32_t>(c10::typeMetaToScalarType(implementation_of(tensor)->dtype()));
}

int32_t ctorch_tensor_device(CTorchTensorRef tensor, int32_t *index) noexcept {
  const c10::Device device = implementation_of(tensor)->device();
  *index = device.has_index() ? device.index() : 0;
  return device.is_cpu() ? 0 : device.is_cuda() ? 1 : -1;
}

bool ctorch_tensor_is_contiguous(CTorchTensorRef tensor) noexcept {
  return implementation_of(tensor)->is_contiguous();
}

int ctorch_tensor_data(CTorchTensorRef tensor, void **data) noexcept {
  return ctorch::guarded([&] {
    TORCH_CHECK(implementation_of(tensor)->is_cpu(), "only a CPU tensor's memory can be read");
    *data = implementation_of(tensor)->mutable_data();
  });
}

int64_t ctorch_live_tensor_count(void) noexcept {
  return ctorch::live_tensors.load(std::memory_order_relaxed);
}
