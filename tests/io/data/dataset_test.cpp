#include "unetpp/io/data/dataset.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../image/make_jpeg.hpp"

namespace dataset_test {

using namespace io_tests;

namespace {

using unetpp::FileError;
using unetpp::FormatError;
using unetpp::Mask;
using unetpp::PetDataset;
using unetpp::Sample;

/// A folder in the layout of the Pet data set.
class PetFolder : public TemporaryFolder {
 public:
  std::filesystem::path image(const std::string& stem) const { return path() / "images" / (stem + ".jpg"); }
  std::filesystem::path mask(const std::string& stem) const {
    return path() / "annotations" / "trimaps" / (stem + ".png");
  }
  void add(const std::string& stem, int width = 8, int height = 6) const {
    put(image(stem), encode_jpeg(drawn_image(width, height)));
    put(mask(stem), encode_png(drawn_trimap(width, height)));
  }
};

std::string load_error(const PetFolder& folder) {
  const PetDataset pets(folder.path());
  return message_of<FormatError>([&] { pets.load(0); });
}

}  // namespace

TEST_CASE("pairs are listed in the order of their stems") {
  const PetFolder folder;
  for (const char* stem : {"b_2", "a_10", "a_9", "B_1"}) folder.add(stem);
  const PetDataset pets(folder.path());
  REQUIRE(pets.size() == 4);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < pets.size(); ++i) names.push_back(pets.name(i));
  CHECK(names == std::vector<std::string>{"B_1", "a_10", "a_9", "b_2"});
  CHECK(pets.image_path(3) == folder.image("b_2"));
  CHECK(pets.mask_path(3) == folder.mask("b_2"));
}

TEST_CASE("extensions in capitals, and .jpeg, are as good as .jpg and .png") {
  const PetFolder folder;
  for (const char* name : {"a.JPG", "b.jpeg", "c.JpEg", "d.jpg"})
    put(folder.path() / "images" / name, encode_jpeg(drawn_image(8, 6)));
  for (const char* name : {"a.PNG", "b.png", "c.Png", "d.PNG"})
    put(folder.path() / "annotations" / "trimaps" / name, encode_png(drawn_trimap(8, 6)));
  put(folder.path() / "images" / "a.MAT", "x");
  const PetDataset pets(folder.path());
  REQUIRE(pets.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(pets.load(i).image.width == 8);
  CHECK(pets.image_path(1) == folder.path() / "images" / "b.jpeg");
  CHECK(pets.mask_path(2) == folder.path() / "annotations" / "trimaps" / "c.Png");
  CHECK(pets.passed_over().mat == 1);
  CHECK(pets.passed_over().other + pets.passed_over().unpaired == 0);
}

TEST_CASE("a pair with two images or two masks is listed once, and bad with the names of both") {
  const PetFolder folder;
  folder.add("a");
  folder.add("b");
  folder.add("c");
  const std::filesystem::path image = folder.path() / "images" / "a.JPEG",
                              mask = folder.path() / "annotations" / "trimaps" / "b.PNG";
  put(image, encode_jpeg(drawn_image(8, 6)));
  put(mask, encode_png(drawn_trimap(8, 6)));
  const PetDataset pets(folder.path());
  REQUIRE(pets.size() == 3);
  const auto error = [&](std::size_t index) { return message_of<FormatError>([&] { pets.load(index); }); };
  CHECK(error(0) == image.string() + ": expected one file of this name, found " + folder.image("a").string() +
                        ", too (one of them must go)");
  CHECK(error(1) == mask.string() + ": expected one file of this name, found " + folder.mask("b").string() +
                        ", too (one of them must go)");
  CHECK_NOTHROW(pets.load(2));
}

TEST_CASE("files that are no pairs are passed over and counted") {
  const PetFolder folder;
  folder.add("pair");
  put(folder.image("no mask"), "x");
  put(folder.mask("no image 1"), "x");
  put(folder.mask("no image 2"), "x");
  put(folder.path() / "images" / "pair.mat", "x");
  put(folder.image("._pair"), "x");
  put(folder.mask("._pair"), "x");
  put(folder.mask(""), "x");
  put(folder.path() / "images" / "README", "x");
  const PetDataset pets(folder.path());
  CHECK(pets.size() == 1);
  CHECK(pets.passed_over().mat == 1);
  CHECK(pets.passed_over().dotfiles == 3);
  CHECK(pets.passed_over().unpaired == 3);
  CHECK(pets.passed_over().other == 1);
}

TEST_CASE("a trimap's 1, 2, 3 are loaded as the classes 0, 1, 2") {
  const PetFolder folder;
  folder.add("a", 3, 2);
  const Sample sample = PetDataset(folder.path()).load(0);
  CHECK(sample.mask.values == std::vector<std::uint8_t>{0, 1, 2, 0, 1, 2});
  CHECK(sample.image.width == 3);
  CHECK(sample.image.height == 2);
}

TEST_CASE("a trimap of another value is an error") {
  const PetFolder folder;
  folder.add("a", 3, 1);
  for (const int value : {0, 4, 7, 255}) {
    put(folder.mask("a"), encode_png(Mask{3, 1, {1, static_cast<std::uint8_t>(value), 3}}));
    CHECK(load_error(folder) == folder.mask("a").string() +
                                    ": expected values from 1 to 3 (the class's number and 1), found " +
                                    std::to_string(value));
  }
}

TEST_CASE("a trimap of another value that comes from a palette says so") {
  const PetFolder folder;
  folder.add("a", 3, 1);
  const std::string colours = png_chunk("PLTE", "abcdefghi");
  put(folder.mask("a"), png(3, 1, 8, 3, stored(std::string("\0\1\2\0", 4)), colours));
  CHECK(
      load_error(folder) ==
      folder.mask("a").string() +
          ": expected values from 1 to 3 (the class's number and 1), found 0 in a mask that has a palette (save it in "
          "grey, with these values)");
}

TEST_CASE("a trimap of another size than its image is an error") {
  const PetFolder folder;
  folder.add("a", 8, 6);
  put(folder.mask("a"), encode_png(drawn_trimap(6, 8)));
  CHECK(load_error(folder) == folder.mask("a").string() + ": expected a mask of 8x6 as its image, found 6x8");
}

TEST_CASE("a mask fits its image as the image is seen, turned by its EXIF orientation") {
  const PetFolder folder;
  folder.add("a", 6, 8);
  put(folder.image("a"), make_jpeg(8, 6, {.exif = exif_with_orientation(6)}));
  const Sample sample = PetDataset(folder.path()).load(0);
  CHECK(sample.image.width == 6);
  CHECK(sample.image.height == 8);
}

TEST_CASE("a mask that fits its image only before it is turned is an error that says what to do") {
  const PetFolder folder;
  folder.add("a", 8, 6);
  put(folder.image("a"), make_jpeg(8, 6, {.exif = exif_with_orientation(8)}));
  CHECK(load_error(folder) == folder.mask("a").string() +
                                  ": expected a mask of 6x8 as its image, found 8x6, which is the image's before its "
                                  "EXIF orientation 8 turns it "
                                  "upright (turn the mask, too, or take the orientation out of the image)");
}

TEST_CASE("a truncated image of a pair is an error") {
  const PetFolder folder;
  folder.add("a");
  const std::string jpeg = encode_jpeg(drawn_image(8, 6));
  put(folder.image("a"), jpeg.substr(0, jpeg.size() - 3));
  CHECK(contains(load_error(folder), folder.image("a").string() + ": expected a whole image"));
}

TEST_CASE("a text named .jpg is an error") {
  const PetFolder folder;
  folder.add("a");
  put(folder.image("a"), "a text");
  CHECK(contains(load_error(folder), folder.image("a").string() + ": expected a JPEG, PNG, GIF or BMP image"));
}

TEST_CASE("an image that is gone since it was listed is an error") {
  const PetFolder folder;
  folder.add("a");
  const PetDataset pets(folder.path());
  std::filesystem::remove(folder.image("a"));
  CHECK(message_of<FileError>([&] { pets.load(0); }) ==
        folder.image("a").string() + ": cannot be read: No such file or directory");
}

TEST_CASE("an image over the data set's limit of pixels is an error") {
  const PetFolder folder;
  folder.add("a", 8, 6);
  CHECK_NOTHROW(PetDataset(folder.path(), 48).load(0));
  CHECK_THROWS_AS(PetDataset(folder.path(), 47).load(0), FormatError);
}

TEST_CASE("a missing data set is named with the folder that is missing") {
  const TemporaryFolder folder;
  const auto error = [&](const std::filesystem::path& path) {
    return message_of<FileError>([&] { PetDataset{path}; });
  };
  const std::filesystem::path pets = folder.path() / "pets";
  CHECK(error(pets) == pets.string() + ": expected a folder, found No such file or directory");
  std::filesystem::create_directory(pets);
  CHECK(contains(error(pets), (pets / "images").string() + ": expected a folder"));
  std::filesystem::create_directory(pets / "images");
  CHECK(contains(error(pets), (pets / "annotations" / "trimaps").string() + ": expected a folder"));
  put(folder.path() / "text", "x");
  CHECK(error(folder.path() / "text") == (folder.path() / "text").string() + ": expected a folder, found a file");
}

TEST_CASE("a data set without pairs is an error that says what there is") {
  const PetFolder folder;
  put(folder.image("a"), "x");
  put(folder.image("b"), "x");
  put(folder.mask("c"), "x");
  CHECK(message_of<FileError>([&] { PetDataset{folder.path()}; }) ==
        folder.path().string() +
            ": expected pairs of images/NAME.jpg and annotations/trimaps/NAME.png, found 2 images and 1 masks, none of "
            "the same name");
}

TEST_CASE("a split has every sample once and the last ones of the shuffled list as validation") {
  const unetpp::Split split = unetpp::split(100, 30, 7);
  const unetpp::Split other = unetpp::split(100, 10, 7);
  CHECK(split.train.size() == 70);
  CHECK(split.validation.size() == 30);
  CHECK(std::equal(other.validation.begin(), other.validation.end(), split.validation.begin() + 20));
  std::vector<std::size_t> all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  CHECK_FALSE(std::is_sorted(all.begin(), all.end()));
  std::sort(all.begin(), all.end());
  for (std::size_t i = 0; i < 100; ++i) CHECK(all.at(i) == i);
}

TEST_CASE("a split depends on the seed alone") {
  CHECK(unetpp::split(50, 5, 1).train == unetpp::split(50, 5, 1).train);
  CHECK(unetpp::split(50, 5, 1).train != unetpp::split(50, 5, 2).train);
}

TEST_CASE("a limit keeps the first samples of the shuffled list, validation included") {
  const unetpp::Split all = unetpp::split(100, 0, 7);
  const unetpp::Split split = unetpp::split(100, 8, 7, 20);
  CHECK(split.train == std::vector<std::size_t>(all.train.begin(), all.train.begin() + 12));
  CHECK(split.validation == std::vector<std::size_t>(all.train.begin() + 12, all.train.begin() + 20));
}

TEST_CASE("a split that leaves nothing to train with is an error") {
  CHECK_THROWS_AS(unetpp::split(10, 10, 1), unetpp::ArgumentError);
  CHECK_THROWS_AS(unetpp::split(10, 4, 1, 4), unetpp::ArgumentError);
  CHECK_THROWS_AS(unetpp::split(0, 0, 1), unetpp::ArgumentError);
}

TEST_CASE("a sample is written as floats and classes of a network's size") {
  const Sample sample{drawn_image(20, 10), drawn_trimap(20, 10)};
  const Sample resized = unetpp::resize(sample, 4, 6);
  std::vector<float> image(4 * 6 * 3);
  std::vector<std::uint8_t> labels(4 * 6);
  unetpp::write_sample(sample, {4, 6, 3}, image, labels);
  CHECK(labels == resized.mask.values);
  for (std::size_t i = 0; i < image.size(); ++i) CHECK(image[i] == resized.image.values[i] / 255.0f);
}

TEST_CASE("a sample is not written into memory of another size") {
  const Sample sample{drawn_image(20, 10), drawn_trimap(20, 10)};
  std::vector<float> image(4 * 6 * 3);
  std::vector<std::uint8_t> labels(4 * 6);
  CHECK_THROWS_AS(unetpp::write_sample(sample, {4, 5, 3}, image, labels), unetpp::ArgumentError);
  CHECK_THROWS_AS(unetpp::write_sample(sample, {4, 6, 1}, image, labels), unetpp::ArgumentError);
}

TEST_CASE("all real pairs load, the GIF and the PNG named .jpg too") {
  if (pets_folder().empty()) {
    WARN("SKIPPED: the Oxford-IIIT Pet images are not read, as there are none; UNETPP_PETS may name their folder");
    return;
  }
  const PetDataset pets(pets_folder());
  REQUIRE(pets.size() > 0);
  std::vector<std::string> errors;
  for (std::size_t i = 0; i < pets.size(); ++i) {
    const std::string error = message_of<unetpp::Error>([&] { pets.load(i); });
    if (!error.empty()) errors.push_back(error);
  }
  CHECK(errors == std::vector<std::string>{});
}

}  // namespace dataset_test
