#pragma once
// Images of any number of channels from files.

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/file.hpp"
#include "unetpp/io/image/decode.hpp"
#include "unetpp/io/image/file_raster.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/jpeg.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/png_pixels.hpp"
#ifdef UNETPP_TIFF
#include "unetpp/io/image/tiff_raster.hpp"
#endif

namespace unetpp {

namespace detail {

inline bool is_tiff(std::string_view bytes) {
  using namespace std::string_view_literals;
  for (const std::string_view begin : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv})
    if (bytes.starts_with(begin)) return true;
  return false;
}

inline bool is_grey_jpeg(std::string_view bytes) {
  if (!bytes.starts_with("\xFF\xD8")) return false;
  JpegReader reader(bytes);
  return reader.read_header() && reader.is_grey();
}

/// Errors  FormatError.
inline FileRaster decode_raster_as_stored(const ImageSource& source) {
  if (source.bytes.starts_with("\x89PNG")) {
    Raster raster = decode_png_raster(source);
    const bool alpha = raster.channels % 2 == 0;
    return {std::move(raster), alpha};
  }
  if (is_tiff(source.bytes)) {
#ifdef UNETPP_TIFF
    return decode_tiff(source);
#else
    source.refuse_kind("a TIFF, which this program was built without libtiff for (Debian: libtiff-dev)");
#endif
  }
  Raster raster = decode(source);
  if (is_grey_jpeg(source.bytes)) raster = with_channels(std::move(raster), {0});
  return {std::move(raster), false};
}

}  // namespace detail

/// The image in the bytes of a file of 8 or 16 bits: what decode_image reads, and PNG with all its bits and its alpha. Where
/// the program defines UNETPP_TIFF and links with libtiff 4.5 or later, also TIFF of one page: 1 to 32 channels of 8 or 16
/// bits or of floats, in strips or tiles, together or channel by channel, compressed as libtiff can read it. Palettes are
/// RGB, and the image is turned as its file says. Decoding takes up to 32 bytes a pixel, of a TIFF twice its values.
/// Shapes  channels: of the result. 0: as the file has them; otherwise alpha is left out where it is one too many, and
///         grey becomes RGB where 3 are wanted.
/// Errors  ArgumentError for channels out of 0 to 32; FormatError, which begins with `name`, when it is none of these, has
///         other channels, is cut off, damaged or too large, or holds floats that are NaN or infinite.
inline Raster decode_raster(std::string_view bytes, const std::string& name, int channels,
                            std::size_t max_pixels = default_max_pixels) {
  if (channels < 0 || channels > most_channels)
    throw ArgumentError("an image's channels: expected 1 to " + std::to_string(most_channels) +
                        ", or 0 for the file's own, found " + std::to_string(channels));
  return detail::with_channels(
      detail::decode_raster_as_stored({bytes, name, max_pixels, "a JPEG, PNG, GIF, BMP or TIFF image"}), channels,
      name);
}

/// Errors  FileError when the file cannot be read, FormatError when it is larger than any image of `max_pixels` (of 16
///         bytes each), and those of decode_raster.
inline Raster read_raster(const std::filesystem::path& path, int channels = 0,
                          std::size_t max_pixels = default_max_pixels) {
  return decode_raster(read_file(path, 2 * detail::largest_file(max_pixels)), path.string(), channels, max_pixels);
}

}  // namespace unetpp
