#pragma once
// The mask of what is on a photograph, as data sets have it in a file beside the photograph's.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/files/file.hpp"
#include "unetpp/io/image/image.hpp"

namespace unetpp {

namespace detail {

/// What to do where a mask's values come from a palette.
[[gnu::cold]] inline std::string palette_advice(const std::filesystem::path& file, std::size_t max_pixels) {
  const bool has_palette = has_png_palette(read_file(file, largest_file(max_pixels)));
  return has_palette ? " in a mask that has a palette (save it in grey, with these values)" : "";
}

/// What to do where a mask has its image's size before the image was turned.
[[gnu::cold]] inline std::string turned_image(const std::filesystem::path& image, std::size_t max_pixels) {
  const std::string bytes = read_file(image, largest_file(max_pixels)), name;
  const int orientation = orientation_of({bytes, name, max_pixels});
  if (!swaps_sides(orientation)) return "";
  return ", which is the image's before its EXIF orientation " + std::to_string(orientation) +
         " turns it upright (turn the mask, too, or take the orientation out of the image)";
}

}  // namespace detail

/// An image's file and its size.
struct ImageFile {
  std::filesystem::path path;
  Extent size;
};

/// Errors  FormatError naming the mask's file, when it is not of the image's size.
[[gnu::cold]] inline void require_image_size(const std::filesystem::path& file, Extent mask, const ImageFile& image,
                                             std::size_t max_pixels = default_max_pixels) {
  const auto [height, width] = image.size;
  if (mask == image.size) return;
  throw FormatError(file.string() + ": expected a mask of " + detail::size_text(width, height) +
                    " as its image, found " + detail::size_text(mask.width, mask.height) +
                    (mask.width == height && mask.height == width ? detail::turned_image(image.path, max_pixels) : ""));
}

/// The class of each pixel of an image, from a PNG of one channel that says 1, 2, ... for the classes 0, 1, ...
/// Errors  FileError or FormatError naming the file, when it cannot be read, is not of the image's size, or holds a value
///         that is none of 1 to `classes`.
inline Mask read_true_mask(const std::filesystem::path& file, const ImageFile& image, int classes,
                           std::size_t max_pixels = default_max_pixels) {
  Mask mask = read_mask(file, max_pixels);
  require_image_size(file, {mask.height, mask.width}, image, max_pixels);
  for (std::uint8_t& value : mask.values) {
    if (value < 1 || value > classes)
      throw FormatError(file.string() + ": expected values from 1 to " + std::to_string(classes) +
                        " (the class's number and 1), found " + std::to_string(value) +
                        detail::palette_advice(file, max_pixels));
    --value;
  }
  return mask;
}

}  // namespace unetpp
