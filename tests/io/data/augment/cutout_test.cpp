#include "unetpp/io/data/augment/cutout.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "../../../catch.hpp"
#include "samples.hpp"

namespace cutout_test {

using namespace augment_tests;

namespace {

/// A sample that holds neither the value nor the label of a hole.
Sample whole(int width, int height, int channels = 3) {
  Sample sample = random_sample(width, height, channels);
  std::ranges::fill(sample.image.values, std::uint8_t{1});
  return sample;
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("a hole has the area that is asked for, lies in the image, and may be anywhere", "",
                       ((int Channels), Channels), 1, 3) {
  const AugmentConfig config{.cutout = {.probability = 1, .height = {0.5f, 0.5f}, .width = {0.25f, 0.25f}, .value = 9}};
  const Sample sample = whole(20, 12, Channels);
  std::set<int> tops, lefts, pixels;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Sample cut = made(config, sample, seed);
    CHECK(cut.mask.values == sample.mask.values);
    REQUIRE(std::ranges::count(cut.image.values, std::uint8_t{9}) == 6 * 5 * Channels);
    const auto first = std::ranges::find(cut.image.values, std::uint8_t{9}) - cut.image.values.begin();
    const int pixel = static_cast<int>(first) / Channels, top = pixel / 20, left = pixel % 20;
    for (int y = top; y < top + 6; ++y)
      for (int x = left; x < left + 5; ++x) REQUIRE(value(cut, y, x, Channels - 1) == 9);
    pixels.insert(pixel);
    tops.insert(top);
    lefts.insert(left);
  }
  CHECK(tops.size() == 7);
  CHECK(lefts.size() == 16);
  CHECK(pixels.size() > 90);  // of 112
}

TEST_CASE("the mask under a hole gets a label where asked") {
  const Sample cut = made({.cutout = {.probability = 1, .value = 9, .label = 255}}, whole(30, 20));
  int holes = 0;
  for (int y = 0; y < 20; ++y)
    for (int x = 0; x < 30; ++x) {
      CHECK((label(cut, y, x) == 255) == (value(cut, y, x, 0) == 9));
      holes += label(cut, y, x) == 255;
    }
  CHECK(holes >= 2 * 3);
}

TEST_CASE("several holes are drawn one by one") {
  const Sample sample = whole(100, 100);
  const auto covered = [&](int holes) {
    const AugmentConfig config{
        .cutout = {.probability = 1, .holes = holes, .height = {0.1f, 0.1f}, .width = {0.1f, 0.1f}, .value = 9}};
    return std::ranges::count(made(config, sample).image.values, std::uint8_t{9}) / 3;
  };
  CHECK(covered(1) == 100);
  CHECK(covered(5) > 300);
  CHECK(covered(5) <= 500);
}

TEST_CASE("a hole is a pixel at least, and the whole image at most") {
  const auto covered = [](float share) {
    const AugmentConfig config{
        .cutout = {.probability = 1, .height = {share, share}, .width = {share, share}, .value = 9}};
    return std::ranges::count(made(config, whole(7, 5)).image.values, std::uint8_t{9}) / 3;
  };
  CHECK(covered(0) == 1);
  CHECK(covered(1) == 35);
}

}  // namespace cutout_test
