#pragma once
// Fetches and unpacks the Oxford-IIIT Pet data set with the programs curl, md5sum and tar.

#include <cstdint>
#include <ostream>
#include <span>

#include "../messages.hpp"
#include "../program.hpp"

namespace train_pets {

/// An archive on the web and the folder that is in it.
struct Archive {
  std::string url;
  std::string md5;
  std::string folder;

  std::string name() const { return url.substr(url.rfind('/') + 1); }
};

/// The two official archives, about 770 MB in all.
/// Source  the checksums are those of torchvision (datasets/oxford_iiit_pet.py).
inline const Archive pet_archives[] = {
    {"https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz", "95a8c909bbe2e81eed6a22bccdf3f68f",
     "annotations"},
    {"https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz", "5c4f3ee8e5d25df40f4fd59a7f44e54c", "images"},
};

/// MD5 of a file in hexadecimal.
inline std::string md5_of(const std::filesystem::path& file) {
  const examples::ProgramResult sum = examples::run(
      {.name = "md5sum", .arguments = {}, .package = "coreutils", .input = file, .captured = STDOUT_FILENO});
  if (sum.status != 0 || sum.output.size() < 32)
    throw unetpp::FileError(file.string() + ": cannot be read for its checksum (md5sum ended with " +
                            std::to_string(sum.status) + ")");
  return sum.output.substr(0, 32);
}

namespace detail {

inline std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

inline void make_folder(const std::filesystem::path& dir) {
  std::error_code error;
  std::filesystem::create_directories(dir, error);
  if (error) throw unetpp::FileError(dir.string() + ": cannot make this folder: " + error.message());
}

/// Fetches what is still missing of url into part; starts again when the server cannot go on from where part ends.
/// On a terminal curl shows its progress and its message there, else its message is the result's output.
inline examples::ProgramResult curl(const std::string& url, const std::filesystem::path& part) {
  constexpr int no_ranges = 33, bad_resume = 36;
  const bool terminal = isatty(STDERR_FILENO) == 1;
  const std::string code = "HTTP code ";
  std::vector<std::string> arguments{"--fail", "--location", "--connect-timeout", "30"};
  arguments.insert(arguments.end(), {"--speed-limit", "1000", "--speed-time", "60", "--continue-at", "-"});
  arguments.insert(arguments.end(), {"--write-out", code + "%{http_code}", "--output", part.string(), "--url", url});
  if (terminal)
    arguments.push_back("--progress-bar");
  else
    arguments.insert(arguments.end(), {"--silent", "--show-error", "--stderr", "-"});
  const auto fetch = [&] {
    return examples::run({.name = "curl", .arguments = arguments, .package = "curl", .captured = STDOUT_FILENO});
  };
  examples::ProgramResult fetched = fetch();
  const bool beyond_end = fetched.status != 0 && fetched.output.find(code + "416") != std::string::npos;
  if (beyond_end || fetched.status == no_ranges || fetched.status == bad_resume) {
    std::filesystem::remove(part);
    fetched = fetch();
  }
  const std::string line = first_line(fetched.output);
  return {fetched.status, line.starts_with("curl: ") ? line : "curl ended with " + std::to_string(fetched.status)};
}

}  // namespace detail

/// Makes DIR/NAME the whole archive and returns its path: DIR/NAME.part goes on where it ended, and takes the name once
/// its checksum is right.
/// Errors  FileError when curl is missing or fails (what has come is kept for the next run), or when the checksum is
///         wrong (NAME.part is then removed so that the next run starts again; a NAME from before is left alone).
inline std::filesystem::path fetch_archive(const Archive& archive, const std::filesystem::path& dir) {
  namespace fs = std::filesystem;
  detail::make_folder(dir);
  const fs::path whole = dir / archive.name(), part = whole.string() + ".part";
  const auto differs = [&](const fs::path& file, const std::string& found, const char* advice) {
    return unetpp::FileError(file.string() + ": expected MD5 " + archive.md5 + ", found " + found + advice);
  };
  if (fs::exists(whole)) {
    const std::string found = md5_of(whole);
    if (found != archive.md5) throw differs(whole, found, " (remove it to fetch it again)");
    return whole;
  }
  if (!fs::exists(part) || md5_of(part) != archive.md5) {
    const auto size = [&] { return fs::exists(part) ? fs::file_size(part) : 0; };
    examples::ProgramResult fetched{};
    std::uintmax_t before = 0;
    do {  // a connection that broke is taken up again for as long as that brings more
      before = size();
      fetched = detail::curl(archive.url, part);
    } while (fetched.status != 0 && size() > before);
    if (fetched.status != 0)
      throw unetpp::FileError(archive.url + ": download failed, run again to go on: " + fetched.output);
    const std::string found = md5_of(part);
    if (found != archive.md5) {
      fs::remove(part);
      throw differs(part, found, " (removed; run again to fetch it anew)");
    }
  }
  std::error_code error;
  fs::rename(part, whole, error);
  if (error)
    throw unetpp::FileError(part.string() + ": cannot be renamed to " + whole.string() + ": " + error.message());
  return whole;
}

/// Unpacks an archive into dir and removes it.
/// Errors  FileError: tar is missing or fails; the archive then stays.
inline void unpack_archive(const std::filesystem::path& archive, const std::filesystem::path& dir) {
  const examples::ProgramResult tar = examples::run(
      {.name = "tar",
       .arguments = {"--extract", "--gzip", "--no-same-owner", "--file", "-", "--directory", dir.string()},
       .package = "tar gzip",
       .input = archive});
  if (tar.status != 0)
    throw unetpp::FileError(archive.string() + ": cannot be unpacked: " + detail::first_line(tar.output));
  std::filesystem::remove(archive);
}

/// Makes DIR hold the folders of the archives: fetches, checks and unpacks what is not there yet, and removes each
/// archive once it is unpacked. An archive that is still there was not unpacked to its end, and is unpacked again.
/// Errors  FileError as of fetch_archive and unpack_archive.
inline void download_pets(const std::filesystem::path& dir, std::ostream& log,
                          std::span<const Archive> archives = pet_archives) {
  for (const Archive& archive : archives) {
    const bool pending = std::filesystem::exists(dir / archive.name());
    if (!pending && std::filesystem::is_directory(dir / archive.folder)) {
      log << examples::one_line((dir / archive.folder).string()) << ": already there\n";
      continue;
    }
    log << "fetching " << archive.url << std::endl;  // flushed: curl writes next
    const std::filesystem::path file = fetch_archive(archive, dir);
    log << "unpacking " << examples::one_line(file.string()) << " (removed afterwards)" << std::endl;
    unpack_archive(file, dir);
  }
}

}  // namespace train_pets
