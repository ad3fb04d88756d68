#pragma once
// Random numbers that depend on a seed, a stream and a position only: any thread can make any of them, in any order.

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <utility>
#include <vector>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// Philox4x32-10: four random 32-bit words for a 128-bit counter under a 64-bit key.
/// Source  Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
constexpr std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                                  std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ull * counter[0];
    const std::uint64_t b = 0xCD9E8D57ull * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// One stream of random numbers under a seed. Streams of one seed are independent of each other; number i of a stream
/// can be had without the ones before it.
class Random {
 public:
  constexpr explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : seed_(seed), stream_(stream) {}

  constexpr std::uint64_t seed() const { return seed_; }
  constexpr std::uint64_t stream() const { return stream_; }

  /// 32 random bits at a position.
  constexpr std::uint32_t bits(std::uint64_t position) const { return block(position / 4)[position % 4]; }

  /// The bits at the positions 4 * number to 4 * number + 3, which take no longer than those at one of them.
  constexpr std::array<std::uint32_t, 4> block(std::uint64_t number) const {
    return philox4x32({low(number), high(number), low(stream_), high(stream_)}, {low(seed_), high(seed_)});
  }

  /// Uniform in [0, 1), a multiple of 2^-24.
  constexpr float uniform(std::uint64_t position) const { return static_cast<float>(bits(position) >> 8) * 0x1p-24f; }

  /// Standard normal.
  /// Source  Box & Muller, 1958.
  float normal(std::uint64_t position) const {
    const double u = (bits(2 * position) + 1.0) * 0x1p-32;
    const double v = bits(2 * position + 1) * 0x1p-32;
    return static_cast<float>(std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v));
  }

  /// An integer in [0, bound); bound > 0.
  constexpr std::uint32_t below(std::uint32_t bound, std::uint64_t position) const {
    return static_cast<std::uint32_t>(std::uint64_t{bits(position)} * bound >> 32);
  }

 private:
  static constexpr std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
  static constexpr std::uint32_t high(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }

  std::uint64_t seed_;
  std::uint64_t stream_;
};

/// What random numbers are for: the uses of one seed have streams that do not meet; `user` is for programs.
enum class RandomUse : std::uint64_t { weights, split, order, user, report, layer, transform };

/// Stream `number` of a use, number < 2^60.
constexpr std::uint64_t random_stream(RandomUse use, std::uint64_t number = 0) {
  return static_cast<std::uint64_t>(use) << 60 | number;
}

/// The numbers 0 .. count-1 in a random order.
/// Source  Durstenfeld's shuffle (Knuth, TAOCP 2, algorithm P).
inline std::vector<std::size_t> permutation(std::size_t count, Random random) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = count; i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i), i)]);
  return order;
}

}  // namespace unetpp
