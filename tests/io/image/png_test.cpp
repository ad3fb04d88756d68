#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/image/image.hpp"

namespace png_test {

using namespace io_tests;

namespace {

using Bytes = std::vector<std::uint8_t>;
using unetpp::decode_image;
using unetpp::decode_mask;

std::string error_of(const std::string& bytes) {
  return message_of<unetpp::FormatError>([&] { decode_image(bytes, "a.png"); });
}

std::string mask_error_of(const std::string& bytes) {
  return message_of<unetpp::FormatError>([&] { decode_mask(bytes, "a.png"); });
}

const std::string damaged = "a.png: expected a whole image, found a damaged one: ";

/// Three indices, 0, 1 and 2, into a palette, behind chunks of other kinds.
std::string indexed(const std::string& palette, const std::string& more = "") {
  return png(3, 1, 8, 3, stored(std::string("\0\0\1\2", 4)), png_chunk("PLTE", palette) + more);
}

/// The file with another byte where `chunk`'s check sum is, or, `from_end` bytes before that, in its data.
std::string changed(std::string bytes, const std::string& chunk, std::size_t from_end = 0) {
  const std::size_t name = bytes.find(chunk);
  const auto size = static_cast<unsigned char>(bytes[name - 1]);
  bytes[name + 4 + size - from_end] ^= 1;
  return bytes;
}

}  // namespace

TEST_CASE("a PNG with a wrong check sum in a chunk that makes pixels is an error") {
  const std::string bytes = indexed("abcdefghi", png_chunk("tRNS", "\1"));
  REQUIRE(error_of(bytes).empty());
  for (const char* chunk : {"IHDR", "PLTE", "tRNS", "IDAT"}) {  // of the end's, libpng 1.6.39 speaks, 1.6.48 does not
    CAPTURE(chunk);
    CHECK(error_of(changed(bytes, chunk)) == damaged + chunk + ": CRC error");
    CHECK(mask_error_of(changed(bytes, chunk)) == damaged + chunk + ": CRC error");
  }
}

TEST_CASE("a PNG with a changed byte is an error") {
  const std::string bytes = indexed("abcdefghi", png_chunk("tRNS", "\1"));
  for (const char* chunk : {"IHDR", "PLTE", "tRNS", "IDAT"}) {
    CAPTURE(chunk);
    CHECK_FALSE(error_of(changed(bytes, chunk, 1)).empty());
  }
}

TEST_CASE("a PNG whose pixels have a wrong check sum is an error") {
  std::string data = stored(std::string("\0\0\1\2", 4));
  data.back() ^= 1;
  const std::string bytes = png(3, 1, 8, 3, data, png_chunk("PLTE", "abcdefghi"));
  CHECK(error_of(bytes) == damaged + "IDAT: incorrect data check");
  CHECK(mask_error_of(bytes) == damaged + "IDAT: incorrect data check");
}

TEST_CASE("a PNG with a wrong check sum in a chunk that makes no pixels is read") {
  const std::string text = png_chunk("tEXt", "a cat"), profile = png_chunk("iCCP", "not a profile");
  const std::string bytes = indexed("abcdefghi", text + profile);
  CHECK(decode_image(changed(bytes, "tEXt"), "a.png").rgb == decode_image(indexed("abcdefghi"), "a.png").rgb);
  CHECK(error_of(changed(bytes, "iCCP")).empty());
}

TEST_CASE("a PNG with fewer pixels than its header says is an error") {
  CHECK(error_of(png(3, 2, 8, 0, stored(std::string("\0\0\1\2", 4)))) == damaged + "Not enough image data");
}

TEST_CASE("more data than pixels are passed over") {
  CHECK(decode_image(png(1, 1, 8, 0, stored(std::string("\0\7\0\0\0", 5))), "a.png").rgb == Bytes{7, 7, 7});
}

TEST_CASE("a PNG for iOS apps is refused by name") {
  const std::string bytes = unetpp::encode_png(drawn_image(4, 4));
  const std::string for_ios =
      bytes.substr(0, 8) + png_chunk("CgBI", std::string("\x50\0\x20\x06", 4)) + bytes.substr(8);
  CHECK(error_of(for_ios) ==
        "a.png: expected a JPEG, PNG, GIF or BMP image, found: a PNG for iOS apps (CgBI), in Apple's own form; its "
        "original, or a conversion back, is needed");
}

TEST_CASE("a PNG that does not begin with its header is an error") {
  const std::string bytes = indexed("abcdefghi");
  CHECK(error_of(bytes.substr(0, 8) + png_chunk("teXt", "a") + bytes.substr(8)) ==
        damaged + "a PNG that does not begin with its header");
}

TEST_CASE("a pixel whose colour the palette does not have is found") {
  CHECK(unetpp::detail::first_without_colour({0, 1, 2}, 3) == -1);
  CHECK(unetpp::detail::first_without_colour({0, 1, 2, 1, 3}, 2) == 2);
}

TEST_CASE("transparent pixels keep their colour") {
  CHECK(decode_image(indexed("abcdefghi", png_chunk("tRNS", std::string(3, '\0'))), "a.png").rgb ==
        Bytes{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'});
}

TEST_CASE("a mask that an optimiser turned into a palette of its greys has their values") {
  CHECK(decode_mask(indexed("\3\3\3\1\1\1\2\2\2"), "a.png").values == Bytes{3, 1, 2});
  const std::string two_bits =
      png(3, 1, 2, 3, stored(std::string("\0\x18", 2)), png_chunk("PLTE", "\3\3\3\1\1\1\2\2\2"));
  CHECK(decode_mask(two_bits, "a.png").values == Bytes{3, 1, 2});
}

TEST_CASE("a mask of a palette that has a colour, of a pixel or not, has its indices") {
  CHECK(decode_mask(indexed("\3\3\3\1\1\1\2\2\2\xFF\1\1"), "a.png").values == Bytes{0, 1, 2});
}

TEST_CASE("a mask that EXIF data say is to be turned is an error") {
  const std::string exif = std::string("II*\0\x08\0\0\0\1\0\x12\x01\3\0\1\0\0\0\6\0\0\0\0\0\0\0", 26);
  CHECK(mask_error_of(png(1, 1, 8, 0, stored(std::string(2, '\1')), png_chunk("eXIf", exif))) ==
        "a.png: expected a mask as it is to be seen, found one of EXIF orientation 6");
}

TEST_CASE("a mask of a palette of colours has its indices") {
  CHECK(decode_mask(indexed("abcdefghi"), "a.png").values == Bytes{0, 1, 2});
}

TEST_CASE("an error has none of an image's own bytes") {
  CHECK(error_of(png(1, 1, 8, 0, stored(std::string(2, '\0')), png_chunk("\x01\x02\xFF\n", ""))).find('\n') ==
        std::string::npos);
}

TEST_CASE("a palette behind the end of a PNG is not looked at") {
  CHECK(error_of(unetpp::encode_png(drawn_image(2, 2)) + png_chunk("PLTE", "abc").substr(0, 9)).empty());
}

}  // namespace png_test
