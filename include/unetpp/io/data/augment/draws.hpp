#pragma once
// What the operations on a sample draw.

#include <array>
#include <cmath>
#include <cstdint>

#include "unetpp/core/random.hpp"
#include "unetpp/io/data/augment/augment_config.hpp"

namespace unetpp::detail {

/// The operations that draw. Another order makes other numbers of the same seed.
enum class Operation : std::uint64_t {
  flip,
  rotation,
  scale,
  shift,
  shear,
  elastic,
  crop,
  gain,
  brightness,
  contrast,
  gamma,
  hue,
  saturation,
  blur,
  low_resolution,
  noise,
  cutout,
};

/// The numbers of one operation on one sample: those at 2^40 positions of the sample's own, so that no operation changes
/// what another one draws.
class Draws {
 public:
  constexpr Draws(Random sample, Operation operation)
      : random_(sample), first_(static_cast<std::uint64_t>(operation) << 40) {}

  /// Uniform in [0, 1).
  constexpr float uniform(std::uint64_t i) const { return random_.uniform(first_ + i); }
  /// Whether the operation happens, which number 0 decides.
  constexpr bool happens(float probability) const { return uniform(0) < probability; }
  float between(Range range, std::uint64_t i) const { return std::lerp(range.low, range.high, uniform(i)); }
  /// Evenly in the logarithm; of positive numbers.
  float between_logarithms(Range range, std::uint64_t i) const {
    return range.low * std::pow(range.high / range.low, uniform(i));
  }
  /// An integer in [0, bound).
  constexpr std::uint32_t below(std::uint32_t bound, std::uint64_t i) const { return random_.below(bound, first_ + i); }
  /// Standard normal, of the numbers 64 + 2 i and 65 + 2 i.
  float normal(std::uint64_t i) const { return random_.normal(first_ / 2 + 32 + i); }
  /// Random bits, of the numbers 64 + 4 i to 67 + 4 i.
  constexpr std::array<std::uint32_t, 4> block(std::uint64_t i) const { return random_.block(first_ / 4 + 16 + i); }

 private:
  Random random_;
  std::uint64_t first_;
};

}  // namespace unetpp::detail
