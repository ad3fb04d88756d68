#include "unetpp/io/data/augment/colour.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../../../catch.hpp"
#include "samples.hpp"

namespace colour_test {

using namespace augment_tests;

namespace {

constexpr unetpp::Range only(float value) { return {value, value}; }

/// Whether every value became what the formula says, in [0, 1], of value, its channel's mean and the channel.
template <class Formula>
void check_values(const AugmentConfig& config, int channels, const Formula& formula) {
  const Sample sample = random_sample(40, 30, channels), changed = made(config, sample);
  CHECK(changed.mask.values == sample.mask.values);
  for (int c = 0; c < channels; ++c) {
    double mean = 0;
    for (int i = 0; i < 1200; ++i) mean += value(sample, 0, i, c) / 255.0 / 1200;
    for (int i = 0; i < 1200; ++i) {
      const double expected = 255 * std::clamp<double>(formula(value(sample, 0, i, c) / 255.0, mean, c), 0, 1);
      CHECK(std::abs(value(changed, 0, i, c) - expected) <= 0.5001);
    }
  }
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("brightness adds, contrast stretches about each channel's mean, gamma raises to a power", "",
                       ((int Channels), Channels), 1, 3, 4) {
  check_values({.brightness = {1, only(0.2f)}}, Channels, [](double v, double, int) { return v + 0.2f; });
  check_values({.brightness = {1, only(-0.3f)}}, Channels, [](double v, double, int) { return v - 0.3f; });
  check_values({.contrast = {1, only(1.7f)}}, Channels,
               [](double v, double mean, int) { return mean + 1.7f * (v - mean); });
  check_values({.contrast = {1, only(0)}}, Channels, [](double, double mean, int) { return mean; });
  check_values({.gamma = {1, only(2.5f)}}, Channels, [](double v, double, int) { return std::pow(v, 2.5f); });
}

TEST_CASE("gain, brightness, contrast and gamma follow each other without rounding") {
  const AugmentConfig config{
      .gain = {1, only(0.8f)}, .brightness = {1, only(0.1f)}, .contrast = {1, only(1.4f)}, .gamma = {1, only(0.6f)}};
  check_values(config, 3, [](double v, double mean, int) {
    const double centre = 0.8f * mean + 0.1f, moved = centre + 1.4f * (0.8f * v + 0.1f - centre);
    return std::pow(std::clamp(moved, 0.0, 1.0), double{0.6f});
  });
}

TEST_CASE("each channel has a gain of its own, drawn from its range") {
  Sample grey = random_sample(1, 1, 5);
  std::ranges::fill(grey.image.values, std::uint8_t{100});
  double least = 255, most = 0, sum = 0;
  int alike = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Sample changed = made({.gain = {1, {0.5f, 2}}}, grey, seed);
    alike += std::ranges::adjacent_find(changed.image.values) != changed.image.values.end();
    for (const double v : changed.image.values) {
      least = std::min(least, v);
      most = std::max(most, v);
      sum += v / 1000;
    }
  }
  CHECK(alike < 20);
  CHECK(least >= 50);
  CHECK(least < 52);
  CHECK(most <= 200);
  CHECK(most > 198);
  CHECK(sum == Approx(125).margin(4));
}

TEST_CASE("a gamma is drawn evenly in its logarithm: as often below the middle as above") {
  Sample grey = random_sample(1, 1, 1);
  grey.image.values[0] = 128;
  int darker = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    darker += made({.gamma = {1, {0.25f, 4}}}, grey, seed).image.values[0] < 128;
  CHECK(std::abs(darker - 200) < 40);
}

}  // namespace colour_test
