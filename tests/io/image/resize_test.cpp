#include "unetpp/io/image/resize.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"

namespace resize_test {

using namespace io_tests;

namespace {

using unetpp::Image;
using unetpp::Mask;
using unetpp::resize_bilinear;
using unetpp::resize_nearest;

/// Whether these are the expected values, rounded; one that is half-way may be rounded either way.
void check_rounded(const Image& got, const std::vector<float>& expected) {
  REQUIRE(got.rgb.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) CHECK(std::abs(got.rgb[i] - expected[i]) <= 0.5001f);
}

/// Three columns, two rows.
const Image small{3, 2, {10, 200, 30, 90, 0, 255, 7, 77, 177, 250, 128, 64, 1, 2, 3, 100, 110, 120}};

}  // namespace

TEST_CASE("an image is enlarged as tf.image.resize does it") {
  check_rounded(resize_bilinear(small, 3, 4),
                {10.f,  200.f, 30.f, 60.f,     75.f,    170.625f, 58.875f, 28.875f,  225.75f,   7.f,   77.f,  177.f,
                 130.f, 164.f, 47.f, 77.1875f, 62.125f, 98.25f,   48.5f,   35.6875f, 136.3125f, 53.5f, 93.5f, 148.5f,
                 250.f, 128.f, 64.f, 94.375f,  49.25f,  25.875f,  38.125f, 42.5f,    46.875f,   100.f, 110.f, 120.f});
}

TEST_CASE("an image is made smaller as tf.image.resize does it") {
  check_rounded(resize_bilinear(small, 1, 2), {108.875f, 123.25f, 67.5f, 51.5f, 70.375f, 143.625f});
}

TEST_CASE("an image of the same size stays as it is") {
  const Image image = drawn_image(13, 9);
  CHECK(resize_bilinear(image, 9, 13).rgb == image.rgb);
}

TEST_CASE("a white image stays white at any size") {
  const Image white{5, 7, std::vector<std::uint8_t>(5 * 7 * 3, 255)};
  for (const int side : {1, 2, 3, 64}) {
    const Image image = resize_bilinear(white, side, side + 1);
    CHECK(image.width == side + 1);
    CHECK(image.height == side);
    CHECK(image.rgb == std::vector<std::uint8_t>(std::size_t{3} * side * (side + 1), 255));
  }
}

TEST_CASE("a mask takes the value of the pixel that is at a pixel's centre") {
  const Mask line{5, 1, {0, 1, 2, 3, 4}};
  CHECK(resize_nearest(line, 1, 3).values == std::vector<std::uint8_t>{0, 2, 4});
  CHECK(resize_nearest(line, 1, 2).values == std::vector<std::uint8_t>{1, 3});
  CHECK(resize_nearest(line, 1, 1).values == std::vector<std::uint8_t>{2});
  CHECK(resize_nearest(line, 1, 7).values == std::vector<std::uint8_t>{0, 1, 1, 2, 3, 3, 4});
  CHECK(resize_nearest(line, 2, 5).values == std::vector<std::uint8_t>{0, 1, 2, 3, 4, 0, 1, 2, 3, 4});
}

TEST_CASE("where two pixels are as near, a mask takes the second, and Pillow the first in 28 of 480 rows") {
  const auto rows_of = [](const std::string& counts) {  // how many rows read each pixel: their pixels
    std::vector<std::uint8_t> pixels;
    for (std::size_t i = 0; i < counts.size(); ++i)
      pixels.insert(pixels.end(), static_cast<std::size_t>(counts[i] - '0'), static_cast<std::uint8_t>(i));
    return pixels;
  };
  const std::vector<std::uint8_t> pytorch = rows_of(  // 1.13, nearest-exact
      "4344434443444344434443444344434443444344434443444344434443444344"
      "4344434443444344434443444344434443444344434443444344434443444344");
  const std::vector<std::uint8_t> pillow = rows_of(  // 13.0; OpenCV 5.0 with INTER_NEAREST_EXACT
      "4434443443444344434443444434443444344434443444344434443444344434"
      "4434443444344434443444344434443444344434443444344434443444344434");
  const std::vector<std::uint8_t> opencv = rows_of(  // 4.14, INTER_NEAREST_EXACT
      "4434443444344434443444344434443444344434443444344434443444344434"
      "4434443444344434443444344434443444344434443444344434443444344434");
  Mask column{1, 128, std::vector<std::uint8_t>(128)};
  std::iota(column.values.begin(), column.values.end(), std::uint8_t{0});
  const std::vector<std::uint8_t> ours = resize_nearest(column, 480, 1).values;
  CHECK(ours == pytorch);
  const auto other_rows = [&](const std::vector<std::uint8_t>& theirs) {
    REQUIRE(theirs.size() == 480);
    int count = 0;
    for (std::size_t i = 0; i < 480; ++i) {
      if (theirs[i] == ours[i]) continue;
      CHECK((2 * i + 1) * 128 % (2 * 480) == 0);  // a tie
      CHECK(theirs[i] + 1 == ours[i]);
      ++count;
    }
    return count;
  };
  CHECK(other_rows(pillow) == 28);
  CHECK(other_rows(opencv) == 32);
}

TEST_CASE("a mask that was enlarged by a whole factor gets back to what it was") {
  const Mask mask = drawn_trimap(7, 5);
  const Mask large = resize_nearest(mask, 15, 28);
  CHECK(large.width == 28);
  CHECK(large.height == 15);
  CHECK(resize_nearest(large, 5, 7).values == mask.values);
}

TEST_CASE("a resized mask holds no value that was not there") {
  Mask mask{9, 9, std::vector<std::uint8_t>(81, 1)};
  for (std::size_t i = 0; i < 81; i += 2) mask.values[i] = 200;
  for (const int side : {2, 5, 31}) {
    const Mask resized = resize_nearest(mask, side, side);
    const std::set<int> values(resized.values.begin(), resized.values.end());
    CHECK(std::all_of(values.begin(), values.end(), [](int v) { return v == 1 || v == 200; }));
  }
}

TEST_CASE("nothing is resized from or to an empty size") {
  CHECK_THROWS_AS(resize_bilinear(small, 0, 4), unetpp::ArgumentError);
  CHECK_THROWS_AS(resize_bilinear(Image{}, 4, 4), unetpp::ArgumentError);
  CHECK_THROWS_AS(resize_nearest(drawn_trimap(2, 2), 4, -1), unetpp::ArgumentError);
  CHECK_THROWS_AS(resize_nearest(Mask{2, 2, {1}}, 4, 4), unetpp::ArgumentError);
}

TEST_CASE("each channel of a raster is resized as if it were alone, and a picture as a raster of three") {
  const Image picture = drawn_image(11, 7);
  const Image smaller = resize_bilinear(picture, 5, 9);
  CHECK(resize_bilinear(unetpp::Raster(picture), 5, 9).values == smaller.rgb);
  for (std::size_t c = 0; c < 3; ++c) {
    unetpp::Raster channel{11, 7, 1, {}};
    for (std::size_t i = c; i < picture.rgb.size(); i += 3) channel.values.push_back(picture.rgb[i]);
    const unetpp::Raster resized = resize_bilinear(channel, 5, 9);
    REQUIRE(resized.channels == 1);
    REQUIRE(resized.values.size() == 45);
    for (std::size_t i = 0; i < 45; ++i) CHECK(resized.values[i] == smaller.rgb[3 * i + c]);
  }
}

TEST_CASE("a picture is a raster and back, with its doubt; a raster of other channels is no picture") {
  Image picture = drawn_image(3, 2);
  picture.doubt = "a.jpg: doubtful";
  unetpp::Raster raster = picture;
  CHECK(raster.channels == 3);
  const Image back = unetpp::to_image(raster);
  CHECK(back.rgb == picture.rgb);
  CHECK(back.width == 3);
  CHECK(back.doubt == "a.jpg: doubtful");
  raster.channels = 4;
  CHECK(message_of<unetpp::ArgumentError>([&] { unetpp::to_image(raster); }) ==
        "a picture: expected a raster of 3 channels, found 4");
}

}  // namespace resize_test
