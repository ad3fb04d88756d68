#pragma once
// The class of each pixel, from several masks, one a class.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/data/class_mask.hpp"
#include "unetpp/io/data/class_table.hpp"
#include "unetpp/io/data/true_mask.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/stored_mask.hpp"

namespace unetpp {

/// The mask of a class: not 0 where the class is.
struct ClassFile {
  std::filesystem::path path;
  std::uint8_t label = 0;
};

/// How several masks become one.
struct ClassFilesConfig {
  int background = -1;                          ///< the label of pixels that are in no mask; -1: none has them
  Unknown unknown = Unknown::error;             ///< what becomes of these if no label has them
  std::size_t max_pixels = default_max_pixels;  ///< of a mask
};

namespace detail {

inline constexpr std::uint8_t no_file = 255;

/// Writes the number of a class's file, which is that of its mask, where the mask is not 0.
inline void add_class_file(std::vector<std::uint8_t>& owners, const std::vector<ClassFile>& files, std::size_t number,
                           const StoredMask& stored) {
  std::size_t twice = 0, other = 0;
  for_each_run(stored, [&](std::uint32_t code, std::size_t first, std::size_t pixels) {
    for (std::size_t i = first; code != 0 && i < first + pixels; ++i) {
      if (owners[i] != no_file) {
        ++twice;
        other = owners[i];
      }
      owners[i] = static_cast<std::uint8_t>(number);
    }
  });
  if (twice > 0)
    throw FormatError(files[number].path.string() + ": expected each pixel in the mask of one class, found " +
                      std::to_string(twice) + " that are in " + files[other].path.string() +
                      ", too (set them to 0 in one of the two)");
}

}  // namespace detail

/// The classes of an image's pixels by masks of one class each, 1 to 255 of them.
/// Errors  FileError or FormatError naming the file: a mask that cannot be read or is not of the image's size, a pixel in
///         two masks, and, naming the image, pixels in none where there is no background, unless these are to be ignored.
inline Mask read_class_files(const std::vector<ClassFile>& files, const ImageFile& image,
                             const ClassFilesConfig& config = {}) {
  if (files.empty() || files.size() > detail::no_file)
    throw ArgumentError(image.path.string() + ": expected 1 to 255 masks, found " + std::to_string(files.size()));
  Mask mask{image.size.width, image.size.height, std::vector<std::uint8_t>(image.size.size(), detail::no_file)};
  for (std::size_t i = 0; i < files.size(); ++i) {
    const StoredMask stored = read_stored_mask(files[i].path, config.max_pixels);
    require_image_size(files[i].path, {stored.height, stored.width}, image, config.max_pixels);
    detail::add_class_file(mask.values, files, i, stored);
  }
  const bool no_background = config.background < 0;
  const auto none = std::count(mask.values.begin(), mask.values.end(), detail::no_file);
  if (none > 0 && no_background && config.unknown == Unknown::error)
    throw FormatError(image.path.string() + ": expected each pixel in the mask of a class, found " +
                      std::to_string(none) + " of " + std::to_string(mask.values.size()) +
                      " in none (add a class without masks, such as background, to the class table, or --unknown "
                      "ignore)");
  const std::uint8_t background = no_background ? ignored_label : static_cast<std::uint8_t>(config.background);
  for (std::uint8_t& value : mask.values) value = value == detail::no_file ? background : files[value].label;
  return mask;
}

}  // namespace unetpp
