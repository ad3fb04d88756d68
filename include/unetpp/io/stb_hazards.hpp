#pragma once
// What stb must not be given: version 2.27, which Debian and Ubuntu have, writes past its tables for some damaged JPEGs,
// copies to a null pointer for some PNGs, and reads colours that a palette does not have from memory that holds anything.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "unetpp/io/truncation.hpp"

namespace unetpp {

namespace detail {

/// Whether the Huffman tables of a segment lie in it and have no more codes than there are symbols.
/// Source  ITU-T T.81, B.2.4.2.
inline bool huffman_tables_are_sound(std::string_view tables) {
  constexpr std::size_t lengths = 16;
  while (!tables.empty()) {
    std::size_t codes = 0;
    for (std::size_t i = 1; i <= lengths; ++i) codes += byte_at(tables, i);
    if (codes > 256 || tables.size() < 1 + lengths + codes) return false;
    tables.remove_prefix(1 + lengths + codes);
  }
  return true;
}

/// What would harm in a JPEG; empty if nothing does.
inline std::string jpeg_hazard(std::string_view bytes) {
  constexpr int max_scans = 100;  // ten are usual; each of them, however short, costs time for every pixel
  int scans = 0;
  bool sound = true;
  visit_jpeg(bytes, [&](unsigned marker, std::string_view content) {
    if (marker == 0xC4) sound = sound && huffman_tables_are_sound(content);
    if (marker == 0xDA) ++scans;
  });
  if (!sound) return "a damaged Huffman table";
  return scans > max_scans ? std::to_string(scans) + " scans" : "";
}

/// The same in a PNG: stb copies data to where it has not made room before data of a byte or more.
inline std::string png_hazard(std::string_view bytes) {
  const std::size_t data = find_png_chunk(bytes, "IDAT");
  return data != std::string_view::npos && big_endian(bytes, data) == 0 ? "a first IDAT chunk without data" : "";
}

/// A PNG whose palette has 256 colours: the missing ones are black. Empty if nothing is missing.
inline std::string with_whole_png_palette(std::string_view bytes) {
  constexpr std::size_t whole = 3 * 256;
  const std::size_t palette = find_png_chunk(bytes, "PLTE");
  const std::size_t size = palette == std::string_view::npos ? whole : big_endian(bytes, palette);
  if (size >= whole || size % 3 != 0 || bytes.size() - palette < 8 + size) return {};  // stb refuses or never sees it
  std::string filled(bytes);
  filled.insert(palette + 8 + size, whole - size, '\0');
  filled.replace(palette, 4, std::string("\0\0\3\0", 4));
  return filled;
}

/// The same of a BMP, whose palette ends where its pixels begin.
inline std::string with_whole_bmp_palette(std::string_view bytes) {
  const BmpHeader header(bytes);
  // stb takes the old header's palette to begin 12 bytes behind its place when it counts the colours
  const std::uint64_t whole = header.size == 12 ? 14 + 24 + 3 * 256 : std::uint64_t{14} + header.size + 4 * 256;
  if (header.bits > 8 || header.start >= whole || header.start > bytes.size()) return {};
  std::string filled(bytes);
  filled.insert(header.start, whole - header.start, '\0');
  for (int i = 0; i < 4; ++i) filled[10 + i] = static_cast<char>(whole >> 8 * i);
  return filled;
}

}  // namespace detail

/// What would harm stb in an image; empty if nothing does.
inline std::string stb_hazard(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8")) return detail::jpeg_hazard(bytes);
  if (bytes.starts_with("\x89PNG")) return detail::png_hazard(bytes);
  if (bytes.starts_with("BM")) {
    const detail::BmpHeader header(bytes);
    if (header.start < std::uint64_t{14} + header.size) return "pixels that begin inside the header";
  }
  return {};
}

/// An image whose palette, if it has one, has every colour that a pixel could name; empty if it is so already.
inline std::string with_whole_palette(std::string_view bytes) {
  if (bytes.starts_with("\x89PNG")) return detail::with_whole_png_palette(bytes);
  if (bytes.starts_with("BM")) return detail::with_whole_bmp_palette(bytes);
  return {};
}

}  // namespace unetpp
