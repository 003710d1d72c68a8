// Collectives between CUDA devices, by c10d's NCCL.
#pragma once

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include <chrono>

namespace ctorch {

// This process' place among `size` that each have a device of their own. The devices are connected by the first collective.
//
// Throws where libtorch was built without NCCL, and where there is no device.
c10::intrusive_ptr<c10d::Backend> nccl(
    const c10::intrusive_ptr<c10d::Store> &store, int rank, int size, std::chrono::milliseconds timeout);

} // namespace ctorch
