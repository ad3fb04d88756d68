#pragma once
// An image as its file stores it, and the channels that are wanted of it.

#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

/// Channels of an image file, at most.
inline constexpr int most_channels = 32;

namespace detail {

struct FileRaster {
  Raster raster;
  bool alpha;  // whether its last channel is
};

/// Some channels of an image, in this order.
inline Raster with_channels(Raster image, const std::vector<int>& channels) {
  Raster made = remade(image, image.height, image.width, [&]<class T>(const PixelView<T>& pixels) {
    std::vector<T> values;
    values.reserve(channels.size() * pixel_count(pixels.width, pixels.height));
    for (std::size_t first = 0; first < pixels.values.size(); first += static_cast<std::size_t>(pixels.channels))
      for (const int c : channels) values.push_back(pixels.values[first + static_cast<std::size_t>(c)]);
    return values;
  });
  made.channels = static_cast<int>(channels.size());
  made.doubt = std::move(image.doubt);
  return made;
}

/// The image of a file in so many channels; 0: as they are. Alpha is left out where it is one too many, and grey becomes
/// red, green and blue where three are wanted.
/// Errors  FormatError, which begins with `name`, where that does not make as many.
inline Raster with_channels(FileRaster file, int channels, const std::string& name) {
  const int stored = file.raster.channels, colours = file.alpha ? stored - 1 : stored;
  if (channels == 0 || channels == stored) return std::move(file.raster);
  if (channels == 3 && colours == 1) return with_channels(std::move(file.raster), {0, 0, 0});
  if (channels != colours)
    throw FormatError(name + ": expected an image of " + std::to_string(channels) + " channels, found " +
                      std::to_string(stored) + (file.alpha ? ", of which one is alpha" : ""));
  std::vector<int> first(static_cast<std::size_t>(channels));
  std::iota(first.begin(), first.end(), 0);
  return with_channels(std::move(file.raster), first);
}

}  // namespace detail

}  // namespace unetpp
