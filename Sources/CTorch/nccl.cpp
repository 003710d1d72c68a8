// c10d::ProcessGroupNCCL without its header, which asks for CUDA's and NCCL's own. libtorch_cuda exports its constructors; all else goes
// through `c10d::Backend`, whose header every libtorch has.
#include "nccl.h"

#ifdef __linux__
#include <dlfcn.h>
#endif

#include <cstring>
#include <new>
#include <string>

namespace {

template <typename Function> Function symbol(const char *name) {
#ifdef __linux__
  if (void *found = dlsym(RTLD_DEFAULT, name)) return reinterpret_cast<Function>(found);
#endif
  TORCH_CHECK(false, "this libtorch has no NCCL, by which processes share work on CUDA devices");
}

// Memory for an object whose size is not known here: 1,152 and 144 bytes in libtorch 2.13. It is given back by the object's own
// destructor, through `operator delete`.
constexpr size_t room = 16384;

void *allocated() { return std::memset(::operator new(room), 0, room); }

// Made by its constructor in libtorch_cuda, which takes what is not trivially copied by its address, whatever its class.
template <typename Base, typename... Arguments> c10::intrusive_ptr<Base> made(const char *constructor, Arguments... arguments) {
  const auto construct = symbol<void (*)(void *, Arguments...)>(constructor);
  void *memory = allocated();
  try {
    construct(memory, std::move(arguments)...);
  } catch (...) {
    ::operator delete(memory);
    throw;
  }
  // Both classes have the base alone, which therefore lies at their beginning.
  return c10::intrusive_ptr<Base>::unsafe_steal_from_new(static_cast<Base *>(memory));
}

} // namespace

c10::intrusive_ptr<c10d::Backend> ctorch::nccl(
    const c10::intrusive_ptr<c10d::Store> &store, int rank, int size, std::chrono::milliseconds timeout) {
  using Options = c10::intrusive_ptr<c10d::Backend::Options>;
  // ProcessGroupNCCL::Options(bool is_high_priority_stream)
  Options options = made<c10d::Backend::Options>("_ZN4c10d16ProcessGroupNCCL7OptionsC1Eb", false);
  options->timeout = timeout;
  // ProcessGroupNCCL(intrusive_ptr<Store>, int rank, int size, intrusive_ptr<Options>)
  return made<c10d::Backend>(
      "_ZN4c10d16ProcessGroupNCCLC1EN3c1013intrusive_ptrINS_5StoreENS1_6detail34intrusive_target_default_null_typeIS3_EEEEiiNS2_INS0_"
      "7OptionsENS5_IS8_EEEE",
      store, rank, size, options);
}
