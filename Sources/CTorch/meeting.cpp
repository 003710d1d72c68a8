// How processes find each other and agree that they are of one job, by c10d's store.
#include "meeting.h"

#include <cstdlib>
#include <memory>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <cstring>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <c10/util/Exception.h>
#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses addresses(const std::string &host, uint16_t port, int kind) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = kind;
  addrinfo *found = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  TORCH_CHECK(code == 0, "the host ", host, " is not known: ", gai_strerror(code));
  return {found, freeaddrinfo};
}

// A socket for the first of the addresses with which `use` succeeds.
template <typename Use>
int socket_at(const std::string &host, uint16_t port, int kind, const char *doing, Use use) {
  const Addresses all = addresses(host, port, kind);
  int problem = 0;
  for (const addrinfo *one = all.get(); one; one = one->ai_next) {
    const int descriptor = socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
    if (descriptor >= 0 && use(descriptor, *one)) return descriptor;
    problem = errno;
    if (descriptor >= 0) close(descriptor);
  }
  TORCH_CHECK(false, doing, " ", host, ":", port, ": ", std::strerror(problem));
}

int listening_at(const std::string &host, uint16_t port) {
  return socket_at(host, port, SOCK_STREAM, "cannot listen at", [](int descriptor, const addrinfo &one) {
    const int yes = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    return bind(descriptor, one.ai_addr, one.ai_addrlen) == 0 && listen(descriptor, SOMAXCONN) == 0;
  });
}

void set(c10d::Store &store, const std::string &key, const std::string &text) {
  store.set(key, std::vector<uint8_t>(text.begin(), text.end()));
}

std::string get(c10d::Store &store, const std::string &key) {
  const auto bytes = store.get(key);
  return {bytes.begin(), bytes.end()};
}

std::string number(const char *name, int rank) { return std::string(name) + "/" + std::to_string(rank); }

// What rank 0 finds wrong with the others; empty for nothing.
std::string objection(
    c10d::Store &store, int size, const std::string &own, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  for (int rank = 1; rank < size; ++rank) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    try {
      store.wait({number("identity", rank)}, std::max(left, std::chrono::milliseconds(1)));
    } catch (const c10::Error &) {
      return "process " + std::to_string(rank) + " of " + std::to_string(size) + " did not come within "
             + std::to_string(timeout.count() / 1000) + " s";
    }
    const std::string other = get(store, number("identity", rank));
    if (other != own) {
      return "process " + std::to_string(rank) + " is not of this job: it is " + other
             + ", and process 0 is " + own;
    }
  }
  return "";
}

} // namespace

c10::intrusive_ptr<c10d::Store> ctorch::store_at(
    const std::string &host, uint16_t port, bool is_server, std::chrono::milliseconds timeout) {
  // c10d warns in lines of its own of what it then does in another way.
  setenv("TORCH_CPP_LOG_LEVEL", "ERROR", /*overwrite=*/0);
  c10::initLogging();
  c10d::TCPStoreOptions options;
  options.port = port;
  options.isServer = is_server;
  options.waitWorkers = false;
  options.timeout = timeout;
  // By itself the store would listen at every address of the machine.
  if (is_server) options.masterListenFd = listening_at(host, port);
  return c10::make_intrusive<c10d::TCPStore>(host, options);
}

std::string ctorch::address_towards(const std::string &host, uint16_t port) {
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  // Nothing is sent: the system chooses the address.
  const int descriptor = socket_at(host, port, SOCK_DGRAM, "no way to", [](int descriptor, const addrinfo &one) {
    return connect(descriptor, one.ai_addr, one.ai_addrlen) == 0;
  });
  const int status = getsockname(descriptor, reinterpret_cast<sockaddr *>(&own), &length);
  close(descriptor);
  char text[NI_MAXHOST];
  TORCH_CHECK(
      status == 0
          && getnameinfo(
                 reinterpret_cast<sockaddr *>(&own), length, text, sizeof text, nullptr, 0, NI_NUMERICHOST)
                 == 0,
      "no address towards ", host);
  return text;
}

void ctorch::agree(
    c10d::Store &store, int rank, int size, const std::string &identity,
    std::chrono::milliseconds timeout) {
  const std::string own = "one of " + std::to_string(size) + " (" + identity + ")";
  TORCH_CHECK(
      store.add(number("claims", rank), 1) == 1, "another process has come as process ", rank, " of ",
      size, " already");
  set(store, number("identity", rank), own);
  if (rank == 0) {
    const std::string refusal = objection(store, size, own, timeout);
    set(store, "expected", own);
    set(store, "verdict", refusal);
    if (refusal.empty()) return;
    // The others learn why before the store is gone.
    for (int i = 0; i < 20 && store.add("told", 0) < size - 1; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    TORCH_CHECK(false, refusal);
  }
  try {
    // Rank 0 waits as long for the others.
    store.wait({"verdict"}, timeout + std::chrono::seconds(5));
  } catch (const c10::Error &) {
    TORCH_CHECK(false, "process 0 of ", size, " did not come within ", timeout.count() / 1000, " s");
  }
  const std::string expected = get(store, "expected"), refusal = get(store, "verdict");
  store.add("told", 1);
  TORCH_CHECK(
      expected == own, "process ", rank, " is not of this job: it is ", own, ", and process 0 is ",
      expected);
  TORCH_CHECK(refusal.empty(), refusal);
}
