#include "unetpp/kernels/patch_convolution.hpp"

#include "compare.hpp"

using namespace compare;

namespace {

struct Patches {
  static constexpr auto scratch = patch_scratch;
  static constexpr auto convolve = [](auto... arguments) { patch_convolve(arguments...); };
  static constexpr auto transposed = [](auto... arguments) { patch_convolve_transposed(arguments...); };
  static constexpr auto weight_gradient = [](const ConvGeometry& g, std::size_t batch, ConstPixels x, ConstPixels dy,
                                             float* dweight, float* dbias, Scratch memory, const MicroKernels& set) {
    patch_weight_gradient(g, batch, x, dy, dweight, memory, set);
    Buffer<float> sums(bias_gradient_scratch(batch * g.out.pixels(), g.out.channels));
    if (dbias) bias_gradient(batch * g.out.pixels(), g.out.channels, dy, dbias, {sums.data(), memory.threads});
  };
};

ConvGeometry patches(int height, int width, int channels, int filters, Extent kernel) {
  return {{height * kernel.height, width * kernel.width, channels}, {height, width, filters}, kernel, kernel, 1, 0, 0};
}

}  // namespace

TEST_CASE("windows side by side agree with im2col at random shapes, with the same bits at 1, 2 and 3 threads") {
  for (std::uint64_t seed = 0; seed < 12000; seed += 100)
    check<Patches>(random_case(seed,
                               [](const auto& random) {
                                 const int most = random(9, 4) == 0 ? 40 : 10;
                                 return patches(1 + random(0, most), 1 + random(1, most), 1 + random(2, 70),
                                                1 + random(3, 70), Extent(1 + random(7, 3), 1 + random(8, 3)));
                               }),
                   seed);
}

TEST_CASE("windows side by side agree with im2col with more channels and filters than a piece of the gradient") {
  check<Patches>({patches(8, 8, 140, 300, 2), 2, 0, true, false, true, false}, 1);
  check<Patches>({patches(16, 17, 130, 33, 1), 3, 1, false, true, false, true}, 2);
}
