#include <cstddef>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "make_jpeg.hpp"
#include "unetpp/io/image/image.hpp"

namespace jpeg_test {

using namespace io_tests;

namespace {

using unetpp::decode_image;

std::string error_of(const std::string& bytes) {
  return message_of<unetpp::FormatError>([&] { decode_image(bytes, "a.jpg"); });
}

const std::string damaged = "a.jpg: expected a whole image, found a damaged one: ";
const std::string end = "\xFF\xD9";

/// The JPEG whose last scan ends after half of its bytes, and then as a JPEG does.
std::string half_of(const std::string& jpeg, int scan = 0) {
  const std::size_t data = find_marker(jpeg, '\xDA', scan);
  return jpeg.substr(0, data + (jpeg.size() - data) / 2) + end;
}

}  // namespace

TEST_CASE("a JPEG whose data end early is an error though it ends as a whole one does") {
  const std::string reason = damaged + "Corrupt JPEG data: premature end of data segment";
  CHECK(error_of(half_of(make_jpeg(64, 48))) == reason);
  CHECK(error_of(half_of(make_jpeg(64, 48, {.scan_each = true}), 2)) == reason);
  CHECK(error_of(half_of(make_jpeg(64, 48, {.stored = JCS_GRAYSCALE}))) == reason);
}

TEST_CASE("a JPEG with more rows in its header than in its data is an error") {
  std::string jpeg = make_jpeg(64, 48);
  jpeg[find_marker(jpeg, '\xC0') + 6] = 64;
  CHECK(error_of(jpeg) == damaged + "Corrupt JPEG data: premature end of data segment");
}

TEST_CASE("a progressive JPEG without its last scan is an error") {
  const std::string jpeg = make_jpeg(64, 48, {.progressive = true});
  REQUIRE(error_of(jpeg).empty());
  for (int scan = 1; find_marker(jpeg, '\xDA', scan) != std::string::npos; ++scan) {
    const std::string without = jpeg.substr(0, find_marker(jpeg, '\xDA', scan)) + end;
    CHECK(error_of(without) == damaged + "scans of a progressive JPEG are missing");
  }
}

TEST_CASE("a JPEG without the scan of a colour is an error") {
  const std::string jpeg = make_jpeg(64, 48, {.scan_each = true});
  REQUIRE(error_of(jpeg).empty());
  CHECK(error_of(jpeg.substr(0, find_marker(jpeg, '\xDA', 2)) + end) == damaged + "a colour component has no scan");
}

TEST_CASE("a JPEG with damaged data is an error") {
  std::string jpeg = make_jpeg(64, 48, {.restart = 2});
  const std::size_t data = find_marker(jpeg, '\xDA') + 14;
  for (std::size_t i = 8; i < 40; i += 2)
    jpeg[data + i] = '\xFF', jpeg[data + i + 1] = '\0';  // ones, which no code is of
  CHECK(contains(error_of(jpeg), damaged + "Corrupt JPEG data: "));
}

TEST_CASE("a JPEG that lacks a restart marker is an error") {
  std::string jpeg = make_jpeg(64, 48, {.restart = 2});
  jpeg.erase(find_marker(jpeg, '\xD1'), 2);
  CHECK(contains(error_of(jpeg), damaged + "Corrupt JPEG data: "));
}

TEST_CASE("bytes of a JPEG that belong to nothing change no pixel, and are doubtful") {
  const std::string nothing = "nobody's bytes";
  const std::string jpeg = make_jpeg(64, 48);
  const unetpp::Image image = decode_image(jpeg.substr(0, jpeg.size() - 2) + nothing + end, "a.jpg");
  CHECK(image.rgb == decode_image(jpeg, "a.jpg").rgb);
  CHECK(image.doubt ==
        "a.jpg: expected a whole image, found bytes that belong to none of its pixels (it may be "
        "damaged; saved again, it has none)");
  CHECK(decode_image(jpeg, "a.jpg").doubt.empty());
  std::string restarting = make_jpeg(64, 48, {.restart = 2});
  const std::vector<std::uint8_t> pixels = decode_image(restarting, "a.jpg").rgb;
  restarting.insert(find_marker(restarting, '\xD2'), nothing);
  CHECK(decode_image(restarting, "a.jpg").rgb == pixels);
  CHECK(contains(decode_image(restarting, "a.jpg").doubt, "bytes that belong to none of its pixels"));
}

TEST_CASE("data that are zeros from somewhere on, or have more rows than the header, make a JPEG doubtful") {
  const std::string jpeg = make_jpeg(64, 48);
  std::string zeros = jpeg, fewer_rows = jpeg;
  const std::size_t data = find_marker(jpeg, '\xDA') + 14, half = data + (jpeg.size() - data) / 2;
  for (std::size_t i = half; i + 2 < jpeg.size(); ++i) zeros[i] = '\0';
  fewer_rows[find_marker(jpeg, '\xC0') + 6] = 16;
  for (const std::string& bytes : {zeros, fewer_rows})
    CHECK(contains(decode_image(bytes, "a.jpg").doubt, "bytes that belong to none of its pixels"));
}

TEST_CASE("CMYK without Adobe's marker is CMYK") {
  const JpegKind adobe{.pixels = JCS_CMYK, .stored = JCS_CMYK};
  const JpegKind plain{.pixels = JCS_CMYK, .stored = JCS_CMYK, .adobe = false};
  const std::string with = make_jpeg(32, 24, adobe), without = make_jpeg(32, 24, plain);
  REQUIRE(find_marker(with, '\xEE') != std::string::npos);
  REQUIRE(find_marker(without, '\xEE') == std::string::npos);
  CHECK(decode_image(without, "a.jpg").rgb == decode_image(with, "a.jpg").rgb);
}

TEST_CASE("CMYK becomes RGB as its inks do on paper, inverted as Adobe writes them") {
  const unetpp::Image image = decode_image(make_jpeg(8, 8, {.pixels = JCS_CMYK, .stored = JCS_CMYK}), "a.jpg");
  // The first pixel is stored as about 0, 11, 22, 33: almost all ink, so that it is nearly black.
  for (std::size_t c = 0; c < 3; ++c) CHECK(image.rgb[c] < 12);
}

TEST_CASE("a JPEG of a kind that nobody reads is refused by name, with what would help") {
  std::string twelve_bits = make_jpeg(32, 24), lossless = twelve_bits;
  twelve_bits[find_marker(twelve_bits, '\xC0') + 4] = 12;
  const std::string advice = "; save it as a baseline or progressive JPEG of 8 bits";
  const std::string rare = "a.jpg: expected a JPEG, PNG, GIF or BMP image, found: a JPEG of a rare kind (";
  CHECK(error_of(twelve_bits) == rare + "Unsupported JPEG data precision 12)" + advice);
  lossless[find_marker(lossless, '\xC0') + 1] = '\xC5';
  CHECK(error_of(make_jpeg(32, 24, {.arithmetic = true})) == rare + "arithmetic coding)" + advice);
  CHECK(error_of(lossless) == rare + "Unsupported JPEG process: SOF type 0xc5)" + advice);
}

TEST_CASE("a JPEG of a hundred scans is decoded, one of more is refused") {
  const std::string jpeg = make_jpeg(16, 8, {.scan_each = true});
  const std::size_t last = find_marker(jpeg, '\xDA', 2);
  std::string scans;
  for (int i = 3; i < 100; ++i) scans += jpeg.substr(last, jpeg.size() - 2 - last);
  const std::string hundred = jpeg.substr(0, last) + scans + jpeg.substr(last);
  CHECK(decode_image(hundred, "a.jpg").rgb == decode_image(jpeg, "a.jpg").rgb);
  CHECK(error_of(jpeg.substr(0, last) + scans + jpeg.substr(last, jpeg.size() - 2 - last) + jpeg.substr(last)) ==
        damaged + "more than 100 scans");
}

TEST_CASE("a thumbnail in a JPEG's EXIF data is not taken for the image") {
  const std::string jpeg = make_jpeg(24, 16), small = make_jpeg(8, 8);
  CHECK(decode_image(make_jpeg(24, 16, {.exif = exif_with_orientation(1) + small}), "a.jpg").rgb ==
        decode_image(jpeg, "a.jpg").rgb);
}

}  // namespace jpeg_test
