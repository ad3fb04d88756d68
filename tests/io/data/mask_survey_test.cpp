#include "unetpp/io/data/mask_survey.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../image/make_png.hpp"
#include "unetpp/io/data/class_mask.hpp"

namespace mask_survey_test {

using namespace io_tests;

namespace {

using unetpp::ClassTable;
using unetpp::MaskKind;
using unetpp::MaskSurvey;

class Masks : public TemporaryFolder {
 public:
  explicit Masks(const std::vector<std::string>& masks) {
    for (const std::string& bytes : masks) {
      files.push_back(path() / std::to_string(files.size()));
      put(files.back(), bytes);
    }
  }
  std::vector<std::filesystem::path> files;
};

MaskSurvey survey(const std::vector<std::string>& masks) { return unetpp::survey_masks(Masks(masks).files); }

std::string table_of(const std::vector<std::string>& masks) { return to_csv(make_class_table(survey(masks))); }

/// Without the name of the first file, with which it must begin.
std::string error_of(const std::vector<std::string>& masks) {
  const Masks folder(masks);
  const std::string text = message_of<unetpp::FormatError>([&] { unetpp::survey_masks(folder.files); });
  const std::string name = folder.files.front().string();
  CHECK(text.starts_with(name));
  return text.substr(std::min(text.size(), name.size()));
}

}  // namespace

TEST_CASE("a survey counts the pixels and the masks of each value") {
  const MaskSurvey found = survey({grey_png({2, 2, 1}), grey_png({2, 0})});
  CHECK(found.files == 2);
  CHECK(found.pixels == 5);
  REQUIRE(found.codes.size() == 3);
  CHECK(found.codes[0].code == 0);
  CHECK(found.codes[2].code == 2);
  CHECK(found.codes[2].pixels == 3);
  CHECK(found.codes[2].files == 2);
  CHECK(found.codes[1].files == 1);
}

TEST_CASE("a survey is the same on any number of threads") {
  std::vector<std::string> masks;
  for (std::uint8_t i = 0; i < 20; ++i) masks.push_back(grey_png({i, 0, 1, i}));
  const Masks folder(masks);
  CHECK(to_text(unetpp::survey_masks(folder.files, unetpp::default_max_pixels, 1)) ==
        to_text(unetpp::survey_masks(folder.files, unetpp::default_max_pixels, 3)));
}

TEST_CASE("a survey guesses two greys to be background and foreground") {
  CHECK(table_of({grey_png({0, 255}), grey_png({0})}) == "name,value,show\nbackground,0,1\nforeground,255,1\n");
  CHECK(survey({grey_png({0, 1})}).kind == MaskKind::binary);
  CHECK(survey({grey_png({0, 128})}).kind == MaskKind::binary);
}

TEST_CASE("a survey guesses greys that follow each other to be the numbers of classes") {
  CHECK(survey({grey_png({0, 1, 2})}).kind == MaskKind::numbers);
  CHECK(table_of({grey_png({3, 1, 2})}) == "name,value,show\n1,1,1\n2,2,1\n3,3,1\n");
  CHECK(table_of({grey_png({0, 1, 255, 2})}) == "name,value,show\n0,0,1\n1,1,1\n2,2,1\nignored,255,0\n");
  CHECK(survey({grey_png({2, 3, 4})}).kind == MaskKind::greys);
}

TEST_CASE("a survey guesses indices into a palette to be classes, and 255 to be ignored") {
  CHECK(survey({index_png({0, 15}, voc_palette())}).kind == MaskKind::palette);
  CHECK(table_of({index_png({0, 15, 255}, voc_palette())}) == "name,value,show\n0,0,1\n15,15,1\nignored,255,0\n");
}

TEST_CASE("a survey takes other greys for a class each") {
  CHECK(survey({grey_png({0, 85, 170, 255})}).kind == MaskKind::greys);
  CHECK(table_of({grey_png({0, 128, 255})}) == "name,value,show\n0,0,1\n128,128,1\n255,255,1\n");
  CHECK(table_of({grey_png({0, 1, 1, 44, 255, 255}, 16)}) == "name,value,show\n1,1,1\n300,300,1\n65535,65535,1\n");
}

TEST_CASE("a survey takes colours for a class each") {
  CHECK(table_of({rgb_png({255, 0, 0, 0, 0, 0})}) == "name,red,green,blue,show\n#000000,0,0,0,1\n#ff0000,255,0,0,1\n");
}

TEST_CASE("among masks of colours, those of greys and palettes are colours, too") {
  const MaskSurvey found = survey({rgb_png({128, 0, 0}), grey_png({0, 255}), index_png({1}, voc_palette())});
  CHECK(found.kind == MaskKind::colours);
  REQUIRE(found.codes.size() == 3);
  CHECK(found.codes[1].code == 0x800000);
  CHECK(found.codes[1].files == 2);
  CHECK(found.codes[2].code == 0xFFFFFF);
}

TEST_CASE("a survey's table fits the masks that it was made of") {
  for (const std::vector<std::string>& masks : std::vector<std::vector<std::string>>{
           {grey_png({0, 255})},
           {grey_png({0, 1, 2, 255})},
           {index_png({0, 15, 255}, voc_palette())},
           {grey_png({0, 1, 1, 44, 255, 255}, 16)},
           {rgb_png({128, 0, 0}), grey_png({0, 255}), index_png({1}, voc_palette())}}) {
    const Masks folder(masks);
    const ClassTable table = make_class_table(unetpp::survey_masks(folder.files));
    for (const std::filesystem::path& file : folder.files) CHECK_NOTHROW(unetpp::read_class_mask(file, table));
  }
}

TEST_CASE("a survey is shown as a table with shares") {
  CHECK(to_text(survey({grey_png({0, 255, 0, 0}), grey_png({0, 0, 0, 0})})) ==
        "2 masks, which look like two greys, background and foreground\n"
        "  value          pixels    share    masks\n"
        "      0               7   87.50 %        2\n"
        "    255               1   12.50 %        1\n");
  CHECK(to_text(survey({index_png({0, 2, 255}, voc_palette())}))
            .starts_with("1 masks, which look like indices into a palette, 255 is ignored\n"));
}

TEST_CASE("a JPEG among masks is an error that names it") {
  CHECK(error_of({unetpp::encode_jpeg(drawn_image(8, 8)), grey_png({0})}) ==
        ": expected a mask, found a JPEG, which changes values and colours (save masks as PNG)");
}

TEST_CASE("a photograph among masks is an error that names it") {
  unetpp::Image image{20, 20, std::vector<std::uint8_t>(20 * 20 * 3)};
  for (std::size_t i = 0; i < image.rgb.size(); ++i) image.rgb[i] = static_cast<std::uint8_t>(i / 3 >> 4 * (i % 3));
  CHECK(contains(error_of({encode_png(image), grey_png({0})}),
                 ": expected a mask of at most 255 classes, found 400 values or colours (is it a "));
}

TEST_CASE("more than 255 values in all masks together are an error") {
  std::vector<std::uint8_t> first, second;
  for (int i = 0; i < 200; ++i) {
    first.insert(first.end(), {0, static_cast<std::uint8_t>(i)});
    second.insert(second.end(), {1, static_cast<std::uint8_t>(i)});
  }
  CHECK(error_of({grey_png(first, 16), grey_png(second, 16)}) ==
        " and 1 other masks: expected at most 255 classes, found 400 values or colours");
}

TEST_CASE("a mask that cannot be read ends a survey") {
  CHECK(contains(error_of({"x", grey_png({0})}), ": expected a JPEG, PNG, GIF"));
}

TEST_CASE("masks of one value alone make no table") {
  CHECK(message_of<unetpp::FormatError>([] {
          make_class_table(survey({grey_png({7, 7})}));
        }) ==
        "the masks: expected at least 2 values or colours, found 7 alone (a network has nothing to learn from them)");
}

TEST_CASE("a survey of no masks is an error") { CHECK_THROWS_AS(unetpp::survey_masks({}), unetpp::ArgumentError); }

}  // namespace mask_survey_test
