#include "unetpp/io/image/resize_antialiased.hpp"

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../../reference/read_reference.hpp"
#include "../fixtures.hpp"

namespace resize_antialiased_test {

using namespace io_tests;
using unetpp::Image;
using unetpp::Raster;
using unetpp::resize_antialiased;

namespace {

const std::vector<std::string> cases{"smaller", "much_smaller", "wider", "higher", "larger"};

reference::Reference kept() {
  return reference::read_reference(std::string(UNETPP_SOURCE_DIR) + "/tests/reference/resize_reference.txt");
}

/// What becomes of a case's input.
Raster resized(const reference::Reference& reference, const std::string& name) {
  const std::vector<int> size = reference.integers(name + ".size");
  const std::vector<double>& values = reference[name + ".input"];
  const Raster input{size.at(1), size.at(0), size.at(2), {values.begin(), values.end()}};
  return resize_antialiased(input, size.at(3), size.at(4));
}

}  // namespace

TEST_CASE("an image is made smaller as tf.image.resize does it with antialias=True") {
  const reference::Reference reference = kept();
  for (const std::string& name : cases) {
    const Raster ours = resized(reference, name);
    const std::vector<double>& theirs = reference[name + ".tensorflow"];
    REQUIRE(ours.values.size() == theirs.size());
    for (std::size_t i = 0; i < theirs.size(); ++i) CHECK(std::abs(ours.values[i] - theirs[i]) <= 0.502);
  }
}

TEST_CASE("an image is made smaller as Pillow does it, one off at most, since that rounds twice") {
  const reference::Reference reference = kept();
  for (const std::string& name : cases) {
    const Raster ours = resized(reference, name);
    const std::vector<int> theirs = reference.integers(name + ".pillow");
    REQUIRE(ours.values.size() == theirs.size());
    for (std::size_t i = 0; i < theirs.size(); ++i) CHECK(std::abs(ours.values[i] - theirs[i]) <= 1);
  }
}

TEST_CASE("an image that becomes no smaller on either side is interpolated as without a filter") {
  const Image image = drawn_image(13, 9);
  CHECK(resize_antialiased(image, 9, 13).rgb == image.rgb);
  CHECK(resize_antialiased(image, 9, 20).rgb == resize_bilinear(image, 9, 20).rgb);
  CHECK(resize_antialiased(image, 31, 17).rgb == resize_bilinear(image, 31, 17).rgb);
}

TEST_CASE("stripes as narrow as a pixel become grey") {
  Raster stripes{64, 64, 1, {}};
  for (int i = 0; i < 64 * 64; ++i) stripes.values.push_back(i % 2 == 0 ? 0 : 200);
  const Raster grey = resize_antialiased(stripes, 64, 8);
  for (std::size_t y = 0; y < 64; ++y)
    for (std::size_t x = 1; x < 7; ++x) CHECK(grey.values.at(8 * y + x) == 100);
}

TEST_CASE("a white image stays white however small it becomes") {
  const Raster white{97, 41, 4, std::vector<std::uint8_t>(std::size_t{97} * 41 * 4, 255)};
  for (const int side : {1, 2, 3, 40, 60})
    CHECK(resize_antialiased(white, side, side + 1).values ==
          std::vector<std::uint8_t>(std::size_t{4} * side * (side + 1), 255));
}

TEST_CASE("a picture is made smaller as a raster of three channels") {
  const Image picture = drawn_image(21, 17);
  const Raster raster = resize_antialiased(Raster(picture), 5, 9);
  CHECK(resize_antialiased(picture, 5, 9).rgb == raster.values);
  CHECK(raster.channels == 3);
  CHECK(raster.width == 9);
  CHECK(raster.height == 5);
}

TEST_CASE("nothing is made smaller from or to an empty size, or from too few values") {
  const Image small = drawn_image(3, 2);
  CHECK_THROWS_AS(resize_antialiased(small, 0, 2), unetpp::ArgumentError);
  CHECK_THROWS_AS(resize_antialiased(Image{}, 1, 1), unetpp::ArgumentError);
  CHECK_THROWS_AS(resize_antialiased(Raster{3, 2, 3, {1, 2}}, 1, 1), unetpp::ArgumentError);
}

}  // namespace resize_antialiased_test
