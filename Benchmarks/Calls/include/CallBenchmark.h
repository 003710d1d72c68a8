// What a call through the boxed interface costs over libtorch's own.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
#define CALL_BENCHMARK_API extern "C" __attribute__((visibility("default")))
#else
#define CALL_BENCHMARK_API extern
#endif

// Times `repetitions` additions of two vectors of 8 floats, straight and boxed, in nanoseconds each. Ends
// the process with a message where libtorch fails.
CALL_BENCHMARK_API void call_benchmark(
    int64_t repetitions, double *_Nonnull direct_nanoseconds, double *_Nonnull boxed_nanoseconds);
