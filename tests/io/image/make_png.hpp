#pragma once
// PNG files of any kind, by libpng.

#include <png.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace io_tests {

/// What a PNG has in it: values of 16 bits are two bytes each, of less than 8 bits one byte each.
struct PngContents {
  int width;
  int height;
  int colour_type;
  int depth = 8;
  std::vector<std::uint8_t> values;
  std::vector<std::uint8_t> palette{};  // red, green and blue of each index
};

inline std::string make_png(const PngContents& contents) {
  std::string bytes;
  png_structp png = png_create_write_struct(
      PNG_LIBPNG_VER_STRING, nullptr, [](png_structp, png_const_charp text) { throw std::runtime_error(text); },
      [](png_structp, png_const_charp) {});
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &bytes,
      [](png_structp writer, png_bytep data, std::size_t size) {
        static_cast<std::string*>(png_get_io_ptr(writer))->append(reinterpret_cast<const char*>(data), size);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(contents.width), static_cast<png_uint_32>(contents.height),
               contents.depth, contents.colour_type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  std::vector<png_color> colours;
  for (std::size_t i = 0; i < contents.palette.size(); i += 3)
    colours.push_back({contents.palette[i], contents.palette[i + 1], contents.palette[i + 2]});
  if (!colours.empty()) png_set_PLTE(png, info, colours.data(), static_cast<int>(colours.size()));
  png_write_info(png, info);
  png_set_packing(png);
  const std::size_t row = contents.values.size() / static_cast<std::size_t>(contents.height);
  for (std::size_t y = 0; y < static_cast<std::size_t>(contents.height); ++y)
    png_write_row(png, contents.values.data() + y * row);
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

/// A row of greys, of indices or of colours.
inline std::string grey_png(std::vector<std::uint8_t> values, int depth = 8) {
  const int width = static_cast<int>(values.size()) / (depth == 16 ? 2 : 1);
  return make_png({width, 1, PNG_COLOR_TYPE_GRAY, depth, std::move(values)});
}
inline std::string index_png(std::vector<std::uint8_t> indices, std::vector<std::uint8_t> palette) {
  return make_png(
      {static_cast<int>(indices.size()), 1, PNG_COLOR_TYPE_PALETTE, 8, std::move(indices), std::move(palette)});
}
inline std::string rgb_png(std::vector<std::uint8_t> rgb) {
  return make_png({static_cast<int>(rgb.size()) / 3, 1, PNG_COLOR_TYPE_RGB, 8, std::move(rgb)});
}

/// The 256 colours of PASCAL VOC's masks: bit b of index i's bits 3 b, 3 b + 1 and 3 b + 2 are bit 7 - b of red, green
/// and blue.
/// Source  the devkit of the PASCAL VOC challenge, VOClabelcolormap.
inline std::vector<std::uint8_t> voc_palette() {
  std::vector<std::uint8_t> palette;
  for (int i = 0; i < 256; ++i)
    for (int c = 0; c < 3; ++c) {
      int channel = 0;
      for (int b = 0; b < 8; ++b)
        if (const int bit = 3 * b + c; bit < 8) channel |= (i >> bit & 1) << (7 - b);
      palette.push_back(static_cast<std::uint8_t>(channel));
    }
  return palette;
}

}  // namespace io_tests
