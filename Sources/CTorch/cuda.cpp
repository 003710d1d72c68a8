// CUDA devices, found when they are asked for; values and memory on them.
#include "handles.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Event.h>
#include <c10/core/GradMode.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <memory>
#include <mutex>
#include <optional>

#ifdef __linux__
#include <dlfcn.h>
#endif

using ctorch::tensor_of;

namespace {

// Nothing refers to the CUDA backend by symbol: it registers itself when its library loads. That takes seconds, which
// programs that compute on the processor do not spend.
bool has_cuda() {
  static std::once_flag once;
  std::call_once(once, [] {
#ifdef __linux__
    dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
#endif
    // float32 is float32: by default convolutions would round its products to ten bits.
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
  });
  return at::hasCUDA();
}

c10::DeviceAllocator *allocator() { return c10::getDeviceAllocator(c10::kCUDA); }

} // namespace

struct CTorchReading {
  at::Tensor value;
  std::optional<c10::Event> arrival;
};

int32_t ctorch_cuda_device_count(void) noexcept {
  int32_t count = 0;
  ctorch::guarded([&] {
    if (has_cuda()) count = static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount());
  });
  return count;
}

int ctorch_cuda_synchronize(int32_t index) noexcept {
  return ctorch::guarded([&] {
    at::detail::getCUDAHooks().deviceSynchronize(static_cast<c10::DeviceIndex>(index));
  });
}

int ctorch_cuda_peak_bytes(int32_t index, int64_t *bytes) noexcept {
  return ctorch::guarded([&] {
    constexpr auto all = static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    const auto stats = allocator()->getDeviceStats(static_cast<c10::DeviceIndex>(index));
    *bytes = stats.allocated_bytes[all].peak;
  });
}

int ctorch_cuda_forget_peak(int32_t index) noexcept {
  return ctorch::guarded([&] { allocator()->resetPeakStats(static_cast<c10::DeviceIndex>(index)); });
}

void ctorch_cuda_tune_convolutions(bool enabled) noexcept {
  at::globalContext().setBenchmarkCuDNN(enabled);
}

int ctorch_reading_begin(CTorchTensorRef tensor, CTorchReadingRef *result) noexcept {
  return ctorch::guarded([&] {
    c10::NoGradGuard without_gradients;
    const at::Tensor source = tensor_of(tensor).detach();
    TORCH_CHECK(source.numel() == 1, "a number is read from a tensor of shape ", source.sizes());
    const at::Tensor number = source.reshape({}).to(at::kDouble);
    auto reading = std::make_unique<CTorchReading>();
    if (source.is_cpu()) {
      reading->value = number.clone();
    } else {
      reading->value = at::empty({}, at::TensorOptions(at::kDouble).pinned_memory(true));
      reading->value.copy_(number, /*non_blocking=*/true);
      const c10::impl::VirtualGuardImpl device(source.device().type());
      reading->arrival.emplace(source.device().type());
      reading->arrival->record(device.getStream(source.device()));
    }
    *result = reading.release();
  });
}

int ctorch_reading_finish(CTorchReadingRef reading, double *value) noexcept {
  return ctorch::guarded([&] {
    if (reading->arrival) reading->arrival->synchronize();
    *value = *static_cast<const double *>(reading->value.const_data_ptr());
  });
}

void ctorch_reading_release(CTorchReadingRef reading) noexcept { delete reading; }
