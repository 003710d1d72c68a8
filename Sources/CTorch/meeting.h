// How processes find each other and agree that they are of one job.
#pragma once

#include <chrono>
#include <string>

#include <torch/csrc/distributed/c10d/Store.hpp>

namespace ctorch {

// The store at host:port. A server listens at that address alone.
c10::intrusive_ptr<c10d::Store> store_at(
    const std::string &host, uint16_t port, bool is_server, std::chrono::milliseconds timeout);

// The address of this machine from which host:port is reached.
std::string address_towards(const std::string &host, uint16_t port);

// Throws unless each of `size` processes says the same `identity` as that of rank 0, and none its rank twice.
void agree(
    c10d::Store &store, int rank, int size, const std::string &identity,
    std::chrono::milliseconds timeout);

} // namespace ctorch
