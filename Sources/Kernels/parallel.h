// Work shared out over libtorch's own threads.
#pragma once

#include <cstdint>
#include <functional>

namespace kernels {

/// How many parts work of `count` pieces is cut into: one a thread, never more than pieces.
int64_t parts_of(int64_t count);

/// Runs `body(part, first, end)` for each of `parts` equal shares of `count` pieces, on libtorch's threads. Which pieces a
/// part has depends on `count` and `parts` alone, so sums by part have the same bits for the same number of threads.
void in_parts(int64_t count, int64_t parts, const std::function<void(int64_t, int64_t, int64_t)> &body);

} // namespace kernels
