#include "CallBenchmark.h"

#include <CTorch.h>

#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/ones.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {
using clock_type = std::chrono::steady_clock;

void require(int status) {
  if (status == 0) return;
  std::fprintf(stderr, "%s\n", ctorch_last_error());
  std::exit(1);
}

double nanoseconds_each(clock_type::time_point start, int64_t repetitions) {
  return std::chrono::duration<double, std::nano>(clock_type::now() - start).count() / repetitions;
}

CTorchTensorRef ones(int32_t dtype) {
  const std::vector<float> values(8, 1);
  const int64_t shape[] = {8};
  CTorchTensorRef tensor = nullptr;
  require(ctorch_tensor_copy_in(values.data(), shape, 1, dtype, &tensor));
  return tensor;
}
} // namespace

void call_benchmark(int64_t repetitions, double *direct_nanoseconds, double *boxed_nanoseconds) {
  const at::Tensor first = at::ones({8}), second = at::ones({8});
  auto start = clock_type::now();
  for (int64_t index = 0; index < repetitions; ++index) at::add(first, second);
  *direct_nanoseconds = nanoseconds_each(start, repetitions);

  CTorchOperatorRef addition = nullptr;
  require(ctorch_operator_find("aten::add", "Tensor", &addition));
  const auto dtype = static_cast<int32_t>(first.scalar_type());
  const CTorchTensorRef left = ones(dtype), right = ones(dtype);
  const CTorchValue arguments[] = {
      {CTORCH_TENSOR, 0, 0, 0, left}, {CTORCH_TENSOR, 0, 0, 0, right}};
  start = clock_type::now();
  for (int64_t index = 0; index < repetitions; ++index) {
    const CTorchValue *results;
    size_t count;
    require(ctorch_operator_call(addition, arguments, 2, &results, &count));
    ctorch_tensor_release(static_cast<CTorchTensorRef>(const_cast<void *>(results[0].pointer)));
  }
  *boxed_nanoseconds = nanoseconds_each(start, repetitions);
  ctorch_tensor_release(left);
  ctorch_tensor_release(right);
}
