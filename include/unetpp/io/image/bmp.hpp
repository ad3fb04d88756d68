#pragma once
// BMP: what stb, which reads it, must not be given. Its version 2.27, which Debian 12 and Ubuntu have, takes a file that
// is cut off for whole, and reads colours that a palette does not have from memory that holds anything.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <string_view>

#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/stb_decode.hpp"

namespace unetpp {

namespace detail {

/// Where a BMP's pixels are, and how many bits each has.
struct BmpHeader {
  std::uint32_t size, start;
  std::int64_t width, height;
  unsigned bits, compression;

  [[gnu::cold]] explicit BmpHeader(std::string_view bytes)
      : size(little_endian(bytes, 14, 4)), start(little_endian(bytes, 10, 4)) {
    const bool old = size == 12;
    width = little_endian(bytes, 18, old ? 2 : 4);
    const auto rows = static_cast<std::int32_t>(little_endian(bytes, old ? 20 : 22, old ? 2 : 4));
    height = std::abs(std::int64_t{rows});  // negative where the first row is the top one
    bits = little_endian(bytes, old ? 24 : 28, 2);
    compression = old ? 0 : little_endian(bytes, 30, 4);
  }

  /// Of the kinds of Windows; OS/2's second one and others are hardly found.
  bool has_known_size() const { return size == 12 || size == 40 || size == 56 || size == 108 || size == 124; }
  bool begins_in_header() const { return start < std::uint64_t{14} + size; }
  /// The rows, which are padded to four bytes.
  std::uint64_t end() const {
    return start + (static_cast<std::uint64_t>(width) * bits + 31) / 32 * 4 * static_cast<std::uint64_t>(height);
  }
};

/// A BMP whose palette, which ends where its pixels begin, has every colour that a pixel could name: the missing ones are
/// black. Empty if nothing is missing.
[[gnu::cold]] inline std::string with_whole_bmp_palette(std::string_view bytes) {
  const BmpHeader header(bytes);
  // stb takes the old header's palette to begin 12 bytes behind its place when it counts the colours
  const std::uint64_t whole = header.size == 12 ? 14 + 24 + 3 * 256 : std::uint64_t{14} + header.size + 4 * 256;
  if (header.bits > 8 || header.start >= whole || header.start > bytes.size()) return {};
  std::string filled(bytes);
  filled.insert(header.start, whole - header.start, '\0');
  for (int i = 0; i < 4; ++i) filled[static_cast<std::size_t>(10 + i)] = static_cast<char>(whole >> 8 * i);
  return filled;
}

/// Errors  FormatError.
[[gnu::cold]] inline Image decode_bmp(const ImageSource& source) {
  const BmpHeader header(source.bytes);
  if (header.begins_in_header()) source.refuse_damaged("a BMP whose pixels begin inside its header");
  const char* compressions[] = {"", "run lengths", "run lengths", "", "a JPEG inside", "a PNG inside"};
  if (header.compression < std::size(compressions) && *compressions[header.compression] != '\0')
    source.refuse_kind(std::string("a BMP compressed by ") + compressions[header.compression] +
                       "; save it without compression, or as PNG");
  if (!header.has_known_size())
    source.refuse_kind("a BMP with a header of " + std::to_string(header.size) + " bytes; save it as PNG");
  source.require_size(header.width, header.height);
  if (header.end() > source.bytes.size()) source.refuse_cut();
  const std::string filled = with_whole_bmp_palette(source.bytes);
  const int width = static_cast<int>(header.width), height = static_cast<int>(header.height);
  return without_alpha(decode_by_stb(source, filled.empty() ? source.bytes : filled, width, height).get(), width,
                       height);
}

}  // namespace detail

}  // namespace unetpp
