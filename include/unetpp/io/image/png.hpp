#pragma once
// PNG, by libpng.

#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/orientation.hpp"

namespace unetpp {

namespace detail {

/// What is made of a PNG's pixels: a picture of 8 bits, a mask of one channel, what is stored, whatever that is, or a
/// raster of 8 or 16 bits with its alpha.
enum class PngUse { picture, mask, stored, raster };

constexpr bool keeps_16_bits(PngUse use) { return use == PngUse::stored || use == PngUse::raster; }

/// A PNG's pixels: 1 channel of grey values or of indices into a palette, or 3. Alpha is dropped but for a raster.
struct PngPixels {
  int width = 0;
  int height = 0;
  int channels = 0;
  int depth = 0;  // bits of a value in the file
  bool has_palette = false;
  std::vector<std::uint8_t> palette{};  // red, green and blue of each colour
  std::vector<std::uint8_t> values{};   // a byte each; of 16 bits, as stored or of a raster, two, the upper one first
  int orientation = 1;
};

/// Reads one image: its header, then its pixels. libpng ends a call that fails by a jump, over functions that must hold
/// nothing with a destructor.
class PngReader {
 public:
  explicit PngReader(std::string_view bytes) : bytes_(bytes) {}
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  /// False: problem() says why not.
  [[gnu::cold]] bool read_header() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ == nullptr ? nullptr : png_create_info_struct(png_);
    if (info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);  // what is about the image, not its pixels
    // Kept as it is: libpng's own reader of it takes as much memory as it claims to need.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_ALWAYS, reinterpret_cast<png_const_bytep>("eXIf"), 1);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_read_fn(png_, this, on_read);
    png_read_info(png_, info_);
    return true;
  }

  int width() const { return static_cast<int>(png_get_image_width(png_, info_)); }
  int height() const { return static_cast<int>(png_get_image_height(png_, info_)); }
  int depth() const { return png_get_bit_depth(png_, info_); }
  int colour_type() const { return png_get_color_type(png_, info_); }

  /// Chooses what read_pixels() makes: one byte a value, but for stored values and rasters of 16 bits; grey of fewer bits
  /// than 8 is stretched to 0 .. 255 for a picture and a raster. Returns the channels, or 0: problem() says why not.
  [[gnu::cold]] int prepare(PngUse use) {
    if (setjmp(png_jmpbuf(png_)) != 0) return 0;
    const bool stretch = use == PngUse::picture || use == PngUse::raster;
    if (stretch && colour_type() == PNG_COLOR_TYPE_GRAY) png_set_expand_gray_1_2_4_to_8(png_);
    png_set_packing(png_);
    if (!keeps_16_bits(use)) png_set_strip_16(png_);
    if (use != PngUse::raster) png_set_strip_alpha(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    return png_get_channels(png_, info_);
  }

  /// Writes height×width×channels values, and reads what is behind them. False: problem() says why not.
  bool read_pixels(png_bytepp rows) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_read_image(png_, rows);
    png_read_end(png_, info_);
    return true;
  }

  [[gnu::cold]] std::vector<std::uint8_t> palette() const {
    png_colorp colours = nullptr;
    int count = 0;
    if (png_get_PLTE(png_, info_, &colours, &count) == 0) return {};
    std::vector<std::uint8_t> values;
    for (int i = 0; i < count; ++i) values.insert(values.end(), {colours[i].red, colours[i].green, colours[i].blue});
    return values;
  }
  [[gnu::cold]] int orientation() const {
    png_unknown_chunkp chunks = nullptr;
    if (png_get_unknown_chunks(png_, info_, &chunks) == 0) return 1;
    return exif_orientation({reinterpret_cast<const char*>(chunks->data), chunks->size});
  }

  bool is_cut() const { return cut_; }
  bool is_out_of_memory() const { return std::string_view(text_).find("memory") != std::string_view::npos; }
  const char* problem() const { return text_; }

 private:
  static void on_read(png_structp png, png_bytep to, std::size_t count) {
    auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
    reader->cut_ = count > reader->bytes_.size();
    if (reader->cut_) png_error(png, "cut off");
    std::memcpy(to, reader->bytes_.data(), count);
    reader->bytes_.remove_prefix(count);
  }
  [[gnu::cold]] static void on_error(png_structp png, png_const_charp text) {
    auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
    std::snprintf(reader->text_, sizeof reader->text_, "%s", text);
    png_longjmp(png, 1);
  }
  /// libpng goes on where data or transparency have a wrong check sum; here that is an error. More data than pixels are
  /// none, nor is anything about chunks that do not change pixels.
  [[gnu::cold]] static void on_warning(png_structp png, png_const_charp text) {
    const std::string_view warning = text;
    const bool more_data = warning.ends_with("Extra compressed data") || warning.ends_with("Too much image data");
    if ((warning.starts_with("IDAT: ") && !more_data) || warning == "tRNS: CRC error") png_error(png, text);
  }

  std::string_view bytes_;  // what is not read yet
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  bool cut_ = false;
  char text_[256] = "not enough memory";
};

/// Whether a file that is a PNG has a palette: by the header chunk, which is the first.
inline bool has_png_palette(std::string_view bytes) { return byte_at(bytes, 25) == PNG_COLOR_TYPE_PALETTE; }

/// The first index into a palette that has no such colour; -1 if all have one.
inline int first_without_colour(const std::vector<std::uint8_t>& indices, std::size_t colours) {
  const auto found = std::find_if(indices.begin(), indices.end(), [&](std::uint8_t index) { return index >= colours; });
  return found == indices.end() ? -1 : *found;
}

inline const char* colour_type_name(int type) {
  switch (type) {
    case PNG_COLOR_TYPE_GRAY:
      return "grey";
    case PNG_COLOR_TYPE_GRAY_ALPHA:
      return "grey with alpha";
    case PNG_COLOR_TYPE_RGB:
      return "RGB";
    default:
      return "RGB with alpha";
  }
}

/// Errors  FormatError; for a mask also when it has not one channel of up to 8 bits.
[[gnu::cold]] inline PngPixels decode_png(const ImageSource& source, PngUse use) {
  const std::string_view first_chunk = source.bytes.size() < 16 ? "IHDR" : source.bytes.substr(12, 4);
  if (first_chunk == "CgBI")
    source.refuse_kind("a PNG for iOS apps (CgBI), in Apple's own form; its original, or a conversion back, is needed");
  if (first_chunk != "IHDR") source.refuse_damaged("a PNG that does not begin with its header");
  PngReader reader(source.bytes);
  const auto require = [&](bool read) {
    if (read) return;
    if (reader.is_out_of_memory()) throw std::bad_alloc();
    if (reader.is_cut()) source.refuse_cut();
    source.refuse_damaged(reader.problem());
  };
  require(reader.read_header());
  source.require_size(reader.width(), reader.height());
  const int type = reader.colour_type();
  if (use == PngUse::mask && (reader.depth() > 8 || (type != PNG_COLOR_TYPE_GRAY && type != PNG_COLOR_TYPE_PALETTE)))
    source.refuse("a PNG mask of one channel of up to 8 bits",
                  std::string(" ").append(std::to_string(reader.depth())) + " bits of " +
                      colour_type_name(type));  // not " " + ...: -Wrestrict
  PngPixels image{.width = reader.width(), .height = reader.height(), .depth = reader.depth()};
  image.channels = reader.prepare(use);
  require(image.channels > 0);
  const std::size_t bytes = keeps_16_bits(use) && image.depth == 16 ? 2 : 1;
  const std::size_t row = bytes * static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.channels);
  image.values.resize(row * static_cast<std::size_t>(image.height));
  std::vector<png_bytep> rows(static_cast<std::size_t>(image.height));
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = image.values.data() + y * row;
  require(reader.read_pixels(rows.data()));
  image.orientation = reader.orientation();
  image.has_palette = type == PNG_COLOR_TYPE_PALETTE;
  if (!image.has_palette) return image;
  image.palette = reader.palette();
  if (const int index = first_without_colour(image.values, image.palette.size() / 3); index >= 0)
    source.refuse_damaged("a pixel of colour " + std::to_string(index) + " in a palette of " +
                          std::to_string(image.palette.size() / 3));
  return image;
}

}  // namespace detail

}  // namespace unetpp
