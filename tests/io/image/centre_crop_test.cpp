#include "unetpp/io/image/centre_crop.hpp"

#include <cstdint>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/core/error.hpp"

namespace centre_crop_test {

using namespace io_tests;
using unetpp::centre_crop;

namespace {

/// 5 wide and 4 high: pixel (y, x) is 10 y + x.
const unetpp::Mask numbers{5, 4, {0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 30, 31, 32, 33, 34}};

}  // namespace

TEST_CASE("a mask's middle leaves out as much on both sides, or one more below and right") {
  CHECK(centre_crop(numbers, 2, 3).values == std::vector<std::uint8_t>{11, 12, 13, 21, 22, 23});
  CHECK(centre_crop(numbers, 3, 2).values == std::vector<std::uint8_t>{1, 2, 11, 12, 21, 22});
  CHECK(centre_crop(numbers, 4, 5).values == numbers.values);
}

TEST_CASE("an image's middle has the mask's pixels, with all channels of any kind of value") {
  const unetpp::Raster bytes{5, 4, 1, numbers.values};
  CHECK(centre_crop(bytes, 2, 3).values == centre_crop(numbers, 2, 3).values);
  unetpp::Raster deep{5, 2, 2, {}}, floats = deep;
  for (int i = 0; i < 20; ++i) {
    deep.values16.push_back(static_cast<std::uint16_t>(1000 * i));
    floats.floats.push_back(static_cast<float>(i) / 2);
  }
  CHECK(centre_crop(deep, 1, 1).values16 == std::vector<std::uint16_t>{4000, 5000});
  CHECK(centre_crop(floats, 1, 1).floats == std::vector<float>{2, 2.5f});
  const unetpp::Image image{3, 1, {1, 2, 3, 4, 5, 6, 7, 8, 9}};
  CHECK(centre_crop(image, 1, 1).rgb == std::vector<std::uint8_t>{4, 5, 6});
}

TEST_CASE("there is no middle that is larger than an image, or empty") {
  CHECK(message_of<unetpp::ArgumentError>([] { centre_crop(numbers, 5, 5); }) ==
        "a crop: expected an image of at least 5x5, the crop's size, found 5x4 (take a smaller crop, or leave it out)");
  CHECK_THROWS_AS(centre_crop(numbers, 4, 6), unetpp::ArgumentError);
  CHECK_THROWS_AS(centre_crop(numbers, 0, 5), unetpp::ArgumentError);
}

}  // namespace centre_crop_test
