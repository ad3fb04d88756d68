#include "unetpp/io/data/augment/crop.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include "../../../catch.hpp"
#include "samples.hpp"

namespace crop_test {

using namespace augment_tests;

namespace {

/// Every pixel of class 0 but one row of class 1 and one pixel of class 2; its image says where a pixel is.
Sample map_of(int width, int height) {
  Sample sample{{width, height, 2, {}}, {width, height, {}}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      sample.image.values.push_back(static_cast<std::uint8_t>(y));
      sample.image.values.push_back(static_cast<std::uint8_t>(x));
      sample.mask.values.push_back(y == 70 ? 1 : 0);
    }
  sample.mask.values[static_cast<std::size_t>(20 * width + 30)] = 2;
  return sample;
}

/// How many of 400 crops show a label.
int crops_with(const AugmentConfig& config, const Sample& sample, std::uint8_t label) {
  int count = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed)
    count += std::ranges::count(made(config, sample, seed).mask.values, label) > 0;
  return count;
}

}  // namespace

TEST_CASE("a crop is a window of the sample, of its own size, which may be anywhere") {
  const Sample sample = map_of(90, 80);
  std::set<int> rows, columns;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Sample crop = made({.crop = {.height = 76, .width = 84}}, sample, seed);
    REQUIRE(crop.image.width == 84);
    REQUIRE(crop.image.height == 76);
    REQUIRE(crop.image.channels == 2);
    const int top = value(crop, 0, 0, 0), left = value(crop, 0, 0, 1);
    bool is_window = true;
    for (int y = 0; y < 76; ++y)
      for (int x = 0; x < 84; ++x)
        is_window = is_window && value(crop, y, x, 0) == top + y && value(crop, y, x, 1) == left + x &&
                    label(crop, y, x) == label(sample, top + y, left + x);
    REQUIRE(is_window);
    rows.insert(top);
    columns.insert(left);
  }
  CHECK(rows == std::set{0, 1, 2, 3, 4});
  CHECK(columns == std::set{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("a share of crops shows a rare class, the others what chance shows") {
  const Sample sample = map_of(100, 100);
  const auto crop = [](float share) {
    return AugmentConfig{.crop = {.height = 10, .width = 10, .rare_share = share, .classes = {2}}};
  };
  CHECK(crops_with(crop(1), sample, 2) == 400);
  CHECK(std::abs(crops_with(crop(0.5f), sample, 2) - 202) < 40);
  CHECK(crops_with(crop(0), sample, 2) < 20);
}

TEST_CASE("rare classes come as often as each other, those that are not there never") {
  const Sample sample = map_of(100, 100);
  const AugmentConfig config{.crop = {.height = 10, .width = 10, .rare_share = 1, .classes = {1, 2, 9}}};
  CHECK(std::abs(crops_with(config, sample, 1) - 200) < 40);
  CHECK(std::abs(crops_with(config, sample, 2) - 200) < 40);
}

TEST_CASE("a crop about a pixel has it in its middle, or as near as it is without leaving the sample") {
  Sample sample = map_of(100, 100);
  const AugmentConfig config{.crop = {.height = 11, .width = 20, .rare_share = 1, .classes = {2}}};
  CHECK(label(made(config, sample), 5, 10) == 2);
  sample.mask.values[static_cast<std::size_t>(20 * 100 + 30)] = 0;
  sample.mask.values[99] = 2;
  CHECK(label(made(config, sample), 0, 19) == 2);
}

TEST_CASE("any pixel of a rare class may be the middle") {
  const Sample sample = map_of(100, 100);
  const AugmentConfig config{.crop = {.height = 1, .width = 1, .rare_share = 1, .classes = {1}}};
  std::set<int> columns;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const Sample crop = made(config, sample, seed);
    CHECK(label(crop, 0, 0) == 1);
    columns.insert(value(crop, 0, 0, 1));
  }
  CHECK(columns.size() == 100);
}

TEST_CASE("a sample without a rare class is cropped anywhere") {
  const AugmentConfig config{.crop = {.height = 10, .width = 10, .rare_share = 1, .classes = {7}}};
  std::set<int> rows;
  for (std::uint64_t seed = 0; seed < 200; ++seed) rows.insert(value(made(config, map_of(90, 80), seed), 0, 0, 0));
  CHECK(rows.size() > 50);
}

TEST_CASE("a crop that is larger than the sample has it in the middle") {
  const Sample sample = random_sample(6, 4);
  const Sample crop =
      made({.crop = {.height = 8, .width = 10}, .border = {.fill = true, .value = 1, .label = 9}}, sample);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 10; ++x) {
      const bool inside = y >= 2 && y < 6 && x >= 2 && x < 8;
      CHECK(label(crop, y, x) == (inside ? label(sample, y - 2, x - 2) : 9));
      CHECK(value(crop, y, x, 0) == (inside ? value(sample, y - 2, x - 2, 0) : 1));
    }
}

TEST_CASE("a turned crop sees what is around it") {
  const Sample sample = map_of(100, 100);
  const AugmentConfig config{.rotation = {.probability = 1, .degrees = {90, 90}},
                             .crop = {.height = 21, .width = 11, .rare_share = 1, .classes = {2}}};
  const Sample crop = made(config, sample);
  for (int y = 0; y < 21; ++y)
    for (int x = 0; x < 11; ++x) {
      CHECK(value(crop, y, x, 0) == 20 + (x - 5));
      CHECK(value(crop, y, x, 1) == 30 - (y - 10));
    }
}

}  // namespace crop_test
