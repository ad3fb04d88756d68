#pragma once
// The image files in a folder and in the folders in it.

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/io/data/folder_config.hpp"
#include "unetpp/io/files/file.hpp"

namespace unetpp::detail {

inline bool named_like_an_image(const std::filesystem::path& file) {
  static const std::set<std::string> known{".jpg", ".jpeg", ".png", ".gif", ".bmp", ".tif", ".tiff"};
  return known.contains(lower_extension(file));
}

inline std::string without_extension(std::filesystem::path path) { return path.replace_extension().generic_string(); }

using FilesByName = std::map<std::string, std::filesystem::path>;

/// The images in a folder and its folders, but for that which is not to be walked, by their paths in it.
/// Errors  FileError when it cannot be listed; FormatError when two have a name but for the extension.
[[gnu::cold]] inline FilesByName walk(const std::filesystem::path& folder, const std::filesystem::path& except,
                                      FolderListing& listing) {
  require_folder(folder);
  FilesByName found;
  std::error_code error, ignored;
  using Walk = std::filesystem::recursive_directory_iterator;
  constexpr auto links = std::filesystem::directory_options::follow_directory_symlink;
  for (Walk entry(folder, links, error), end; !error && entry != end; entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    const bool is_folder = entry->is_directory(ignored), is_hidden = path.filename().string().front() == '.';
    if (is_hidden) ++listing.dotfiles;
    if (is_folder && (is_hidden || std::filesystem::equivalent(path, except, ignored)))
      entry.disable_recursion_pending();
    if (is_folder || is_hidden) continue;
    if (!named_like_an_image(path)) {
      ++listing.other;
      continue;
    }
    const auto [other, is_new] = found.emplace(without_extension(path.lexically_relative(folder)), path);
    if (!is_new)
      throw FormatError(std::min(path, other->second).string() + ": expected one file of this name, found " +
                        std::max(path, other->second).string() + ", too (one of them must go)");
  }
  if (error) throw FileError(folder.string() + ": cannot be listed: " + error.message());
  return found;
}

}  // namespace unetpp::detail
