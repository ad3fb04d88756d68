#pragma once
// Folders that programs write into.

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <unetpp/core/error.hpp>
#include <unetpp/io/files/file.hpp>
#include <vector>

namespace examples {

/// What a program's results are called, and how it knows a folder of them.
struct Results {
  std::string name;
  std::vector<std::string> known_by;  // files: one of them is there before any other
  std::string advice;                 // how they are replaced
};

/// Errors  FileError unless the folder is new, has nothing but temporary files that a killed program left, or has such
///         results, and these may be replaced.
inline void require_free(const std::filesystem::path& folder, const Results& results, bool replace) {
  const auto refuse = [&](const std::string& expected) { throw unetpp::FileError(folder.string() + ": " + expected); };
  std::error_code ignored;  // of a folder that cannot be read: it will be named when it cannot be written
  const bool known = std::any_of(results.known_by.begin(), results.known_by.end(), [&](const std::string& file) {
    return std::filesystem::exists(folder / file, ignored);
  });
  if (known && !replace)
    refuse("expected a new or an empty folder, found " + results.name + " (" + results.advice + ")");
  if (known) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (!unetpp::detail::is_temporary(entry.path()))
      refuse("expected a new or an empty folder or one with " + results.name + ", found other files in it");
}

/// Errors  FileError when it cannot be made.
inline void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw unetpp::FileError(folder.string() + ": cannot be made: " + error.message());
}

/// Keeps other programs from writing into a folder as long as it lives (not where the file system has no locks).
class FolderLock {
 public:
  /// Errors  FileError when another program has it.
  explicit FolderLock(const std::filesystem::path& folder) : folder_(folder, O_RDONLY | O_DIRECTORY) {
    // A killed process holds its lock until all of its memory is given back, which can take a second.
    for (int tries = 0; ::flock(folder_.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; ++tries) {
      if (tries == 50)
        throw unetpp::FileError(folder.string() + ": expected no other program that writes into it, found one");
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

 private:
  unetpp::detail::Descriptor folder_;
};

inline bool is_png(const std::filesystem::path& path) { return path.extension() == ".png"; }

/// Removes a file, if it is there.
/// Errors  FileError when it stays.
inline void remove_file(const std::filesystem::path& file) {
  std::error_code error;
  std::filesystem::remove(file, error);
  if (error) throw unetpp::FileError(file.string() + ": cannot be replaced: " + error.message());
}

/// Removes those of a folder's files, if it is there.
/// Errors  FileError when one stays.
inline void remove_files(const std::filesystem::path& folder, bool (*which)(const std::filesystem::path&)) {
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) return;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (which(entry.path())) remove_file(entry.path());
}

/// The same of the folders in it, too.
inline void remove_files_below(const std::filesystem::path& folder, bool (*which)(const std::filesystem::path&)) {
  remove_files(folder, which);
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, ignored))
    if (entry.is_directory()) remove_files(entry.path(), which);
}

}  // namespace examples
