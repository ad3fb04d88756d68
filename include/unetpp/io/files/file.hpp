#pragma once
// Whole files: read at once, and written so that a failure leaves the old file as it was.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "unetpp/core/error.hpp"

namespace unetpp {

namespace detail {

/// Throws the FileError for errno as it stands.
[[noreturn]] inline void throw_file_error(const std::filesystem::path& path, const std::string& failed) {
  const int error = errno;
  throw FileError(path.string() + ": " + failed + ": " + std::generic_category().message(error));
}

/// Calls a function of the system again while a signal interrupts it.
template <class Call>
auto uninterrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

/// The extension of a file's name, with its point, in lower case.
[[gnu::cold]] inline std::string lower_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

/// Errors  FileError when there is no such folder.
[[gnu::cold]] inline void require_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error))
    throw FileError(folder.string() + ": expected a folder, found " + (error ? error.message() : "a file"));
}

/// An open file that closes itself.
class Descriptor {
 public:
  /// Check valid() before use; errno says why it is not.
  Descriptor(const std::filesystem::path& path, int flags)
      : number_(uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); })) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  bool valid() const { return number_ >= 0; }
  int number() const { return number_; }
  /// False, with errno set, when the system reports only now that a write failed.
  bool close() {
    const int number = std::exchange(number_, -1);
    return number < 0 || ::close(number) == 0 || errno == EINTR;  // which closes it too, on Linux
  }

 private:
  int number_;
};

/// Removes a file at the end of a scope, unless its path was cleared.
struct Removal {
  std::filesystem::path path;

  explicit Removal(std::filesystem::path p) : path(std::move(p)) {}
  Removal(const Removal&) = delete;
  Removal& operator=(const Removal&) = delete;
  ~Removal() {
    if (!path.empty()) ::unlink(path.c_str());
  }
};

/// A name in the folder of `target` that no file had just now.
[[gnu::cold]] inline std::filesystem::path temporary_path(const std::filesystem::path& target) {
  static std::atomic<unsigned> number{0};
  std::filesystem::path path;
  std::error_code ignored;
  do {  // a file of that name is what a killed process left, whose number this process got again
    path = target.parent_path() / (".unetpp-" + std::to_string(::getpid()) + "-" + std::to_string(number++) + ".tmp");
  } while (std::filesystem::exists(path, ignored));
  return path;
}

/// Whether `temporary_path` may have made this path: such a file is left where a process was killed.
inline bool is_temporary(const std::filesystem::path& path) {
  return path.filename().string().starts_with(".unetpp-") && path.extension() == ".tmp";
}

inline bool write_all(const Descriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = uninterrupted([&] { return ::write(file.number(), bytes.data(), bytes.size()); });
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace detail

/// All bytes of a file.
/// Errors  FileError naming the file and the system's reason; FormatError when it has more bytes than `most`.
[[gnu::cold]] inline std::string read_file(const std::filesystem::path& path,
                                           std::size_t most = std::numeric_limits<std::size_t>::max()) {
  const detail::Descriptor file(path, O_RDONLY);
  struct stat status {};
  if (!file.valid() || ::fstat(file.number(), &status) != 0) detail::throw_file_error(path, "cannot be read");
  std::size_t size = static_cast<std::size_t>(status.st_size);  // 0 where the system does not know, as of a pipe
  const auto require_few = [&](const char* more) {
    if (size > most)
      throw FormatError(path.string() + ": expected at most " + std::to_string(most) + " bytes, found " +
                        std::to_string(size) + more);
  };
  require_few("");
  std::string bytes(size + 1, '\0');  // one more, to meet the end without growing
  size = 0;
  for (;;) {
    const auto count =
        detail::uninterrupted([&] { return ::read(file.number(), bytes.data() + size, bytes.size() - size); });
    if (count < 0) detail::throw_file_error(path, "cannot be read");
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
    require_few(" or more");
    if (size == bytes.size()) bytes.resize(2 * size);
  }
  bytes.resize(size);
  return bytes;
}

/// Writes a file that is either the old one or the whole new one, whatever happens meanwhile: a full disk, a crash.
/// Errors  FileError naming the file and the system's reason; then the old file is unchanged and nothing else is left.
/// `synced`: wait until the disk has it; without, a power cut soon after may lose the new file (never mix it).
[[gnu::cold]] inline void write_file(const std::filesystem::path& path, std::string_view bytes, bool synced = true) {
  const auto check = [&](bool done) {
    if (!done) detail::throw_file_error(path, "cannot be written");
  };
  const std::filesystem::path temporary = detail::temporary_path(path);
  detail::Descriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL);
  check(file.valid());
  detail::Removal removal(temporary);
  check(detail::write_all(file, bytes));
  check(!synced || ::fsync(file.number()) == 0);
  check(file.close());
  check(::rename(temporary.c_str(), path.c_str()) == 0);
  removal.path.clear();
  if (!synced) return;
  // So that the new name outlives a power cut. Nothing could be undone by now: a folder that cannot do it is no error.
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const detail::Descriptor directory(folder, O_RDONLY | O_DIRECTORY);
  if (directory.valid()) static_cast<void>(::fsync(directory.number()));
}

}  // namespace unetpp
