// Collective operations between processes, by c10d.
#define USE_C10D_GLOO
#include "processes.h"
#include "meeting.h"
#include "nccl.h"

#include <cstdlib>
#include <memory>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/library.h>

using ctorch::tensor_of;

struct CTorchProcessGroup {
  c10::intrusive_ptr<c10d::Backend> gloo;
  // For tensors of CUDA devices; null where no process has one.
  c10::intrusive_ptr<c10d::Backend> nccl;

  c10d::Backend &backend(const at::Tensor &tensor) const { return tensor.is_cuda() && nccl ? *nccl : *gloo; }
};

struct CTorchWork {
  c10::intrusive_ptr<c10d::Work> work;
  // What is worked on lives as long as the work.
  std::vector<at::Tensor> tensors;
};

namespace {

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

CTorchProcessGroupRef group_of(int64_t number) { return reinterpret_cast<CTorchProcessGroupRef>(number); }

void wait(const c10::intrusive_ptr<c10d::Work> &work) {
  // A work that failed throws what it failed of.
  work->wait();
}

} // namespace

at::Tensor ctorch::gathered(CTorchProcessGroupRef group, const at::Tensor &tensor) {
  at::Tensor own = tensor.contiguous().view({1, -1});
  at::Tensor all = at::empty({size_of(group), own.size(1)}, own.options());
  wait(group->backend(own)._allgather_base(all, own));
  std::vector<int64_t> shape = tensor.sizes().vec();
  shape.insert(shape.begin(), size_of(group));
  return all.view(shape);
}

at::Tensor ctorch::summed(CTorchProcessGroupRef group, at::Tensor tensor) {
  wait(summing(group, tensor));
  return tensor;
}

c10::intrusive_ptr<c10d::Work> ctorch::summing(CTorchProcessGroupRef group, const at::Tensor &tensor) {
  std::vector<at::Tensor> tensors{tensor};
  return group->backend(tensor).allreduce(tensors);
}

at::Tensor ctorch::exchanged(CTorchProcessGroupRef group, const at::Tensor &parts) {
  at::Tensor given = parts.contiguous();
  at::Tensor taken = at::empty_like(given);
  // No sizes: equal parts.
  std::vector<int64_t> equal;
  wait(group->backend(given).alltoall_base(taken, given, equal, equal));
  return taken;
}

int ctorch::size_of(CTorchProcessGroupRef group) { return group->gloo->getSize(); }

// For operators of other libraries, which know a group by its address as a number.
TORCH_LIBRARY_FRAGMENT(gnomon, library) {
  library.def("summed(Tensor tensor, int group) -> Tensor", [](const at::Tensor &tensor, int64_t group) {
    return ctorch::summed(group_of(group), tensor.clone());
  });
}

int ctorch_process_group_join(
    const char *host, uint16_t port, int32_t rank, int32_t size, bool hosts_store,
    const char *prefix, const char *identity, double timeout, bool has_device,
    CTorchProcessGroupRef *result) noexcept {
  return ctorch::guarded([&] {
    auto store = c10::make_intrusive<c10d::PrefixStore>(
        std::string(prefix), ctorch::store_at(host, port, hosts_store, milliseconds(timeout)));
    ctorch::agree(*store, rank, size, identity, milliseconds(timeout));
    auto gloo = c10d::ProcessGroupGloo::Options::create(milliseconds(timeout));
    const char *interface = std::getenv("GLOO_SOCKET_IFNAME");
    gloo->devices.push_back(
        interface ? c10d::ProcessGroupGloo::createDeviceForInterface(interface)
                  : c10d::ProcessGroupGloo::createDeviceForHostname(ctorch::address_towards(host, port)));
    gloo->threads = 2;
    auto group = std::make_unique<CTorchProcessGroup>();
    group->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(store, rank, size, gloo);
    if (has_device) {
      auto own = c10::make_intrusive<c10d::PrefixStore>("nccl", store);
      group->nccl = ctorch::nccl(own, rank, size, milliseconds(timeout));
    }
    *result = group.release();
  });
}

void ctorch_process_group_leave(CTorchProcessGroupRef group) noexcept {
  // What NCCL has begun is brought to its end first.
  ctorch::guarded([&] {
    if (group->nccl) group->nccl->shutdown();
  });
  delete group;
}

int ctorch_process_group_sum(
    CTorchProcessGroupRef group, const CTorchTensorRef *tensors, size_t count,
    CTorchWorkRef *result) noexcept {
  return ctorch::guarded([&] {
    std::vector<at::Tensor> summed;
    for (size_t i = 0; i < count; ++i) summed.push_back(tensor_of(tensors[i]));
    c10d::AllreduceCoalescedOptions options;
    c10d::Backend &backend = group->backend(summed.at(0));
    auto work = count == 1 ? backend.allreduce(summed) : backend.allreduce_coalesced(summed, options);
    *result = new CTorchWork{std::move(work), std::move(summed)};
  });
}

int ctorch_work_wait(CTorchWorkRef work) noexcept {
  return ctorch::guarded([&] { wait(work->work); });
}

void ctorch_work_release(CTorchWorkRef work) noexcept { delete work; }

int ctorch_process_group_broadcast(
    CTorchProcessGroupRef group, CTorchTensorRef tensor, int32_t root) noexcept {
  return ctorch::guarded([&] {
    std::vector<at::Tensor> tensors{tensor_of(tensor)};
    c10d::BroadcastOptions options;
    options.rootRank = root;
    wait(group->backend(tensors[0]).broadcast(tensors, options));
  });
}

int ctorch_process_group_gather(
    CTorchProcessGroupRef group, CTorchTensorRef tensor, CTorchTensorRef *result) noexcept {
  return ctorch::guarded(
      [&] { *result = ctorch::handle_of(ctorch::gathered(group, tensor_of(tensor))); });
}

int ctorch_process_group_barrier(CTorchProcessGroupRef group) noexcept {
  return ctorch::guarded([&] { wait(group->gloo->barrier()); });
}
