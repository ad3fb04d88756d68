// Images of 16 bits and of floats at other sizes, and as networks read them.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "../../catch.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/io/image/resize_antialiased.hpp"
#include "unetpp/io/image/to_float.hpp"

namespace value_types_test {

using namespace unetpp;

namespace {

constexpr int channels = 5, wide = 19, high = 11;

std::vector<std::uint16_t> drawn_values() {
  std::vector<std::uint16_t> values;
  const Random random(3);
  for (std::uint64_t i = 0; i < std::uint64_t{channels * wide * high}; ++i)
    values.push_back(static_cast<std::uint16_t>(random.below(65536, i)));
  return values;
}

Raster words() { return {wide, high, channels, {}, {}, drawn_values()}; }

Raster floats() {
  Raster image{wide, high, channels, {}};
  for (const std::uint16_t value : drawn_values()) image.floats.push_back(2 * (value / 65535.0f) - 0.5f);
  return image;
}

/// The mean of a line's pixels, weighted by a triangle about a pixel of another line: as wide as that line's pixels.
double triangle(int in, int out, int i, double at, bool antialias) {
  const double scale = double(in) / out, reach = antialias ? std::max(scale, 1.0) : 1;
  return std::max(0.0, 1 - std::abs(at - ((i + 0.5) * scale - 0.5)) / reach);
}

/// The result by its definition, in float64; without antialiasing pixels beyond an edge are those on it.
template <class T>
std::vector<double> resized(const std::vector<T>& values, int height, int width, bool antialias) {
  std::vector<double> result;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c) {
        double sum = 0, weights = 0;
        for (int v = -1; v <= high; ++v)
          for (int u = -1; u <= wide; ++u) {
            const bool inside = v >= 0 && u >= 0 && v < high && u < wide;
            if (antialias && !inside) continue;
            const double weight = triangle(high, height, y, v, antialias) * triangle(wide, width, x, u, antialias);
            const int row = std::clamp(v, 0, high - 1), column = std::clamp(u, 0, wide - 1);
            sum += weight * double(values[std::size_t((row * wide + column) * channels + c)]);
            weights += weight;
          }
        result.push_back(sum / weights);
      }
  return result;
}

template <class T>
double largest_difference(const std::vector<T>& values, const std::vector<double>& expected) {
  REQUIRE(values.size() == expected.size());
  double largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) largest = std::max(largest, std::abs(values[i] - expected[i]));
  return largest;
}

}  // namespace

TEST_CASE("images of 16 bits and floats are resized as their definition says, in float64") {
  for (const bool antialias : {false, true})
    for (const auto& [height, width] : {std::pair{4, 7}, {25, 30}, {6, 19}}) {
      CAPTURE(antialias, height, width);
      const Resize how = antialias && height < high ? Resize::antialiased : Resize::bilinear;
      const bool smooth = how == Resize::antialiased;
      const Raster word = resize(words(), height, width, how), number = resize(floats(), height, width, how);
      CHECK(largest_difference(word.values16, resized(words().values16, height, width, smooth)) < 0.55);
      CHECK(largest_difference(number.floats, resized(floats().floats, height, width, smooth)) < 1e-5);
      CHECK(word.channels == channels);
      CHECK(number.width == width);
    }
}

TEST_CASE("white stays white at any size, of 16 bits, too") {
  const Raster white{7, 5, 1, {}, {}, std::vector<std::uint16_t>(35, 65535)};
  for (const Resize how : {Resize::bilinear, Resize::antialiased})
    for (int side = 1; side < 20; ++side)
      for (const std::uint16_t value : resize(white, side, side + 1, how).values16) CHECK(value == 65535);
}

TEST_CASE("a network reads values over their full scale, and floats as they are") {
  std::vector<float> read(2);
  to_float(Raster{2, 1, 1, {}, {}, {1, 65535}}, read);
  CHECK(read == std::vector<float>{1 / 65535.0f, 1});
  to_float(Raster{2, 1, 1, {}, {}, {}, {-3, 1.5f}}, read);
  CHECK(read == std::vector<float>{-3, 1.5f});
}

TEST_CASE("a network reads scaled channels as their distance from the mean, in standard deviations") {
  std::vector<float> read(4);
  const ChannelScaling scaling{{0.25f, 0.5f}, {0.5f, 2}};
  to_float(Raster{2, 1, 2, {0, 255, 51, 0}}, read, scaling);
  CHECK(read == std::vector<float>{-0.5f, 0.25f, (51 / 255.0f - 0.25f) / 0.5f, -0.25f});
}

TEST_CASE("a scaling of other channels, without a spread or that is not finite is refused") {
  std::vector<float> read(4);
  const Raster image{2, 1, 2, {0, 255, 51, 0}};
  for (const ChannelScaling& scaling :
       {ChannelScaling{{0}, {1}}, {{0, 0}, {1}}, {{0, 0}, {1, 0}}, {{0, NAN}, {1, 1}}, {{0, 0}, {1, INFINITY}}})
    CHECK_THROWS_AS(to_float(image, read, scaling), ArgumentError);
}

TEST_CASE("a picture is made of 8 bits only") {
  CHECK_THROWS_AS(to_image(Raster{1, 1, 3, {}, {}, {1, 2, 3}}), ArgumentError);
  CHECK_THROWS_AS(to_image(Raster{1, 1, 3, {}, {}, {}, {1, 2, 3}}), ArgumentError);
}

}  // namespace value_types_test
