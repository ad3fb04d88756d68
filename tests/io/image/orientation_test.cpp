#include "unetpp/io/image/orientation.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "make_jpeg.hpp"

namespace orientation_test {

using namespace io_tests;

namespace {

using unetpp::decode_image;
using unetpp::Image;

/// Of three columns and two rows with the letters abc def, which are its pixels.
Image letters_turned(int orientation) {
  const std::string rows("\0abc\0def", 8);
  return decode_image(png(3, 2, 8, 0, stored(rows), png_chunk("eXIf", exif_with_orientation(orientation))), "a.png");
}

std::string letters_of(const Image& image) {
  std::string letters;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    if (i > 0 && i / 3 % static_cast<std::size_t>(image.width) == 0) letters += ' ';
    letters += static_cast<char>(image.rgb[i]);
  }
  return letters;
}

}  // namespace

TEST_CASE("an image is turned as its EXIF orientation says") {
  // Where the first row and the first column of what is stored are to be seen: Exif 2.32, 4.6.4.A.
  const char* seen[] = {"abc def", "cba fed", "fed cba", "def abc", "ad be cf", "da eb fc", "fc eb da", "cf be ad"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    CHECK(letters_of(letters_turned(orientation)) == seen[orientation - 1]);
  }
}

TEST_CASE("an image of no known orientation is as it is stored") {
  for (const int orientation : {0, 9, 255}) CHECK(letters_of(letters_turned(orientation)) == "abc def");
}

TEST_CASE("a JPEG is turned by either byte order of its EXIF data") {
  const Image stored = decode_image(make_jpeg(40, 24), "a.jpg");
  const std::vector<std::uint8_t> expected = unetpp::detail::upright(stored, 6).rgb;
  for (const bool big_endian : {false, true}) {
    const Image turned = decode_image(make_jpeg(40, 24, {.exif = exif_with_orientation(6, big_endian)}), "a.jpg");
    CHECK(turned.width == 24);
    CHECK(turned.height == 40);
    CHECK(turned.rgb == expected);
  }
}

TEST_CASE("EXIF data that end early or have no orientation turn nothing") {
  const std::string exif = exif_with_orientation(6);
  CHECK(unetpp::detail::exif_orientation(exif) == 6);
  CHECK(unetpp::detail::exif_orientation(exif.substr(0, 22)) == 6);
  for (std::size_t size = 0; size < 22; ++size) CHECK(unetpp::detail::exif_orientation(exif.substr(0, size)) == 1);
  std::string other_tag = exif, other_type = exif, far_away = exif;
  other_tag[10] = 0x13;
  other_type[12] = 7;
  far_away[4] = far_away[5] = far_away[6] = far_away[7] = '\xFF';
  for (const std::string& text : {other_tag, other_type, far_away}) CHECK(unetpp::detail::exif_orientation(text) == 1);
}

}  // namespace orientation_test
