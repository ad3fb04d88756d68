// Images that somebody made to do harm, or that came to harm.

#include <climits>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "fixtures.hpp"
#include "unetpp/io/image.hpp"

using namespace io_tests;

namespace {

using Bytes = std::vector<std::uint8_t>;
using unetpp::decode_image;

const std::string no_image = "a.jpg: expected a JPEG, PNG, GIF or BMP image, found: ";

std::string refusal(const std::string& bytes, std::size_t max_pixels = unetpp::default_max_pixels) {
  return message_of<unetpp::FormatError>([&] { decode_image(bytes, "a.jpg", max_pixels); });
}

std::string jpeg() { return unetpp::encode_jpeg(drawn_image(16, 8)); }

/// The JPEG with a Huffman table, of so many codes of 16 bits and with so many symbols, before all others.
std::string with_table(int codes, std::size_t symbols) {
  const std::string table = std::string(16, '\0') + static_cast<char>(codes) + std::string(symbols, '\1');
  const auto size = static_cast<char>(table.size() + 2);
  return jpeg().insert(2, std::string("\xFF\xC4\0", 3) + size + table);
}

/// The JPEG without its segments of this marker.
std::string without(const std::string& bytes, char marker) {
  std::string left;
  for (std::size_t at = 0; at < bytes.size();) {
    const bool drop = bytes[at] == '\xFF' && bytes[at + 1] == marker;
    if (drop)
      at += 2 + unetpp::detail::byte_at(bytes, at + 2) * 256 + unetpp::detail::byte_at(bytes, at + 3);
    else
      left += bytes[at++];
  }
  return left;
}

/// Two pixels of 8 bits, named 1 and 2, and a palette of so many colours, all white.
std::string bmp(std::int32_t width, std::int32_t height, int colours) {
  const auto number = [](std::int64_t value, int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i);
    return bytes;
  };
  return "BM" + number(0, 8) + number(54 + 4 * colours, 4) + number(40, 4) + number(width, 4) + number(height, 4) +
         number(1, 2) + number(8, 2) + std::string(24, '\0') + std::string(4 * colours, '\xFF') +
         std::string("\1\0\0\0\2\0\0\0", 8);
}

}  // namespace

TEST_CASE("a Huffman table with more codes than a byte has values is refused") {
  const std::string full = std::string(1, '\x10') + std::string(14, '\0') + '\xFF' + '\2' + std::string(257, '\1');
  CHECK(refusal(jpeg().insert(2, std::string("\xFF\xC4\1\x14", 4) + full)) == no_image + "a damaged Huffman table");
}

TEST_CASE("a Huffman table that is longer than its segment is refused") {
  CHECK(refusal(with_table(3, 3)).empty());
  CHECK(refusal(with_table(3, 2)) == no_image + "a damaged Huffman table");
}

TEST_CASE("a JPEG of more scans than anyone needs is refused") {
  std::string scans;
  for (int i = 0; i < 101; ++i) scans += std::string("\xFF\xDA\0\x02", 4);
  CHECK(refusal(jpeg().insert(2, scans)) == no_image + "102 scans");
}

TEST_CASE("what a JPEG needs and does not define is zero, not what lay in memory") {
  const unetpp::Image gray = decode_image(without(jpeg(), '\xC4'), "a.jpg");
  CHECK(gray.rgb == Bytes(gray.rgb.size(), 128));
}

TEST_CASE("a PNG whose data are larger than its image by orders is refused before they fill the memory") {
  std::vector<unsigned char> zeros(30 << 20);
  int size = 0;
  const std::unique_ptr<unsigned char, void (*)(void*)> small(
      stbi_zlib_compress(zeros.data(), static_cast<int>(zeros.size()), &size, 8), std::free);
  const std::string data(reinterpret_cast<const char*>(small.get()), static_cast<std::size_t>(size));
  REQUIRE(data.size() < 1 << 20);
  CHECK(refusal(png(4, 4, 8, 2, data)) == no_image + "data that take more memory than its size should");
}

TEST_CASE("a PNG whose first IDAT chunk has no data is refused") {
  const std::string data = stored(std::string("\0\1", 2));
  CHECK(refusal(png(1, 1, 8, 0, data, png_chunk("IDAT", ""))) == no_image + "a first IDAT chunk without data");
  CHECK(refusal(png(1, 1, 8, 0, data)).empty());
}

TEST_CASE("what a PNG's data copy from a place that there is none of is zero, not what lay in memory") {
  // 72 zeros, which is what stb first makes room for, and 7 bytes by a distance of the unused code 30.
  std::string bytes = png(8, 8, 8, 0, std::string("\x78\x01\x63\xA0\x12\x80\x3E\x00\0\0\0\0", 12));
  bytes[28] = 1;  // interlaced: with 15 rows, which each begin with a filter
  CHECK(decode_image(bytes, "a.png").rgb == Bytes(3 * 64, 0));
}

TEST_CASE("colours that a PNG's palette does not have are black") {
  const std::string file = png(3, 1, 8, 3, stored(std::string("\0\0\1\xFF", 4)), png_chunk("PLTE", "abc"));
  CHECK(decode_image(file, "a.png").rgb == Bytes{'a', 'b', 'c', 0, 0, 0, 0, 0, 0});
}

TEST_CASE("a palette behind the end of a PNG is not looked at") {
  const std::string bytes = unetpp::encode_png(drawn_image(2, 2));
  CHECK(refusal(bytes + png_chunk("PLTE", "abc").substr(0, 9)).empty());
}

TEST_CASE("colours that a BMP's palette does not have are black") {
  CHECK(decode_image(bmp(1, 2, 2), "a.bmp").rgb == Bytes{0, 0, 0, 255, 255, 255});
}

TEST_CASE("a BMP may begin with its top row") {
  const unetpp::Image image = decode_image(bmp(1, -2, 2), "a.bmp");
  CHECK(image.height == 2);
  CHECK(image.rgb == Bytes{255, 255, 255, 0, 0, 0});
}

TEST_CASE("a BMP whose pixels begin in its header is refused") {
  std::string bytes = bmp(1, 2, 2);
  bytes[10] = 53;
  CHECK(refusal(bytes) == no_image + "pixels that begin inside the header");
}

TEST_CASE("an image without pixels is refused") {
  CHECK(refusal(bmp(0, 2, 2)) == "a.jpg: expected at least one pixel, found 0x2");
  CHECK(refusal(bmp(1, 0, 2)) == "a.jpg: expected at least one pixel, found 1x0");
}

TEST_CASE("an error has none of an image's own bytes") {
  CHECK(refusal(png(1, 1, 8, 0, stored("\0\0"), png_chunk("I\n\x01\xFF", ""))) ==
        no_image + "I??? PNG chunk not known");
}

TEST_CASE("a GIF without an image is refused") {
  CHECK(refusal(std::string("GIF89a\2\0\1\0\0\0\0;", 14)) == no_image + "damaged data");
}

TEST_CASE("a JPEG with a scan of a component that it does not have is refused") {
  std::string bytes = jpeg();
  bytes[bytes.find("\xFF\xDA") + 5] = 9;
  CHECK(refusal(bytes) == no_image + "damaged data");
}

TEST_CASE("no limit lets in an image whose bytes stb could not count") {
  std::string bytes = unetpp::encode_png(drawn_trimap(4, 4));
  bytes.replace(16, 8, std::string("\0\0\x4E\x20\0\0\x4E\x20", 8));
  CHECK(refusal(bytes, SIZE_MAX) == "a.jpg: expected at most 268435455 pixels, found 20000x20000");
}

TEST_CASE("a file that is larger than any image of the pixels allowed is not read") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a.png";
  put(path, "\x89PNG");
  std::filesystem::resize_file(path, 1'000'000'000);
  const std::string message = path.string() + ": expected at most 67108992 bytes, found 1000000000";
  CHECK(message_of<unetpp::FormatError>([&] { unetpp::read_image(path, 16); }) == message);
  CHECK(message_of<unetpp::FormatError>([&] { unetpp::read_mask(path, 16); }) == message);
}

TEST_CASE("read_file stops at its limit where the system does not tell the size") {
  const auto read = [] { unetpp::read_file("/dev/zero", 100); };
  CHECK(contains(message_of<unetpp::FormatError>(read), "/dev/zero: expected at most 100 bytes, found "));
}
