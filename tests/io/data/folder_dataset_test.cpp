#include "unetpp/io/data/folder_dataset.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../image/make_jpeg.hpp"
#include "../image/make_png.hpp"
#include "unetpp/io/data/dataset.hpp"
#include "unetpp/io/data/loader.hpp"

namespace folder_dataset_test {

using namespace io_tests;

namespace {

using unetpp::ClassCode;
using unetpp::ClassTable;
using unetpp::FolderConfig;
using unetpp::FolderDataset;
using unetpp::FormatError;
using unetpp::Sample;
using unetpp::Unknown;
using Labels = std::vector<std::uint8_t>;

const ClassTable table{.classes = {{"pet", 1}, {"background", 2}, {"outline", 3}}};
const ClassTable named{.code = ClassCode::file, .classes = {{"cat", 0}, {"background", 0}, {"dog", 0}}};

/// A folder of images and masks of 4x1 pixels.
class Folder : public TemporaryFolder {
 public:
  void add_image(const std::string& name) const { put(path() / name, encode_png(drawn_image(4, 1))); }
  void add(const std::string& stem, std::vector<std::uint8_t> mask = {1, 2, 3, 2}) const {
    add_image("images/" + stem + ".png");
    put(path() / "masks" / (stem + ".png"), grey_png(std::move(mask)));
  }
  FolderDataset dataset(const ClassTable& classes = table, FolderConfig config = {}) const {
    config.folder = path();
    return FolderDataset(config, classes);
  }
  std::string mask(const std::string& name) const { return (path() / "masks" / name).string(); }

  std::string load_error(const ClassTable& classes = table, const FolderConfig& config = {}) const {
    const FolderDataset data = dataset(classes, config);
    return message_of<FormatError>([&] { data.load(0); });
  }
};

const FolderConfig by_class{.mask_pattern = "{class}/{stem}"};

}  // namespace

static_assert(unetpp::Dataset<FolderDataset>);

TEST_CASE("a folder's samples have the classes of its class table") {
  const Folder folder;
  folder.add("b");
  folder.add("a", {3, 3, 1, 2});
  const FolderDataset data = folder.dataset();
  REQUIRE(data.size() == 2);
  CHECK(data.name(0) == "a");
  CHECK(data.image_path(0) == folder.path() / "images" / "a.png");
  const Sample sample = data.load(0);
  CHECK(sample.mask.values == Labels{2, 2, 0, 1});
  CHECK(sample.image.values == drawn_image(4, 1).rgb);
  CHECK(data.load_mask(1).values == Labels{0, 1, 2, 1});
}

TEST_CASE("a mask that is not of its image's size is an error") {
  const Folder folder;
  folder.add("a", {1, 2, 3});
  CHECK(folder.load_error() == folder.mask("a.png") + ": expected a mask of 4x1 as its image, found 3x1");
}

TEST_CASE("a mask that fits its image only before this is turned is an error that says so") {
  const Folder folder;
  folder.add("a", {1, 2});
  put(folder.path() / "images" / "a.png",
      make_jpeg(2, 1, {.exif = std::string("II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0", 26)}));
  CHECK(
      contains(folder.load_error(), "found 2x1, which is the image's before its EXIF orientation 6 turns it upright"));
}

TEST_CASE("a value that is not in the class table is an error that names the mask, or ignored") {
  const Folder folder;
  folder.add("a", {1, 2, 0, 0});
  CHECK(folder.load_error() == folder.mask("a.png") +
                                   ": expected the class table's values (1, 2, 3), found the value 0 in 2 of 4 pixels "
                                   "(add it to the class table, or --unknown ignore)");
  CHECK(folder.dataset(table, {.unknown = Unknown::ignore}).load(0).mask.values == Labels{0, 1, 255, 255});
}

TEST_CASE("images and masks of more pixels than the limit are errors") {
  const Folder folder;
  folder.add("a");
  CHECK_NOTHROW(folder.dataset(table, {.max_pixels = 4}).load(0));
  CHECK(contains(folder.load_error(table, {.max_pixels = 3}), "expected at most 3 pixels, found 4x1"));
}

TEST_CASE("masks of a class each become one, with a background for the rest") {
  const Folder folder;
  folder.add_image("images/1.png");
  put(folder.mask("dog/1.png"), grey_png({0, 0, 255, 0}));
  put(folder.mask("cat/1.png"), grey_png({255, 0, 0, 0}));
  const FolderDataset data = folder.dataset(named, by_class);
  CHECK(data.load(0).mask.values == Labels{0, 1, 2, 1});
  CHECK(data.load_mask(0).values == Labels{0, 1, 2, 1});
}

TEST_CASE("a class that an image has no mask of is not in it") {
  const Folder folder;
  for (const char* image : {"images/1.png", "images/2.png"}) folder.add_image(image);
  put(folder.mask("dog/1.png"), grey_png({0, 0, 255, 0}));
  put(folder.mask("cat/2.png"), grey_png({255, 0, 0, 0}));
  CHECK(folder.dataset(named, by_class).load(0).mask.values == Labels{1, 1, 2, 1});
}

TEST_CASE("masks of the class ignored show what does not count") {
  const Folder folder;
  folder.add_image("images/1.png");
  put(folder.mask("dog/1.png"), grey_png({0, 0, 255, 0}));
  put(folder.mask("cat/1.png"), grey_png({255, 0, 0, 0}));
  put(folder.mask("ignored/1.png"), grey_png({0, 255, 0, 0}));
  CHECK(folder.dataset(named, by_class).load(0).mask.values == Labels{0, 255, 2, 1});
}

TEST_CASE("a table can be made of the classes that there are masks of") {
  const Folder folder;
  folder.add_image("images/1.png");
  for (const char* name : {"dog", "cat", "ignored"}) put(folder.mask(name + std::string("/1.png")), grey_png({0}));
  const auto listing = unetpp::list_folder({.folder = folder.path(), .mask_pattern = "{class}/{stem}"});
  CHECK(to_csv(class_file_table(listing)) == "name,show\nbackground,1\ncat,1\ndog,1\n");
  CHECK(has_class_files(listing));
  CHECK_NOTHROW(folder.dataset(class_file_table(listing), by_class));
}

TEST_CASE("masks of a class that is not in the table are an error that names one") {
  const Folder folder;
  folder.add_image("images/1.png");
  put(folder.mask("cat/1.png"), grey_png({0, 0, 255, 0}));
  put(folder.mask("cow/1.png"), grey_png({0, 0, 255, 0}));
  CHECK(message_of<FormatError>([&] { folder.dataset(named, by_class); }) ==
        folder.mask("cow/1.png") +
            ": expected a mask of a class of the class table, found one of cow (add it to the class table, or move its "
            "masks away)");
}

TEST_CASE("two classes without any masks are an error that names them") {
  const Folder folder;
  folder.add_image("images/1.png");
  put(folder.mask("cat/1.png"), grey_png({0, 0, 255, 0}));
  CHECK(message_of<FormatError>([&] { folder.dataset(named, by_class); }) ==
        folder.path().string() +
            ": expected masks of all classes but one, the background, found none of background and dog (take what does "
            "not occur out of the class table)");
}

TEST_CASE("a class table that does not fit the masks' kind, or is none, is an error") {
  const Folder folder;
  folder.add("a");
  CHECK_THROWS_AS(folder.dataset(named), unetpp::ArgumentError);
  CHECK_THROWS_AS(folder.dataset({.classes = {{"a", 0}, {"b", 0}}}), unetpp::ArgumentError);
}

TEST_CASE("samples of a subset are those in its folder") {
  const Folder folder;
  for (const char* stem : {"train/a", "train/b", "val/a", "test/a"}) folder.add(stem);
  const FolderDataset data = folder.dataset();
  CHECK(data.samples_of(unetpp::Subset::train) == std::vector<std::size_t>{1, 2});
  CHECK(data.samples_of(unetpp::Subset::validation) == std::vector<std::size_t>{3});
  CHECK(data.samples_of(unetpp::Subset::test) == std::vector<std::size_t>{0});
}

TEST_CASE("where there are no subsets no samples are in one") {
  const Folder folder;
  folder.add("a");
  CHECK(folder.dataset().samples_of(unetpp::Subset::train).empty());
}

TEST_CASE("pixels of classes are counted on any number of threads, without ignored ones and unusable masks") {
  const Folder folder;
  folder.add("a", {1, 1, 3, 9});
  folder.add("b", {2, 2, 2, 2});
  folder.add("c");
  put(folder.path() / "masks" / "c.png", "x");
  const FolderDataset data = folder.dataset(table, {.unknown = Unknown::ignore});
  for (const int threads : {1, 3})
    CHECK(unetpp::class_pixels(data, threads) ==
          std::vector<std::vector<std::size_t>>{{2, 0, 1}, {0, 4, 0}, {0, 0, 0}});
}

TEST_CASE("a loader gives a folder's samples and skips those that cannot be used") {
  const Folder folder;
  folder.add("a", {1, 2, 3, 1});
  folder.add("b", {1, 2, 3});
  const FolderDataset data = folder.dataset();
  std::vector<std::string> warnings;
  unetpp::Loader<unetpp::Shape{1, 4, 3}, FolderDataset> loader(
      data, {0, 1}, {.shuffle = false, .warn = [&](const std::string& line) { warnings.push_back(line); }});
  loader.start_epoch(0);
  REQUIRE(loader.next());
  REQUIRE(loader.positions().size() == 1);
  CHECK(std::equal(loader.labels().data(), loader.labels().data() + 4, Labels{0, 1, 2, 0}.begin()));
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].starts_with("skipping b: " + folder.mask("b.png") + ": expected a mask of 4x1"));
}

TEST_CASE("the real pets as numbers of classes have the masks that PetDataset reads") {
  const std::filesystem::path folder = pets_folder();
  if (folder.empty()) {
    WARN("SKIPPED: the Oxford-IIIT Pet images are not read, as there are none; UNETPP_PETS may name their folder");
    return;
  }
  const unetpp::PetDataset pets(folder);
  const FolderDataset data({.folder = folder, .masks = "annotations/trimaps"}, table);
  REQUIRE(data.size() == pets.size());
  for (std::size_t i = 0; i < pets.size(); i += 7) {
    CHECK(data.name(i) == pets.name(i));
    const Sample ours = data.load(i), theirs = pets.load(i);
    CHECK(ours.mask.values == theirs.mask.values);
    CHECK(ours.image.values == theirs.image.values);
  }
}

}  // namespace folder_dataset_test
