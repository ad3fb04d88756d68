#include "unetpp/io/data/augment/blur.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../../../catch.hpp"
#include "samples.hpp"

namespace blur_test {

using namespace augment_tests;

namespace {

/// A Gaussian filter in float64, cut off at three standard deviations and at the borders.
double blurred(const Sample& sample, double sigma, int row, int column, int c) {
  double sum = 0, weights = 0;
  for (int y = 0; y < sample.image.height; ++y)
    for (int x = 0; x < sample.image.width; ++x) {
      if (std::abs(y - row) >= 3 * sigma || std::abs(x - column) >= 3 * sigma) continue;
      const double weight = std::exp(-((y - row) * (y - row) + (x - column) * (x - column)) / (2 * sigma * sigma));
      sum += weight * value(sample, y, x, c);
      weights += weight;
    }
  return sum / weights;
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("a blur is a convolution with a Gaussian", "", ((int Channels), Channels), 1, 3, 4) {
  const Sample sample = random_sample(17, 12, Channels);
  for (const float sigma : {0.6f, 1.5f, 9.0f}) {
    const Sample soft = made({.blur = {1, {sigma, sigma}}}, sample);
    CHECK(soft.mask.values == sample.mask.values);
    for (int y = 0; y < 12; ++y)
      for (int x = 0; x < 17; ++x)
        for (int c = 0; c < Channels; ++c)
          CHECK(std::abs(value(soft, y, x, c) - blurred(sample, sigma, y, x, c)) <= 0.501);
  }
}

TEST_CASE("the width of a blur is drawn") {
  Sample point = random_sample(15, 15, 1);
  std::ranges::fill(point.image.values, std::uint8_t{0});
  point.image.values[7 * 15 + 7] = 255;
  int least = 255, most = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const int middle = value(made({.blur = {1, {0.5f, 1.5f}}}, point, seed), 7, 7, 0);
    least = std::min(least, middle);
    most = std::max(most, middle);
  }
  CHECK(least < 22);  // 18 at 1.5
  CHECK(most > 145);  // 158 at 0.5
}

TEST_CASE("low resolution is the image made smaller and as large again, its mask as it was") {
  const Sample sample = random_sample(21, 16);
  const Sample low = made({.low_resolution = {1, {0.5f, 0.5f}}}, sample);
  const unetpp::Raster expected = resize_bilinear(resize_antialiased(sample.image, 8, 11), 16, 21);
  CHECK(low.image.values == expected.values);
  CHECK(low.mask.values == sample.mask.values);
}

TEST_CASE("low resolution leaves a pixel at least") {
  const Sample sample = random_sample(9, 5);
  const Sample low = made({.low_resolution = {1, {0.01f, 0.01f}}}, sample);
  for (std::size_t i = 3; i < low.image.values.size(); ++i) CHECK(low.image.values[i] == low.image.values[i % 3]);
}

}  // namespace blur_test
