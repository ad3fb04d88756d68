#include "../compare.hpp"

namespace disjoint_convolution_test {

using namespace compare;

namespace {

struct Disjoint : BySet {
  static std::size_t scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return disjoint_scratch(g, batch, threads);
  }
  static std::size_t gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return disjoint_gradient_scratch(g, batch, threads);
  }
  template <class T>
  static void convolve(const ConvOperands<T>& of, Scratch memory, InstructionSet set) {
    disjoint_convolve(of, memory, micro_kernels(set));
  }
  template <class T>
  static void transposed(const ConvOperands<T>& of, Scratch memory, InstructionSet set) {
    disjoint_convolve_transposed(of, memory, micro_kernels(set));
  }
  template <class T>
  static void weight_gradient(const WeightGradientOperands<T>& of, Scratch memory, InstructionSet set) {
    disjoint_weight_gradient(of, memory, micro_kernels(set));
  }
};

ConvGeometry side_by_side(int height, int width, int channels, int filters, Extent kernel) {
  return {{height * kernel.height, width * kernel.width, channels}, {height, width, filters}, kernel, kernel, 1, 0, 0};
}

Case random_windows(std::uint64_t seed) {
  return random_case(seed, [](const auto& random) {
    const int most = random(9, 4) == 0 ? 40 : 10;
    return side_by_side(1 + random(0, most), 1 + random(1, most), 1 + random(2, 70), 1 + random(3, 70),
                        Extent(1 + random(7, 3), 1 + random(8, 3)));
  });
}

}  // namespace

TEST_CASE("windows side by side agree with im2col at random shapes, with the same bits at 1, 2 and 3 threads") {
  for (std::uint64_t seed = 0; seed < 12000; seed += 100) check<Disjoint>(random_windows(seed), seed);
}

TEST_CASE("windows of bfloat16s side by side agree with im2col of the same floats") {
  for (std::uint64_t seed = 0; seed < 4000; seed += 100) check<Disjoint, BFloat16>(random_windows(seed), seed);
  check<Disjoint, BFloat16>({side_by_side(8, 8, 140, 300, 2), 2, 0, true, false, true, false}, 1);
  check<Disjoint, BFloat16>({side_by_side(3, 2, 530, 530, 1), 3, 1, false, true, false, true}, 4);
}

TEST_CASE("windows side by side agree with im2col with more channels and filters than a piece of the gradient") {
  check<Disjoint>({side_by_side(8, 8, 140, 300, 2), 2, 0, true, false, true, false}, 1);
  check<Disjoint>({side_by_side(16, 17, 130, 33, 1), 3, 1, false, true, false, true}, 2);
}

TEST_CASE("windows side by side agree with im2col with weights larger than a thread's cache") {
  check<Disjoint>({side_by_side(9, 8, 270, 300, 2), 4, 0, true, false, true, false}, 3);
  check<Disjoint>({side_by_side(3, 2, 530, 530, 1), 3, 1, false, true, false, true}, 4);
}

TEST_CASE("the bias gradient of a transposed convolution is the sum of all pixels") {
  for (const int channels : {3, 32, 150}) {
    const ConvGeometry g = side_by_side(9, 11, channels, 70, 2);
    const FloatImage x(2 * g.in.pixels(), channels, 1, 1, 5), dy(2 * g.out.pixels(), 70, 0, 1, 6);
    std::vector<float> dweight(g.weights()), got(channels, 1.0f), want(channels, 1.0f);
    Buffer<float> memory(disjoint_gradient_scratch(g, 2, 2)), sums(bias_gradient_scratch(2 * g.in.pixels(), channels));
    disjoint_weight_gradient<float>({g, 2, x, dy, dweight.data(), {.channels = got.data()}}, {memory.data(), 2});
    bias_gradient<float>(2 * g.in.pixels(), channels, x, want.data(), {sums.data(), 2});
    CHECK(difference(got, want) < 1e-5);
  }
}

TEST_CASE("windows side by side have the same bits where results go past the caches") {
  for (const Extent kernel : {Extent(1), Extent(2)}) {
    const ConvGeometry g = side_by_side(256 / kernel.height, 130 / kernel.width, 64, kernel == 1 ? 64 : 128, kernel);
    same_bits_past_the_caches<Disjoint>(g);
  }
}

TEST_CASE("the scratch of windows side by side for a batch is enough for every smaller one") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto random = [&](int i, int limit) { return 1 + static_cast<int>(Random(seed).below(limit, i)); };
    const ConvGeometry g = side_by_side(random(0, 30), random(1, 30), random(2, 300), random(3, 300), random(4, 3));
    scratch_is_enough_for_short_batches(g, [](const ConvGeometry& c, std::size_t batch, int panel) {
      return kernels::detail::DisjointPlan(c, batch, panel);
    });
    scratch_is_enough_for_short_batches(g, [](const ConvGeometry& c, std::size_t batch, int) {
      return kernels::detail::DisjointGradientPlan(c, batch);
    });
  }
}

}  // namespace disjoint_convolution_test
