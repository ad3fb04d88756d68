#pragma once
// Images and masks as bytes, read from and written to the common formats.

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/file.hpp"
#include "unetpp/io/image/decode.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/stb.hpp"

namespace unetpp {

/// Images with more pixels than this are refused before they are decoded. Decoding takes up to 14 bytes a pixel (a
/// progressive JPEG of four components that is turned; most images take 3), the file's own bytes, and 8 MB.
inline constexpr std::size_t default_max_pixels = 100'000'000;

namespace detail {

[[gnu::cold]] inline void require_size(int height, int width, const std::string& what) {
  if (height < 1 || width < 1)
    throw ArgumentError(what + ": expected at least one pixel, found width x height = " + size_text(width, height));
}

[[gnu::cold]] inline void require_pixels(int height, int width, int channels, std::size_t values) {
  require_size(height, width, "an image");
  const std::size_t expected = pixel_count(width, height) * static_cast<std::size_t>(channels);
  if (values != expected)
    throw ArgumentError("an image of " + size_text(width, height) + "x" + std::to_string(channels) + ": expected " +
                        std::to_string(expected) + " values, found " + std::to_string(values));
}

template <PixelValue T>
void require_pixels(const PixelView<T>& image) {
  require_pixels(image.height, image.width, image.channels, image.values.size());
}

/// Errors  ArgumentError for an image, a Raster or an Image, without pixels or with other values than it has room for.
template <Pixels P>
void require_pixels(const P& image) {
  visit_pixels(image, [](const auto& pixels) { require_pixels(pixels); });
}

/// Bytes of the largest file that an image may come in: RGBA of 16 bits, not compressed, and 64 MB of other data.
inline std::size_t largest_file(std::size_t max_pixels) {
  return 8 * std::min(max_pixels, largest_image) + (std::size_t{64} << 20);
}

/// Where stb's writers append to.
inline void append_bytes(void* to, void* data, int size) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

inline std::string encode_png(const std::uint8_t* values, std::size_t count, int width, int height, int channels) {
  require_pixels(height, width, channels, count);
  if (count + static_cast<std::size_t>(height) > INT_MAX / 2)
    throw ArgumentError("an image of " + size_text(width, height) + " is too large to be written as PNG");
  std::string bytes;
  if (!stbi_write_png_to_func(append_bytes, &bytes, width, height, channels, values, width * channels))
    throw std::bad_alloc();
  return bytes;
}

}  // namespace detail

/// The picture in the bytes of a JPEG, PNG, GIF or BMP file, told apart by their content, as a viewer shows it: turned as
/// its EXIF data say, without alpha, of an animation the first frame. Its pixels are those of libjpeg-turbo (accurate
/// integer transform, smooth chroma) and libpng, as in Pillow and OpenCV; of 16 bits the upper 8.
/// Errors  FormatError, which begins with `name`, when it is none of these, cut off, damaged or too large.
inline Image decode_image(std::string_view bytes, const std::string& name,
                          std::size_t max_pixels = default_max_pixels) {
  return detail::decode({bytes, name, max_pixels});
}

/// The values in the bytes of a PNG file of one channel: greys as stored; of a palette the greys if it has no other
/// colours (programs that make files smaller turn greys into such a palette), and the indices otherwise.
/// Errors  FormatError, which begins with `name`, when it is something else, cut off, damaged or too large.
inline Mask decode_mask(std::string_view bytes, const std::string& name, std::size_t max_pixels = default_max_pixels) {
  if (!bytes.starts_with("\x89PNG\r\n\x1A\n"))
    throw FormatError(name + ": expected a PNG mask of one channel, found no PNG");
  return detail::decode_png_mask({bytes, name, max_pixels});
}

/// Errors  FileError when the file cannot be read, FormatError when it is larger than any image of `max_pixels`, and
///         those of decode_image.
inline Image read_image(const std::filesystem::path& path, std::size_t max_pixels = default_max_pixels) {
  return decode_image(read_file(path, detail::largest_file(max_pixels)), path.string(), max_pixels);
}

/// Errors  As read_image, and those of decode_mask.
inline Mask read_mask(const std::filesystem::path& path, std::size_t max_pixels = default_max_pixels) {
  return decode_mask(read_file(path, detail::largest_file(max_pixels)), path.string(), max_pixels);
}

/// The bytes of a PNG file, 8 bits a channel.
/// Errors  ArgumentError when the size is empty or not that of the pixels.
inline std::string encode_png(const Image& image) {
  return detail::encode_png(image.rgb.data(), image.rgb.size(), image.width, image.height, 3);
}

/// The bytes of a PNG file of one channel of 8 bits.
/// Errors  ArgumentError when the size is empty or not that of the pixels.
inline std::string encode_png(const Mask& mask) {
  return detail::encode_png(mask.values.data(), mask.values.size(), mask.width, mask.height, 1);
}

/// The bytes of a JPEG file.
/// Units   quality: 1 to 100.
/// Errors  ArgumentError when the size is empty or not that of the pixels.
inline std::string encode_jpeg(const Image& image, int quality = 90) {
  detail::require_pixels(image.height, image.width, 3, image.rgb.size());
  std::string bytes;
  if (!stbi_write_jpg_to_func(detail::append_bytes, &bytes, image.width, image.height, 3, image.rgb.data(), quality))
    throw std::bad_alloc();
  return bytes;
}

}  // namespace unetpp
