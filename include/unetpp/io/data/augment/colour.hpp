#pragma once
// What changes each value of an image by itself.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "unetpp/core/random.hpp"
#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/image/pixels.hpp"

// Counts and positions are int, sizes std::size_t; none is negative.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"

namespace unetpp::detail {

/// What becomes of the values of one channel, which are over their full scale.
struct ChannelColour {
  double gain;
  double shift;
  double contrast;
  double centre;  ///< the channel's mean after gain and shift, about which the contrast is
  double exponent;

  /// Before it is cut to [0, 1].
  double moved(double value) const { return centre + contrast * (gain * value + shift - centre); }
  /// Of a number of either sign, which stays.
  double power(double value) const {
    return exponent == 1 ? value : std::copysign(std::pow(std::abs(value), exponent), value);
  }
  template <PixelValue T>
  T operator()(T value) const {
    if constexpr (std::is_same_v<T, float>)
      return static_cast<float>(power(moved(value)));
    else
      return static_cast<T>(full_scale<T> * power(std::clamp(moved(value / double{full_scale<T>}), 0.0, 1.0)) + 0.5);
  }
};

/// The drawn gain, brightness, contrast and gamma, in this order, cut to [0, 1] before the gamma (but for floats, whose
/// gamma keeps the sign) and rounded once.
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

  /// Units   mean: of values over their full scale.
  ChannelColour of(int channel, double mean) const {
    const double gain = gains_ ? gain_.between(config_.gain.factor, 1 + channel) : 1;
    return {gain, shift_, contrast_, gain * mean + shift_, exponent_};
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
/// Units   Of values over their full scale.
template <PixelValue T>
std::vector<double> channel_means(const PixelView<T>& image) {
  std::vector<std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>> sums(image.channels);
  for (auto value = image.values.begin(); value != image.values.end();)
    for (auto& sum : sums) sum += *value++;
  std::vector<double> means;
  for (const auto sum : sums)
    means.push_back(static_cast<double>(sum) / (double{full_scale<T>} * image.width * image.height));
  return means;
}

/// Makes of each value what its channel's function makes of it.
template <PixelValue T, class Function>
void change_values(std::span<T> values, std::span<const Function> channels) {
  T* const end = values.data() + values.size();
  for (T* pixel = values.data(); pixel != end; pixel += channels.size())
    for (std::size_t c = 0; c < channels.size(); ++c) pixel[c] = channels[c](pixel[c]);
}

/// What becomes of each value of 8 bits.
class ValueTable {
 public:
  explicit ValueTable(const ChannelColour& colour) {
    for (int v = 0; v < 256; ++v) values_[v] = colour(static_cast<std::uint8_t>(v));
  }
  std::uint8_t operator()(std::uint8_t value) const { return values_[value]; }

 private:
  std::array<std::uint8_t, 256> values_;
};

inline void recolour(Raster& image, const DrawnColour& colour) {
  if (colour.changes_nothing()) return;
  std::vector<double> means(image.channels);
  if (colour.needs_means()) means = visit_pixels(image, [](const auto& pixels) { return channel_means(pixels); });
  std::vector<ChannelColour> channels;
  for (int c = 0; c < image.channels; ++c) channels.push_back(colour.of(c, means[c]));
  visit_values(image, [&]<class T>(std::vector<T>& values) {
    if constexpr (std::is_same_v<T, std::uint8_t>) {
      const std::vector<ValueTable> tables(channels.begin(), channels.end());
      change_values<T, ValueTable>(values, tables);
    } else {
      change_values<T, ChannelColour>(values, channels);
    }
  });
}

}  // namespace unetpp::detail

#pragma GCC diagnostic pop
