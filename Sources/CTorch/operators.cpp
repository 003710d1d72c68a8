// Operators by schema name, called through the dispatcher with boxed values.
#include "handles.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>

#include <memory>
#include <vector>

struct CTorchOperator {
  c10::OperatorHandle handle;
  std::vector<c10::TypePtr> types;
  std::vector<std::optional<c10::IValue>> defaults;
};

namespace {

using c10::IValue;
using c10::TypeKind;

bool is_list_of_optionals(const c10::Type &type) {
  return type.kind() == TypeKind::ListType &&
      type.expectRef<c10::ListType>().getElementType()->kind() == TypeKind::OptionalType;
}

// Swift spells a whole number where the schema wants a real one, `2` for `2.0`.
bool wants_real(const c10::Type &type) {
  if (type.kind() == TypeKind::OptionalType)
    return wants_real(*type.expectRef<c10::OptionalType>().getElementType());
  return type.kind() == TypeKind::FloatType;
}

template <typename Element> c10::List<Element> list_of(const CTorchValue &value) {
  c10::List<Element> list;
  list.reserve(value.count);
  const auto *elements = static_cast<const Element *>(value.pointer);
  for (int64_t index = 0; index < value.count; ++index) list.push_back(elements[index]);
  return list;
}

// Numbers each of which the schema allows to be missing.
IValue optional_numbers_of(const CTorchValue &value, const c10::Type &type) {
  c10::impl::GenericList list(type.expectRef<c10::ListType>().getElementType());
  const auto *numbers = static_cast<const double *>(value.pointer);
  for (int64_t index = 0; index < value.count; ++index) list.push_back(numbers[index]);
  return list;
}

template <typename Element> c10::List<Element> tensors_of(const CTorchValue &value) {
  c10::List<Element> list;
  list.reserve(value.count);
  auto *const *elements = static_cast<CTorchTensorRef const *>(value.pointer);
  for (int64_t index = 0; index < value.count; ++index)
    list.push_back(elements[index] ? Element(ctorch::tensor_of(elements[index])) : Element());
  return list;
}

IValue box(const CTorchValue &value, const c10::Type &type) {
  switch (value.kind) {
  case CTORCH_NONE: return IValue();
  case CTORCH_TENSOR:
    return ctorch::tensor_of(static_cast<CTorchTensorRef>(const_cast<void *>(value.pointer)));
  case CTORCH_INTEGER:
    return wants_real(type) ? IValue(static_cast<double>(value.integer)) : IValue(value.integer);
  case CTORCH_REAL: return value.real;
  case CTORCH_BOOL: return value.integer != 0;
  case CTORCH_STRING: return std::string(static_cast<const char *>(value.pointer), value.count);
  case CTORCH_DEVICE:
    return value.integer == 0
        ? c10::Device(c10::kCPU)
        : c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(value.count));
  case CTORCH_TENSORS:
    if (is_list_of_optionals(type)) return tensors_of<std::optional<at::Tensor>>(value);
    return tensors_of<at::Tensor>(value);
  case CTORCH_INTEGERS: return list_of<int64_t>(value);
  case CTORCH_REALS:
    if (is_list_of_optionals(type)) return optional_numbers_of(value, type);
    return list_of<double>(value);
  case CTORCH_BOOLS: return list_of<bool>(value);
  }
  TORCH_CHECK(false, "unknown kind of argument ", static_cast<int>(value.kind));
}

void append(std::vector<CTorchValue> &results, IValue &&value) {
  CTorchValue result{CTORCH_NONE, 0, 0, 0, nullptr};
  if (value.isTensor()) {
    result.kind = CTORCH_TENSOR;
    result.pointer = ctorch::handle_of(std::move(value).toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor &tensor : value.toTensorVector()) append(results, IValue(tensor));
    return;
  } else if (value.isInt()) {
    result.kind = CTORCH_INTEGER;
    result.integer = value.toInt();
  } else if (value.isDouble()) {
    result.kind = CTORCH_REAL;
    result.real = value.toDouble();
  } else if (value.isBool()) {
    result.kind = CTORCH_BOOL;
    result.integer = value.toBool();
  } else {
    TORCH_CHECK(value.isNone(), "results of type ", value.tagKind(), " are not supported");
  }
  results.push_back(result);
}

} // namespace

int ctorch_operator_find(const char *name, const char *overload, CTorchOperatorRef *result) noexcept {
  return ctorch::guarded([&] {
    auto found = std::make_unique<CTorchOperator>(
        CTorchOperator{c10::Dispatcher::singleton().findSchemaOrThrow(name, overload), {}, {}});
    for (const auto &argument : found->handle.schema().arguments()) {
      found->types.push_back(argument.real_type());
      found->defaults.push_back(argument.default_value());
    }
    *result = found.release();
  });
}

int ctorch_operator_call(
    CTorchOperatorRef op, const CTorchValue *arguments, size_t count, const CTorchValue **results,
    size_t *result_count) noexcept {
  static thread_local std::vector<CTorchValue> returned;
  return ctorch::guarded([&] {
    TORCH_CHECK(
        count <= op->types.size(), "takes at most ", op->types.size(), " arguments, was given ", count);
    torch::jit::Stack stack;
    stack.reserve(op->types.size());
    for (size_t index = 0; index < count; ++index)
      stack.push_back(box(arguments[index], *op->types[index]));
    for (size_t index = count; index < op->types.size(); ++index) {
      TORCH_CHECK(
          op->defaults[index], "argument '", op->handle.schema().arguments()[index].name(),
          "' is missing");
      stack.push_back(*op->defaults[index]);
    }
    op->handle.callBoxed(stack);
    returned.clear();
    for (IValue &value : stack) append(returned, std::move(value));
    *results = returned.data();
    *result_count = returned.size();
  });
}
