#include "linear.h"

#include "instructions.h"
#include "multiplication.h"
#include "parallel.h"
#include "storage.h"

#include <ATen/Functions.h>

#include <algorithm>

namespace kernels {

namespace {

// Rows that are widened at a time, so that they stay in the second cache beside the weights.
int64_t rows_at_once(int64_t values) { return std::clamp<int64_t>(65536 / values / 16 * 16, 16, 256); }

// Values that are summed over lie in blocks, all rows' of one behind each other: a block is a tap of `multiply_tile`.
int64_t block_of(int64_t values) { return values % 64 == 0 ? 64 : values % 32 == 0 ? 32 : 16; }

// A weight [reduced, made] as `multiply_tile` reads it, made/lanes × reduced × lanes: `fill` gets the first of each block's lanes.
at::Tensor packed(int64_t made, int64_t reduced, const std::function<void(int64_t, int64_t, float *)> &fill) {
  const int64_t lanes = vectors_of<float>(made) * 16, blocks = made / lanes;
  at::Tensor result = at::empty({blocks, reduced, lanes}, at::kFloat);
  float *to = values_of<float>(result);
  in_parts(blocks, parts_of(blocks), [&](int64_t, int64_t first, int64_t end) {
    for (int64_t block = first; block < end; ++block) fill(block * lanes, lanes, to + block * reduced * lanes);
  });
  return result;
}

// Each row by a packed weight [reduced, made].
at::Tensor product(const at::Tensor &rows, const at::Tensor &weights, int64_t made, const float *bias) {
  const int64_t reduced = rows.size(1), block = block_of(reduced), together = rows_at_once(reduced), pieces = (rows.size(0) + 15) / 16;
  at::Tensor result = at::empty({rows.size(0), made}, at::kBFloat16);
  Plan<float> plan;
  plan.offsets = every(together * block, reduced / block);
  plan.count = block;
  plan.weights = values_of<float>(weights);
  plan.bias = bias;
  plan.blocks = weights.size(0);
  plan.row_step = 0;
  plan.output_step = made;
  plan.output_pitch = 0;
  plan.rows = 1;
  const Multiply<float> multiply = multiply_of<float>(block, vectors_of<float>(made));
  const uint16_t *values = values_of<uint16_t>(rows);
  uint16_t *to = values_of<uint16_t>(result);
  in_parts(pieces, parts_of(pieces), [&](int64_t, int64_t first, int64_t end) {
    const at::Tensor storage = at::empty({together * reduced}, at::kFloat);
    float *operands = values_of<float>(storage);
    Plan<float> own = plan;
    const int64_t last = std::min(end * 16, rows.size(0));
    for (int64_t row = first * 16; row < last; row += together) {
      own.columns = std::min(together, last - row);
      const int64_t following = std::min(together, last - row - own.columns);
      for (int64_t place = 0; place < reduced; place += block)
        for (int64_t index = 0; index < own.columns; ++index)
          widening().values(values + (row + index) * reduced + place, operands + place * together + index * block, block);
      multiply(own, operands, to + row * made, {values + (row + together) * reduced, following * reduced * 2});
    }
  });
  return result;
}

} // namespace

bool is_linear_supported(int64_t rows, int64_t inputs, int64_t outputs) {
  return have_products() && rows > 0 && inputs > 0 && outputs > 0 && inputs % 16 == 0 && outputs % 16 == 0;
}

at::Tensor linear_forward(const at::Tensor &rows, const at::Tensor &weight, const at::Tensor &bias) {
  const int64_t outputs = weight.size(0), inputs = weight.size(1);
  const at::Tensor weights = packed(outputs, inputs, [&](int64_t first, int64_t lanes, float *to) {
    widening().columns(values_of<uint16_t>(weight) + first * inputs, inputs, lanes, inputs, to);
  });
  return product(rows, weights, outputs, values_of<float>(bias));
}

at::Tensor linear_back(const at::Tensor &gradient, const at::Tensor &weight) {
  const int64_t outputs = weight.size(0), inputs = weight.size(1);
  const at::Tensor weights = packed(inputs, outputs, [&](int64_t first, int64_t lanes, float *to) {
    for (int64_t row = 0; row < outputs; ++row) widening().values(values_of<uint16_t>(weight) + row * inputs + first, to + row * lanes, lanes);
  });
  return product(gradient, weights, inputs, nullptr);
}

at::Tensor linear_correlate(const at::Tensor &rows, const at::Tensor &gradient) {
  const int64_t count = rows.size(0), inputs = rows.size(1), outputs = gradient.size(1);
  at::Tensor result = at::zeros({outputs, inputs}, at::kFloat);
  const int64_t vectors = vectors_of<float>(inputs), lanes = vectors * 16;
  const Correlation<float> correlation = wide_products().correlate_of(/*is_stem=*/false, vectors);
  const int64_t pieces = outputs / 16, parts = parts_of(pieces), together = std::min<int64_t>(128, rows_at_once(inputs));
  const uint16_t *values = values_of<uint16_t>(rows), *gradients = values_of<uint16_t>(gradient);
  float *sums = values_of<float>(result);
  in_parts(pieces, parts, [&](int64_t, int64_t first, int64_t end) {
    const int64_t made = (end - first) * 16, block = together * 16;
    const at::Tensor seen_storage = at::empty({together * inputs}, at::kFloat);
    const at::Tensor given_storage = at::empty({together * made}, at::kFloat);
    float *seen = values_of<float>(seen_storage), *given = values_of<float>(given_storage);
    for (int64_t row = 0; row < count; row += together) {
      const int64_t height = std::min(together, count - row);
      widening().blocks(values + row * inputs, inputs, inputs, height, seen, block);
      widening().blocks(gradients + row * outputs + first * 16, outputs, made, height, given, block);
      for (int64_t to = 0; to < inputs; to += lanes)
        for (int64_t from = 0; from < made; from += correlation.channels)
          correlation.run(
              {given + from / 16 * block + from % 16, 16, 0, 0, 0}, {seen + to / 16 * block, 16, 0, 0, block}, 1, 1, height,
              sums + (first * 16 + from) * inputs + to, inputs);
    }
  });
  return result;
}

} // namespace kernels
