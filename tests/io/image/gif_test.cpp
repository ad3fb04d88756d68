#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/image/image.hpp"

namespace gif_test {

using namespace io_tests;

namespace {

using Bytes = std::vector<std::uint8_t>;
using unetpp::decode_image;

std::string error_of(const std::string& bytes) {
  return message_of<unetpp::FormatError>([&] { decode_image(bytes, "a.gif"); });
}

/// Data of pixels with two bits each. A reset before each keeps all codes at three bits.
std::string gif_data(const std::string& pixels) {
  constexpr unsigned reset = 4, end = 5;
  unsigned long long codes = end;
  std::size_t bits = 3;
  for (std::size_t i = pixels.size(); i-- > 0; bits += 6)
    codes = codes << 6 | static_cast<unsigned>(pixels[i]) << 3 | reset;
  std::string bytes;
  for (std::size_t i = 0; i < bits; i += 8) bytes += static_cast<char>(codes >> i);
  return '\2' + std::string(1, static_cast<char>(bytes.size())) + bytes + '\0';
}

/// A GIF of 3x2 with the colours abc, def, ghi and jkl, of which one may be transparent, and a frame in it.
std::string gif(char left, char top, char width, char height, const std::string& pixels, int transparent = -1) {
  std::string bytes("GIF89a\3\0\2\0\x81\0\0abcdefghijkl", 25);
  if (transparent >= 0) bytes += std::string("!\xF9\4\1\0\0", 6) + static_cast<char>(transparent) + '\0';
  for (const char c : {',', left, '\0', top, '\0', width, '\0', height, '\0', '\0'}) bytes += c;
  return bytes + gif_data(pixels) + ';';
}

}  // namespace

TEST_CASE("a GIF is decoded to RGB") {
  CHECK(decode_image(gif(0, 0, 3, 2, std::string("\0\1\2\3\2\1", 6)), "a.gif").rgb ==
        Bytes{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'g', 'h', 'i', 'd', 'e', 'f'});
}

TEST_CASE("a GIF whose pixels end early is an error") {
  for (std::size_t count = 0; count < 6; ++count) {
    CAPTURE(count);
    CHECK(error_of(gif(0, 0, 3, 2, std::string(count, '\1'))) ==
          "a.gif: expected a whole image, found a damaged one: a GIF whose pixels end early, or have colours that it "
          "does not "
          "list");
  }
}

TEST_CASE("an empty control block of a GIF says nothing of its colours") {
  const std::string bytes = gif(0, 0, 3, 2, std::string("\0\1\2\3\2\1", 6)), empty("!\xF9\0", 3);
  CHECK(decode_image(bytes.substr(0, 25) + empty + bytes.substr(25), "a.gif").rgb == decode_image(bytes, "a.gif").rgb);
}

TEST_CASE("transparent pixels of a GIF keep their colour") {
  const std::string pixels("\1\1\1\2\2\2", 6);
  CHECK(decode_image(gif(0, 0, 3, 2, pixels, 1), "a.gif").rgb == decode_image(gif(0, 0, 3, 2, pixels), "a.gif").rgb);
}

TEST_CASE("around a smaller frame a GIF has its transparent colour, or its first") {
  const std::string pixels("\3", 1);
  CHECK(decode_image(gif(1, 1, 1, 1, pixels), "a.gif").rgb ==
        Bytes{'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c', 'a', 'b', 'c', 'j', 'k', 'l', 'a', 'b', 'c'});
  CHECK(decode_image(gif(1, 1, 1, 1, pixels, 2), "a.gif").rgb ==
        Bytes{'g', 'h', 'i', 'g', 'h', 'i', 'g', 'h', 'i', 'g', 'h', 'i', 'j', 'k', 'l', 'g', 'h', 'i'});
}

TEST_CASE("a GIF that is cut anywhere before its trailer is an error") {
  const std::string bytes = gif(0, 0, 3, 2, std::string(6, '\1'), 2);
  for (std::size_t size = 0; size + 1 < bytes.size(); ++size) CHECK_FALSE(error_of(bytes.substr(0, size)).empty());
  CHECK(error_of(bytes.substr(0, bytes.size() - 1)).empty());
}

TEST_CASE("a GIF without an image is refused") {
  CHECK(error_of(std::string("GIF89a\2\0\1\0\0\0\0;", 14)) ==
        "a.gif: expected a whole image, found a damaged one: a GIF without an image");
}

}  // namespace gif_test
