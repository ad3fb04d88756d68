#include "unetpp/kernels/convolution/amx_convolution.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "../compare.hpp"
#include "scalar_amx.hpp"
#include "unetpp/kernels/convolution/amx_disjoint.hpp"
#include "unetpp/kernels/convolution/amx_gradient.hpp"

namespace amx_convolution_test {

using namespace compare;

namespace {

/// By the scalar twin of a matrix unit's kernels, and by the unit if this machine has one; and with weights that an earlier
/// convolution packed.
enum class Way { twin, twin_packed, unit, unit_packed };

std::string to_string(Way way) {
  constexpr const char* names[] = {"scalar twin", "scalar twin, packed before", "AMX", "AMX, packed before"};
  return names[static_cast<int>(way)];
}

template <class T>
const AmxKernels<T>& kernels_of(Way way) {
  return way < Way::unit ? scalar_amx::kernels<T> : amx_kernels<T>();
}

struct OnAmx {
  static constexpr bool ways_have_the_same_bits = true;
  static std::vector<Way> ways() {
    return supports(InstructionSet::amx) ? std::vector{Way::twin, Way::unit, Way::unit_packed}
                                         : std::vector{Way::twin, Way::twin_packed};
  }

  /// Calls convolve(operands, kernels), where weights are to be packed before to another output first.
  template <class T, class Convolve>
  static void run(ConvOperands<T> of, Way way, const Shape& out, const Convolve& convolve) {
    Buffer<float> packed;
    if (way == Way::twin_packed || way == Way::unit_packed) {
      of.packed = &packed;
      ConvOperands<T> before = of;
      std::vector<T> y(of.batch * out.pixels() * of.y.stride);
      before.y.data = y.data();
      convolve(before, kernels_of<T>(way));
      REQUIRE(!packed.empty());
    }
    convolve(of, kernels_of<T>(way));
  }
};

struct Same : OnAmx {
  static std::size_t scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return amx_scratch(g, batch, threads);
  }
  template <class T>
  static void convolve(const ConvOperands<T>& of, Scratch memory, Way way) {
    run(of, way, of.g.out, [&](const auto& o, const auto& kernels) { amx_convolve(o, memory, kernels); });
  }
  template <class T>
  static void transposed(const ConvOperands<T>& of, Scratch memory, Way way) {
    run(of, way, of.g.in, [&](const auto& o, const auto& kernels) { amx_convolve_transposed(o, memory, kernels); });
  }
  static std::size_t gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return amx_gradient_scratch(g, batch, threads);
  }
  template <class T>
  static void weight_gradient(const WeightGradientOperands<T>& of, Scratch memory, Way way) {
    amx_weight_gradient(of, memory, kernels_of<T>(way));
  }
};

struct SideBySide : OnAmx {
  static std::size_t scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return amx_disjoint_scratch(g, batch, threads);
  }
  template <class T>
  static void convolve(const ConvOperands<T>& of, Scratch memory, Way way) {
    run(of, way, of.g.out, [&](const auto& o, const auto& kernels) { amx_disjoint_convolve(o, memory, kernels); });
  }
  template <class T>
  static void transposed(const ConvOperands<T>& of, Scratch memory, Way way) {
    run(of, way, of.g.in,
        [&](const auto& o, const auto& kernels) { amx_disjoint_convolve_transposed(o, memory, kernels); });
  }
  static std::size_t gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return amx_gradient_scratch(g, batch, threads);
  }
  template <class T>
  static void weight_gradient(const WeightGradientOperands<T>& of, Scratch memory, Way way) {
    amx_weight_gradient(of, memory, kernels_of<T>(way));
  }
};

ConvGeometry same(int height, int width, int channels, int filters) {
  return {{height, width, channels}, {height, width, filters}, 3, 1, 1, 1, 1};
}

ConvGeometry side_by_side(int height, int width, int channels, int filters, int side) {
  return {{height * side, width * side, channels}, {height, width, filters}, side, side, 1, 0, 0};
}

Case random_same(std::uint64_t seed) {
  return random_case(seed, [](const auto& random) {
    const int most = random(9, 4) == 0 ? 40 : 14;
    return same(1 + random(0, most), 1 + random(1, most), 1 + random(2, 70), 1 + random(3, 70));
  });
}

Case random_side_by_side(std::uint64_t seed) {
  return random_case(seed, [](const auto& random) {
    const int most = random(9, 4) == 0 ? 20 : 7;
    return side_by_side(1 + random(0, most), 1 + random(1, most), 1 + random(2, 70), 1 + random(3, 70),
                        1 + random(7, 3));
  });
}

/// What the unit was measured to add to a sum for 32 pairs (simd/amx.inc.hpp), by fused multiply-adds of the language.
float unit_sum(float c, const std::vector<float>& a, const std::vector<float>& b) {
  const auto flush = [](float v) { return std::abs(v) < std::numeric_limits<float>::min() ? 0 * v : v; };
  float even = 0, odd = 0;
  for (std::size_t k = 0; k < a.size(); k += 2) even = flush(std::fma(flush(a[k]), flush(b[k]), even));
  for (std::size_t k = 1; k < a.size(); k += 2) odd = flush(std::fma(flush(a[k]), flush(b[k]), odd));
  return flush(flush(c) + flush(even + odd));
}

/// Whether a way's products of one tile have the bits of unit_sum: of left values divided by `scale`, of which about one in
/// eight is subnormal, and right ones times `scale`.
bool adds_in_order(Way way, float scale) {
  const auto value = [](std::uint64_t stream, std::uint64_t i, float size) -> float {
    const Random random(21, stream);
    return BFloat16((stream == 1 && random.below(8, 2 * i) == 0 ? 8e-39f : size) * random.normal(2 * i + 1));
  };
  const AmxKernels<BFloat16>& kernels = kernels_of<BFloat16>(way);
  // Rows and columns of 32 values as the kernels lay them out.
  std::vector<float> x(tile_side * amx_panel), weight(amx_panel * tile_side);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = value(1, i, 1 / scale);
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = value(2, i, scale);
  const std::vector<BFloat16> stored_x(x.begin(), x.end());
  Buffer<float> left(amx_tile<BFloat16>), right(amx_tile<BFloat16>), sums(tile_floats);
  kernels.begin_products();
  kernels.pair_pixels(stored_x.data(), amx_panel, tile_side, amx_panel, left.data(), 0);
  kernels.pair_rows(weight.data(), tile_side, amx_panel, tile_side, right.data());
  for (std::size_t i = 0; i < tile_floats; ++i) sums[i] = value(3, i, 1);
  const std::vector<float> before(sums.begin(), sums.end());
  const std::ptrdiff_t shift = 0;
  const float* const columns[] = {right.data()};
  float* const tiles[] = {sums.data()};
  kernels.product(1, 1, 1, &shift, left.data(), 0, columns, tiles, true, {});
  kernels.end_products();
  for (std::size_t i = 0; i < tile_side; ++i)
    for (std::size_t j = 0; j < tile_side; ++j) {
      std::vector<float> a(amx_panel), b(amx_panel);
      for (std::size_t k = 0; k < amx_panel; ++k) {
        a[k] = x[i * amx_panel + k];
        b[k] = weight[k * tile_side + j];
      }
      const std::size_t at = i * tile_side + j;
      if (std::bit_cast<std::uint32_t>(sums[at]) != std::bit_cast<std::uint32_t>(unit_sum(before[at], a, b)))
        return false;
    }
  return true;
}

/// Whether what is not finite stays so near it, and nowhere else.
template <class T>
bool stays_not_finite(Way way, float value) {
  const ConvGeometry g = same(16, 16, 32, 32);
  const FloatImage weight(g.weights(), 1, 0, 1, 1);
  ImageOf<T> x(256, 32, 0, 1, 2), y(256, 32, 0, 0, 3);
  x.memory[(5 * 16 + 5) * 32 + 7] = value;
  Buffer<float> scratch(amx_scratch(g, 1, 1));
  amx_convolve(ConvOperands<T>{g, 1, x, weight.memory.data(), y}, {scratch.data(), 1}, kernels_of<T>(way));
  for (int p = 0; p < 256; ++p) {
    const bool near = std::abs(p / 16 - 5) <= 1 && std::abs(p % 16 - 5) <= 1;
    if (std::isfinite(float{y.memory[p * 32]}) == near) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("a matrix unit, and its scalar twin, adds the even products, the odd ones, and both to the sum") {
  for (const Way way : OnAmx::ways()) {
    CAPTURE(to_string(way));
    CHECK(adds_in_order(way, 1));
    CHECK(adds_in_order(way, 0x1p120f));  // subnormal factors would be seen
  }
}

TEST_CASE(
    "3x3 convolutions on a matrix unit agree with im2col at random shapes, with the same bits at 1, 2 and 3 threads") {
  for (std::uint64_t seed = 0; seed < 12000; seed += 100) check<Same>(random_same(seed), seed);
}

TEST_CASE("3x3 convolutions of bfloat16s on a matrix unit agree with im2col of the same floats") {
  for (std::uint64_t seed = 0; seed < 4000; seed += 100) check<Same, BFloat16>(random_same(seed), seed);
  check<Same, BFloat16>({same(17, 32, 130, 60), 2, 0, true, false, true, false}, 1);
  check<Same, BFloat16>({same(16, 16, 70, 130), 1, 1, false, true, false, true}, 2);
}

TEST_CASE("3x3 convolutions on a matrix unit agree with im2col where threads take rows and where they take filters") {
  check<Same>({same(33, 128, 64, 60), 2, 0, true, false, true, false}, 1);
  check<Same>({same(64, 37, 40, 33), 1, 1, false, true, false, true}, 2);
  check<Same>({same(8, 8, 140, 256), 5, 0, true, false, true, false}, 1);
  check<Same>({same(16, 16, 300, 130), 1, 1, false, true, false, true}, 2);
  check<Same>({same(17, 32, 130, 256), 3, 0, false, false, false, false}, 2);
}

TEST_CASE(
    "convolutions side by side on a matrix unit agree with im2col at random shapes, with the same bits at 1, 2 and 3 "
    "threads") {
  for (std::uint64_t seed = 0; seed < 12000; seed += 100) check<SideBySide>(random_side_by_side(seed), seed);
}

TEST_CASE("convolutions side by side of bfloat16s on a matrix unit agree with im2col of the same floats") {
  for (std::uint64_t seed = 0; seed < 4000; seed += 100) check<SideBySide, BFloat16>(random_side_by_side(seed), seed);
  check<SideBySide, BFloat16>({side_by_side(9, 35, 64, 33, 2), 2, 0, true, false, true, false}, 1);
}

TEST_CASE("convolutions side by side on a matrix unit agree with im2col at many channels and long runs") {
  check<SideBySide>({side_by_side(9, 70, 64, 33, 2), 3, 0, true, false, true, false}, 1);
  check<SideBySide>({side_by_side(5, 6, 300, 600, 2), 2, 1, false, true, false, true}, 2);
}

TEST_CASE("weight gradients on a matrix unit agree with im2col in several squares, runs and blocks") {
  check<Same>({same(40, 66, 140, 20), 2, 0, true, false, false, false}, 1);
  check<Same, BFloat16>({same(24, 24, 33, 150), 3, 1, true, false, false, false}, 2);
  check<SideBySide>({side_by_side(20, 20, 150, 40, 2), 2, 1, true, false, false, false}, 3);
}

TEST_CASE("convolutions on a matrix unit have the same bits where results go past the caches") {
  same_bits_past_the_caches<Same>(same(181, 182, 32, 32));
  same_bits_past_the_caches<SideBySide>(side_by_side(128, 130, 64, 64, 2));
  same_bits_past_the_caches<SideBySide, BFloat16>(side_by_side(363, 363, 32, 32, 1));
}

TEST_CASE("infinity and NaN stay not finite on a matrix unit") {
  for (const Way way : OnAmx::ways())
    for (const float value : {INFINITY, -INFINITY, std::nanf(""), std::bit_cast<float>(0xffffffffu)}) {
      CAPTURE(to_string(way), value);
      CHECK(stays_not_finite<float>(way, value));
      CHECK(stays_not_finite<BFloat16>(way, value));
    }
}

TEST_CASE("a matrix unit's scratch for a batch is enough for every smaller one") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto random = [&](int i, int limit) { return 1 + static_cast<int>(Random(seed).below(limit, i)); };
    const ConvGeometry g = same(random(0, 40), random(1, 40), random(2, 600), random(3, 600));
    scratch_is_enough_for_short_batches(g, [&](const ConvGeometry& c, std::size_t batch, int) {
      return kernels::detail::AmxPlan(c.in, c.out.channels, batch, 1 + static_cast<int>(seed % 2));
    });
    const auto gradient_plan = [](const ConvGeometry& c, std::size_t batch, int) {
      return kernels::detail::AmxGradientPlan(c, batch);
    };
    scratch_is_enough_for_short_batches(g, gradient_plan);
    scratch_is_enough_for_short_batches(
        side_by_side(random(0, 40), random(1, 40), random(2, 300), random(3, 300), random(4, 3)), gradient_plan);
    for (const bool transposed : {false, true})
      scratch_is_enough_for_short_batches(side_by_side(random(0, 20), random(1, 20), random(2, 200), random(3, 200), 2),
                                          [&](const ConvGeometry& c, std::size_t batch, int) {
                                            return kernels::detail::AmxDisjointPlan(c, transposed, batch);
                                          });
  }
}

}  // namespace amx_convolution_test
