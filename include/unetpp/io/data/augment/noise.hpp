#pragma once
// Normal noise, quickly.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp::detail {

/// A standard normal number for each of 4096 that are as likely, so that 16 random bits make one: the middles of as many
/// equal parts of the distribution, the largest 3.67, spread to variance 1.
class NormalTable {
 public:
  float operator[](std::uint32_t i) const { return values_[i]; }
  static constexpr std::size_t size = 4096;

  static const NormalTable& shared() {
    static const NormalTable table;
    return table;
  }

 private:
  NormalTable() {
    std::array<double, size> values;
    double z = -4, squares = 0;
    for (std::size_t i = 0; i < size / 2; ++i) {
      const double share = (static_cast<double>(i) + 0.5) / size;
      for (int step = 0; step < 8; ++step)  // Newton's method
        z -= (std::erfc(-z / std::numbers::sqrt2) / 2 - share) / (std::exp(-z * z / 2) * inverse_root);
      values[i] = z;
      values[size - 1 - i] = -z;
      squares += 2 * z * z;
    }
    for (std::size_t i = 0; i < size; ++i) values_[i] = static_cast<float>(values[i] / std::sqrt(squares / size));
  }

  static constexpr double inverse_root = std::numbers::inv_sqrtpi / std::numbers::sqrt2;  // 1 / sqrt(2 pi)
  std::array<float, size> values_;
};

template <PixelValue T>
void add_noise(std::span<T> values, const AugmentConfig::Noise& config, Draws draws) {
  const NormalTable& normal = NormalTable::shared();
  const float sigma = full_scale<T> * draws.between(config.sigma, 1);
  constexpr std::size_t a_block = 8;  // numbers of 16 bits
  for (std::size_t begin = 0; begin < values.size(); begin += a_block) {
    const std::array<std::uint32_t, 4> bits = draws.block(begin / a_block);
    const std::size_t end = std::min(values.size(), begin + a_block);
    for (std::size_t i = begin; i < end; ++i) {
      const float z = normal[(bits[(i - begin) / 2] >> (i % 2 * 16)) % NormalTable::size];
      values[i] = cut_to<T>(static_cast<float>(values[i]) + sigma * z + rounding<T>);
    }
  }
}

inline void add_noise(Raster& image, const AugmentConfig::Noise& config, const Draws& draws) {
  if (!draws.happens(config.probability)) return;
  visit_values(image, [&]<class T>(std::vector<T>& values) { add_noise<T>(values, config, draws); });
}

}  // namespace unetpp::detail
