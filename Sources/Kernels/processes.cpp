#include "processes.h"

#include <ATen/core/dispatch/Dispatcher.h>

namespace kernels {

at::Tensor sum_of_all(const at::Tensor &tensor, Processes processes) {
  if (processes == 0) return tensor;
  return c10::Dispatcher::singleton()
      .findSchemaOrThrow("gnomon::summed", "")
      .typed<at::Tensor(const at::Tensor &, int64_t)>()
      .call(tensor, processes);
}

} // namespace kernels
