// Losses whose rows several processes have between them.
#include "processes.h"

#include <torch/csrc/autograd/custom_function.h>

using ctorch::tensor_of;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

constexpr const char *group_key = "group";

void save(AutogradContext *context, CTorchProcessGroupRef group) {
  context->saved_data[group_key] = reinterpret_cast<int64_t>(group);
}

CTorchProcessGroupRef group_of(AutogradContext *context) {
  return reinterpret_cast<CTorchProcessGroupRef>(context->saved_data[group_key].toInt());
}

struct GatheredRows : public torch::autograd::Function<GatheredRows> {
  static at::Tensor forward(
      AutogradContext *context, const at::Tensor &own, CTorchProcessGroupRef group) {
    save(context, group);
    return ctorch::gathered(group, own);
  }

  // Every process' part of the loss has a gradient at these rows: theirs are sent here, and added in the order of ranks.
  static variable_list backward(AutogradContext *context, variable_list gradients) {
    return {ctorch::exchanged(group_of(context), gradients[0]).sum(0), {}};
  }
};

struct MeanOfParts : public torch::autograd::Function<MeanOfParts> {
  static at::Tensor forward(
      AutogradContext *context, const at::Tensor &own, CTorchProcessGroupRef group) {
    save(context, group);
    return ctorch::summed(group, own.clone()) / ctorch::size_of(group);
  }

  // The other parts are others' to go back from.
  static variable_list backward(AutogradContext *context, variable_list gradients) {
    return {gradients[0] / ctorch::size_of(group_of(context)), {}};
  }
};

} // namespace

int ctorch_process_group_gather_rows(
    CTorchProcessGroupRef group, CTorchTensorRef tensor, CTorchTensorRef *result) noexcept {
  return ctorch::guarded(
      [&] { *result = ctorch::handle_of(GatheredRows::apply(tensor_of(tensor), group)); });
}

int ctorch_process_group_mean(
    CTorchProcessGroupRef group, CTorchTensorRef scalar, CTorchTensorRef *result) noexcept {
  return ctorch::guarded(
      [&] { *result = ctorch::handle_of(MeanOfParts::apply(tensor_of(scalar), group)); });
}
