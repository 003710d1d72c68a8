// A type that c10d's header holds by pointer, and the one method of it that an inline function calls.
#pragma once

#include "gloo/transport/device.h"

#include <chrono>

namespace gloo {
class Context {
public:
  void setTimeout(std::chrono::milliseconds timeout);
};
} // namespace gloo
