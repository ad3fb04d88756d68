#pragma once
// A data set of a folder of images and masks.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/data/class_files.hpp"
#include "unetpp/io/data/class_mask.hpp"
#include "unetpp/io/data/class_table.hpp"
#include "unetpp/io/data/folder_classes.hpp"
#include "unetpp/io/data/folder_config.hpp"
#include "unetpp/io/data/folder_listing.hpp"
#include "unetpp/io/data/sample.hpp"
#include "unetpp/io/data/true_mask.hpp"
#include "unetpp/io/image/centre_crop.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/read_raster.hpp"
#include "unetpp/io/image/stored_mask.hpp"

namespace unetpp {

/// The samples of a folder, in the order of their names, byte by byte. A class table says what the values or colours of
/// masks stand for. Where each class has masks of its own, it says in which order the classes are, and the class without
/// any masks, which is one at most, is the background. Masks of a class that is called "ignored" show what does not count.
class FolderDataset {
 public:
  /// Lists the pairs without opening them.
  /// Errors  As list_folder and require_class_table; FormatError for masks of a class that the table has not, and where
  ///         several classes have no masks.
  [[gnu::cold]] FolderDataset(FolderConfig config, ClassTable table)
      : FolderDataset(list_folder(config), config, std::move(table)) {}
  [[gnu::cold]] FolderDataset(FolderListing listing, FolderConfig config, ClassTable table)
      : config_(std::move(config)), table_(std::move(table)), listing_(std::move(listing)) {
    require_class_table(table_);
    if (has_class_files(listing_))
      find_background();
    else if (table_.code == ClassCode::file)
      throw ArgumentError(
          "a folder's class table: expected values or colours, as a mask has all classes, found neither");
  }

  std::size_t size() const { return listing_.pairs.size(); }
  const std::string& name(std::size_t index) const { return pair(index).name; }
  const std::filesystem::path& image_path(std::size_t index) const { return pair(index).image; }
  const FolderListing& listing() const { return listing_; }
  const ClassTable& table() const { return table_; }

  /// The samples of a subset; all are in one only where the listing has subsets.
  std::vector<std::size_t> samples_of(Subset subset) const {
    std::vector<std::size_t> samples;
    for (std::size_t i = 0; listing_.has_subsets && i < size(); ++i)
      if (pair(i).subset == subset) samples.push_back(i);
    return samples;
  }

  /// The pair at its original size; any number of threads may load at once.
  /// Errors  FileError or FormatError naming the file, when one cannot be read, the sizes differ, the image is smaller than
  ///         a crop, or pixels are of no class.
  Sample load(std::size_t index) const {
    const std::filesystem::path& file = image_path(index);
    Raster image = read_raster(file, config_.channels, config_.max_pixels);
    const Extent size{image.height, image.width};
    if (const std::string problem = detail::crop_problem(size, config_.crop); !problem.empty())
      throw FormatError(file.string() + ": " + problem);
    Mask mask = has_class_files(listing_)
                    ? read_classes(index, size)
                    : read_class_mask(mask_path(index), table_, config_.unknown, config_.max_pixels);
    require_image_size(mask_path(index), {mask.height, mask.width}, {file, size}, config_.max_pixels);
    return {std::move(image), std::move(mask)};
  }

  /// The mask alone, which is then not compared with its image.
  /// Errors  As load.
  Mask load_mask(std::size_t index) const {
    if (!has_class_files(listing_))
      return read_class_mask(mask_path(index), table_, config_.unknown, config_.max_pixels);
    const StoredMask first = read_stored_mask(mask_path(index), config_.max_pixels);
    return read_classes(index, {first.height, first.width});
  }

 private:
  const FolderPair& pair(std::size_t index) const { return listing_.pairs.at(index); }
  const std::filesystem::path& mask_path(std::size_t index) const { return pair(index).masks.front().path; }

  Mask read_classes(std::size_t index, Extent size) const {
    std::vector<ClassFile> files;
    for (const MaskFile& mask : pair(index).masks) files.push_back({mask.path, label_of(mask)});
    return read_class_files(files, {pair(index).image, size}, {background_, config_.unknown, config_.max_pixels});
  }

  std::uint8_t label_of(const MaskFile& mask) const {
    for (std::size_t i = 0; i < table_.classes.size(); ++i)
      if (table_.classes[i].name == mask.class_name) return static_cast<std::uint8_t>(i);
    if (mask.class_name == detail::ignored_name) return ignored_label;
    throw FormatError(mask.path.string() + ": expected a mask of a class of the class table, found one of " +
                      detail::printable(mask.class_name) + " (add it to the class table, or move its masks away)");
  }

  [[gnu::cold]] void find_background() {
    std::set<std::size_t> with_masks;
    for (const FolderPair& p : listing_.pairs)
      for (const MaskFile& mask : p.masks) with_masks.insert(label_of(mask));
    std::string without;
    for (std::size_t i = 0; i < table_.classes.size(); ++i) {
      if (with_masks.contains(i)) continue;
      without += (without.empty() ? "" : " and ") + detail::printable(table_.classes[i].name);
      if (background_ >= 0)
        throw FormatError(config_.folder.string() +
                          ": expected masks of all classes but one, the background, found none of " + without +
                          " (take what does not occur out of the class table)");
      background_ = static_cast<int>(i);
    }
  }

  FolderConfig config_;
  ClassTable table_;
  FolderListing listing_;
  int background_ = -1;  // the label of what is in no mask of a class; -1: none has it
};

/// How many pixels of each class each sample's masks have. All masks are read, on several threads; one that cannot be
/// used has no pixels.
/// Shapes  samples×classes.
inline std::vector<std::vector<std::size_t>> class_pixels(const FolderDataset& dataset, int threads = max_threads()) {
  const std::size_t classes = dataset.table().classes.size();
  std::vector<std::vector<std::size_t>> pixels(dataset.size(), std::vector<std::size_t>(classes));
  std::vector<std::exception_ptr> errors(dataset.size());
  parallel_for(threads, dataset.size(), [&](std::size_t i, int) {
    try {
      for (const std::uint8_t label : dataset.load_mask(i).values)
        if (label < classes) ++pixels[i][label];
    } catch (const Error&) {  // the sample is skipped with it when it is loaded
    } catch (...) {
      errors[i] = std::current_exception();
    }
  });
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
  return pixels;
}

}  // namespace unetpp
