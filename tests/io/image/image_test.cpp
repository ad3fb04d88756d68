#include "unetpp/io/image/image.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"

namespace image_test {

using namespace io_tests;

namespace {

using unetpp::decode_image;
using unetpp::decode_mask;
using unetpp::FormatError;
using unetpp::Image;
using unetpp::Mask;

std::string encode_bmp(const Image& image) {
  return encoded([&](stbi_write_func* write, void* to) {
    stbi_write_bmp_to_func(write, to, image.width, image.height, 3, image.rgb.data());
  });
}

std::string encode_png_with_alpha(const Image& image) {
  std::vector<std::uint8_t> rgba;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) {
    rgba.push_back(image.rgb[i]);
    if (i % 3 == 2) rgba.push_back(static_cast<std::uint8_t>(i));
  }
  return encoded([&](stbi_write_func* write, void* to) {
    stbi_write_png_to_func(write, to, image.width, image.height, 4, rgba.data(), 4 * image.width);
  });
}

/// A PNG of one line of gray values, each `bits` wide, packed as in the file.
std::string packed_gray_png(char width, char bits, const std::string& packed) {
  return png(width, 1, bits, 0, stored('\0' + packed));  // a line begins with its filter
}

std::string error_of(const std::string& bytes) {
  return message_of<FormatError>([&] { decode_image(bytes, "a.jpg"); });
}

std::string mask_error_of(const std::string& bytes) {
  return message_of<FormatError>([&] { decode_mask(bytes, "a.png"); });
}

/// How many of the first bytes of a file do for an image.
std::size_t shortest_prefix(const std::string& bytes) {
  std::size_t size = 0;
  while (size < bytes.size() && !error_of(bytes.substr(0, size)).empty()) ++size;
  return size;
}

}  // namespace

TEST_CASE("an RGB image survives PNG") {
  for (const auto& [width, height] : {std::pair{1, 1}, {7, 5}, {64, 33}}) {
    const Image image = drawn_image(width, height);
    const Image back = decode_image(encode_png(image), "a.png");
    CHECK(back.width == width);
    CHECK(back.height == height);
    CHECK(back.rgb == image.rgb);
  }
}

TEST_CASE("a mask survives PNG") {
  Mask mask{16, 17, {}};
  for (int i = 0; i < 16 * 17; ++i) mask.values.push_back(static_cast<std::uint8_t>(i));
  const Mask back = decode_mask(encode_png(mask), "a.png");
  CHECK(back.width == 16);
  CHECK(back.height == 17);
  CHECK(back.values == mask.values);
}

TEST_CASE("a mask is written with one channel of 8 bits") {
  const std::string png = encode_png(drawn_trimap(3, 2));
  CHECK(png[24] == 8);
  CHECK(png[25] == 0);
}

TEST_CASE("a JPEG is decoded to RGB") {
  const Image image = drawn_image(30, 20);
  const Image back = decode_image(encode_jpeg(image, 95), "a.jpg");
  REQUIRE(back.rgb.size() == image.rgb.size());
  int worst = 0;
  for (std::size_t i = 0; i < image.rgb.size(); ++i) worst = std::max(worst, std::abs(back.rgb[i] - image.rgb[i]));
  CHECK(worst < 12);
}

TEST_CASE("a PNG with alpha is decoded to its RGB whatever its name") {
  const Image image = drawn_image(6, 4);
  CHECK(decode_image(encode_png_with_alpha(image), "a.jpg").rgb == image.rgb);
}

TEST_CASE("a BMP is decoded to RGB") {
  const Image image = drawn_image(5, 3);
  CHECK(decode_image(encode_bmp(image), "a.bmp").rgb == image.rgb);
}

TEST_CASE("a JPEG that is cut anywhere is an error") {
  const std::string bytes = encode_jpeg(drawn_image(24, 16));
  CHECK(shortest_prefix(bytes) == bytes.size());
}

TEST_CASE("a PNG that is cut anywhere is an error") {
  const std::string bytes = encode_png(drawn_image(24, 16));
  CHECK(shortest_prefix(bytes) == bytes.size());
}

TEST_CASE("a cut image's error names the file, expected and found") {
  const std::string bytes = encode_jpeg(drawn_image(24, 16));
  CHECK(error_of(bytes.substr(0, 400)) == "a.jpg: expected a whole image, found one that is cut off after 400 bytes");
}

TEST_CASE("bytes after the end of a JPEG are ignored") {
  CHECK(error_of(encode_jpeg(drawn_image(24, 16)) + "a camera's own data").empty());
}

TEST_CASE("the end of a preview inside a JPEG is not taken for the JPEG's own") {
  const std::string bytes = encode_jpeg(drawn_image(24, 16));
  const std::string segment = std::string("\xFF\xE1\x00\x08", 4) + std::string("\xFF\xDA\x00\x02\xFF\xD9", 6);
  const std::string with_preview = bytes.substr(0, 2) + segment + bytes.substr(2);
  CHECK(error_of(with_preview).empty());
  for (std::size_t size = 2; size < with_preview.size(); ++size)
    CHECK_FALSE(error_of(with_preview.substr(0, size)).empty());
}

TEST_CASE("a JPEG without a scan is an error") {
  const std::string bytes = encode_jpeg(drawn_image(24, 16));
  const std::string without = bytes.substr(0, bytes.find("\xFF\xDA")) + "\xFF\xD9";
  CHECK(contains(error_of(without), "a.jpg: expected a whole image"));
}

TEST_CASE("a text is no image") {
  CHECK(error_of("It was a cat, honestly.\n") ==
        "a.jpg: expected a JPEG, PNG, GIF or BMP image, found: unknown image type");
}

TEST_CASE("an empty file is no image") {
  CHECK(error_of("") == "a.jpg: expected a JPEG, PNG, GIF or BMP image, found: an empty file");
}

TEST_CASE("a mask of fewer bits has the values that are in the file") {
  CHECK(decode_mask(packed_gray_png(4, 2, "\x1B"), "a.png").values == std::vector<std::uint8_t>{0, 1, 2, 3});
  CHECK(decode_mask(packed_gray_png(2, 4, "\x3A"), "a.png").values == std::vector<std::uint8_t>{3, 10});
  CHECK(decode_mask(packed_gray_png(8, 1, "\x5A"), "a.png").values ==
        std::vector<std::uint8_t>{0, 1, 0, 1, 1, 0, 1, 0});
}

TEST_CASE("a mask of 16 bits is an error") {
  CHECK(mask_error_of(packed_gray_png(2, 16, std::string("\0\1\0\2", 4))) ==
        "a.png: expected a PNG mask of one channel of up to 8 bits, found 16 bits of grey");
}

TEST_CASE("a mask in colour is an error") {
  CHECK(mask_error_of(encode_png(drawn_image(4, 4))) ==
        "a.png: expected a PNG mask of one channel of up to 8 bits, found 8 bits of RGB");
}

TEST_CASE("a mask that is no PNG is an error") {
  CHECK(mask_error_of(encode_jpeg(drawn_image(4, 4))) == "a.png: expected a PNG mask of one channel, found no PNG");
  CHECK(mask_error_of("\x89PNG") == "a.png: expected a PNG mask of one channel, found no PNG");
  CHECK(mask_error_of("\x89PNG\r\n\x1A\n") == "a.png: expected a whole image, found one that is cut off after 8 bytes");
}

TEST_CASE("a mask that is cut is an error") {
  const std::string bytes = encode_png(drawn_trimap(9, 9));
  CHECK(contains(mask_error_of(bytes.substr(0, 45)), "a.png: expected a whole image"));
}

TEST_CASE("read_image and read_mask name the path") {
  const TemporaryFolder folder;
  put(folder.path() / "a.jpg", "text");
  put(folder.path() / "a.png", "text");
  CHECK(contains(message_of<FormatError>([&] { unetpp::read_image(folder.path() / "a.jpg"); }),
                 (folder.path() / "a.jpg").string() + ": expected"));
  CHECK(contains(message_of<FormatError>([&] { unetpp::read_mask(folder.path() / "a.png"); }),
                 (folder.path() / "a.png").string() + ": expected"));
}

TEST_CASE("an image whose size is not that of its pixels is not encoded") {
  CHECK_THROWS_AS(encode_png(Image{2, 2, std::vector<std::uint8_t>(11)}), unetpp::ArgumentError);
  CHECK_THROWS_AS(encode_png(Mask{0, 0, {}}), unetpp::ArgumentError);
}

TEST_CASE("encode_jpeg refuses pixels that are not of the size") {
  CHECK_THROWS_AS(encode_jpeg(Image{2, 2, {0}}), unetpp::ArgumentError);
}

}  // namespace image_test
