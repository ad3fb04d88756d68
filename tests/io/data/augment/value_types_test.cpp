// Every operation on images of 16 bits and of floats, against the same on 8 bits.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "../../../catch.hpp"
#include "samples.hpp"
#include "unetpp/io/data/augment.hpp"

namespace value_types_test {

using namespace augment_tests;
using namespace unetpp;

namespace {

Sample in_16_bits(Sample sample) {
  for (const std::uint8_t value : sample.image.values)
    sample.image.values16.push_back(static_cast<std::uint16_t>(257 * value));
  sample.image.values.clear();
  return sample;
}

Sample in_floats(Sample sample) {
  for (const std::uint8_t value : sample.image.values) sample.image.floats.push_back(value / 255.0f);
  sample.image.values.clear();
  return sample;
}

struct Operation {
  std::string name;
  AugmentConfig config;
  double levels = 0.51;  ///< how far 8 bits may be from values that are not rounded to them
};

std::vector<Operation> operations() {
  return {
      {"warp", {.rotation = {.probability = 1}, .elastic = {.probability = 1}}},
      {"warp with a border",
       {.shift = {.probability = 1, .height = {0.3f, 0.3f}}, .border = {.fill = true, .value = 77}}},
      {"gain", {.gain = {.probability = 1, .factor = {0.5f, 1.5f}}}},
      {"brightness", {.brightness = {.probability = 1}}},
      {"contrast", {.contrast = {.probability = 1, .factor = {1.5f, 1.5f}}}},
      {"gamma", {.gamma = {.probability = 1, .exponent = {0.5f, 0.5f}}}},
      {"hue", {.hue = {.probability = 1, .degrees = {50, 50}}}},
      {"saturation", {.saturation = {.probability = 1, .factor = {0.4f, 0.4f}}}},
      {"blur", {.blur = {.probability = 1}}},
      {"low resolution", {.low_resolution = {.probability = 1, .factor = {0.4f, 0.6f}}}, 1.01},
      {"noise", {.noise = {.probability = 1, .sigma = {0.2f, 0.2f}}}},
      {"cutout", {.cutout = {.probability = 1, .value = 99}}},
  };
}

}  // namespace

TEST_CASE("every operation makes of 16 bits and of floats what it makes of 8 bits, but for their rounding") {
  const Sample bytes = random_sample(23, 17, 3);
  for (const auto& [name, config, levels] : operations()) {
    CAPTURE(name);
    const Sample expected = made(config, bytes), words = made(config, in_16_bits(bytes)),
                 floats = made(config, in_floats(bytes));
    REQUIRE(words.image.values16.size() == expected.image.values.size());
    REQUIRE(floats.image.floats.size() == expected.image.values.size());
    CHECK(words.image.values.empty());
    CHECK(floats.image.values.empty());
    CHECK(words.mask.values == expected.mask.values);
    double of_words = 0, of_floats = 0, between = 0, changed = 0;
    for (std::size_t i = 0; i < expected.image.values.size(); ++i) {
      const double word = words.image.values16[i], cut = std::clamp(floats.image.floats[i], 0.0f, 1.0f);
      of_words = std::max(of_words, std::abs(word / 257 - expected.image.values[i]));
      of_floats = std::max(of_floats, std::abs(cut * 255 - expected.image.values[i]));
      between = std::max(between, std::abs(word - cut * 65535));
      changed = std::max(changed, std::abs(word / 257 - bytes.image.values[i]));
    }
    CHECK(of_words <= levels);
    CHECK(of_floats <= levels);
    CHECK(between <= 2 * levels);
    CHECK(changed > 5);
  }
}

TEST_CASE("floats are not cut to [0, 1], and gamma keeps their sign") {
  const Sample sample{{2, 1, 1, {}, {}, {}, {-0.25f, 4}}, {2, 1, {0, 0}}};
  CHECK(made({.brightness = {.probability = 1, .shift = {0.5f, 0.5f}}}, sample).image.floats ==
        std::vector<float>{0.25f, 4.5f});
  CHECK(made({.gamma = {.probability = 1, .exponent = {0.5f, 0.5f}}}, sample).image.floats ==
        std::vector<float>{-0.5f, 2});
  const std::vector<float> noisy = made({.noise = {.probability = 1, .sigma = {0.05f, 0.05f}}}, sample).image.floats;
  CHECK(noisy[0] < 0);
  CHECK(noisy[1] > 3.5f);
}

TEST_CASE("a hue of colours below 0 turns without becoming more saturated") {
  const Sample sample{{1, 1, 3, {}, {}, {}, {-0.5f, 0.25f, 0}}, {1, 1, {0}}};
  const std::vector<float> turned =
      made({.hue = {.probability = 1, .degrees = {120, 120}}, .saturation = {.probability = 1, .factor = {2, 2}}},
           sample)
          .image.floats;
  CHECK(turned[2] == Approx(0.25f));
  CHECK(*std::min_element(turned.begin(), turned.end()) == Approx(-0.5f));
}

TEST_CASE("an image with values of two types is an error") {
  Sample sample = random_sample(4, 4, 3);
  sample.image.floats.assign(48, 0);
  CHECK_THROWS_AS(made({}, sample), ArgumentError);
}

}  // namespace value_types_test
