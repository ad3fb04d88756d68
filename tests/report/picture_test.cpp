#include <unetpp/report/picture.hpp>

#include "catch.hpp"

namespace picture_test {

using namespace unetpp;

namespace {

const Mask mask_2x2{2, 2, {0, 1, 2, 0}};
const Image grey_2x2{2, 2, std::vector<std::uint8_t>(12, 100)};
constexpr Rgb primaries[] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}};

Rgb pixel(const Image& image, int x, int y) {
  const auto i = static_cast<std::size_t>(y * image.width + x) * 3;
  return {image.rgb.at(i), image.rgb.at(i + 1), image.rgb.at(i + 2)};
}

}  // namespace

TEST_CASE("colour_mask gives every class its palette colour") {
  const Image out = colour_mask(mask_2x2, primaries);
  CHECK(out.width == 2);
  CHECK(out.height == 2);
  CHECK(out.rgb == std::vector<std::uint8_t>{255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0});
}

TEST_CASE("colour_mask uses the Okabe-Ito colours unless told otherwise") {
  const Image out = colour_mask(mask_2x2);
  CHECK(pixel(out, 0, 0) == okabe_ito[0]);
  CHECK(pixel(out, 1, 0) == okabe_ito[1]);
  CHECK(pixel(out, 0, 1) == okabe_ito[2]);
}

TEST_CASE("colour_mask paints a class beyond the palette black") {
  CHECK(colour_mask({1, 1, {255}}, primaries).rgb == std::vector<std::uint8_t>{0, 0, 0});
  CHECK(colour_mask({1, 1, {3}}, primaries).rgb == std::vector<std::uint8_t>{0, 0, 0});
}

TEST_CASE("overlay mixes image and mask by the opacity, rounded to the nearest") {
  CHECK(pixel(overlay(grey_2x2, mask_2x2, primaries, 0.5f), 0, 0) == Rgb{178, 50, 50});  // 177.5 rounds up
  CHECK(pixel(overlay(grey_2x2, mask_2x2, primaries, 0.25f), 1, 0) == Rgb{75, 139, 75});
}

TEST_CASE("overlay of opacity 0 is the image and of opacity 1 the coloured mask") {
  CHECK(overlay(grey_2x2, mask_2x2, primaries, 0).rgb == grey_2x2.rgb);
  CHECK(overlay(grey_2x2, mask_2x2, primaries, 1).rgb == colour_mask(mask_2x2, primaries).rgb);
}

TEST_CASE("picture shows image, truth, prediction and overlay from left to right") {
  const Mask wrong{2, 2, {1, 1, 1, 2}};
  const Image out = picture(grey_2x2, mask_2x2, wrong, primaries, 3);
  REQUIRE(out.width == 4 * 2 + 3 * 3);
  REQUIRE(out.height == 2);
  REQUIRE(out.rgb.size() == 17u * 2 * 3);
  const Image over = overlay(grey_2x2, wrong, primaries);
  for (int y = 0; y < 2; ++y)
    for (int x = 0; x < 2; ++x) {
      const auto at = static_cast<std::size_t>(y * 2 + x);
      CHECK(pixel(out, x, y) == Rgb{100, 100, 100});
      CHECK(pixel(out, 5 + x, y) == primaries[mask_2x2.values[at]]);
      CHECK(pixel(out, 10 + x, y) == primaries[wrong.values[at]]);
      CHECK(pixel(out, 15 + x, y) == pixel(over, x, y));
    }
}

TEST_CASE("picture has white gutters between its parts and none at its sides") {
  const Image black{2, 2, std::vector<std::uint8_t>(12, 0)};
  const Image out = picture(black, mask_2x2, mask_2x2, primaries, 2);
  for (int y = 0; y < 2; ++y)
    for (int x = 0; x < out.width; ++x) CHECK((pixel(out, x, y) == Rgb{255, 255, 255}) == (x % 4 >= 2));
}

TEST_CASE("picture refuses a mask of another size, naming both sizes") {
  const Mask tall{2, 3, std::vector<std::uint8_t>(6)};
  const char* message = "picture: expected a mask of the image's size 2x2, found 2x3";
  CHECK_THROWS_WITH(picture(grey_2x2, tall, mask_2x2), message);
  CHECK_THROWS_WITH(picture(grey_2x2, mask_2x2, tall), message);
  CHECK_THROWS_AS(picture(grey_2x2, mask_2x2, tall), ArgumentError);
}

TEST_CASE("overlay refuses a mask of another size") {
  CHECK_THROWS_AS(overlay(grey_2x2, {1, 2, {0, 0}}), ArgumentError);
}

}  // namespace picture_test
