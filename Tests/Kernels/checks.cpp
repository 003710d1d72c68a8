#include "checks.h"

#include <cstdio>
#include <limits>

namespace {

int failures = 0, checks = 0;

} // namespace

void expect(bool holds, const std::string &what) {
  ++checks;
  if (holds) return;
  ++failures;
  std::printf("FAILED: %s\n", what.c_str());
}

int summary() {
  std::printf("%d checks of the kernels, %d failed\n", checks, failures);
  return failures == 0 ? 0 : 1;
}

at::Tensor channels_last(const at::Tensor &tensor) { return tensor.contiguous(at::MemoryFormat::ChannelsLast); }

double excess(const at::Tensor &found, const at::Tensor &expected, double relative, const at::Tensor &absolute) {
  if (found.sizes() != expected.sizes()) return std::numeric_limits<double>::infinity();
  const at::Tensor allowed = expected.abs() * relative + absolute + 1e-30;
  return ((found.to(at::kDouble) - expected).abs() / allowed).max().item<double>();
}
