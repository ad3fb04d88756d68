#pragma once
// What a TIFF's page means: its channels, whatever they are stored as.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "unetpp/io/image/file_raster.hpp"
#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/orientation.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/tiff.hpp"

namespace unetpp {

namespace detail {

inline std::string tiff_format_name(const TiffHeader& h) {
  const char* name = h.format == SAMPLEFORMAT_UINT || h.format == SAMPLEFORMAT_VOID ? "bits"
                     : h.format == SAMPLEFORMAT_INT                                 ? "bits with a sign"
                     : h.is_float()                                                 ? "bits of floats"
                                                                                    : "bits of a rare kind";
  return std::to_string(h.bits) + " " + name;
}

/// Errors  FormatError for values or colours that are not read, and for more bytes than 16 for each of the largest
///         image's pixels: of files of many channels, too, a small one must not take all memory.
inline void require_readable(const ImageSource& source, const TiffHeader& h, std::size_t most_bytes) {
  const bool is_uint = h.format == SAMPLEFORMAT_UINT || h.format == SAMPLEFORMAT_VOID;
  if (h.channels < 1 || h.channels > most_channels)
    source.refuse("a TIFF of 1 to " + std::to_string(most_channels) + " channels",
                  " one of " + std::to_string(h.channels));
  if (!(is_uint && (h.bits == 8 || h.bits == 16)) && !(h.is_float() && h.bits == 32))
    source.refuse("a TIFF with values of 8 or 16 bits without a sign, or of 32-bit floats",
                  " one with " + tiff_format_name(h));
  const bool as_stored = h.photometric == PHOTOMETRIC_MINISBLACK || h.photometric == PHOTOMETRIC_RGB;
  const bool one_channel = h.channels == 1 && !h.is_float();
  const bool inverted = h.photometric == PHOTOMETRIC_MINISWHITE && one_channel;
  const bool palette = h.photometric == PHOTOMETRIC_PALETTE && one_channel && h.bits == 8;
  const bool jpeg = h.photometric == PHOTOMETRIC_YCBCR && h.compression == COMPRESSION_JPEG;
  if (!as_stored && !inverted && !palette && !jpeg)
    source.refuse("a TIFF of grey, RGB, other channels as stored, or a palette of 8 bits",
                  " one whose colours are of another kind (photometric interpretation " +
                      std::to_string(h.photometric) + ", " + std::to_string(h.channels) + " channels)");
  const auto require_bytes = [&](std::uint32_t width, std::uint32_t height) {
    source.require_size(width, height);
    const std::size_t bytes = std::size_t{width} * height * h.channels * (h.bits / 8u);
    if (bytes > most_bytes)
      source.refuse("an image of at most " + std::to_string(most_bytes) + " bytes", " one of " + std::to_string(bytes));
  };
  require_bytes(h.width, h.height);
  if (h.tile_width > 0) require_bytes(h.tile_width, h.tile_height);
}

/// The values of a page, a palette's as red, green and blue, 0 being black. Floats are finite.
/// Errors  FormatError.
template <PixelValue T>
std::vector<T> tiff_values(const ImageSource& source, TiffReader& reader, const TiffHeader& h) {
  std::vector<T> values = reader.template pixels<T>(h);
  if (values.empty()) source.refuse_damaged(reader.problem());
  if constexpr (std::is_same_v<T, float>) {
    const auto bad = std::count_if(values.begin(), values.end(), [](float v) { return !std::isfinite(v); });
    if (bad > 0)
      source.refuse("finite values", " NaN or infinity in " + std::to_string(bad) + " of " +
                                         std::to_string(values.size()) + " (another value must stand for no data)");
  } else if (h.photometric == PHOTOMETRIC_MINISWHITE) {
    for (T& value : values) value = static_cast<T>(static_cast<T>(-1) - value);
  }
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    if (h.photometric != PHOTOMETRIC_PALETTE) return values;
    const std::vector<std::uint8_t> palette = reader.palette();
    if (palette.empty()) source.refuse_damaged("a palette without colours");
    std::vector<std::uint8_t> rgb;
    rgb.reserve(3 * values.size());
    for (const std::uint8_t index : values)
      rgb.insert(rgb.end(), palette.begin() + 3 * index, palette.begin() + 3 * index + 3);
    return rgb;
  }
  return values;
}

/// Errors  FormatError.
inline FileRaster decode_tiff(const ImageSource& source) {
  const std::size_t most_bytes = 16 * std::min(source.max_pixels, largest_image);
  TiffReader reader(source.bytes);
  if (!reader.open(most_bytes + (std::size_t{1} << 20))) source.refuse_damaged(reader.problem());
  const TiffHeader h = reader.header();
  require_readable(source, h, most_bytes);
  if (h.photometric == PHOTOMETRIC_YCBCR) reader.convert_to_rgb();
  Raster raster{static_cast<int>(h.width),
                static_cast<int>(h.height),
                h.photometric == PHOTOMETRIC_PALETTE ? 3 : int{h.channels},
                {}};
  if (h.is_float())
    raster.floats = tiff_values<float>(source, reader, h);
  else if (h.bits == 16)
    raster.values16 = tiff_values<std::uint16_t>(source, reader, h);
  else
    raster.values = tiff_values<std::uint8_t>(source, reader, h);
  const std::string warning = reader.warning();
  if (reader.has_other_page())
    source.refuse("a TIFF of one page", " more (saved as the channels of one page they can be read)");
  raster = upright(std::move(raster), h.orientation >= 1 && h.orientation <= 8 ? h.orientation : 1);
  if (!warning.empty())
    raster.doubt = source.name + ": expected a whole image, found one that libtiff warns of: " + warning;
  return {std::move(raster), h.alpha};
}

}  // namespace detail

}  // namespace unetpp
