// The inner loops of Winograd's convolutions, F(4×4, 3×3). This file is compiled once for each kind of instructions, in a namespace of its
// own, after loops.h for values in float32.
//
// Six values of a row, as a polynomial, by what they are at six points: 0, ±3/4, ±3/2 and infinity. The points are those for which the
// rounding of float32 costs least among such as are exact in binary; with the usual 0, ±1, ±2 it is four to five times as much (Benchmarks/winograd_points.py).

namespace {

constexpr float near = 0.75f, far = 1.5f;
constexpr float near_squared = near * near, far_squared = far * far;
constexpr float squares = near_squared + far_squared, both_squared = near_squared * far_squared;

KERNELS_INLINE Floats times_plus(float factor, Floats values, Floats more) {
  return __builtin_elementwise_fma(every(factor), values, more);
}

// Six neighbouring values at the points: Bᵀ.
KERNELS_INLINE void at_points(const Floats (&values)[6], Floats (&points)[6]) {
  const Floats even_near = times_plus(-far_squared, values[2], values[4]), odd_near = times_plus(-far_squared, values[1], values[3]);
  const Floats even_far = times_plus(-near_squared, values[2], values[4]), odd_far = times_plus(-near_squared, values[1], values[3]);
  points[0] = times_plus(both_squared, values[0], times_plus(-squares, values[2], values[4]));
  points[1] = times_plus(near, odd_near, even_near);
  points[2] = times_plus(-near, odd_near, even_near);
  points[3] = times_plus(far, odd_far, even_far);
  points[4] = times_plus(-far, odd_far, even_far);
  points[5] = times_plus(both_squared, values[1], times_plus(-squares, values[3], values[5]));
}

// Four neighbouring outputs of products at the points: Aᵀ.
KERNELS_INLINE void from_points(const Floats (&points)[6], Floats (&values)[4]) {
  const Floats near_sum = points[1] + points[2], near_difference = points[1] - points[2];
  const Floats far_sum = points[3] + points[4], far_difference = points[3] - points[4];
  values[0] = points[0] + near_sum + far_sum;
  values[1] = times_plus(near, near_difference, every(far) * far_difference);
  values[2] = times_plus(near_squared, near_sum, every(far_squared) * far_sum);
  values[3] = times_plus(near_squared * near, near_difference, times_plus(far_squared * far, far_difference, points[5]));
}

// The gradients of the products at the points, of those of four neighbouring outputs: A.
KERNELS_INLINE void to_points(const Floats (&values)[4], Floats (&points)[6]) {
  const Floats even_near = times_plus(near_squared, values[2], values[0]), even_far = times_plus(far_squared, values[2], values[0]);
  const Floats odd_near = times_plus(near_squared, values[3], values[1]), odd_far = times_plus(far_squared, values[3], values[1]);
  points[0] = values[0];
  points[1] = times_plus(near, odd_near, even_near);
  points[2] = times_plus(-near, odd_near, even_near);
  points[3] = times_plus(far, odd_far, even_far);
  points[4] = times_plus(-far, odd_far, even_far);
  points[5] = values[3];
}

// Three neighbouring weights at the points: G. Lagrange's denominators are here.
constexpr float near_denominator = 2 * near_squared * (near_squared - far_squared), far_denominator = 2 * far_squared * (far_squared - near_squared);

KERNELS_INLINE void kernel_at_points(const Floats (&weights)[3], Floats (&points)[6]) {
  const Floats even_near = times_plus(near_squared, weights[2], weights[0]), odd_near = every(near) * weights[1];
  const Floats even_far = times_plus(far_squared, weights[2], weights[0]), odd_far = every(far) * weights[1];
  points[0] = weights[0] / every(both_squared);
  points[1] = (even_near + odd_near) / every(near_denominator);
  points[2] = (even_near - odd_near) / every(near_denominator);
  points[3] = (even_far + odd_far) / every(far_denominator);
  points[4] = (even_far - odd_far) / every(far_denominator);
  points[5] = weights[2];
}

// The gradient of three neighbouring weights, of what they are at the points: Gᵀ.
KERNELS_INLINE void kernel_from_points(const Floats (&points)[6], Floats (&weights)[3]) {
  const Floats near_sum = (points[1] + points[2]) / every(near_denominator), near_difference = (points[1] - points[2]) / every(near_denominator);
  const Floats far_sum = (points[3] + points[4]) / every(far_denominator), far_difference = (points[3] - points[4]) / every(far_denominator);
  weights[0] = points[0] / every(both_squared) + near_sum + far_sum;
  weights[1] = times_plus(near, near_difference, every(far) * far_difference);
  weights[2] = times_plus(near_squared, near_sum, times_plus(far_squared, far_sum, points[5]));
}

// Sixteen kernels 3×3 at the 36 points; `tap` is from one of the nine weights to the next.
template <typename Stored> void weights_at_points(const Stored *weights, int64_t tap, float *to, int64_t matrix) {
  Floats half[6][3];
  KERNELS_UNROLLED
  for (int column = 0; column < 3; ++column) {
    Floats values[3], points[6];
    KERNELS_UNROLLED
    for (int row = 0; row < 3; ++row) values[row] = load(weights + (row * 3 + column) * tap, lanes);
    kernel_at_points(values, points);
    KERNELS_UNROLLED
    for (int row = 0; row < 6; ++row) half[row][column] = points[row];
  }
  KERNELS_UNROLLED
  for (int row = 0; row < 6; ++row) {
    Floats points[6];
    kernel_at_points(half[row], points);
    KERNELS_UNROLLED
    for (int column = 0; column < 6; ++column) store(to + (row * 6 + column) * matrix, points[column], lanes);
  }
}

// The gradients of sixteen kernels, the sums of `parts` at the points.
void weights_from_points(const float *sums, int64_t matrix, int64_t parts, int64_t part, float *to, int64_t tap) {
  Floats half[3][6];
  for (int column = 0; column < 6; ++column) {
    Floats points[6], values[3];
    KERNELS_UNROLLED
    for (int row = 0; row < 6; ++row) {
      const float *from = sums + (row * 6 + column) * matrix;
      points[row] = load(from, lanes);
      for (int64_t index = 1; index < parts; ++index) points[row] += load(from + index * part, lanes);
    }
    kernel_from_points(points, values);
    KERNELS_UNROLLED
    for (int row = 0; row < 3; ++row) half[row][column] = values[row];
  }
  KERNELS_UNROLLED
  for (int row = 0; row < 3; ++row) {
    Floats values[3];
    kernel_from_points(half[row], values);
    KERNELS_UNROLLED
    for (int column = 0; column < 3; ++column) store(to + (row * 3 + column) * tap, values[column], lanes);
  }
}

// Square windows at the 36 points, each channel on its own: 6×6 pixels by Bᵀ, 4×4 gradients by A. Beyond an image's edges are zeros.
template <bool has_edge, int Side, typename Stored> KERNELS_INLINE void window_at_points(const Window<Stored> &window, int64_t channels, float *to, int64_t matrix) {
  const uint32_t inside = window.inside;
  const auto transform = [](const Floats(&values)[Side], Floats(&points)[6]) {
    if constexpr (Side == 6) at_points(values, points);
    else to_points(values, points);
  };
  for (int64_t channel = 0; channel < channels; channel += lanes) {
    Floats half[Side][6];
    const auto down = [&](int column) {
      if (has_edge && (inside >> (8 + column) & 1) == 0) {
        KERNELS_UNROLLED
        for (int row = 0; row < 6; ++row) half[column][row] = Floats{};
        return;
      }
      Floats values[Side];
      KERNELS_UNROLLED
      for (int row = 0; row < Side; ++row) {
        const bool is_outside = has_edge && (inside >> row & 1) == 0;
        values[row] = is_outside ? Floats{} : load(window.first + row * window.pitch + column * window.step + channel, lanes);
      }
      transform(values, half[column]);
    };
    const auto across = [&](int row) {
      Floats values[Side], points[6];
      KERNELS_UNROLLED
      for (int column = 0; column < Side; ++column) values[column] = half[column][row];
      transform(values, points);
      KERNELS_UNROLLED
      for (int column = 0; column < 6; ++column) store(to + (row * 6 + column) * matrix + channel, points[column], lanes);
    };
    if constexpr (Side == 4) {
      KERNELS_UNROLLED
      for (int column = 0; column < Side; ++column) down(column);
      KERNELS_UNROLLED
      for (int row = 0; row < 6; ++row) across(row);
    } else {
      // What 36 points have fits no registers: loops that are not unrolled go through memory once, which takes two thirds of the time that
      // moving some of it to and fro does.
      _Pragma("clang loop unroll(disable)")
      for (int column = 0; column < Side; ++column) down(column);
      _Pragma("clang loop unroll(disable)")
      for (int row = 0; row < 6; ++row) across(row);
    }
  }
}

template <int Side, typename Stored> void at_points(const Window<Stored> &window, int64_t channels, float *to, int64_t matrix) {
  if (window.inside == Window<Stored>::all(Side))
    window_at_points<false, Side>(window, channels, to, matrix);
  else
    window_at_points<true, Side>(window, channels, to, matrix);
}

// 4×4 pixels from products at the points, with what follows; only those that lie in the image, where the tile `has_edge`.
template <bool has_edge, bool adds, bool masks, typename Stored>
KERNELS_INLINE void tile_from_points(
    const float *products, int64_t matrix, int64_t channels, const Tile<Stored> &tile, const Finish<Stored> &finish) {
  // Nothing is below minus infinity, and NaN is not below zero.
  const Floats least = finish.rectifies ? Floats{} : every(-std::numeric_limits<float>::infinity());
  for (int64_t channel = 0; channel < channels; channel += lanes) {
    Floats half[4][6];
    KERNELS_UNROLLED
    for (int column = 0; column < 6; ++column) {
      Floats points[6], values[4];
      KERNELS_UNROLLED
      for (int row = 0; row < 6; ++row) points[row] = load(products + (row * 6 + column) * matrix + channel, lanes);
      from_points(points, values);
      KERNELS_UNROLLED
      for (int row = 0; row < 4; ++row) half[row][column] = values[row];
    }
    const Floats bias = finish.bias ? load(finish.bias + channel, lanes) : Floats{};
    KERNELS_UNROLLED
    for (int row = 0; row < 4; ++row) {
      if (has_edge && row >= tile.rows) break;
      Floats values[4];
      from_points(half[row], values);
      KERNELS_UNROLLED
      for (int column = 0; column < 4; ++column) {
        if (has_edge && column >= tile.columns) break;
        const int64_t place = row * tile.pitch + column * tile.step + channel;
        Floats value = values[column] + bias;
        if (adds) value += load(finish.residual + place, lanes);
        value = value < least ? least : value;
        if (masks) value = load(finish.active + place, lanes) > Floats{} ? value : Floats{};
        store(tile.first + place, value, lanes);
      }
    }
  }
}

template <bool adds, bool masks, typename Stored>
void tile_from_points(const float *products, int64_t matrix, int64_t channels, const Tile<Stored> &tile, const Finish<Stored> &finish) {
  if (tile.rows < 4 || tile.columns < 4)
    tile_from_points<true, adds, masks>(products, matrix, channels, tile, finish);
  else
    tile_from_points<false, adds, masks>(products, matrix, channels, tile, finish);
}

template <typename Stored>
void pixels_from_points(const float *products, int64_t matrix, int64_t channels, const Tile<Stored> &tile, const Finish<Stored> &finish) {
  if (finish.residual && finish.active) return tile_from_points<true, true>(products, matrix, channels, tile, finish);
  if (finish.residual) return tile_from_points<true, false>(products, matrix, channels, tile, finish);
  if (finish.active) return tile_from_points<false, true>(products, matrix, channels, tile, finish);
  tile_from_points<false, false>(products, matrix, channels, tile, finish);
}

// `Tiles` rows of one matrix by 16·`Vectors` columns of the other.
template <int Reduced, int Tiles, int Vectors> KERNELS_INLINE void multiply_rows(const float *rows, const float *weights, float *to, int64_t made) {
  Floats sums[Tiles][Vectors] = {};
  for (int64_t index = 0; index < Reduced; ++index, weights += Vectors * lanes) {
    Floats b[Vectors];
    KERNELS_UNROLLED
    for (int vector = 0; vector < Vectors; ++vector) b[vector] = load(weights + vector * lanes, lanes);
    KERNELS_UNROLLED
    for (int tile = 0; tile < Tiles; ++tile) {
      const Floats a = every(rows[tile * Reduced + index]);
      KERNELS_UNROLLED
      for (int vector = 0; vector < Vectors; ++vector) sums[tile][vector] = __builtin_elementwise_fma(a, b[vector], sums[tile][vector]);
    }
  }
  KERNELS_UNROLLED
  for (int tile = 0; tile < Tiles; ++tile)
    KERNELS_UNROLLED
  for (int vector = 0; vector < Vectors; ++vector) store(to + tile * made + vector * lanes, sums[tile][vector], lanes);
}

template <int Reduced, int Vectors> void multiply_matrix(const float *rows, int64_t count, const float *weights, int64_t made, float *to) {
  constexpr int together = pixels_of(Vectors);
  for (int64_t first = 0; first < made; first += Vectors * lanes, weights += Reduced * Vectors * lanes) {
    int64_t row = 0;
    for (; row + together <= count; row += together)
      multiply_rows<Reduced, together, Vectors>(rows + row * Reduced, weights, to + row * made + first, made);
    for (; row < count; ++row) multiply_rows<Reduced, 1, Vectors>(rows + row * Reduced, weights, to + row * made + first, made);
  }
}

template <int Reduced> MatrixProduct matrix_product(int64_t vectors) {
#if KERNELS_REGISTERS >= 16
  if (vectors == 2) return multiply_matrix<Reduced, 2>;
#endif
  return multiply_matrix<Reduced, 1>;
}

Winograd winograd() {
  Winograd result;
  result.product_of = [](int64_t reduced, int64_t vectors) -> MatrixProduct {
    switch (reduced) {
#define KERNELS_WIDTH(values) case values: return matrix_product<values>(vectors);
    KERNELS_FOR_EACH_WIDTH(KERNELS_WIDTH)
#undef KERNELS_WIDTH
    default: return nullptr;
    }
  };
  result.weights_from_points = weights_from_points;
  result.wide = {weights_at_points<float>, at_points<6, float>, at_points<4, float>, pixels_from_points<float>};
  result.narrow = {weights_at_points<BFloat16>, at_points<6, BFloat16>, at_points<4, BFloat16>, pixels_from_points<BFloat16>};
  return result;
}

} // namespace
