// Images that claim more than they have, and files that are larger than any image.

#include <cstdint>
#include <filesystem>
#include <string>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/image/image.hpp"

namespace untrusted_image_test {

using namespace io_tests;

namespace {

using unetpp::decode_image;

std::string refusal(const std::string& bytes, std::size_t max_pixels = unetpp::default_max_pixels) {
  return message_of<unetpp::FormatError>([&] { decode_image(bytes, "a.png", max_pixels); });
}

/// A PNG of such a size by its header, and of a few pixels.
std::string png_that_claims(std::size_t width, std::size_t height) {
  const std::string small = unetpp::encode_png(drawn_image(4, 4));
  const std::string header = big_endian(width) + big_endian(height) + small.substr(24, 5);
  return small.substr(0, 8) + png_chunk("IHDR", header) + small.substr(33);
}

}  // namespace

TEST_CASE("an image of more pixels than the limit is refused") {
  const std::string bytes = unetpp::encode_png(drawn_image(4, 4));
  CHECK_NOTHROW(decode_image(bytes, "a.png", 16));
  CHECK(refusal(bytes, 15) == "a.png: expected at most 15 pixels, found 4x4");
}

TEST_CASE("an image that claims over 100 megapixels is refused before it is decoded") {
  CHECK(refusal(png_that_claims(11000, 10000)) == "a.png: expected at most 100000000 pixels, found 11000x10000");
}

TEST_CASE("no limit lets in an image whose bytes a decoder could not count") {
  CHECK(refusal(png_that_claims(20000, 20000), SIZE_MAX) ==
        "a.png: expected at most 268435455 pixels, found 20000x20000");
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

}  // namespace untrusted_image_test
