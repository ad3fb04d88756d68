#pragma once
// GIF and BMP, by stb.

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/stb.hpp"

namespace unetpp {

namespace detail {

struct FreeStbPixels {
  void operator()(stbi_uc* pixels) const { stbi_image_free(pixels); }
};

/// Red, green, blue and alpha of each pixel.
using StbPixels = std::unique_ptr<stbi_uc, FreeStbPixels>;

/// Why stb did not decode an image that begins as one should.
[[gnu::cold]] inline std::string stb_complaint() {
  const char* reason = stbi_failure_reason();
  std::string text = reason == nullptr ? "" : reason;
  if (text.empty()) return "damaged data";
  if (text == "outofmem") return "data that take more memory than its size should";
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';  // the file's own bytes
  return text;
}

/// Decodes `bytes`, the file of `source` or a mended copy of it; its image must have the size that its header says.
/// Errors  FormatError.
[[gnu::cold]] inline StbPixels decode_by_stb(const ImageSource& source, std::string_view bytes, int width, int height) {
  if (bytes.size() > INT_MAX) source.refuse_kind("over 2 GiB");
  constexpr std::size_t for_small_images = 8 << 20;
  stb_block_limit = for_small_images + std::max(16 * pixel_count(width, height), 2 * bytes.size());
  int width_found = 0, height_found = 0, channels = 0;
  StbPixels pixels(stbi_load_from_memory(reinterpret_cast<const stbi_uc*>(bytes.data()), static_cast<int>(bytes.size()),
                                         &width_found, &height_found, &channels, 4));
  if (!pixels)
    source.refuse_kind("a GIF or BMP that stb_image does not read (" + stb_complaint() + "); save it as PNG");
  if (width_found != width || height_found != height) source.refuse("one size", " that header and image differ");
  return pixels;
}

/// The image without alpha.
inline Image without_alpha(const stbi_uc* rgba, int width, int height) {
  Image image{width, height, {}};
  image.rgb.resize(3 * pixel_count(width, height));
  for (std::size_t i = 0; i < pixel_count(width, height); ++i) std::copy_n(rgba + 4 * i, 3, &image.rgb[3 * i]);
  return image;
}

}  // namespace detail

}  // namespace unetpp
