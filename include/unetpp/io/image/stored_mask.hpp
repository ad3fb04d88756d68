#pragma once
// Masks as their files store them, before classes are made of them.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/file.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/png_pixels.hpp"
#include "unetpp/io/image/read_raster.hpp"

namespace unetpp {

namespace detail {

inline std::uint32_t big_endian(const std::uint8_t* bytes, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

}  // namespace detail

/// A mask as its file stores it. Each pixel has a code: a grey value, an index into a palette, or a colour.
/// Shapes  values: height×width×channels, or as many pairs of bytes where bits is 16, the upper one first.
struct StoredMask {
  int width = 0;
  int height = 0;
  int channels = 1;                     ///< 1: greys or indices, 3: colours of which one at least is no grey
  int bits = 8;                         ///< of a value in the file: 1, 2, 4, 8 or 16
  bool lossy = false;                   ///< a JPEG, which changes values and colours
  std::vector<std::uint8_t> palette{};  ///< red, green and blue of each index; empty if there is none
  std::vector<std::uint8_t> values{};

  std::size_t pixels() const { return detail::pixel_count(width, height); }

  /// A grey value, an index, or 0xRRGGBB.
  std::uint32_t code(std::size_t pixel) const {
    if (channels == 3) return detail::big_endian(&values[3 * pixel], 3);
    return bits == 16 ? detail::big_endian(&values[2 * pixel], 2) : values[pixel];
  }

  /// The colour that a viewer shows for a code.
  std::uint32_t colour(std::uint32_t code) const {
    if (channels == 3) return code;
    if (palette.empty()) return 0x010101u * (bits == 16 ? code >> 8 : code * 255 / ((1u << bits) - 1));
    return detail::big_endian(&palette[3 * code], 3);
  }
};

/// Calls f(code, first pixel, pixels) for each run of pixels of one code.
template <class F>
void for_each_run(const StoredMask& mask, const F& f) {
  const std::size_t pixels = mask.pixels();
  for (std::size_t first = 0, end; first < pixels; first = end) {
    const std::uint32_t code = mask.code(first);
    for (end = first + 1; end < pixels && mask.code(end) == code;) ++end;
    f(code, first, end - first);
  }
}

/// How many pixels each of up to 4096 codes has: no mask has more, but a photograph has.
class CodeCounts {
 public:
  static constexpr std::size_t most = 4096;

  void add(std::uint32_t code, std::size_t pixels) {
    pixels_ += pixels;
    if (const auto found = counts_.find(code); found != counts_.end())
      found->second += pixels;
    else if (counts_.size() < most)
      counts_.emplace(code, pixels);
  }

  /// By code, in ascending order.
  const std::map<std::uint32_t, std::size_t>& counts() const { return counts_; }
  /// Of all codes, those beyond 4096 included.
  std::size_t pixels() const { return pixels_; }

 private:
  std::map<std::uint32_t, std::size_t> counts_;
  std::size_t pixels_ = 0;
};

namespace detail {

/// Without alpha, and where all colours are greys, these.
inline void drop_channels(StoredMask& mask, int stored_channels) {
  const auto from = static_cast<std::size_t>(stored_channels);
  mask.channels = stored_channels < 3 || are_grey(mask.values, from) ? 1 : 3;
  const auto to = static_cast<std::size_t>(mask.channels);
  for (std::size_t pixel = 0; pixel < mask.pixels(); ++pixel)
    for (std::size_t c = 0; c < to; ++c) mask.values[to * pixel + c] = mask.values[from * pixel + c];
  mask.values.resize(to * mask.pixels());
}

inline StoredMask decode_stored_png(const ImageSource& source) {
  PngPixels png = decode_png(source, PngUse::stored);
  require_upright_mask(source, png);
  undo_grey_palette(png);
  if (png.depth == 16 && png.channels == 3)
    source.refuse("a mask of grey values, or of colours of 8 bits a channel", " colours of 16 bits a channel");
  StoredMask mask{.width = png.width,
                  .height = png.height,
                  .bits = png.has_palette ? 8 : png.depth,
                  .palette = std::move(png.palette),
                  .values = std::move(png.values)};
  if (png.channels == 3) drop_channels(mask, 3);
  return mask;
}

}  // namespace detail

/// A mask of one channel or of colours, in any format that read_raster reads; without its alpha. A palette of greys alone
/// is undone, as decode_mask does; colours that are all greys become these.
/// Errors  FileError or FormatError naming the file, when it cannot be read, or has more channels or other values.
inline StoredMask read_stored_mask(const std::filesystem::path& file, std::size_t max_pixels = default_max_pixels) {
  const std::string bytes = read_file(file, detail::largest_file(max_pixels)), name = file.string();
  if (bytes.starts_with("\x89PNG")) return detail::decode_stored_png({bytes, name, max_pixels});
  Raster raster = read_raster(file, 0, max_pixels);
  const bool is_deep = raster.channels == 1 && !raster.values16.empty();
  if (raster.channels > 4 || (raster.values.empty() && !is_deep))
    throw FormatError(name + ": expected a mask of greys of 8 or 16 bits, or of colours of 8 bits a channel, found " +
                      std::to_string(raster.channels) + " channels of " +
                      (!raster.floats.empty()     ? "floats"
                       : !raster.values16.empty() ? "16 bits"
                                                  : "8 bits"));
  StoredMask mask{.width = raster.width,
                  .height = raster.height,
                  .bits = is_deep ? 16 : 8,
                  .lossy = bytes.starts_with("\xFF\xD8"),
                  .values = std::move(raster.values)};
  if (is_deep)
    for (const std::uint16_t value : raster.values16)
      mask.values.insert(mask.values.end(), {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
  else
    detail::drop_channels(mask, raster.channels);
  return mask;
}

}  // namespace unetpp
