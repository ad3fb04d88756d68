#include "../compare.hpp"

namespace few_channels_convolution_test {

using namespace compare;

namespace {

struct FewChannels : BySet {
  static std::size_t scratch(const ConvGeometry& g, std::size_t, int threads) {
    return few_channels_scratch(g, threads);
  }
  static std::size_t gradient_scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return few_channels_gradient_scratch(g, batch, threads);
  }
  template <class T>
  static void convolve(const ConvOperands<T>& of, Scratch memory, InstructionSet set) {
    few_channels_convolve(of, memory, micro_kernels(set));
  }
  template <class T>
  static void transposed(const ConvOperands<T>& of, Scratch memory, InstructionSet set) {
    few_channels_convolve_transposed(of, memory, micro_kernels(set));
  }
  template <class T>
  static void weight_gradient(const WeightGradientOperands<T>& of, Scratch memory, InstructionSet set) {
    few_channels_weight_gradient(of, memory, micro_kernels(set));
  }
};

ConvGeometry same(int height, int width, int channels, int filters) {
  return {{height, width, channels}, {height, width, filters}, 3, 1, 1, 1, 1};
}

Case random_few(std::uint64_t seed) {
  return random_case(seed, [](const auto& random) {
    const int most = random(9, 4) == 0 ? 40 : 14;
    const int few = 1 + random(2, 4), many = 1 + random(3, 70);
    const int height = 1 + random(0, most), width = 1 + random(1, most);
    return random(10, 2) ? same(height, width, few, many) : same(height, width, many, few);
  });
}

}  // namespace

TEST_CASE("convolutions of few channels agree with im2col at random shapes, with the same bits at 1, 2 and 3 threads") {
  for (std::uint64_t seed = 0; seed < 12000; seed += 100) check<FewChannels>(random_few(seed), seed);
}

TEST_CASE("convolutions of few channels of bfloat16s agree with im2col of the same floats") {
  for (std::uint64_t seed = 0; seed < 4000; seed += 100) check<FewChannels, BFloat16>(random_few(seed), seed);
  check<FewChannels, BFloat16>({same(35, 130, 3, 40), 2, 0, true, false, true, false}, 1);
  check<FewChannels, BFloat16>({same(70, 65, 40, 4), 1, 1, true, true, false, true}, 2);
}

TEST_CASE("convolutions from few channels to few agree with im2col") {
  for (int channels = 1; channels <= few_channels; ++channels)
    for (int filters = 1; filters <= few_channels; ++filters)
      check<FewChannels>({same(5, 65, channels, filters), 2, 0, true, false, true, false}, 3);
}

TEST_CASE("convolutions of few channels agree with im2col where rows and images are cut into pieces") {
  check<FewChannels>({same(35, 130, 3, 40), 2, 0, true, false, true, false}, 1);
  check<FewChannels>({same(70, 65, 40, 4), 1, 1, true, true, false, true}, 2);
}

TEST_CASE("convolutions of few channels have the same bits where results go past the caches") {
  same_bits_past_the_caches<FewChannels>(same(127, 130, 4, 64));
}

}  // namespace few_channels_convolution_test
