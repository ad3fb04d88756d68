#pragma once
// Which images there are to predict, and what their results are called.

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <unetpp/core/error.hpp>
#include <unetpp/core/one_line.hpp>
#include <unetpp/io/files/file.hpp>
#include <utility>
#include <vector>

namespace predict {

struct Input {
  std::filesystem::path file;
  std::string name;  // of its results
};

struct Inputs {
  std::vector<Input> images;
  std::size_t passed_over = 0;                 // files in folders that are no images by their name
  std::vector<std::filesystem::path> folders;  // in folders, that were passed over
};

namespace detail {

inline bool is_hidden(const std::filesystem::path& file) { return file.filename().string().front() == '.'; }

inline bool named_like_an_image(const std::filesystem::path& file) {
  static const std::set<std::string> known{".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff"};
  return known.contains(unetpp::detail::lower_extension(file)) && !is_hidden(file);
}

/// What a folder has in it, in order of the names.
/// Errors  FileError when it cannot be listed.
inline std::vector<std::filesystem::path> entries(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> all;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    all.push_back(entry->path());
  if (error) throw unetpp::FileError(folder.string() + ": cannot be listed: " + error.message());
  std::sort(all.begin(), all.end());
  return all;
}

/// The names that results can still have.
class Names {
 public:
  /// `wanted`, cut where no file could have it, with a number where it is taken.
  std::string take(const std::string& wanted) {
    std::string name = with_end(wanted, "");
    for (int i = 2; !taken_.insert(name).second; ++i) name = with_end(wanted, "_" + std::to_string(i));
    return name;
  }

 private:
  static std::string with_end(std::string name, const std::string& end) {
    constexpr std::size_t longest = 255 - 4;  // of a file, without .png
    std::size_t size = std::min(name.size(), longest - end.size());
    const auto within_a_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
    if (size < name.size())
      while (size > 1 && within_a_character(name[size])) --size;
    return name.substr(0, size) + end;
  }

  std::set<std::string> taken_;
};

}  // namespace detail

/// Finds the inputs that the command line names.
class InputList {
 public:
  /// `out`, where results go, is no input. With `recursive`, folders in folders are gone into.
  InputList(bool recursive, std::filesystem::path out) : recursive_(recursive), out_(std::move(out)) {}

  /// The images given, and those in the folders given, in the order of their names.
  /// Errors  FileError for a folder that cannot be listed, or has no images.
  Inputs operator()(const std::vector<std::string>& arguments) {
    inputs_ = {};
    names_ = {};
    for (const std::filesystem::path argument : arguments) {
      std::error_code error;
      if (!std::filesystem::is_directory(argument, error)) {
        add(argument, argument.filename());  // what it is shows when it is read
        continue;
      }
      const std::size_t images = inputs_.images.size(), folders = inputs_.folders.size();
      go_into(argument, {});
      if (inputs_.images.size() == images)
        throw unetpp::FileError(
            argument.string() + ": expected .jpg, .jpeg, .png, .bmp, .gif, .tif or .tiff files in it, found none" +
            (inputs_.folders.size() > folders && !recursive_ ? " but folders (--recursive takes the images in them)"
                                                             : ""));
    }
    return inputs_;
  }

 private:
  /// `within`: the folder as seen from the argument.
  void go_into(const std::filesystem::path& folder, const std::filesystem::path& within) {
    for (const std::filesystem::path& entry : detail::entries(folder)) {
      std::error_code error;
      if (std::filesystem::equivalent(entry, out_, error)) continue;
      if (std::filesystem::is_directory(entry, error)) {
        if (takes(entry))
          go_into(entry, within / entry.filename());
        else
          inputs_.folders.push_back(entry);
      } else if (detail::named_like_an_image(entry)) {
        add(entry, within / entry.filename());
      } else {
        ++inputs_.passed_over;
      }
    }
  }

  /// Links to folders may lead round in a circle.
  bool takes(const std::filesystem::path& folder) const {
    std::error_code ignored;
    return recursive_ && !detail::is_hidden(folder) && !std::filesystem::is_symlink(folder, ignored);
  }

  /// An image's results are called as the image without its extension, behind the folders on the way to it.
  void add(const std::filesystem::path& file, const std::filesystem::path& within) {
    std::string name = within.parent_path() / within.stem();
    std::replace(name.begin(), name.end(), '/', '_');
    inputs_.images.push_back({file, names_.take(name)});
  }

  bool recursive_;
  std::filesystem::path out_;
  Inputs inputs_;
  detail::Names names_;
};

/// What was passed over in folders, for people; empty if there was nothing.
inline std::string passed_over_text(const Inputs& inputs, bool recursive) {
  constexpr std::size_t most = 20;
  std::string text;
  if (inputs.passed_over > 0) text = std::to_string(inputs.passed_over) + " files in the folders passed over\n";
  if (inputs.folders.empty()) return text;
  text += std::to_string(inputs.folders.size()) + " folders in the folders passed over" +
          (recursive ? "" : " (--recursive takes the images in them)") + ": ";
  for (std::size_t i = 0; i < std::min(most, inputs.folders.size()); ++i)
    text += (i > 0 ? ", " : "") + unetpp::detail::one_line(inputs.folders[i].string());
  return text + (inputs.folders.size() > most ? ", ...\n" : "\n");
}

}  // namespace predict
