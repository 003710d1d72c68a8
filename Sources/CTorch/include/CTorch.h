// The C interface over libtorch: the whole of it.
//
// Every function that can fail returns 0 on success and 1 on failure; `ctorch_last_error` then holds
// libtorch's message, without its C++ backtrace, for the calling thread. None throws: an exception
// that crossed into Swift would end the process without a word.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define CTORCH_API extern "C" __attribute__((visibility("default")))
#define CTORCH_NOEXCEPT noexcept
#else
#define CTORCH_API extern
#define CTORCH_NOEXCEPT
#endif

#pragma clang assume_nonnull begin

// An owned reference to a tensor. Released with `ctorch_tensor_release`.
typedef struct CTorchTensor *CTorchTensorRef;

// An operator, looked up once and kept for the life of the process.
typedef struct CTorchOperator *CTorchOperatorRef;

typedef enum {
  CTORCH_NONE,
  CTORCH_TENSOR,   // pointer: CTorchTensorRef
  CTORCH_INTEGER,  // integer
  CTORCH_REAL,     // real
  CTORCH_BOOL,     // integer
  CTORCH_STRING,   // pointer: char *, count bytes
  CTORCH_DEVICE,   // integer: 0 CPU, 1 CUDA; count: index
  CTORCH_TENSORS,  // pointer: CTorchTensorRef *, count of them; NULL stands for no tensor
  CTORCH_INTEGERS, // pointer: int64_t *, count of them
  CTORCH_REALS,    // pointer: double *, count of them
  CTORCH_BOOLS,    // pointer: bool *, count of them
} CTorchKind;

// A boxed argument or result of an operator.
typedef struct {
  CTorchKind kind;
  int64_t count;
  int64_t integer;
  double real;
  const void *_Nullable pointer;
} CTorchValue;

// --- errors and the library itself
CTORCH_API const char *ctorch_last_error(void) CTORCH_NOEXCEPT;
CTORCH_API const char *ctorch_version(void) CTORCH_NOEXCEPT;

// --- operators
// Finds an operator by schema name ("aten::add") and overload ("Tensor", or "").
CTORCH_API int ctorch_operator_find(
    const char *name, const char *overload, CTorchOperatorRef _Nullable *_Nonnull result)
    CTORCH_NOEXCEPT;
// Calls it with `count` leading arguments; the others take their schema's defaults. Tensor results, those
// in lists too, are owned by the caller and stand flat in `results`, which stays valid until the thread's next call.
CTORCH_API int ctorch_operator_call(
    CTorchOperatorRef op, const CTorchValue *_Nullable arguments, size_t count,
    const CTorchValue *_Nullable *_Nonnull results, size_t *result_count) CTORCH_NOEXCEPT;

// --- tensors
CTORCH_API void ctorch_tensor_release(CTorchTensorRef tensor) CTORCH_NOEXCEPT;
// A new CPU tensor with a copy of `bytes`, contiguous.
CTORCH_API int ctorch_tensor_copy_in(
    const void *_Nullable bytes, const int64_t *_Nullable shape, size_t rank, int32_t dtype,
    CTorchTensorRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
// A CPU tensor over memory that it does not own; `release(context)` runs when its storage dies.
CTORCH_API int ctorch_tensor_wrap(
    void *bytes, const int64_t *_Nullable shape, size_t rank, int32_t dtype,
    void (*release)(void *_Nullable context), void *_Nullable context,
    CTorchTensorRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
CTORCH_API size_t ctorch_tensor_rank(CTorchTensorRef tensor) CTORCH_NOEXCEPT;
CTORCH_API int64_t ctorch_tensor_size(CTorchTensorRef tensor, size_t dimension) CTORCH_NOEXCEPT;
CTORCH_API int64_t ctorch_tensor_stride(CTorchTensorRef tensor, size_t dimension) CTORCH_NOEXCEPT;
CTORCH_API int64_t ctorch_tensor_element_count(CTorchTensorRef tensor) CTORCH_NOEXCEPT;
CTORCH_API int32_t ctorch_tensor_dtype(CTorchTensorRef tensor) CTORCH_NOEXCEPT;
// The device's kind (0 CPU, 1 CUDA, -1 another) and index.
CTORCH_API int32_t ctorch_tensor_device(CTorchTensorRef tensor, int32_t *index) CTORCH_NOEXCEPT;
CTORCH_API bool ctorch_tensor_is_contiguous(CTorchTensorRef tensor) CTORCH_NOEXCEPT;
// The first element of a CPU tensor; fails on another device.
CTORCH_API int ctorch_tensor_data(CTorchTensorRef tensor, void *_Nullable *_Nonnull data)
    CTORCH_NOEXCEPT;
CTORCH_API int64_t ctorch_live_tensor_count(void) CTORCH_NOEXCEPT;

// --- a number on its way from the device that computes it
typedef struct CTorchReading *CTorchReadingRef;
// Begins to read a tensor of one element, behind what its device has been given to do so far. Waits for nothing.
CTORCH_API int ctorch_reading_begin(
    CTorchTensorRef tensor, CTorchReadingRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
// Waits until it is there.
CTORCH_API int ctorch_reading_finish(CTorchReadingRef reading, double *value) CTORCH_NOEXCEPT;
CTORCH_API void ctorch_reading_release(CTorchReadingRef reading) CTORCH_NOEXCEPT;

// --- reverse-mode differentiation
CTORCH_API bool ctorch_tensor_requires_grad(CTorchTensorRef tensor) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_tensor_set_requires_grad(CTorchTensorRef tensor, bool flag) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_tensor_grad(
    CTorchTensorRef tensor, CTorchTensorRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_tensor_set_grad(
    CTorchTensorRef tensor, CTorchTensorRef _Nullable gradient) CTORCH_NOEXCEPT;
// Adds the gradients of `tensors` (one seed gradient each, NULL for scalars) to the leaves' `grad`.
CTORCH_API int ctorch_backward(
    const CTorchTensorRef _Nonnull *_Nonnull tensors,
    const CTorchTensorRef _Nullable *_Nonnull seeds, size_t count, bool retain_graph,
    bool create_graph) CTORCH_NOEXCEPT;
// The gradients of `outputs` with respect to `inputs`; NULL where an input was not used.
CTORCH_API int ctorch_grad(
    const CTorchTensorRef _Nonnull *_Nonnull outputs, const CTorchTensorRef _Nullable *_Nonnull seeds,
    size_t output_count, const CTorchTensorRef _Nonnull *_Nonnull inputs, size_t input_count,
    bool retain_graph, bool create_graph, CTorchTensorRef _Nullable *_Nonnull results) CTORCH_NOEXCEPT;
// Grad mode of the calling thread.
CTORCH_API bool ctorch_grad_mode(void) CTORCH_NOEXCEPT;
CTORCH_API void ctorch_set_grad_mode(bool enabled) CTORCH_NOEXCEPT;

// --- forward-mode differentiation: levels nest, and end in reverse order
CTORCH_API int ctorch_dual_level_enter(uint64_t *level) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_dual_level_exit(uint64_t level) CTORCH_NOEXCEPT;

// --- autocast of the calling thread
CTORCH_API int ctorch_autocast_enter(
    int32_t device_kind, bool enabled, int32_t dtype, bool *was_enabled, int32_t *previous_dtype)
    CTORCH_NOEXCEPT;
CTORCH_API int ctorch_autocast_exit(int32_t device_kind, bool was_enabled, int32_t previous_dtype)
    CTORCH_NOEXCEPT;

// --- processes that work together, by c10d
typedef struct CTorchProcessGroup *CTorchProcessGroupRef;
// Work between processes that goes on while its caller does something else.
typedef struct CTorchWork *CTorchWorkRef;
// Waits until `size` processes have joined under `prefix`, at the store that one of them, or their launcher, hosts at host:port.
// All have to give the same `identity`; else it fails in all of them. What takes longer than `timeout` seconds fails, here and in every
// operation. Tensors of CUDA devices, where `has_device`, go from device to device; each process has one of its own.
CTORCH_API int ctorch_process_group_join(
    const char *host, uint16_t port, int32_t rank, int32_t size, bool hosts_store,
    const char *prefix, const char *identity, double timeout, bool has_device,
    CTorchProcessGroupRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
CTORCH_API void ctorch_process_group_leave(CTorchProcessGroupRef group) CTORCH_NOEXCEPT;
// Begins to replace each of the tensors, of one type, by its sum over all processes.
CTORCH_API int ctorch_process_group_sum(
    CTorchProcessGroupRef group, const CTorchTensorRef _Nonnull *_Nonnull tensors, size_t count,
    CTorchWorkRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_work_wait(CTorchWorkRef work) CTORCH_NOEXCEPT;
CTORCH_API void ctorch_work_release(CTorchWorkRef work) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_process_group_broadcast(
    CTorchProcessGroupRef group, CTorchTensorRef tensor, int32_t root) CTORCH_NOEXCEPT;
// The tensors of all processes along a new first dimension.
CTORCH_API int ctorch_process_group_gather(
    CTorchProcessGroupRef group, CTorchTensorRef tensor,
    CTorchTensorRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
// As above, and differentiable once: of a loss that is the sum of the processes' parts, each going the way back from its own part, the
// gradient at a process' tensor is that of the whole sum.
CTORCH_API int ctorch_process_group_gather_rows(
    CTorchProcessGroupRef group, CTorchTensorRef tensor,
    CTorchTensorRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
// The mean of the processes' scalars; the way back goes on from each by its part of it.
CTORCH_API int ctorch_process_group_mean(
    CTorchProcessGroupRef group, CTorchTensorRef scalar,
    CTorchTensorRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;

// The gradients of leaves as sums over all processes, which begin while the way back still runs.
typedef struct CTorchGradientSums *CTorchGradientSumsRef;
// Leaves whose gradients are summed together, in pieces of `piece` bytes or what one leaf has.
CTORCH_API int ctorch_gradient_sums_create(
    CTorchProcessGroupRef group, const CTorchTensorRef _Nonnull *_Nonnull leaves, size_t count, size_t piece,
    CTorchGradientSumsRef _Nullable *_Nonnull result) CTORCH_NOEXCEPT;
// The next gradient that arrives at each leaf completes its own.
CTORCH_API void ctorch_gradient_sums_expect(CTorchGradientSumsRef sums) CTORCH_NOEXCEPT;
// Waits until each leaf that has a gradient has the sum in its place.
CTORCH_API int ctorch_gradient_sums_finish(CTorchGradientSumsRef sums) CTORCH_NOEXCEPT;
CTORCH_API void ctorch_gradient_sums_release(CTorchGradientSumsRef sums) CTORCH_NOEXCEPT;

CTORCH_API int ctorch_process_group_barrier(CTorchProcessGroupRef group) CTORCH_NOEXCEPT;

// --- seeds, threads, devices, memory
CTORCH_API int ctorch_manual_seed(uint64_t seed) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_set_threads(int32_t count) CTORCH_NOEXCEPT;
CTORCH_API int32_t ctorch_threads(void) CTORCH_NOEXCEPT;
// Loads libtorch's CUDA library where there is one.
CTORCH_API int32_t ctorch_cuda_device_count(void) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_cuda_synchronize(int32_t index) CTORCH_NOEXCEPT;
// The most bytes that tensors on the device held together since the process began, or since the peak was forgotten.
CTORCH_API int ctorch_cuda_peak_bytes(int32_t index, int64_t *bytes) CTORCH_NOEXCEPT;
CTORCH_API int ctorch_cuda_forget_peak(int32_t index) CTORCH_NOEXCEPT;
// Whether cuDNN tries its algorithms for each new shape of a convolution and keeps the fastest.
CTORCH_API void ctorch_cuda_tune_convolutions(bool enabled) CTORCH_NOEXCEPT;
// Whether the processor has instructions for bf16 matrix products.
CTORCH_API bool ctorch_cpu_has_bfloat16(void) CTORCH_NOEXCEPT;
// Makes the C allocator keep large blocks instead of giving them back after each step.
CTORCH_API void ctorch_keep_large_blocks(void) CTORCH_NOEXCEPT;

#pragma clang assume_nonnull end
