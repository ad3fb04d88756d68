#include "unetpp/kernels/convolution/amx_convolution.hpp"

#include <bit>

#include "../compare.hpp"
#include "scalar_amx.hpp"
#include "unetpp/kernels/convolution/amx_disjoint.hpp"

using namespace compare;

namespace {

/// By the scalar twin of a matrix unit's kernels, and by the unit if this machine has one.
struct OnAmx {
  struct Way {
    const AmxKernels<float>* kernels;

    friend std::string to_string(const Way& way) { return way.kernels == &scalar_amx::kernels ? "scalar twin" : "AMX"; }
  };
  static std::vector<Way> ways() {
    std::vector<Way> all{{&scalar_amx::kernels}};
    if (supports(InstructionSet::amx)) all.push_back({&amx_kernels<float>()});
    return all;
  }
};

struct Same : OnAmx {
  static std::size_t scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return amx_scratch(g, batch, threads);
  }
  static void convolve(const ConvOperands<float>& of, Scratch memory, const Way& way) {
    amx_convolve(of, memory, *way.kernels);
  }
  static void transposed(const ConvOperands<float>& of, Scratch memory, const Way& way) {
    amx_convolve_transposed(of, memory, *way.kernels);
  }
};

struct SideBySide : OnAmx {
  static std::size_t scratch(const ConvGeometry& g, std::size_t batch, int threads) {
    return amx_disjoint_scratch(g, batch, threads);
  }
  static void convolve(const ConvOperands<float>& of, Scratch memory, const Way& way) {
    amx_disjoint_convolve(of, memory, *way.kernels);
  }
  static void transposed(const ConvOperands<float>& of, Scratch memory, const Way& way) {
    amx_disjoint_convolve_transposed(of, memory, *way.kernels);
  }
};

ConvGeometry same(int height, int width, int channels, int filters) {
  return {{height, width, channels}, {height, width, filters}, 3, 1, 1, 1, 1};
}

ConvGeometry side_by_side(int height, int width, int channels, int filters, int side) {
  return {{height * side, width * side, channels}, {height, width, filters}, side, side, 1, 0, 0};
}

}  // namespace

TEST_CASE(
    "3x3 convolutions on a matrix unit agree with im2col at random shapes, with the same bits at 1, 2 and 3 threads") {
  for (std::uint64_t seed = 0; seed < 12000; seed += 100)
    check<Same>(random_case(seed,
                            [](const auto& random) {
                              const int most = random(9, 4) == 0 ? 40 : 14;
                              return same(1 + random(0, most), 1 + random(1, most), 1 + random(2, 70),
                                          1 + random(3, 70));
                            }),
                seed);
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
  for (std::uint64_t seed = 0; seed < 12000; seed += 100)
    check<SideBySide>(random_case(seed,
                                  [](const auto& random) {
                                    const int most = random(9, 4) == 0 ? 20 : 7;
                                    return side_by_side(1 + random(0, most), 1 + random(1, most), 1 + random(2, 70),
                                                        1 + random(3, 70), 1 + random(7, 3));
                                  }),
                      seed);
}

TEST_CASE("convolutions side by side on a matrix unit agree with im2col at many channels and long runs") {
  check<SideBySide>({side_by_side(9, 70, 64, 33, 2), 3, 0, true, false, true, false}, 1);
  check<SideBySide>({side_by_side(5, 6, 300, 600, 2), 2, 1, false, true, false, true}, 2);
}

TEST_CASE("convolutions on a matrix unit have the same bits where results go past the caches") {
  same_bits_past_the_caches<Same>(same(127, 130, 64, 64));
  same_bits_past_the_caches<SideBySide>(side_by_side(128, 130, 64, 64, 2));
}

TEST_CASE("infinity and NaN stay not finite on a matrix unit") {
  const ConvGeometry g = same(16, 16, 32, 32);
  const Image weight(g.weights(), 1, 0, 1, 1);
  for (const Same::Way& way : Same::ways())
    for (const float value : {INFINITY, -INFINITY, std::nanf(""), std::bit_cast<float>(0xffffffffu)}) {
      Image x(256, 32, 0, 1, 2), y(256, 32, 0, 0, 3);
      x.memory[(5 * 16 + 5) * 32 + 7] = value;
      Buffer<float> scratch(amx_scratch(g, 1, 1));
      amx_convolve({g, 1, x, weight.memory.data(), y}, {scratch.data(), 1}, *way.kernels);
      for (int p = 0; p < 256; ++p) {
        const bool near = std::abs(p / 16 - 5) <= 1 && std::abs(p % 16 - 5) <= 1;
        CHECK(std::isfinite(y.memory[p * 32]) == !near);
      }
    }
}

TEST_CASE("a matrix unit's scratch for a batch is enough for every smaller one") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const auto random = [&](int i, int limit) { return 1 + static_cast<int>(Random(seed).below(limit, i)); };
    const ConvGeometry g = same(random(0, 40), random(1, 40), random(2, 600), random(3, 600));
    scratch_is_enough_for_short_batches(g, [](const ConvGeometry& c, std::size_t batch, int) {
      return kernels::detail::AmxPlan(c.in, c.out.channels, batch);
    });
    for (const bool transposed : {false, true})
      scratch_is_enough_for_short_batches(side_by_side(random(0, 20), random(1, 20), random(2, 200), random(3, 200), 2),
                                          [&](const ConvGeometry& c, std::size_t batch, int) {
                                            return kernels::detail::AmxDisjointPlan(c, transposed, batch);
                                          });
  }
}
