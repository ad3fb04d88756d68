#pragma once
// Data sets: pairs of a photograph and the mask of what is on it.

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/io/data/sample.hpp"
#include "unetpp/io/data/true_mask.hpp"
#include "unetpp/io/files/file.hpp"
#include "unetpp/io/image/image.hpp"

namespace unetpp {

/// Any type that has samples to load, by several threads at once. load() throws an Error for one that cannot be used. A
/// Loader keeps what load() returned for all later epochs, as far as its cache_bytes go: what is random in load() is
/// then drawn once and stays. With cache_bytes = 0 load() is called in every epoch. What it draws by the index and by
/// how often that index was loaded before does not depend on the number of workers.
template <class T>
concept Dataset = requires(const T& dataset, std::size_t index) {
  { dataset.size() } -> std::convertible_to<std::size_t>;
  { dataset.name(index) } -> std::convertible_to<std::string>;
  { dataset.load(index) } -> std::same_as<Sample>;
};

/// Files that a data set passed over.
struct PassedOver {
  std::size_t mat = 0;       ///< images/*.mat, which some copies of the data set contain
  std::size_t dotfiles = 0;  ///< such as ._NAME.png, which macOS left in the archive
  std::size_t unpaired = 0;  ///< images without a mask, and masks without an image
  std::size_t other = 0;     ///< neither images/*.jpg and *.jpeg nor trimaps/*.png, in capitals or not
};

/// The Oxford-IIIT Pet data set, or any other in its layout: DIR/images/STEM.jpg, DIR/annotations/trimaps/STEM.png,
/// where a mask says 1 pet, 2 background, 3 outline. The pairs are in the order of their stems, byte by byte.
/// Extensions may be in capitals, and of images .jpeg; a pair with two images or two masks cannot be used.
/// Source  Parkhi, Vedaldi, Zisserman & Jawahar, "Cats and Dogs", CVPR 2012.
class PetDataset {
 public:
  /// Lists the pairs without opening them.
  /// Errors  FileError when a folder is missing or there are no pairs.
  [[gnu::cold]] explicit PetDataset(const std::filesystem::path& folder, std::size_t max_pixels = default_max_pixels)
      : images_(folder / "images"), masks_(folder / "annotations" / "trimaps"), max_pixels_(max_pixels) {
    detail::require_folder(folder);
    image_files_ = list(images_, {".jpg", ".jpeg"});
    mask_files_ = list(masks_, {".png"});
    for (const auto& [stem, files] : image_files_)
      if (mask_files_.contains(stem)) stems_.push_back(stem);
    passed_over_.unpaired = image_files_.size() + mask_files_.size() - 2 * stems_.size();
    if (stems_.empty())
      throw FileError(folder.string() + ": expected pairs of images/NAME.jpg and annotations/trimaps/NAME.png, found " +
                      std::to_string(image_files_.size()) + " images and " + std::to_string(mask_files_.size()) +
                      " masks, none of the same name");
  }

  std::size_t size() const { return stems_.size(); }
  const std::string& name(std::size_t index) const { return stems_.at(index); }
  std::filesystem::path image_path(std::size_t index) const { return images_ / image_files_.at(name(index)); }
  std::filesystem::path mask_path(std::size_t index) const { return masks_ / mask_files_.at(name(index)); }
  const PassedOver& passed_over() const { return passed_over_; }

  /// The pair at its original size; any number of threads may load at once.
  /// Errors  FileError or FormatError naming the file, when one of the two cannot be read or is there twice, the sizes
  ///         differ, or the mask holds a value that is not 1, 2 or 3.
  Sample load(std::size_t index) const {
    const std::filesystem::path image_file = image_path(index), mask_file = mask_path(index);
    require_one(image_file);
    require_one(mask_file);
    Image image = read_image(image_file, max_pixels_);
    Mask mask = read_true_mask(mask_file, {image_file, {image.height, image.width}}, 3, max_pixels_);
    return {std::move(image), std::move(mask)};
  }

 private:
  using Names = std::map<std::string, std::string>;

  [[gnu::cold]] void require_one(const std::filesystem::path& file) const {
    if (const auto other = others_.find(file.string()); other != others_.end())
      throw FormatError(file.string() + ": expected one file of this name, found " + other->second +
                        ", too (one of them must go)");
  }

  /// A folder's files of these extensions by their names without it, of several the first; counts those of others.
  [[gnu::cold]] Names list(const std::filesystem::path& folder, std::initializer_list<std::string_view> extensions) {
    detail::require_folder(folder);
    Names found, next;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::filesystem::path& path = entry->path();
      const std::string extension = detail::lower_extension(path);
      std::string name = path.filename().string();
      if (name.front() == '.')
        ++passed_over_.dotfiles;
      else if (std::find(extensions.begin(), extensions.end(), extension) == extensions.end())
        ++(extension == ".mat" ? passed_over_.mat : passed_over_.other);
      else if (const auto [first, alone] = found.insert({path.stem().string(), name}); !alone) {
        if (name < first->second) name.swap(first->second);
        const auto second = next.insert({first->first, name}).first;
        second->second = std::min(second->second, name);
      }
    }
    if (error) throw FileError(folder.string() + ": cannot be listed: " + error.message());
    for (const auto& [stem, name] : next) others_[(folder / found.at(stem)).string()] = (folder / name).string();
    return found;
  }

  std::filesystem::path images_;
  std::filesystem::path masks_;
  std::size_t max_pixels_;
  Names image_files_, mask_files_;  // by their stems
  Names others_;                    // of files that are there twice, a file of the same stem; such cannot be used
  std::vector<std::string> stems_;  // that both have
  PassedOver passed_over_;
};

/// Which samples train and which validate.
struct Split {
  std::vector<std::size_t> train;
  std::vector<std::size_t> validation;
};

/// Shuffles `count` samples, keeps the first `limit` of them, and sets the last `validation` of these aside.
/// Errors  ArgumentError when none are left to train with.
[[gnu::cold]] inline Split split(std::size_t count, std::size_t validation, std::uint64_t seed,
                                 std::size_t limit = std::numeric_limits<std::size_t>::max()) {
  std::vector<std::size_t> order = permutation(count, Random(seed, random_stream(RandomUse::split)));
  order.resize(std::min(count, limit));
  if (validation >= order.size())
    throw ArgumentError("the validation set: expected fewer than the " + std::to_string(order.size()) +
                        " samples there are, found " + std::to_string(validation));
  const auto last = order.end() - static_cast<std::ptrdiff_t>(validation);
  return {{order.begin(), last}, {last, order.end()}};
}

}  // namespace unetpp
