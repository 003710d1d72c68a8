// Operations of a group of processes, for other files.
#pragma once

#include "handles.h"

#include <torch/csrc/distributed/c10d/Work.hpp>

namespace ctorch {

// The tensors of all processes along a new first dimension.
at::Tensor gathered(CTorchProcessGroupRef group, const at::Tensor &tensor);

// The tensor, replaced by its sum over all processes.
at::Tensor summed(CTorchProcessGroupRef group, at::Tensor tensor);

// Begins that; the tensor is not to be touched before the work is done.
c10::intrusive_ptr<c10d::Work> summing(CTorchProcessGroupRef group, const at::Tensor &tensor);

// Of as many parts along the first dimension as there are processes, gives each to its own, and takes theirs.
at::Tensor exchanged(CTorchProcessGroupRef group, const at::Tensor &parts);

int size_of(CTorchProcessGroupRef group);

} // namespace ctorch
