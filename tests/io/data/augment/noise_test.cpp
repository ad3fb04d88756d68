#include "unetpp/io/data/augment/noise.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "../../../catch.hpp"
#include "samples.hpp"

namespace noise_test {

using namespace augment_tests;
using unetpp::detail::NormalTable;

namespace {

Sample grey(int width, int height, std::uint8_t value) {
  Sample sample = random_sample(width, height);
  std::ranges::fill(sample.image.values, value);
  return sample;
}

}  // namespace

TEST_CASE("the table of normal numbers has their moments and shares") {
  const NormalTable& table = NormalTable::shared();
  double moments[5] = {};
  int within_one = 0, within_two = 0;
  for (std::uint32_t i = 0; i < NormalTable::size; ++i) {
    for (int k = 1; k < 5; ++k) moments[k] += std::pow(table[i], k) / NormalTable::size;
    within_one += std::abs(table[i]) < 1;
    within_two += std::abs(table[i]) < 2;
    if (i > 0) CHECK(table[i] > table[i - 1]);
  }
  CHECK(std::abs(moments[1]) < 1e-6);
  CHECK(moments[2] == Approx(1).epsilon(1e-6));
  CHECK(std::abs(moments[3]) < 1e-5);
  CHECK(moments[4] == Approx(3).epsilon(0.01));
  CHECK(within_one == Approx(0.6827 * NormalTable::size).margin(3));
  CHECK(within_two == Approx(0.9545 * NormalTable::size).margin(3));
}

TEST_CASE("noise has mean zero, the standard deviation that is asked for, and no neighbours alike") {
  const Sample noisy = made({.noise = {1, {0.1f, 0.1f}}}, grey(100, 80, 128));
  const double count = static_cast<double>(noisy.image.values.size());
  constexpr std::size_t lags[] = {1, 2, 3, 4, 8};
  double sum = 0, squares = 0, products[5] = {};
  for (std::size_t i = 0; i < noisy.image.values.size(); ++i) {
    const double z = (noisy.image.values[i] - 128) / 25.5;
    sum += z;
    squares += z * z;
    for (std::size_t k = 0; k < 5; ++k)
      if (i >= lags[k]) products[k] += z * (noisy.image.values[i - lags[k]] - 128) / 25.5;
  }
  CHECK(std::abs(sum / count) < 0.02);
  CHECK(squares / count == Approx(1).epsilon(0.03));
  for (const double product : products) CHECK(std::abs(product / count) < 0.03);
}

TEST_CASE("noise in black and in white is cut off, not wrapped around") {
  for (const int base : {0, 255})
    for (const int value :
         made({.noise = {1, {0.05f, 0.05f}}}, grey(40, 40, static_cast<std::uint8_t>(base))).image.values)
      CHECK(std::abs(value - base) < 60);
}

TEST_CASE("an image whose values are no multiple of eight gets noise up to its end") {
  const Sample noisy = made({.noise = {1, {0.5f, 0.5f}}}, grey(3, 1, 128));
  CHECK(std::ranges::count(noisy.image.values, std::uint8_t{128}) < 3);
  CHECK(noisy.image.values.back() != 128);
}

TEST_CASE("the strength of noise is drawn from its range") {
  double least = 1, most = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    double squares = 0;
    for (const double v : made({.noise = {1, {0.02f, 0.1f}}}, grey(20, 20, 128), seed).image.values)
      squares += (v - 128) * (v - 128) / 1200;
    const double sigma = std::sqrt(squares) / 255;
    least = std::min(least, sigma);
    most = std::max(most, sigma);
  }
  CHECK(least > 0.018);
  CHECK(least < 0.03);
  CHECK(most > 0.09);
  CHECK(most < 0.11);
}

}  // namespace noise_test
