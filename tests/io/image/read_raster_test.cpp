#include "unetpp/io/image/read_raster.hpp"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "make_tiff.hpp"

namespace read_raster_test {

using namespace io_tests;
using unetpp::ArgumentError;
using unetpp::decode_raster;
using unetpp::FormatError;
using unetpp::Raster;

namespace {

#ifdef UNETPP_TIFF
constexpr bool reads_tiff = true;
#else
constexpr bool reads_tiff = false;
#endif

template <class T>
constexpr const char* type_name = std::is_same_v<T, float>          ? "f4"
                                  : std::is_same_v<T, std::uint8_t> ? "u1"
                                                                    : "u2";

/// Whether an image has these values, little-endian, in the vector of their type alone.
bool holds(const Raster& image, const std::string& type, const std::string& expected) {
  return unetpp::detail::visit_values(image, [&]<class T>(const std::vector<T>& values) {
    return type == type_name<T> && values.size() * sizeof(T) == expected.size() &&
           std::memcmp(values.data(), expected.data(), expected.size()) == 0;
  });
}

struct ReferenceFile {
  std::string name;
  int width = 0, height = 0, channels = 0;
  std::string type, bytes, values;

  bool is_read() const { return reads_tiff || !name.ends_with(".tif"); }
};

std::vector<ReferenceFile> reference_files() {
  std::ifstream file(UNETPP_SOURCE_DIR "/tests/reference/raster_reference.txt");
  std::vector<ReferenceFile> files;
  std::string comment;
  std::getline(file, comment);
  for (ReferenceFile f; file >> f.name >> f.width >> f.height >> f.channels >> f.type >> f.bytes >> f.values;) {
    f.bytes = from_hex(f.bytes);
    if (f.is_read()) files.push_back(f);
  }
  return files;
}

std::string file_named(const std::string& name) {
  for (const ReferenceFile& file : reference_files())
    if (file.name == name) return file.bytes;
  throw std::runtime_error("no reference file " + name);
}

std::string error_of(const std::string& bytes, int channels = 0, std::size_t most = 1000) {
  return message_of<FormatError>([&] { decode_raster(bytes, "a.tif", channels, most); });
}

}  // namespace

TEST_CASE("TIFF and PNG of 1 to 32 channels have the values that tifffile and Pillow wrote, or are refused by name") {
  std::map<std::string, int> files;
  for (const ReferenceFile& f : reference_files()) {
    CAPTURE(f.name);
    ++files[f.name.substr(f.name.rfind('.'))];
    if (f.width == 0) {
      const std::string error = error_of(f.bytes);
      CHECK(error.starts_with("a.tif: expected "));
      CHECK(contains(error, f.values));
      continue;
    }
    Raster image;
    REQUIRE_NOTHROW(image = decode_raster(f.bytes, f.name, 0));
    CHECK(image.width == f.width);
    CHECK(image.height == f.height);
    CHECK(image.channels == f.channels);
    CHECK(image.doubt.empty());
    CHECK(holds(image, f.type, from_hex(f.values)));
  }
  CHECK(files[".png"] == 8);
  CHECK(files[".tif"] == (reads_tiff ? 92 : 0));
}

TEST_CASE("grey becomes RGB where three channels are wanted, of 16 bits, too") {
  const Raster grey = decode_raster(file_named("1_u2.png"), "a", 0),
               rgb = decode_raster(file_named("1_u2.png"), "a", 3);
  CHECK(rgb.channels == 3);
  for (std::size_t i = 0; i < rgb.values16.size(); ++i) CHECK(rgb.values16[i] == grey.values16[i / 3]);
}

TEST_CASE("alpha is left out where it is one channel too many") {
  for (const int colours : {1, 3}) {
    const std::string bytes = file_named(std::to_string(colours + 1) + "_u2.png");
    const Raster stored = decode_raster(bytes, "a", 0), wanted = decode_raster(bytes, "a", colours);
    REQUIRE(wanted.values16.size() == std::size_t(colours) * 35);
    for (int i = 0; i < colours * 35; ++i)
      CHECK(wanted.values16[std::size_t(i)] == stored.values16[std::size_t(i / colours * (colours + 1) + i % colours)]);
  }
  CHECK(decode_raster(file_named("2_u1.png"), "a", 3).values.size() == 3 * 35);
}

TEST_CASE("other channels than are wanted are an error that says both numbers") {
  CHECK(error_of(file_named("3_u1.png"), 1) == "a.tif: expected an image of 1 channels, found 3");
  CHECK(error_of(file_named("4_u1.png"), 5) ==
        "a.tif: expected an image of 5 channels, found 4, of which one is alpha");
}

TEST_CASE("channels out of 0 to 32 cannot be wanted") {
  const std::string bytes = file_named("3_u1.png");
  CHECK_THROWS_AS(decode_raster(bytes, "a", -1), ArgumentError);
  CHECK_THROWS_AS(decode_raster(bytes, "a", 33), ArgumentError);
}

TEST_CASE("a JPEG is the picture that decode_image reads") {
  const std::string bytes = unetpp::encode_jpeg(drawn_image(20, 10));
  CHECK(decode_raster(bytes, "a", 3).values == unetpp::decode_image(bytes, "a").rgb);
  CHECK(decode_raster(bytes, "a", 0).channels == 3);
}

TEST_CASE("what is no image is refused with all kinds that are read") {
  CHECK(error_of("hello") == "a.tif: expected a JPEG, PNG, GIF, BMP or TIFF image, found: unknown image type");
}

TEST_CASE("read_raster names the file that it cannot read") {
  const TemporaryFolder folder;
  put(folder.path() / "a.png", file_named("4_u2.png"));
  CHECK(unetpp::read_raster(folder.path() / "a.png").channels == 4);
  put(folder.path() / "b.png", "hello");
  const auto read = [&] { unetpp::read_raster(folder.path() / "b.png", 3); };
  CHECK(message_of<FormatError>(read).starts_with((folder.path() / "b.png").string() + ": expected a JPEG"));
}

#ifdef UNETPP_TIFF

TEST_CASE("a TIFF that is cut off anywhere is an error, and a whole one is none") {
  for (const char* name : {"5_u2_planes_strips.tif", "3_u1_tiles.tif", "lzw_f4.tif", "palette_16.tif"}) {
    const std::string bytes = file_named(name);
    CHECK_NOTHROW(decode_raster(bytes, "a.tif", 0));
    std::size_t refused = 0;
    for (std::size_t size = 4; size < bytes.size(); ++size) refused += !error_of(bytes.substr(0, size)).empty();
    CAPTURE(name);
    CHECK(refused >= bytes.size() - 12);  // what is behind the last value that is read may be missing
  }
}

TEST_CASE("a TIFF of too many pixels is refused before memory is taken for them") {
  CHECK(error_of(make_tiff(40, 30, 1, std::vector<std::uint16_t>(40))) ==
        "a.tif: expected at most 1000 pixels, found 40x30");
}

TEST_CASE("a TIFF of few pixels and more bytes than 16 for each of the most is refused") {
  const std::vector<std::uint16_t> none;
  CHECK(error_of(make_tiff(30, 30, 20, none)) == "a.tif: expected an image of at most 16000 bytes, found one of 36000");
}

TEST_CASE("a TIFF with a tag that libtiff does not know is no doubtful one") {
  const std::vector<std::uint16_t> values{1, 2, 3, 4};
  const Raster image = decode_raster(make_tiff(2, 2, 1, values, {{33550, 4, 7}}), "a.tif", 0);
  CHECK(image.doubt.empty());
  CHECK(image.values16 == values);
}

TEST_CASE("a TIFF that does not say what its channels are is no doubtful one") {
  const std::vector<std::uint16_t> values{1, 2, 3, 4};
  const Raster image = decode_raster(make_tiff(1, 1, 4, values), "a.tif", 0);
  CHECK(image.doubt.empty());
  CHECK(image.values16 == values);
}

TEST_CASE("what libtiff warns of makes an image doubtful") {
  const std::vector<std::uint16_t> values{1, 2, 3, 4};
  const Raster image = decode_raster(make_tiff(2, 2, 1, values, {{340, 3, 7}, {339, 3, 1}}), "a.tif", 0);
  CHECK(image.doubt.starts_with("a.tif: expected a whole image, found one that libtiff warns of: "));
}

#endif

}  // namespace read_raster_test
