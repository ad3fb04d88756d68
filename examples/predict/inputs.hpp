#pragma once
// Which images there are to predict, and what their results are called.

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <unetpp/core/error.hpp>
#include <utility>
#include <vector>

namespace predict {

struct Input {
  std::filesystem::path file;
  std::string name;  // of its results: the file's without the extension, with a number where that is taken
};

struct Inputs {
  std::vector<Input> images;
  std::size_t passed_over = 0;  // files in folders that are no images by their name
};

namespace detail {

inline bool named_like_an_image(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static const std::set<std::string> known{".jpg", ".jpeg", ".png", ".bmp", ".gif"};
  return known.count(extension) > 0 && file.filename().string().front() != '.';
}

}  // namespace detail

/// The images given, and those in the folders given, in the order of their names; folders in folders are left out.
/// Errors  FileError for a folder that cannot be listed or that has no images.
inline Inputs list_inputs(const std::vector<std::string>& arguments) {
  Inputs inputs;
  std::set<std::string> taken;
  const auto add = [&](const std::filesystem::path& file) {
    std::string name = file.stem().string();
    for (int i = 2; !taken.insert(name).second; ++i) name = file.stem().string() + "_" + std::to_string(i);
    inputs.images.push_back({file, name});
  };
  for (const std::filesystem::path argument : arguments) {
    std::error_code error;
    if (!std::filesystem::is_directory(argument, error)) {
      add(argument);  // what it is shows when it is read
      continue;
    }
    std::vector<std::filesystem::path> files;
    for (std::filesystem::directory_iterator entry(argument, error), end; !error && entry != end;
         entry.increment(error)) {
      std::error_code unknown;
      if (!entry->is_directory(unknown)) files.push_back(entry->path());
    }
    if (error) throw unetpp::FileError(argument.string() + ": cannot be listed: " + error.message());
    const auto others = std::partition(files.begin(), files.end(), detail::named_like_an_image);
    if (others == files.begin())
      throw unetpp::FileError(argument.string() + ": expected .jpg, .jpeg, .png, .bmp or .gif files in it, found none");
    std::sort(files.begin(), others);
    std::for_each(files.begin(), others, add);
    inputs.passed_over += static_cast<std::size_t>(files.end() - others);
  }
  return inputs;
}

}  // namespace predict
