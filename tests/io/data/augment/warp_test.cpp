#include "unetpp/io/data/augment/warp.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "../../../catch.hpp"
#include "samples.hpp"

namespace warp_test {

using namespace augment_tests;

namespace {

constexpr AugmentConfig::Rotation turn(float degrees) { return {.probability = 1, .degrees = {degrees, degrees}}; }
constexpr AugmentConfig::Shift shift(float down, float right) {
  return {.probability = 1, .height = {down, down}, .width = {right, right}};
}
constexpr AugmentConfig::Scale scale(float factor) { return {.probability = 1, .factor = {factor, factor}}; }

int mirror_of(int i, int pixels) {
  while (i < 0 || i >= pixels) i = i < 0 ? -1 - i : 2 * pixels - 1 - i;
  return i;
}

/// Bilinear in float64 at any place, outside of the mirror image.
double between(const Sample& sample, double y, double x, int c) {
  const double top = std::floor(y), left = std::floor(x);
  double sum = 0;
  for (int i = 0; i < 2; ++i)
    for (int k = 0; k < 2; ++k)
      sum += (i == 0 ? top + 1 - y : y - top) * (k == 0 ? left + 1 - x : x - left) *
             value(sample, mirror_of(static_cast<int>(top) + i, sample.mask.height),
                   mirror_of(static_cast<int>(left) + k, sample.mask.width), c);
  return sum;
}

/// Left columns dark and right ones bright, a mask that says which.
Sample edge(int width, int height) {
  Sample sample{{width, height, 1, {}}, {width, height, {}}};
  for (int i = 0; i < width * height; ++i) {
    sample.image.values.push_back(i % width < width / 3 ? 0 : 255);
    sample.mask.values.push_back(i % width < width / 3 ? 0 : 1);
  }
  return sample;
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("flips are exact, of the image and of its mask", "", ((int Channels), Channels), 1, 3, 4) {
  const Sample sample = random_sample(13, 8, Channels);
  for (const auto& [across, down] : {std::pair(1, 0), std::pair(0, 1), std::pair(1, 1)}) {
    const Sample flipped =
        made({.flip = {.horizontal = static_cast<float>(across), .vertical = static_cast<float>(down)}}, sample);
    for (int y = 0; y < 8; ++y)
      for (int x = 0; x < 13; ++x) {
        const int from_y = down ? 7 - y : y, from_x = across ? 12 - x : x;
        CHECK(label(flipped, y, x) == label(sample, from_y, from_x));
        for (int c = 0; c < Channels; ++c) CHECK(value(flipped, y, x, c) == value(sample, from_y, from_x, c));
      }
  }
}

TEST_CASE("the two flips are drawn apart from each other") {
  const Sample sample = random_sample(5, 4);
  const Sample across = made({.flip = {1, 0}}, sample), down = made({.flip = {0, 1}}, sample);
  int counts[4] = {};
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const Sample flipped = made({.flip = {0.5f, 0.5f}}, sample, seed);
    ++counts[same(flipped, sample) ? 0 : same(flipped, across) ? 1 : same(flipped, down) ? 2 : 3];
  }
  for (const int count : counts) CHECK(std::abs(count - 100) < 35);
}

TEST_CASE("a quarter turn is exact and counterclockwise, two are both flips") {
  const Sample sample = random_sample(9, 9);
  const Sample quarter = made({.rotation = turn(90)}, sample);
  for (int y = 0; y < 9; ++y)
    for (int x = 0; x < 9; ++x) {
      CHECK(label(quarter, y, x) == label(sample, x, 8 - y));
      for (int c = 0; c < 3; ++c) CHECK(value(quarter, y, x, c) == value(sample, x, 8 - y, c));
    }
  const Sample oblong = random_sample(12, 5);
  CHECK(same(made({.rotation = turn(180)}, oblong), made({.flip = {1, 1}}, oblong)));
}

TEST_CASE("a shift by whole pixels is exact, to the right and downwards, the rest being the mirror image") {
  const Sample sample = random_sample(10, 8);
  const Sample moved = made({.shift = shift(0.25f, 0.5f)}, sample);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 10; ++x) {
      CHECK(label(moved, y, x) == label(sample, mirror_of(y - 2, 8), mirror_of(x - 5, 10)));
      CHECK(value(moved, y, x, 1) == value(sample, mirror_of(y - 2, 8), mirror_of(x - 5, 10), 1));
    }
}

TEST_CASE("what lies outside is filled where asked, image and mask with values of their own") {
  const Sample sample = random_sample(10, 8);
  const Sample moved = made({.shift = shift(-0.5f, 0.1f), .border = {.fill = true, .value = 7, .label = 200}}, sample);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 10; ++x) {
      const bool outside = y >= 4 || x < 1;
      CHECK(label(moved, y, x) == (outside ? 200 : label(sample, y + 4, x - 1)));
      CHECK(value(moved, y, x, 2) == (outside ? 7 : value(sample, y + 4, x - 1, 2)));
    }
}

TEMPLATE_TEST_CASE_SIG("all of it together is what a naive warp in float64 makes", "", ((int Channels), Channels), 1, 3,
                       5) {
  const Sample sample = random_sample(31, 24, Channels);
  const Sample warped = made({.flip = {.horizontal = 1},
                              .rotation = turn(33),
                              .scale = scale(0.6f),
                              .shift = shift(0.1f, -0.2f),
                              .shear = {.probability = 1, .degrees = {12, 12}}},
                             sample);
  // Forwards, with y upwards: flip, scale, shear, turn, shift.
  const double radians = std::numbers::pi / 180, cosine = std::cos(33 * radians), sine = std::sin(33 * radians);
  const double slant = std::tan(12 * radians), factor = 0.6f;
  const double a = -factor, b = factor * slant, d = factor;  // (x, y) -> (a x + b y, d y)
  const double xx = cosine * a, xy = cosine * b - sine * d, yx = sine * a, yy = sine * b + cosine * d;
  const double determinant = xx * yy - xy * yx;
  int labels_checked = 0;
  for (int y = 0; y < 24; ++y)
    for (int x = 0; x < 31; ++x) {
      const double right = x - 15 - 31 * double{-0.2f}, up = -(y - 11.5 - 24 * double{0.1f});
      const double from_x = 15 + (yy * right - xy * up) / determinant;
      const double from_y = 11.5 - (xx * up - yx * right) / determinant;
      for (int c = 0; c < Channels; ++c)
        CHECK(std::abs(value(warped, y, x, c) - between(sample, from_y, from_x, c)) < 0.75);
      if (std::abs(from_x - std::floor(from_x) - 0.5) < 1e-4 || std::abs(from_y - std::floor(from_y) - 0.5) < 1e-4)
        continue;  // half-way
      const int row = mirror_of(static_cast<int>(std::lround(from_y)), 24);
      CHECK(label(warped, y, x) == label(sample, row, mirror_of(static_cast<int>(std::lround(from_x)), 31)));
      ++labels_checked;
    }
  CHECK(labels_checked > 700);
}

TEST_CASE("an edge of the image and of its mask stay one edge") {
  const Sample sample = edge(40, 30);
  const AugmentConfig config{.rotation = {.probability = 1, .degrees = {-180, 180}},
                             .scale = {.probability = 1, .factor = {0.3f, 3}},
                             .shift = {.probability = 1},
                             .shear = {.probability = 1},
                             .elastic = {.probability = 1, .amplitude = {0.05f, 0.05f}, .grid = 4}};
  int clear = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Sample warped = made(config, sample, seed);
    for (std::size_t i = 0; i < 1200; ++i) {
      if (std::abs(warped.image.values[i] - 127.5) < 2) continue;
      CHECK(warped.mask.values[i] == (warped.image.values[i] > 127 ? 1 : 0));
      ++clear;
    }
  }
  CHECK(clear > 20 * 1150);
}

TEST_CASE("a warped mask holds no label that was not there") {
  Sample sample = random_sample(20, 20);
  for (std::uint8_t& label : sample.mask.values) label = label == 0 ? 3 : 250;
  const AugmentConfig config{.rotation = turn(17), .elastic = {.probability = 1}};
  for (const std::uint8_t label : made(config, sample).mask.values) CHECK((label == 3 || label == 250));
}

TEST_CASE("what is larger or smaller stays about its centre, and a white image white") {
  Sample sample = random_sample(41, 41);
  std::ranges::fill(sample.image.values, std::uint8_t{255});
  std::ranges::fill(sample.mask.values, std::uint8_t{0});
  for (int y = 15; y <= 25; ++y)
    for (int x = 15; x <= 25; ++x) sample.mask.values[static_cast<std::size_t>(41 * y + x)] = 1;
  const auto pixels = [&](float factor) {
    const Sample scaled = made({.scale = scale(factor), .border = {.fill = true, .value = 255, .label = 0}}, sample);
    CHECK(scaled.image.values == sample.image.values);
    CHECK(label(scaled, 20, 20) == 1);
    return std::ranges::count(scaled.mask.values, std::uint8_t{1});
  };
  CHECK(pixels(3) == 33 * 33);
  CHECK(pixels(0.5f) == 5 * 5);
}

TEST_CASE("a sample of one pixel goes through any map") {
  const Sample sample = random_sample(1, 1);
  const AugmentConfig config{.flip = {1, 1},
                             .rotation = turn(40),
                             .scale = scale(0.1f),
                             .shift = shift(1, -1),
                             .elastic = {.probability = 1, .amplitude = {1, 1}}};
  CHECK(same(made(config, sample), sample));
}

}  // namespace warp_test
