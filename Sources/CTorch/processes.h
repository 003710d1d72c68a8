// Operations of a group of processes, for other files.
#pragma once

#include "handles.h"

namespace ctorch {

// The tensors of all processes along a new first dimension.
at::Tensor gathered(CTorchProcessGroupRef group, const at::Tensor &tensor);

// The tensor, replaced by its sum over all processes.
at::Tensor summed(CTorchProcessGroupRef group, at::Tensor tensor);

} // namespace ctorch
