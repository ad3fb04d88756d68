#include "unetpp/io/data/class_mask.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../image/make_png.hpp"
#include "unetpp/io/image/image.hpp"

namespace class_mask_test {

using namespace io_tests;

namespace {

using unetpp::ClassCode;
using unetpp::ClassTable;
using unetpp::Unknown;
using Labels = std::vector<std::uint8_t>;

const ClassTable values{.classes = {{"a", 0}, {"b", 1}, {"c", 5}}};
const ClassTable binary{.classes = {{"background", 0}, {"foreground", 255}}};
const ClassTable colours{.code = ClassCode::colour, .classes = {{"black", 0}, {"red", 0x800000}, {"white", 0xFFFFFF}}};

/// A mask in a file of its own.
class MaskFolder : public TemporaryFolder {
 public:
  explicit MaskFolder(const std::string& bytes) { put(file(), bytes); }
  std::filesystem::path file() const { return path() / "mask"; }
};

Labels labels_of(const std::string& bytes, const ClassTable& table, Unknown unknown = Unknown::error) {
  return unetpp::read_class_mask(MaskFolder(bytes).file(), table, unknown).values;
}

/// Without the file's name, with which it must begin.
std::string error_of(const std::string& bytes, const ClassTable& table) {
  const MaskFolder folder(bytes);
  const std::string name = folder.file().string() + ": ";
  const std::string text = message_of<unetpp::FormatError>([&] { unetpp::read_class_mask(folder.file(), table); });
  CHECK(text.starts_with(name));
  return text.substr(std::min(text.size(), name.size()));
}

}  // namespace

TEST_CASE("greys become the classes of their values, whatever bits they have") {
  const ClassTable two{.classes = {{"b", 1}, {"a", 0}}};
  for (const int depth : {1, 2, 4, 8}) CHECK(labels_of(grey_png({0, 1, 1, 0}, depth), two) == Labels{1, 0, 0, 1});
  CHECK(labels_of(grey_png({0, 5, 1}), values) == Labels{0, 2, 1});
  CHECK(labels_of(grey_png({0, 255}), binary) == Labels{0, 1});
}

TEST_CASE("greys of 16 bits become the classes of their values") {
  const ClassTable wide{.classes = {{"a", 0}, {"b", 300}, {"c", 65535}}};
  CHECK(labels_of(grey_png({0, 0, 1, 44, 255, 255}, 16), wide) == Labels{0, 1, 2});
  CHECK(labels_of(grey_png({0, 0, 0, 5}, 16), values) == Labels{0, 2});
}

TEST_CASE("indices into a palette become the classes of their values") {
  CHECK(labels_of(index_png({1, 0, 5}, voc_palette()), values) == Labels{1, 0, 2});
}

TEST_CASE("a palette of greys alone is undone before values are compared") {
  CHECK(labels_of(index_png({0, 1, 2}, {5, 5, 5, 0, 0, 0, 1, 1, 1}), values) == Labels{2, 0, 1});
}

TEST_CASE("the index 255 into a palette is ignored, as in PASCAL VOC, unless the table has it") {
  CHECK(labels_of(index_png({1, 255, 0}, voc_palette()), values) == Labels{1, 255, 0});
  CHECK(labels_of(index_png({255, 0}, voc_palette()), binary) == Labels{1, 0});
  CHECK(labels_of(index_png({1, 255, 0}, voc_palette()), colours) == Labels{1, 255, 0});
  ClassTable with_border = colours;
  with_border.classes.push_back({"border", 0xE0E0C0});
  CHECK(labels_of(index_png({1, 255, 0}, voc_palette()), with_border) == Labels{1, 3, 0});
}

TEST_CASE("a grey of 255 that the table has not is an error, as it may be a class") {
  CHECK(error_of(grey_png({0, 255, 255}), values) ==
        "expected the class table's values (0, 1, 5), found the value 255 in 2 of 3 pixels (if these pixels are not to "
        "count, add the line of the name ignored to the class table, or --unknown ignore)");
}

TEST_CASE("what the table ignores is ignored") {
  ClassTable table = values;
  table.ignored = {255, 9};
  CHECK(labels_of(grey_png({0, 255, 9, 5}), table) == Labels{0, 255, 255, 2});
}

TEST_CASE("colours become their classes, without alpha") {
  CHECK(labels_of(rgb_png({128, 0, 0, 0, 0, 0, 255, 255, 255}), colours) == Labels{1, 0, 2});
  const std::string rgba = make_png({2, 1, PNG_COLOR_TYPE_RGB_ALPHA, 8, {128, 0, 0, 9, 0, 0, 0, 255}});
  CHECK(labels_of(rgba, colours) == Labels{1, 0});
}

TEST_CASE("for a table of colours a palette and greys are the colours that they show") {
  CHECK(labels_of(index_png({1, 0, 1}, voc_palette()), colours) == Labels{1, 0, 1});
  CHECK(labels_of(grey_png({255, 0}), colours) == Labels{2, 0});
  CHECK(labels_of(grey_png({1, 0}, 1), colours) == Labels{2, 0});
  CHECK(labels_of(make_png({2, 1, PNG_COLOR_TYPE_GRAY_ALPHA, 8, {255, 7, 0, 9}}), colours) == Labels{2, 0});
}

TEST_CASE("colours that are all greys are values") {
  CHECK(labels_of(rgb_png({0, 0, 0, 5, 5, 5}), values) == Labels{0, 2});
  CHECK(labels_of(make_png({2, 1, PNG_COLOR_TYPE_RGB_ALPHA, 8, {1, 1, 1, 9, 5, 5, 5, 255}}), values) == Labels{1, 2});
}

TEST_CASE("colours where values are asked for are an error that says what to do") {
  CHECK(error_of(rgb_png({0, 0, 0, 1, 1, 1, 128, 0, 64}), values) ==
        "expected values as the class table has them, found colours such as #800040 (give the class table the columns "
        "red, green and blue in place of value)");
}

TEST_CASE("greys of 16 bits where colours are asked for are an error") {
  CHECK(
      error_of(grey_png({0, 0, 0, 1}, 16), colours) ==
      "expected colours as the class table has them, found greys of 16 bits (give the class table the column value in "
      "place of red, green and blue)");
}

TEST_CASE("colours of 16 bits a channel are an error") {
  CHECK(error_of(make_png({1, 1, PNG_COLOR_TYPE_RGB, 16, {0, 0, 0, 1, 0, 2}}), colours) ==
        "expected a mask of grey values, or of colours of 8 bits a channel, found colours of 16 bits a channel");
}

TEST_CASE("a value that is not in the table is an error with its pixels, that of most pixels if there are more") {
  CHECK(
      error_of(grey_png({0, 7, 7, 1}), values) ==
      "expected the class table's values (0, 1, 5), found the value 7 in 2 of 4 pixels (add it to the class table, or "
      "--unknown ignore)");
  CHECK(
      error_of(grey_png({8, 7, 7, 9}), values) ==
      "expected the class table's values (0, 1, 5), found the value 7 in 2 of 4 pixels, and others in 2 (add it to the "
      "class table, or --unknown ignore)");
}

TEST_CASE("a 16-bit value over 255 that is not in the table is an error") {
  CHECK(
      error_of(grey_png({0, 0, 255, 255}, 16), binary) ==
      "expected the class table's values (0, 255), found the value 65535 in 1 of 2 pixels (add it to the class table, "
      "or --unknown ignore)");
}

TEST_CASE("a value of few bits that is in the table as it is shown is an error that says so") {
  CHECK(
      error_of(grey_png({0, 1, 1}, 1), binary) ==
      "expected the class table's values (0, 255), found the value 1 in 2 of 3 pixels, which is shown as 255 (save the "
      "mask with 8 bits)");
}

TEST_CASE("a colour that a JPEG has changed is an error that says so") {
  CHECK(error_of(rgb_png({0, 0, 0, 127, 3, 0}), colours) ==
        "expected the class table's colours (#000000, #800000, #ffffff), found the colour #7f0300 in 1 of 2 pixels, 3 "
        "away from the colour of red (a JPEG changes them, and so does smoothing: save masks as PNG, unchanged)");
  CHECK(error_of(rgb_png({0, 0, 0, 0, 128, 0}), colours).ends_with("(add it to the class table, or --unknown ignore)"));
}

TEST_CASE("a JPEG's values that are not in the table are an error that says so") {
  unetpp::Image image{8, 8, std::vector<std::uint8_t>(8 * 8 * 3)};
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = i / 3 % 8 < 3 ? 255 : 0;
  const std::string error = error_of(unetpp::encode_jpeg(image, 50), binary);
  CHECK(contains(error, "expected the class table's values (0, 255), found the value "));
  CHECK(error.ends_with(" (a JPEG changes them, and so does smoothing: save masks as PNG, unchanged)"));
}

TEST_CASE("a JPEG whose values are in the table is a mask") {
  const unetpp::Image image{8, 8, std::vector<std::uint8_t>(8 * 8 * 3, 255)};
  CHECK(labels_of(unetpp::encode_jpeg(image), binary) == Labels(64, 1));
}

TEST_CASE("values and colours that are not in the table are ignored where this is asked for") {
  CHECK(labels_of(grey_png({0, 7, 5}), values, Unknown::ignore) == Labels{0, 255, 2});
  CHECK(labels_of(rgb_png({0, 0, 0, 127, 3, 0}), colours, Unknown::ignore) == Labels{0, 255});
}

TEST_CASE("long tables are named by their first values") {
  ClassTable table;
  for (std::uint32_t i = 0; i < 9; ++i) table.classes.push_back({std::to_string(i), i});
  CHECK(
      contains(error_of(grey_png({99}), table), "values (0, 1, 2, 3, 4, 5, 6, 7, ...), found the value 99 in 1 of 1"));
}

TEST_CASE("a photograph in place of a mask is an error") {
  unetpp::Image image{300, 300, std::vector<std::uint8_t>(300 * 300 * 3)};
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i / 3 >> 4 * (i % 3));
  CHECK(contains(error_of(unetpp::encode_png(image), colours), "of 90000 pixels, and others in "));
}

TEST_CASE("a table without values and colours is for masks of one class alone") {
  const MaskFolder folder(grey_png({0}));
  CHECK_THROWS_AS(unetpp::read_class_mask(folder.file(), {.code = ClassCode::file, .classes = {{"a"}, {"b"}}}),
                  unetpp::ArgumentError);
}

TEST_CASE("a mask that is to be turned before it is seen is an error") {
  const std::string grey = grey_png({0});
  const std::string exif = png_chunk("eXIf", std::string("II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0", 26));
  CHECK(error_of(grey.substr(0, 33) + exif + grey.substr(33), values) ==
        "expected a mask as it is to be seen, found one of EXIF orientation 6");
}

}  // namespace class_mask_test
