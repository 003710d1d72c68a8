// Sums of gradients over processes, some megabytes at a time, each as soon as its gradients are there.
#include "processes.h"

#include <exception>
#include <memory>
#include <vector>

#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

using ctorch::tensor_of;

namespace {

// What is summed at once.
struct Piece {
  at::Tensor sums;
  std::vector<size_t> leaves;
  size_t missing = 0;
  c10::intrusive_ptr<c10d::Work> work;
};

struct Leaf {
  at::Tensor tensor;
  // Its place in a piece, laid out as the leaf is.
  at::Tensor sum;
  size_t piece = 0;
  bool has_arrived = false;
};

at::Tensor place_for(const at::Tensor &leaf, const at::Tensor &sums, int64_t start) {
  const at::Tensor part = sums.narrow(0, start, leaf.numel());
  return leaf.is_non_overlapping_and_dense() ? part.as_strided(leaf.sizes(), leaf.strides(), part.storage_offset())
                                             : part.view(leaf.sizes());
}

class Sums {
  struct Arrival : public torch::autograd::PostAccumulateGradHook {
    Sums *sums;
    size_t index;
    Arrival(Sums *sums, size_t index) : sums(sums), index(index) {}
    void operator()(const at::Tensor &) override { sums->arrived(index); }
  };

public:
  Sums(CTorchProcessGroupRef group, const std::vector<at::Tensor> &tensors, size_t bytes) : group(group) {
    // Gradients arrive at what was used last first.
    for (auto leaf = tensors.rbegin(); leaf != tensors.rend(); ++leaf) leaves.push_back({*leaf});
    for (size_t first = 0; first < leaves.size();) first = add_piece(first, bytes);
    for (size_t index = 0; index < leaves.size(); ++index) {
      torch::autograd::impl::set_post_acc_grad_hooks(
          leaves[index].tensor, std::make_unique<Arrival>(this, index));
    }
  }

  Sums(const Sums &) = delete;

  ~Sums() {
    for (const Leaf &leaf : leaves) torch::autograd::impl::set_post_acc_grad_hooks(leaf.tensor, nullptr);
  }

  void expect() {
    forget();
    is_expecting = true;
  }

  void arrived(size_t index) {
    Leaf &leaf = leaves[index];
    if (!is_expecting || leaf.has_arrived) return;
    take(leaf);
    --pieces[leaf.piece].missing;
    // All processes begin the sums in one order, whatever the order of arrivals.
    while (begun < pieces.size() && pieces[begun].missing == 0) begin(pieces[begun++]);
  }

  void finish() {
    if (!is_expecting) forget();
    is_expecting = false;
    while (begun < pieces.size()) {
      Piece &piece = pieces[begun++];
      for (const size_t index : piece.leaves) {
        Leaf &leaf = leaves[index];
        if (leaf.has_arrived) continue;
        if (leaf.tensor.grad().defined()) {
          take(leaf);
        } else {
          leaf.sum.zero_();
        }
      }
      begin(piece);
    }
    std::exception_ptr first;
    for (Piece &piece : pieces) {
      if (!piece.work) continue;
      try {
        piece.work->wait();
      } catch (...) {
        if (!first) first = std::current_exception();
      }
      piece.work.reset();
    }
    if (first) std::rethrow_exception(first);
  }

private:
  CTorchProcessGroupRef group;
  std::vector<Leaf> leaves;
  std::vector<Piece> pieces;
  size_t begun = 0;
  bool is_expecting = false;

  size_t add_piece(size_t first, size_t bytes) {
    const auto options = leaves[first].tensor.options().requires_grad(false);
    int64_t count = 0;
    size_t end = first;
    while (end < leaves.size() && leaves[end].tensor.options().type_equal(options)) {
      const int64_t more = count + leaves[end].tensor.numel();
      if (end > first && more * leaves[end].tensor.element_size() > static_cast<int64_t>(bytes)) break;
      count = more;
      ++end;
    }
    Piece piece;
    piece.sums = at::zeros({count}, options);
    int64_t start = 0;
    for (size_t index = first; index < end; ++index) {
      Leaf &leaf = leaves[index];
      leaf.piece = pieces.size();
      leaf.sum = place_for(leaf.tensor, piece.sums, start);
      start += leaf.tensor.numel();
      piece.leaves.push_back(index);
    }
    pieces.push_back(std::move(piece));
    return end;
  }

  void take(Leaf &leaf) {
    const at::NoGradGuard guard;
    leaf.sum.copy_(leaf.tensor.grad());
    leaf.tensor.mutable_grad() = leaf.sum;
    leaf.has_arrived = true;
  }

  void begin(Piece &piece) { piece.work = ctorch::summing(group, piece.sums); }

  void forget() {
    begun = 0;
    for (Piece &piece : pieces) piece.missing = piece.leaves.size();
    for (Leaf &leaf : leaves) leaf.has_arrived = false;
  }
};

} // namespace

struct CTorchGradientSums {
  Sums sums;
};

int ctorch_gradient_sums_create(
    CTorchProcessGroupRef group, const CTorchTensorRef *leaves, size_t count, size_t piece,
    CTorchGradientSumsRef *result) noexcept {
  return ctorch::guarded([&] {
    std::vector<at::Tensor> tensors;
    for (size_t i = 0; i < count; ++i) tensors.push_back(tensor_of(leaves[i]));
    *result = new CTorchGradientSums{{group, tensors, piece}};
  });
}

void ctorch_gradient_sums_expect(CTorchGradientSumsRef sums) noexcept { sums->sums.expect(); }

int ctorch_gradient_sums_finish(CTorchGradientSumsRef sums) noexcept {
  return ctorch::guarded([&] { sums->sums.finish(); });
}

void ctorch_gradient_sums_release(CTorchGradientSumsRef sums) noexcept { delete sums; }
