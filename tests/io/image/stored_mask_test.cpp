#include "unetpp/io/image/stored_mask.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "make_png.hpp"
#include "make_tiff.hpp"

namespace stored_mask_test {

using namespace io_tests;

namespace {

using unetpp::StoredMask;
using Codes = std::vector<std::uint32_t>;

StoredMask read(const std::string& bytes) {
  const TemporaryFolder folder;
  put(folder.path() / "mask", bytes);
  return unetpp::read_stored_mask(folder.path() / "mask");
}

Codes codes_of(const StoredMask& mask) {
  Codes codes;
  for (std::size_t i = 0; i < mask.pixels(); ++i) codes.push_back(mask.code(i));
  return codes;
}

}  // namespace

TEST_CASE("a mask's codes are greys, indices or colours as they are stored") {
  CHECK(codes_of(read(grey_png({0, 3, 1}, 2))) == Codes{0, 3, 1});
  CHECK(codes_of(read(grey_png({1, 44, 0, 7}, 16))) == Codes{300, 7});
  CHECK(codes_of(read(index_png({2, 0}, voc_palette()))) == Codes{2, 0});
  CHECK(codes_of(read(rgb_png({1, 2, 3, 4, 4, 4}))) == Codes{0x010203, 0x040404});
}

TEST_CASE("a mask's codes have the colours that a viewer shows") {
  CHECK(read(grey_png({3, 1}, 2)).colour(1) == 0x555555);
  CHECK(read(grey_png({9})).colour(9) == 0x090909);
  CHECK(read(index_png({1}, voc_palette())).colour(1) == 0x800000);
  CHECK(read(rgb_png({1, 2, 3})).colour(0x010203) == 0x010203);
}

TEST_CASE("a mask of colours that are all greys has one channel") {
  CHECK(read(rgb_png({1, 1, 1, 5, 5, 5})).channels == 1);
  CHECK(codes_of(read(rgb_png({1, 1, 1, 5, 5, 5}))) == Codes{1, 5});
  CHECK(read(rgb_png({1, 1, 1, 5, 5, 6})).channels == 3);
}

TEST_CASE("a palette of greys alone is none") {
  const StoredMask mask = read(index_png({1, 0}, {7, 7, 7, 9, 9, 9}));
  CHECK(mask.palette.empty());
  CHECK(codes_of(mask) == Codes{9, 7});
}

TEST_CASE("a GIF and a BMP are masks, and a JPEG is one that is lossy") {
  CHECK_FALSE(read(grey_png({0})).lossy);
  CHECK(read(unetpp::encode_jpeg({8, 8, std::vector<std::uint8_t>(8 * 8 * 3, 255)})).lossy);
  const std::string bmp(
      "BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18\0\0\0\0\0\4\0\0\0"
      "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x11\x22\x33\0",
      58);
  CHECK(codes_of(read(bmp)) == Codes{0x332211});
  const std::string gif("GIF89a\1\0\1\0\x80\0\0\0\0\0\xFF\xFF\xFF,\0\0\0\0\1\0\1\0\0\2\2L\1\0;", 35);
  CHECK(codes_of(read(gif)) == Codes{255});
}

#ifdef UNETPP_TIFF
TEST_CASE("a TIFF of greys of 16 bits is a mask, and one of colours of 16 bits is refused") {
  const StoredMask mask = read(make_tiff(3, 1, 1, {0, 300, 65535}));
  CHECK(mask.bits == 16);
  CHECK(codes_of(mask) == Codes{0, 300, 65535});
  CHECK(message_of<unetpp::FormatError>([] {
          read(make_tiff(1, 1, 3, {1, 2, 3}));
        })
            .ends_with("mask: expected a mask of greys of 8 or 16 bits, or of colours of 8 bits a channel, found 3 "
                       "channels of 16 bits"));
}
#endif

TEST_CASE("runs of a mask are its pixels in order") {
  const StoredMask mask = read(grey_png({4, 4, 0, 4, 4, 4}));
  Codes runs;
  for_each_run(mask, [&](std::uint32_t code, std::size_t first, std::size_t pixels) {
    runs.insert(runs.end(), {code, static_cast<std::uint32_t>(first), static_cast<std::uint32_t>(pixels)});
  });
  CHECK(runs == Codes{4, 0, 2, 0, 2, 1, 4, 3, 3});
}

TEST_CASE("of more than 4096 codes the first have counts, and all have pixels") {
  unetpp::CodeCounts counts;
  for (std::uint32_t code = 0; code < 5000; ++code) counts.add(code, 2);
  counts.add(7, 3);
  CHECK(counts.counts().size() == 4096);
  CHECK(counts.counts().at(7) == 5);
  CHECK(counts.pixels() == 10003);
}

}  // namespace stored_mask_test
