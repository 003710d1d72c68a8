#include "parallel.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>

#include <algorithm>

namespace kernels {

int64_t parts_of(int64_t count) { return std::max<int64_t>(1, std::min<int64_t>(count, at::get_num_threads())); }

void in_parts(int64_t count, int64_t parts, const std::function<void(int64_t, int64_t, int64_t)> &body) {
  const auto run = [&](int64_t part) { body(part, part * count / parts, (part + 1) * count / parts); };
  if (parts == 1) return run(0);
  // `at::parallel_for` is a template, and serial in a program that is compiled without OpenMP. An iterator's loop is cut up
  // inside of libtorch, over the threads that it has there.
  at::Tensor places = at::empty({parts}, at::kByte);
  const auto *first = static_cast<const char *>(places.data_ptr());
  at::TensorIterator iterator = at::TensorIteratorConfig().check_all_same_dtype(false).resize_outputs(false).declare_static_shape({parts}).add_output(places).build();
  iterator.for_each(
      [&](char **data, const int64_t *, int64_t size) {
        for (int64_t index = 0; index < size; ++index) run(data[0] - first + index);
      },
      /*grain_size=*/1);
}

} // namespace kernels
