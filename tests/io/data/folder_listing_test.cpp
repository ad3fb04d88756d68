#include "unetpp/io/data/folder_listing.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"

namespace folder_listing_test {

using namespace io_tests;

namespace {

using unetpp::FolderConfig;
using unetpp::FolderListing;
using Names = std::vector<std::string>;

/// A folder of files that nobody opens.
class Files : public TemporaryFolder {
 public:
  explicit Files(const Names& names) {
    for (const std::string& name : names) put(path() / name, "x");
  }
  FolderListing list(FolderConfig config = {}) const {
    config.folder = path();
    return unetpp::list_folder(config);
  }
  FolderListing listed(const std::string& csv) const {
    put(path() / "pairs.csv", csv);
    return unetpp::list_folder({.pairs = path() / "pairs.csv"});
  }
  template <class E>
  std::string error(FolderConfig config = {}) const {
    return message_of<E>([&] { list(config); });
  }
  std::string csv_error(const std::string& csv) const {
    return message_of<unetpp::FormatError>([&] { listed(csv); });
  }
  /// "name: mask class, ..." of each pair, in order.
  Names pairs(const FolderListing& listing) const {
    Names lines;
    for (const unetpp::FolderPair& pair : listing.pairs) {
      std::string line = pair.name + ":";
      for (const unetpp::MaskFile& mask : pair.masks)
        line += " " + mask.path.lexically_relative(path()).lexically_normal().string() +
                (mask.class_name.empty() ? "" : "=" + mask.class_name);
      lines.push_back(line);
    }
    return lines;
  }
};

}  // namespace

TEST_CASE("images and masks of a name are pairs, in the order of their names, byte by byte") {
  const Files files({"images/b.jpg", "masks/b.png", "images/a_10.png", "masks/a_10.PNG", "images/a_9.JPEG",
                     "masks/a_9.gif", "images/B.bmp", "masks/B.tif"});
  const FolderListing listing = files.list();
  CHECK(files.pairs(listing) ==
        Names{"B: masks/B.tif", "a_10: masks/a_10.PNG", "a_9: masks/a_9.gif", "b: masks/b.png"});
  CHECK(listing.pairs[3].image == files.path() / "images" / "b.jpg");
  CHECK_FALSE(listing.has_subsets);
}

TEST_CASE("folders in a folder are walked, those that are links, too") {
  const Files files({"images/x/1.jpg", "masks/x/1.png", "elsewhere/2.jpg", "masks/y/2.png", "images/1.jpg"});
  std::filesystem::create_directory_symlink(files.path() / "elsewhere", files.path() / "images" / "y");
  CHECK(files.pairs(files.list()) == Names{"x/1: masks/x/1.png", "y/2: masks/y/2.png"});
}

TEST_CASE("folders may have other names") {
  const Files files({"img/a.jpg", "label/all/a.png"});
  CHECK(files.pairs(files.list({.images = "img", .masks = "label/all"})) == Names{"a: label/all/a.png"});
}

TEST_CASE("masks may be called after their images by a pattern, with an extension or without") {
  const Files files({"images/a.jpg", "masks/a_mask.png", "images/a_mask.jpg", "masks/a_mask_mask.png"});
  const Names expected{"a: masks/a_mask.png", "a_mask: masks/a_mask_mask.png"};
  CHECK(files.pairs(files.list({.mask_pattern = "{stem}_mask"})) == expected);
  CHECK(files.pairs(files.list({.mask_pattern = "{stem}_mask.png"})) == expected);
}

TEST_CASE("images and masks may be in one folder, told apart by their names") {
  const Files files({"all/a.jpg", "all/a_mask.png", "all/b.jpg", "all/c_mask.png"});
  const FolderListing listing = files.list({.images = "all", .masks = "all", .mask_pattern = "{stem}_mask"});
  CHECK(files.pairs(listing) == Names{"a: all/a_mask.png"});
  CHECK(listing.without_mask == Names{"b", "c_mask"});
  CHECK(listing.without_image.empty());
  CHECK_FALSE(
      files.error<unetpp::ArgumentError>({.images = "all", .masks = "all", .mask_pattern = "{stem}.png"}).empty());
  CHECK(files.error<unetpp::ArgumentError>({.images = "all", .masks = "all"}) ==
        (files.path() / "all").string() +
            ": expected a mask pattern that tells masks from images, as these are in the same folder, found {stem}");
}

TEST_CASE("a folder of masks in that of images is not walked for images") {
  const Files files({"a.jpg", "masks/a.png"});
  const FolderListing listing = files.list({.images = "."});
  CHECK(files.pairs(listing) == Names{"a: masks/a.png"});
  CHECK(listing.without_mask.empty());
}

TEST_CASE("an image may have a mask for each class") {
  const Files folders({"images/s/1.jpg", "masks/cat/s/1.png", "masks/dog/s/1.png"});
  CHECK(folders.pairs(folders.list({.mask_pattern = "{class}/{stem}"})) ==
        Names{"s/1: masks/cat/s/1.png=cat masks/dog/s/1.png=dog"});
  const Files names({"images/1.jpg", "masks/1_cat.png", "masks/1_dog.png", "images/2.jpg", "masks/2_dog.png"});
  CHECK(names.pairs(names.list({.mask_pattern = "{stem}_{class}.png"})) ==
        Names{"1: masks/1_cat.png=cat masks/1_dog.png=dog", "2: masks/2_dog.png=dog"});
}

TEST_CASE("what is no pair is passed over, with names and numbers") {
  const Files files({"images/a.jpg", "masks/a.png", "images/b.jpg", "masks/c.png", "images/._a.jpg",
                     "images/.cache/a.jpg", "images/notes.txt", "masks/a.xml"});
  const FolderListing listing = files.list();
  CHECK(listing.pairs.size() == 1);
  CHECK(listing.without_mask == Names{"b"});
  CHECK(listing.without_image == Names{"c"});
  CHECK(listing.dotfiles == 2);
  CHECK(listing.other == 2);
  CHECK(passed_over(listing) ==
        Names{"1 images without a mask passed over: b", "1 masks without an image passed over: c"});
}

TEST_CASE("of many images without a mask the first are named") {
  const Files files({"images/a.jpg", "masks/a.png", "images/b.jpg", "images/c.jpg", "images/d.jpg", "images/e.jpg"});
  CHECK(passed_over(files.list()) == Names{"4 images without a mask passed over: b, c, d, ..."});
}

TEST_CASE("nothing is said of what was passed over where nothing was") {
  CHECK(passed_over(Files({"images/a.jpg", "masks/a.png"}).list()).empty());
}

TEST_CASE("two files of a name are an error that names both") {
  const Files files({"images/a.jpg", "images/a.png", "masks/a.png"});
  CHECK(files.error<unetpp::FormatError>() ==
        (files.path() / "images/a.jpg").string() + ": expected one file of this name, found " +
            (files.path() / "images/a.png").string() + ", too (one of them must go)");
}

TEST_CASE("folders train, val and test say what samples are for") {
  const Files files({"train/images/b.jpg", "train/masks/b.png", "val/images/a.jpg", "val/masks/a.png",
                     "test/images/c.jpg", "test/masks/c.png"});
  const FolderListing listing = files.list();
  CHECK(listing.has_subsets);
  CHECK(files.pairs(listing) ==
        Names{"test/c: test/masks/c.png", "train/b: train/masks/b.png", "val/a: val/masks/a.png"});
  CHECK(listing.pairs[0].subset == unetpp::Subset::test);
  CHECK(listing.pairs[1].subset == unetpp::Subset::train);
  CHECK(listing.pairs[2].subset == unetpp::Subset::validation);
}

TEST_CASE("a folder test may have no masks, and train and val must have them") {
  const Files files({"train/images/b.jpg", "train/masks/b.png", "val/images/a.jpg", "test/images/c.jpg"});
  CHECK(
      files.error<unetpp::FileError>().starts_with((files.path() / "val" / "masks").string() + ": expected a folder"));
  put(files.path() / "val" / "masks" / "a.png", "x");
  CHECK(files.list().pairs.size() == 2);
  CHECK(files.list().has_subsets);
}

TEST_CASE("folders train and val in those of images and masks say what samples are for") {
  const Files files({"images/train/b.jpg", "masks/train/b.png", "images/val/a.jpg", "masks/val/a.png"});
  CHECK(files.list().has_subsets);
  CHECK(files.list().pairs[1].subset == unetpp::Subset::validation);
}

TEST_CASE("there are no subsets where some samples are in none") {
  const Files files({"images/train/b.jpg", "masks/train/b.png", "images/val/b.jpg", "masks/val/b.png", "images/a.jpg",
                     "masks/a.png"});
  CHECK_FALSE(files.list().has_subsets);
  CHECK(files.list().pairs[2].subset == unetpp::Subset::train);
}

TEST_CASE("a CSV file lists pairs, relative to its folder") {
  const Files files({"x/a.jpg", "y/1.png", "x/b.jpg"});
  const FolderListing listing = files.listed("image,mask\n./x/b.jpg,y/1.png\nx/a.jpg,y/1.png\n");
  CHECK(files.pairs(listing) == Names{"x/a: y/1.png", "x/b: y/1.png"});
  CHECK(listing.pairs[0].image == files.path() / "x" / "a.jpg");
}

TEST_CASE("a CSV file of pairs with a wrong line is an error that names it") {
  const Files files({"a.jpg", "a.png"});
  const std::string csv = (files.path() / "pairs.csv").string();
  CHECK(files.csv_error("image,mask\na.jpg,a.png\nb.jpg,a.png\n") ==
        csv + ": line 3: expected a file, found none at " + (files.path() / "b.jpg").string());
  CHECK(files.csv_error("image,mask\na.jpg,b.png\n") ==
        csv + ": line 2: expected a file, found none at " + (files.path() / "b.png").string());
  CHECK(files.csv_error("image,mask\na.jpg,a.png\n./a.jpg,a.png\n") ==
        csv + ": line 3: expected an image once, found a of line 2 again");
  CHECK(files.csv_error("a.jpg,a.png\n") == csv + ": line 1: expected image,mask, found other columns");
  CHECK(files.csv_error("") == csv + ": line 1: expected image,mask, found an empty file");
}

TEST_CASE("a folder without pairs is an error that says what there is") {
  const Files files({"images/a.jpg", "images/b.jpg", "masks/a_mask.png"});
  CHECK(files.error<unetpp::FileError>() == files.path().string() +
                                                ": expected pairs of images/{stem} and masks/{stem}, found 2 images "
                                                "such as a and 1 masks such as a_mask, none "
                                                "that belong together");
}

TEST_CASE("an empty folder is an error") {
  const Files files({});
  std::filesystem::create_directory(files.path() / "images");
  std::filesystem::create_directory(files.path() / "masks");
  CHECK(contains(files.error<unetpp::FileError>(), "found 0 images and 0 masks"));
}

TEST_CASE("a folder that is missing is an error that names it") {
  const Files files({"images/a.jpg"});
  const std::string found = ": expected a folder, found No such file or directory";
  CHECK(files.error<unetpp::FileError>() == (files.path() / "masks").string() + found);
  CHECK(files.error<unetpp::FileError>({.images = "x"}) == (files.path() / "x").string() + found);
  CHECK(message_of<unetpp::FileError>([&] { unetpp::list_folder({.folder = files.path() / "y"}); }) ==
        (files.path() / "y").string() + found);
}

}  // namespace folder_listing_test
