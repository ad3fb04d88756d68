#include "unetpp/io/data/augment/hue_saturation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../../../catch.hpp"
#include "../../../reference/read_reference.hpp"
#include "samples.hpp"

namespace hue_saturation_test {

using namespace augment_tests;

namespace {

/// An image of the kept colours.
Sample colours(const reference::Reference& reference) {
  const std::vector<double>& values = reference["colours"];
  const int pixels = static_cast<int>(values.size() / 3);
  return {{pixels, 1, 3, {values.begin(), values.end()}},
          {pixels, 1, std::vector<std::uint8_t>(static_cast<std::size_t>(pixels))}};
}

}  // namespace

TEST_CASE("hue and saturation change as with Python's colorsys") {
  const auto kept = reference::read_reference(std::string(UNETPP_SOURCE_DIR) + "/tests/reference/hue_reference.txt");
  const std::vector<double>& changes = kept["changes"];
  REQUIRE(changes.size() == 22);
  for (std::size_t i = 0; i < changes.size() / 2; ++i) {
    const auto degrees = static_cast<float>(changes[2 * i]), factor = static_cast<float>(changes[2 * i + 1]);
    const Sample turned = made({.hue = {1, {degrees, degrees}}, .saturation = {1, {factor, factor}}}, colours(kept));
    const std::vector<double>& expected = kept["turned." + std::to_string(i)];
    REQUIRE(turned.image.values.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) CHECK(std::abs(turned.image.values[k] - expected[k]) <= 0.5001);
  }
}

TEST_CASE("hue and saturation are drawn apart from each other") {
  const Sample red{{1, 1, 3, {200, 100, 100}}, {1, 1, {0}}};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Sample hue = made({.hue = {1, {-60, 60}}}, red, seed);
    CHECK(*std::ranges::max_element(hue.image.values) == 200);
    CHECK(*std::ranges::min_element(hue.image.values) == 100);
    const Sample saturation = made({.saturation = {1, {0, 1}}}, red, seed);
    CHECK(saturation.image.values[0] == 200);
    CHECK(saturation.image.values[1] == saturation.image.values[2]);
    CHECK(saturation.image.values[1] >= 100);
  }
}

}  // namespace hue_saturation_test
