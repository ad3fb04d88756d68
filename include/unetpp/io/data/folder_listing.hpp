#pragma once
// The images of a folder and the masks that belong to them.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"
#include "unetpp/io/data/folder_config.hpp"
#include "unetpp/io/data/mask_pattern.hpp"
#include "unetpp/io/data/walk_images.hpp"
#include "unetpp/io/files/csv.hpp"
#include "unetpp/io/files/file.hpp"

namespace unetpp {

namespace detail {

/// Adds the pairs of a folder of images and one of masks, which may be the same, to a listing; names begin with `prefix`.
[[gnu::cold]] inline void add_pairs(const FolderConfig& config, const std::filesystem::path& root,
                                    const std::string& prefix, FolderListing& listing) {
  const std::filesystem::path images_folder = root / config.images, masks_folder = root / config.masks;
  FilesByName images = walk(images_folder, masks_folder, listing);
  std::error_code ignored;
  const bool is_same = std::filesystem::equivalent(images_folder, masks_folder, ignored);
  const FilesByName masks = is_same ? images : walk(masks_folder, images_folder, listing);
  const bool has_extension = named_like_an_image(config.mask_pattern);
  const std::string text = has_extension ? without_extension(config.mask_pattern) : config.mask_pattern;
  const MaskPattern pattern(text);
  if (is_same && text == "{stem}")
    throw ArgumentError(images_folder.string() +
                        ": expected a mask pattern that tells masks from images, as these are in "
                        "the same folder, found {stem}");
  std::map<std::string, std::vector<MaskFile>> masks_of;
  std::vector<std::string> matched;
  for (const auto& [name, path] : masks) {
    if (const std::optional<MaskName> match = pattern.match(name, images)) {
      masks_of[match->stem].push_back({path, match->class_name});
      matched.push_back(name);
    } else if (!is_same) {
      listing.without_image.push_back(prefix + name);
    }
  }
  if (is_same)
    for (const std::string& name : matched) images.erase(name);
  for (const auto& [name, path] : images) {
    if (const auto found = masks_of.find(name); found != masks_of.end())
      listing.pairs.push_back({prefix + name, path, found->second});
    else
      listing.without_mask.push_back(prefix + name);
  }
}

/// Adds the pairs that a CSV file lists.
[[gnu::cold]] inline void add_listed_pairs(const std::filesystem::path& file, FolderListing& listing) {
  const std::string where = file.string();
  const std::vector<CsvRow> rows = parse_csv(read_file(file, std::size_t{1} << 30), where);
  const std::vector<std::string> columns{"image", "mask"};
  if (rows.empty() || rows.front().fields != columns)
    refuse_line(where, rows.empty() ? 1 : rows.front().line, "image,mask",
                rows.empty() ? "an empty file" : "other columns");
  std::map<std::string, int> lines;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto& [line, fields] = rows[i];
    const std::filesystem::path folder = file.parent_path();
    for (std::size_t c = 0; c < 2; ++c)
      if (std::error_code ignored; !std::filesystem::is_regular_file(folder / fields[c], ignored))
        refuse_line(where, line, "a file", "none at " + (folder / fields[c]).string());
    const std::string name = without_extension(std::filesystem::path(fields[0]).lexically_normal());
    if (const auto [first, is_new] = lines.emplace(name, line); !is_new)
      refuse_line(where, line, "an image once", name + " of line " + std::to_string(first->second) + " again");
    listing.pairs.push_back({name, folder / fields[0], {{folder / fields[1]}}});
  }
}

inline constexpr const char* subset_folders[] = {"train", "val", "test"};  // in the order of Subset

/// The subset in whose folder a name is.
inline std::optional<Subset> subset_of(const std::string& name) {
  for (std::size_t i = 0; i < std::size(subset_folders); ++i)
    if (name.starts_with(std::string(subset_folders[i]) + "/")) return static_cast<Subset>(i);
  return std::nullopt;
}

inline void find_subsets(FolderListing& listing) {
  bool train = false, others = false;
  for (FolderPair& pair : listing.pairs) {
    const std::optional<Subset> subset = subset_of(pair.name);
    train = train || subset == Subset::train;
    others = others || !subset;
    pair.subset = subset.value_or(Subset::train);
  }
  listing.has_subsets = train && !others;
  if (listing.has_subsets) return;
  for (FolderPair& pair : listing.pairs) pair.subset = Subset::train;
}

/// 2 images such as a
inline std::string count_text(const std::vector<std::string>& names, const char* what) {
  return std::to_string(names.size()) + " " + what + (names.empty() ? "" : " such as " + printable(names.front()));
}

/// Names that are passed over, the first few in full.
[[gnu::cold]] inline std::string passed_over_text(const std::vector<std::string>& names, const char* what) {
  std::string text = std::to_string(names.size()) + " " + what + " passed over: ";
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i)
    text += (i > 0 ? ", " : "") + printable(names[i]);
  return text + (names.size() > 3 ? ", ..." : "");
}

}  // namespace detail

/// The pairs of a folder, without opening them. It has the folders of images and of masks, which are walked with the
/// folders in them. Where it has no folder of images, it has such folders in train, and in val and test if there are
/// these; those of test may have no masks, and are passed over. A pair's subset is that of the folder train, val or test
/// that its name begins with, where all names do so.
/// Errors  ArgumentError for a pattern that is none. FileError when a folder or file is missing or there are no pairs;
///         FormatError naming the file, where two differ in their extension alone, or a line of a CSV file is wrong.
[[gnu::cold]] inline FolderListing list_folder(const FolderConfig& config) {
  FolderListing listing;
  const std::filesystem::path& folder = config.folder;
  if (!config.pairs.empty()) {
    detail::add_listed_pairs(config.pairs, listing);
  } else {
    detail::require_folder(folder);
    const auto has = [&](const std::filesystem::path& path) {
      std::error_code ignored;
      return std::filesystem::is_directory(folder / path, ignored);
    };
    const bool in_subsets = !has(config.images) && has("train");
    if (!in_subsets) detail::add_pairs(config, folder, "", listing);
    for (const std::string subset : detail::subset_folders)
      if (in_subsets && has(subset) && (subset != "test" || has(subset / config.masks)))
        detail::add_pairs(config, folder / subset, subset + "/", listing);
  }
  if (listing.pairs.empty())
    throw FileError((config.pairs.empty() ? folder : config.pairs).string() + ": expected pairs of " +
                    (config.images / "{stem}").string() + " and " + (config.masks / config.mask_pattern).string() +
                    ", found " + detail::count_text(listing.without_mask, "images") + " and " +
                    detail::count_text(listing.without_image, "masks") + ", none that belong together");
  const auto by_name = [](const FolderPair& a, const FolderPair& b) { return a.name < b.name; };
  std::sort(listing.pairs.begin(), listing.pairs.end(), by_name);
  detail::find_subsets(listing);
  return listing;
}

/// A line for each kind of what a listing passed over and should perhaps not have.
[[gnu::cold]] inline std::vector<std::string> passed_over(const FolderListing& listing) {
  std::vector<std::string> lines;
  if (!listing.without_mask.empty())
    lines.push_back(detail::passed_over_text(listing.without_mask, "images without a mask"));
  if (!listing.without_image.empty())
    lines.push_back(detail::passed_over_text(listing.without_image, "masks without an image"));
  return lines;
}

/// The files of all masks.
inline std::vector<std::filesystem::path> mask_files(const FolderListing& listing) {
  std::vector<std::filesystem::path> files;
  for (const FolderPair& pair : listing.pairs)
    for (const MaskFile& mask : pair.masks) files.push_back(mask.path);
  return files;
}

}  // namespace unetpp
