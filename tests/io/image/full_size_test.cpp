#include "unetpp/io/image/full_size.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/core/random.hpp"

namespace full_size_test {

using namespace unetpp;

namespace {

/// Numbers of each pixel's classes that sum to 1.
template <Shape S>
Tensor<S> random_probabilities(std::uint64_t seed) {
  Tensor<S> p;
  const Random random(seed);
  for (std::size_t i = 0; i < S.pixels(); ++i) {
    float* x = p.data() + i * S.channels;
    float sum = 0;
    for (int c = 0; c < S.channels; ++c) sum += x[c] = random.uniform(i * S.channels + c);
    for (int c = 0; c < S.channels; ++c) x[c] /= sum;
  }
  return p;
}

/// A class's probability at a pixel of another size, in float64: that of the two nearest pixel centres on each axis.
template <Shape S>
double probability_at(const Tensor<S>& p, double y, double x, int c) {
  const auto at = [&](int h, int w) {
    return static_cast<double>(p(std::clamp(h, 0, S.height - 1), std::clamp(w, 0, S.width - 1), c));
  };
  const int h = static_cast<int>(std::floor(y)), w = static_cast<int>(std::floor(x));
  const double down = y - h, across = x - w;
  return (1 - down) * ((1 - across) * at(h, w) + across * at(h, w + 1)) +
         down * ((1 - across) * at(h + 1, w) + across * at(h + 1, w + 1));
}

/// Checks every pixel at which float64 leaves no doubt; fails unless there are hardly others.
template <Shape S>
void check_against_float64(int height, int width) {
  const Tensor<S> p = random_probabilities<S>(height);
  const Mask mask = classes_at(std::as_const(p).view(), height, width);
  REQUIRE(mask.width == width);
  REQUIRE(mask.height == height);
  REQUIRE(mask.values.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  int doubtful = 0;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      std::vector<std::pair<double, int>> values;
      for (int c = 0; c < S.channels; ++c)
        values.emplace_back(
            -probability_at(p, (y + 0.5) * S.height / height - 0.5, (x + 0.5) * S.width / width - 0.5, c), c);
      std::sort(values.begin(), values.end());
      if (values[1].first - values[0].first < 1e-5)
        ++doubtful;
      else
        CHECK(int{mask.values[static_cast<std::size_t>(y * width + x)]} == values[0].second);
    }
  CHECK(doubtful <= 1 + height * width / 50);
}

/// Left of a line two classes' equal shares, right of it others: probabilities that fall linearly over the pixels.
constexpr Shape slanted{16, 16, 2};
Tensor<slanted> slanted_edge() {
  Tensor<slanted> p;
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 16; ++x) {
      p(y, x, 1) = std::clamp(0.5f + (static_cast<float>(x) - 4.25f - 0.5f * static_cast<float>(y)) / 4, 0.0f, 1.0f);
      p(y, x, 0) = 1 - p(y, x, 1);
    }
  return p;
}

/// By how many pixels the place where the first class ends differs from row to row, at most.
int largest_step(const Mask& mask) {
  int largest = 0, before = 0;
  for (int y = 0; y < mask.height; ++y) {
    const auto row = mask.values.begin() + std::ptrdiff_t{y} * mask.width;
    const int edge = static_cast<int>(std::find(row, row + mask.width, 1) - row);
    if (y > 0) largest = std::max(largest, std::abs(edge - before));
    before = edge;
  }
  return largest;
}

}  // namespace

TEST_CASE("classes at a larger, smaller and longer size are those of probabilities interpolated in float64") {
  check_against_float64<Shape{7, 9, 5}>(31, 50);
  check_against_float64<Shape{7, 9, 5}>(5, 4);
  check_against_float64<Shape{7, 9, 5}>(3, 70);
  check_against_float64<Shape{1, 6, 2}>(1, 40);
  check_against_float64<Shape{4, 1, 3}>(33, 3);
}

TEST_CASE("at the network's own size the classes are those of predict_classes, of equal ones the first") {
  constexpr Shape shape{11, 13, 5};
  Tensor<shape> p = random_probabilities<shape>(3);
  for (int x = 0; x < 13; ++x) p(3, x, 1) = p(3, x, 2) = 0.9f;
  std::vector<std::uint8_t> expected(shape.pixels());
  predict_classes(std::as_const(p).view(), expected);
  CHECK(classes_at(std::as_const(p).view(), 11, 13).values == expected);
}

TEST_CASE("where classes are equally probable everywhere, all pixels are of the first") {
  Tensor<Shape{3, 3, 4}> p;
  p.fill(0.25f);
  CHECK(classes_at(std::as_const(p).view(), 10, 7).values == std::vector<std::uint8_t>(70, 0));
}

TEST_CASE(
    "a slanted edge is smooth after enlarging probabilities, and has steps of whole pixels after enlarging classes") {
  const Tensor<slanted> p = slanted_edge();
  const Mask smooth = classes_at(std::as_const(p).view(), 128, 128);
  Mask small{16, 16, std::vector<std::uint8_t>(256)};
  predict_classes(std::as_const(p).view(), small.values);
  CHECK(largest_step(smooth) == 1);
  CHECK(largest_step(resize_nearest(small, 128, 128)) == 8);
}

TEST_CASE("a checkerboard of 2x2 pixels becomes four areas that meet in its middle") {
  Tensor<Shape{2, 2, 2}> p;
  for (int y = 0; y < 2; ++y)
    for (int x = 0; x < 2; ++x) p(y, x, (x + y) % 2) = 1;
  const Mask mask = classes_at(std::as_const(p).view(), 8, 8);
  for (int y = 0; y < 8; ++y)
    for (int x = 0; x < 8; ++x) CHECK(mask.values[static_cast<std::size_t>(8 * y + x)] == ((y < 4) != (x < 4)));
}

TEST_CASE("classes at another size have the same bits for any number of threads, and of a view with gaps") {
  constexpr Shape shape{9, 8, 3};
  const Tensor<shape> p = random_probabilities<shape>(5);
  const Mask one = classes_at(std::as_const(p).view(), 50, 60, 1);
  CHECK(classes_at(std::as_const(p).view(), 50, 60, 3).values == one.values);
  Tensor<Shape{9, 8, 7}> wide;
  for (int y = 0; y < 9; ++y)
    for (int x = 0; x < 8; ++x)
      for (int c = 0; c < 3; ++c) wide(y, x, 2 + c) = p(y, x, c);
  CHECK(classes_at(std::as_const(wide).view().channels<2, 3>(), 50, 60).values == one.values);
}

TEST_CASE("probabilities that are NaN or infinite have no class at any size") {
  constexpr Shape shape{4, 4, 3};
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Tensor<shape> p = random_probabilities<shape>(1);
    p(1, 2, 2) = bad;
    for (const int side : {1, 4, 9})  // at 1, this pixel is not read
      CHECK(io_tests::contains(
          io_tests::message_of<NonFiniteError>([&] { classes_at(std::as_const(p).view(), side, side); }),
          "found NaN or infinities at 1 of 16 pixels"));
  }
}

TEST_CASE("classes at another size are of one image, and of at least one pixel") {
  constexpr Shape shape{4, 4, 3};
  const Batch<shape> two(2);
  CHECK(io_tests::contains(io_tests::message_of<ArgumentError>([&] { classes_at(two.view(), 4, 4); }),
                           "expected the probabilities of 1 image, found 2"));
  const auto one = two.view().images(0, 1);
  CHECK_THROWS_AS(classes_at(one, 0, 4), ArgumentError);
  CHECK_THROWS_AS(classes_at(one, 4, -1), ArgumentError);
  CHECK_THROWS_AS(classes_at(one, 4, 4, 0), ArgumentError);
}

}  // namespace full_size_test
