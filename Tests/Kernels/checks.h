// What all checks of the kernels share.
#pragma once

#include <ATen/ATen.h>

#include <string>

/// Counts, and says what does not hold.
void expect(bool holds, const std::string &what);

/// How many checks there were, and how many failed, in one line: the program's exit code.
int summary();

at::Tensor channels_last(const at::Tensor &tensor);

/// The largest error in units of what may be: `relative` of the expected value's size beside `absolute`, of the same shape.
double excess(const at::Tensor &found, const at::Tensor &expected, double relative, const at::Tensor &absolute);

/// Two units in the last place of bfloat16, whose fraction has seven bits.
constexpr double two_units = 2.0 / 128;

/// Winograd's convolutions beside libtorch's in float64, with the instructions and threads that are set.
void check_winograd();

/// What a program sees of them: the operators, what they refuse, values that are no numbers.
void check_winograd_inputs();

/// Steps of LARS beside its formula in float64, with the threads that are set.
void check_lars();
