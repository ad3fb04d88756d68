// Two hundred small files of all kinds, with the pixels that Pillow reads from them: make_image_reference.py.

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/image/image.hpp"

namespace image_sweep_test {

using namespace io_tests;

namespace {

int largest_difference(const std::vector<std::uint8_t>& values, const std::string& expected) {
  int largest = values.size() == expected.size() ? 0 : 256;
  for (std::size_t i = 0; i < values.size() && largest < 256; ++i)
    largest = std::max(largest, std::abs(values[i] - static_cast<unsigned char>(expected[i])));
  return largest;
}

/// How far decoders of a format may be apart: 16 bits of a BMP's pixel are stretched in one of two ways.
int tolerance(const std::string& name) { return name == "16.bmp" ? 1 : 0; }

}  // namespace

TEST_CASE("files of all kinds have Pillow's pixels or are refused by name") {
  std::ifstream file(UNETPP_SOURCE_DIR "/tests/reference/image_reference.txt");
  std::string name, bytes, pixels;
  std::getline(file, name);
  int width = 0, height = 0;
  std::map<std::string, int> files;
  while (file >> name >> width >> height >> bytes >> pixels) {
    CAPTURE(name);
    ++files[name.substr(name.rfind('.'))];
    if (width == 0) {
      const auto decode = [&] { unetpp::decode_image(from_hex(bytes), name); };
      CHECK(contains(message_of<unetpp::FormatError>(decode), pixels));
      continue;
    }
    unetpp::Image image;
    REQUIRE_NOTHROW(image = unetpp::decode_image(from_hex(bytes), name));
    CHECK(image.width == width);
    CHECK(image.height == height);
    CHECK(largest_difference(image.rgb, from_hex(pixels)) <= tolerance(name));
  }
  CHECK(files == std::map<std::string, int>{{".bmp", 10}, {".gif", 24}, {".jpg", 107}, {".png", 60}});
}

}  // namespace image_sweep_test
