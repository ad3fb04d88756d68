#include "unetpp/io/image/bmp.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/image/image.hpp"

namespace bmp_test {

using namespace io_tests;

namespace {

using Bytes = std::vector<std::uint8_t>;
using unetpp::decode_image;

std::string error_of(const std::string& bytes) {
  return message_of<unetpp::FormatError>([&] { decode_image(bytes, "a.bmp"); });
}

std::string little_endian(std::int64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i);
  return bytes;
}

/// The header of a BMP with 8 bits a pixel and a palette of so many colours, and the palette, all white but the first.
std::string bmp_begin(int width, int height, int colours, int compression = 0) {
  return "BM" + little_endian(0, 8) + little_endian(54 + 4 * colours, 4) + little_endian(40, 4) +
         little_endian(width, 4) + little_endian(height, 4) + little_endian(1, 2) + little_endian(8, 2) +
         little_endian(compression, 4) + std::string(20, '\0') + std::string(4, '\0') +
         std::string(static_cast<std::size_t>(4 * colours - 4), '\xFF');
}

/// Two rows of one pixel, of colours 0 and 1.
std::string bmp(int height) { return bmp_begin(1, height, 2) + std::string("\0\0\0\0\1\0\0\0", 8); }

}  // namespace

TEST_CASE("a BMP begins with its bottom row, or with the top one") {
  CHECK(decode_image(bmp(2), "a.bmp").rgb == Bytes{255, 255, 255, 0, 0, 0});
  CHECK(decode_image(bmp(-2), "a.bmp").rgb == Bytes{0, 0, 0, 255, 255, 255});
}

TEST_CASE("a BMP's palette is filled up with black, and its pixels begin behind that") {
  const std::string palette_only = bmp_begin(0, 0, 2);
  const std::string filled = unetpp::detail::with_whole_bmp_palette(palette_only);
  REQUIRE(filled.size() == 54 + 4 * 256);
  CHECK(filled.substr(0, 10) == palette_only.substr(0, 10));
  CHECK(unetpp::detail::little_endian(filled, 10, 4) == filled.size());
  CHECK(filled.substr(14, 48) == palette_only.substr(14));
  CHECK(filled.find_first_not_of('\0', palette_only.size()) == std::string::npos);
  CHECK(unetpp::detail::with_whole_bmp_palette(bmp_begin(0, 0, 256)).empty());
}

TEST_CASE("where a BMP's pixels begin inside its header is seen") {
  std::string header = bmp_begin(0, 0, 1).substr(0, 30);
  header[10] = 54;
  CHECK_FALSE(unetpp::detail::BmpHeader(header).begins_in_header());
  header[10] = 53;
  CHECK(unetpp::detail::BmpHeader(header).begins_in_header());
}

TEST_CASE("a BMP that is compressed is refused by name") {
  const std::string found = "a.bmp: expected a JPEG, PNG, GIF or BMP image, found: a BMP compressed by ";
  const std::string advice = "; save it without compression, or as PNG";
  CHECK(error_of(bmp_begin(1, 2, 2, 1)) == found + "run lengths" + advice);
  CHECK(error_of(bmp_begin(1, 2, 2, 4)) == found + "a JPEG inside" + advice);
}

TEST_CASE("a BMP with another header than Windows's is refused by name") {
  std::string bytes = bmp_begin(1, 2, 2) + std::string(24, '\0');
  bytes[14] = 64;  // OS/2's
  bytes[10] = 78;
  CHECK(error_of(bytes) ==
        "a.bmp: expected a JPEG, PNG, GIF or BMP image, found: a BMP with a header of 64 bytes; save it as PNG");
}

TEST_CASE("a BMP without pixels is refused") {
  CHECK(error_of(bmp_begin(0, 2, 2)) == "a.bmp: expected at least one pixel, found 0x2");
  CHECK(error_of(bmp_begin(1, 0, 2)) == "a.bmp: expected at least one pixel, found 1x0");
}

TEST_CASE("a BMP that is cut anywhere is an error") {
  for (std::size_t size = 0; size < bmp(2).size(); ++size) CHECK_FALSE(error_of(bmp(2).substr(0, size)).empty());
}

}  // namespace bmp_test
