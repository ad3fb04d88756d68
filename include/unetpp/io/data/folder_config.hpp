#pragma once
// A folder of images and masks: how it is laid out, and what is found in it.

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "unetpp/core/shape.hpp"
#include "unetpp/io/data/class_mask.hpp"
#include "unetpp/io/image/image.hpp"

namespace unetpp {

/// Where images and masks are, and how they are read.
struct FolderConfig {
  /// Has the folders `images` and `masks`, or folders train, val and test that have them.
  std::filesystem::path folder{};
  std::filesystem::path images = "images";  ///< folder of the images, in `folder`
  std::filesystem::path masks = "masks";    ///< folder of the masks, in `folder`
  /// The name of a mask in `masks` after that of its image in `images`, as MaskPattern has it; an extension is left out.
  std::string mask_pattern = "{stem}";
  /// A CSV file with the columns image and mask, whose files are relative to its folder, in place of all of the above.
  std::filesystem::path pairs{};
  int channels = 0;                             ///< of the images; 0: as their files have them
  Unknown unknown = Unknown::error;             ///< what becomes of pixels that are of no class
  std::size_t max_pixels = default_max_pixels;  ///< of an image or a mask
  Extent crop{1};                               ///< of which an image has at least the size
};

/// What samples are for.
enum class Subset { train, validation, test };

/// A mask and the class that it is of.
struct MaskFile {
  std::filesystem::path path;
  std::string class_name{};  ///< empty: all classes
};

/// An image and its masks.
struct FolderPair {
  std::string name;  ///< the image's path in `images` without its extension
  std::filesystem::path image;
  std::vector<MaskFile> masks{};  ///< one, or one a class
  Subset subset = Subset::train;  ///< where the listing has subsets
};

/// What a folder has in it.
struct FolderListing {
  std::vector<FolderPair> pairs{};           ///< in the order of their names, byte by byte
  bool has_subsets = false;                  ///< all are in folders train, val and test, which say what each is for
  std::vector<std::string> without_mask{};   ///< names of images that are passed over
  std::vector<std::string> without_image{};  ///< names of masks that are passed over
  std::size_t dotfiles = 0;                  ///< files and folders that are passed over, as ._NAME.png and .cache
  std::size_t other = 0;                     ///< files that are passed over, as they are not called like images
};

}  // namespace unetpp
