#include "unetpp/io/data/class_files.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../image/make_png.hpp"

namespace class_files_test {

using namespace io_tests;

namespace {

using unetpp::ClassFile;
using unetpp::ClassFilesConfig;
using unetpp::Unknown;
using Labels = std::vector<std::uint8_t>;

/// Masks of the classes 0 and 1, of 4 pixels each.
class Masks : public TemporaryFolder {
 public:
  Masks(const std::string& a, const std::string& b) {
    put(path() / "a", a);
    put(path() / "b", b);
  }
  std::string file(const char* name) const { return (path() / name).string(); }

  Labels labels(const ClassFilesConfig& config = {}) const {
    return unetpp::read_class_files({{file("a"), 0}, {file("b"), 1}}, {"image", {1, 4}}, config).values;
  }
  std::string error(const ClassFilesConfig& config = {}) const {
    return message_of<unetpp::FormatError>([&] { labels(config); });
  }
};

}  // namespace

TEST_CASE("a pixel has the class in whose mask it is not 0") {
  CHECK(Masks(grey_png({0, 255, 0, 0}), grey_png({1, 0, 7, 9})).labels() == Labels{1, 0, 1, 1});
}

TEST_CASE("masks of one class are of any kind") {
  CHECK(Masks(grey_png({0, 1, 0, 0}, 1), grey_png({1, 0, 0, 0, 0, 1, 255, 255}, 16)).labels() == Labels{1, 0, 1, 1});
  CHECK(Masks(index_png({0, 1, 0, 0}, {0, 0, 0, 255, 0, 0}), rgb_png({9, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1})).labels() ==
        Labels{1, 0, 1, 1});
}

TEST_CASE("a pixel that is in no mask has the class of the background") {
  CHECK(Masks(grey_png({0, 255, 0, 0}), grey_png({0, 0, 0, 1})).labels({.background = 2}) == Labels{2, 0, 2, 1});
}

TEST_CASE("a pixel that is in no mask is an error where there is no background, unless it is to be ignored") {
  const Masks masks(grey_png({0, 255, 0, 0}), grey_png({0, 0, 0, 1}));
  CHECK(masks.error() ==
        "image: expected each pixel in the mask of a class, found 2 of 4 in none (add a class without masks, such as "
        "background, to the class table, or --unknown ignore)");
  CHECK(masks.labels({.unknown = Unknown::ignore}) == Labels{255, 0, 255, 1});
}

TEST_CASE("a pixel in two masks is an error that names both") {
  const Masks masks(grey_png({0, 1, 1, 1}), grey_png({1, 1, 1, 0}));
  CHECK(masks.error() == masks.file("b") + ": expected each pixel in the mask of one class, found 2 that are in " +
                             masks.file("a") + ", too (set them to 0 in one of the two)");
}

TEST_CASE("a mask of one class that is not of the image's size is an error") {
  const Masks masks(grey_png({0, 1, 1, 1}), grey_png({1, 0, 0}));
  CHECK(masks.error() == masks.file("b") + ": expected a mask of 4x1 as its image, found 3x1");
}

TEST_CASE("no masks, and more than 255, are an error") {
  CHECK_THROWS_AS(unetpp::read_class_files({}, {"image", {1, 4}}), unetpp::ArgumentError);
  CHECK_THROWS_AS(unetpp::read_class_files(std::vector<ClassFile>(256), {"image", {1, 4}}), unetpp::ArgumentError);
}

}  // namespace class_files_test
