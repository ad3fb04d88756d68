#pragma once
// What changes each value of an image by itself.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "unetpp/core/random.hpp"
#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/image/pixels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::detail {

/// What becomes of each value of a channel.
using ValueTable = std::array<std::uint8_t, 256>;

/// The drawn gain, brightness, contrast and gamma, in this order, cut to [0, 1] before the gamma and rounded once.
class DrawnColour {
 public:
  DrawnColour(const AugmentConfig& config, Random random)
      : config_(config), gain_(random, Operation::gain), gains_(gain_.happens(config.gain.probability)) {
    if (const Draws draws(random, Operation::brightness); draws.happens(config.brightness.probability))
      shift_ = draws.between(config.brightness.shift, 1);
    if (const Draws draws(random, Operation::contrast); draws.happens(config.contrast.probability))
      contrast_ = draws.between(config.contrast.factor, 1);
    if (const Draws draws(random, Operation::gamma); draws.happens(config.gamma.probability))
      exponent_ = draws.between_logarithms(config.gamma.exponent, 1);
  }

  bool changes_nothing() const { return !gains_ && shift_ == 0 && contrast_ == 1 && exponent_ == 1; }
  bool needs_means() const { return contrast_ != 1; }

  /// Units   mean: [0, 1].
  ValueTable table(int channel, double mean) const {
    const double gain = gains_ ? gain_.between(config_.gain.factor, 1 + channel) : 1;
    const double centre = gain * mean + shift_;
    ValueTable table;
    for (int v = 0; v < 256; ++v) {
      const double moved = centre + contrast_ * (gain * (v / 255.0) + shift_ - centre);
      const double value = std::clamp(moved, 0.0, 1.0);
      table[v] = static_cast<std::uint8_t>(255 * (exponent_ == 1 ? value : std::pow(value, exponent_)) + 0.5);
    }
    return table;
  }

 private:
  const AugmentConfig& config_;
  Draws gain_;
  bool gains_;
  double shift_ = 0;
  double contrast_ = 1;
  double exponent_ = 1;
};

/// Each channel's.
/// Units   [0, 1].
inline std::vector<double> channel_means(const Raster& image) {
  std::vector<std::uint64_t> sums(image.channels);
  for (auto value = image.values.begin(); value != image.values.end();)
    for (std::uint64_t& sum : sums) sum += *value++;
  std::vector<double> means;
  for (const std::uint64_t sum : sums) means.push_back(static_cast<double>(sum) / (255.0 * image.width * image.height));
  return means;
}

inline void recolour(Raster& image, const DrawnColour& colour) {
  if (colour.changes_nothing()) return;
  std::vector<double> means(image.channels);
  if (colour.needs_means()) means = channel_means(image);
  std::vector<ValueTable> tables;
  for (int c = 0; c < image.channels; ++c) tables.push_back(colour.table(c, means[c]));
  for (auto value = image.values.begin(); value != image.values.end();)
    for (const ValueTable& table : tables) {
      *value = table[*value];
      ++value;
    }
}

}  // namespace unetpp::detail

#pragma GCC diagnostic pop
