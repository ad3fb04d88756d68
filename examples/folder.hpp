#pragma once
// Folders that programs write into.

#include <filesystem>
#include <string>
#include <system_error>
#include <unetpp/core/error.hpp>

namespace examples {

/// Errors  FileError when it cannot be made.
inline void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw unetpp::FileError(folder.string() + ": cannot be made: " + error.message());
}

inline bool is_picture(const std::filesystem::path& path) { return path.extension() == ".png"; }

/// Removes those of a folder's files.
/// Errors  FileError when one stays.
inline void remove_files(const std::filesystem::path& folder, bool (*which)(const std::filesystem::path&)) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::error_code error;
    if (which(entry.path())) std::filesystem::remove(entry.path(), error);
    if (error) throw unetpp::FileError(entry.path().string() + ": cannot be replaced: " + error.message());
  }
}

}  // namespace examples
