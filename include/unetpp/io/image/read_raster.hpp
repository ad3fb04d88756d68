#pragma once
// Images of any number of channels from files.

#include <cstddef>
#include <filesystem>
#include <string>

#include "unetpp/core/error.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

/// `channels`: 3, or 0 for the file's own.
/// Errors  ArgumentError for other channels, and those of read_image.
inline Raster read_raster(const std::filesystem::path& path, int channels,
                          std::size_t max_pixels = default_max_pixels) {
  if (channels != 0 && channels != 3)
    throw ArgumentError(path.string() + ": expected 0 or 3 channels to be asked for, found " +
                        std::to_string(channels));
  return read_image(path, max_pixels);
}

}  // namespace unetpp
