#include "../compare.hpp"
#include "unetpp/kernels/convolution/winograd_gradient.hpp"

namespace winograd_test {

using namespace compare;

namespace {

/// With every instruction set, and as on processors whose cores share their last cache and on those with caches a group.
struct Winograd {
  struct Way {
    InstructionSet set;
    Caches caches;

    friend std::string to_string(const Way& way) {
      return std::string(kernels::to_string(way.set)) +
             (way.caches == Caches::grouped ? ", grouped caches" : ", shared caches");
    }
  };
  static std::vector<Way> ways() {
    std::vector<Way> all;
    for (const InstructionSet set : supported_sets())
      for (const Caches caches : {Caches::shared, Caches::grouped}) all.push_back({set, caches});
    return all;
  }
  static std::size_t scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return winograd_scratch(g, batch, threads);
  }
  static std::size_t gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return winograd_gradient_scratch(g, batch, threads);
  }
  template <class T>
  static void convolve(const ConvOperands<T>& of, Scratch memory, const Way& way) {
    winograd_convolve(of, memory, micro_kernels(way.set), way.caches);
  }
  template <class T>
  static void transposed(const ConvOperands<T>& of, Scratch memory, const Way& way) {
    winograd_convolve_transposed(of, memory, micro_kernels(way.set), way.caches);
  }
  template <class T>
  static void weight_gradient(const WeightGradientOperands<T>& of, Scratch memory, const Way& way) {
    winograd_weight_gradient(of, memory, micro_kernels(way.set), way.caches);
  }
};

ConvGeometry same(int height, int width, int channels, int filters,
                  ConvAlgorithm algorithm = ConvAlgorithm::winograd4) {
  return {{height, width, channels}, {height, width, filters}, 3, 1, 1, 1, 1, algorithm};
}

Case random_winograd(std::uint64_t seed) {
  return random_case(seed, [](const auto& random) {
    const int most = random(9, 4) == 0 ? 40 : 14;
    return same(1 + random(0, most), 1 + random(1, most), 1 + random(2, 70), 1 + random(3, 70),
                random(10, 3) ? ConvAlgorithm::winograd4 : ConvAlgorithm::winograd2);
  });
}

}  // namespace

TEST_CASE("in a workspace for few tiles of 4x4 Winograd's are of 2x2, unless an algorithm is asked for") {
  const auto algorithm = [](int height, int width, ConvAlgorithm asked, std::size_t capacity) {
    return in_workspace(same(height, width, 16, 16, asked), capacity).algorithm;
  };
  CHECK(algorithm(8, 8, ConvAlgorithm::automatic, 1) == ConvAlgorithm::winograd2);
  CHECK(algorithm(3, 4, ConvAlgorithm::automatic, 4) == ConvAlgorithm::winograd2);
  CHECK(algorithm(8, 8, ConvAlgorithm::automatic, 2) == ConvAlgorithm::automatic);
  CHECK(algorithm(9, 8, ConvAlgorithm::automatic, 1) == ConvAlgorithm::automatic);
  CHECK(algorithm(8, 8, ConvAlgorithm::winograd4, 1) == ConvAlgorithm::winograd4);
  CHECK(in_workspace({{1, 1, 16}, {1, 1, 16}, 1, 1, 1, 0, 0}, 1).algorithm == ConvAlgorithm::automatic);
}

TEST_CASE("Winograd agrees with im2col at random shapes, with the same bits at 1, 2 and 3 threads") {
  for (std::uint64_t seed = 0; seed < 12000; seed += 100) check<Winograd>(random_winograd(seed), seed);
}

TEST_CASE("Winograd of bfloat16s agrees with im2col of the same floats") {
  for (std::uint64_t seed = 0; seed < 4000; seed += 100) check<Winograd, BFloat16>(random_winograd(seed), seed);
  check<Winograd, BFloat16>({same(33, 37, 64, 60), 2, 0, true, false, true, false}, 1);
  check<Winograd, BFloat16>({same(8, 8, 300, 130), 1, 1, false, true, false, true}, 2);
  check<Winograd, BFloat16>({same(17, 19, 130, 70, ConvAlgorithm::winograd2), 2, 1, false, true, false, true}, 3);
}

TEST_CASE("Winograd agrees with im2col at many channels, where threads share out filters, tiles or squares of both") {
  check<Winograd>({same(33, 37, 64, 60), 3, 0, true, false, true, false}, 1);
  check<Winograd>({same(57, 61, 130, 100), 1, 1, true, false, true, false}, 1);
  check<Winograd>({same(9, 7, 140, 256), 2, 0, true, false, true, false}, 1);
  check<Winograd>({same(8, 8, 300, 130), 1, 1, false, true, false, true}, 2);
  check<Winograd>({same(41, 39, 256, 128), 2, 0, false, false, false, false}, 2);
  check<Winograd>({same(45, 41, 256, 70), 1, 0, false, true, false, false}, 2);
  check<Winograd>({same(17, 19, 130, 256, ConvAlgorithm::winograd2), 2, 1, false, true, false, true}, 3);
}

TEST_CASE("Winograd has the same bits where results go past the caches") {
  same_bits_past_the_caches<Winograd>(same(127, 130, 64, 64));
}

TEST_CASE("Winograd's transformed tiles have the same bits past the caches") {
  const int height = 9, width = 7, channels = 70;
  const FloatImage image(height * width, channels, 3, 1, 1);
  for (const InstructionSet set : supported_sets()) {
    const MicroKernels& kernels = micro_kernels(set);
    const TileGrid grid(height, width, 4);
    const int tiles = static_cast<int>(grid.in_image());
    const std::size_t plane = std::size_t{1} * tiles * kernels.panel, panel = 36 * plane;
    const auto transformed = [&](auto transform, bool stream) {
      Buffer<float> to(parts_of(channels, kernels.panel) * panel, -1.0f);
      transform(grid, image.memory.data(), image.stride, channels, 0, tiles, {to.data(), plane, panel, stream});
      return to;
    };
    CHECK(transformed(image_kernels<float>(set).winograd4.input, true) ==
          transformed(image_kernels<float>(set).winograd4.input, false));
    CHECK(transformed(image_kernels<float>(set).winograd4.gradient, true) ==
          transformed(image_kernels<float>(set).winograd4.gradient, false));
  }
}

TEST_CASE("Winograd's scratch for a batch is enough for every smaller one") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto random = [&](int i, int limit) { return 1 + static_cast<int>(Random(seed).below(limit, i)); };
    const ConvGeometry g = same(random(0, 40), random(1, 40), random(2, 200), random(3, 200));
    scratch_is_enough_for_short_batches(g, [](const ConvGeometry& c, std::size_t batch, int panel) {
      return kernels::detail::WinogradPlan(c.in, c.out.channels, 4, batch, panel);
    });
    scratch_is_enough_for_short_batches(g, [](const ConvGeometry& c, std::size_t batch, int panel) {
      return kernels::detail::WinogradGradientPlan(c, batch, panel);
    });
  }
}

}  // namespace winograd_test
