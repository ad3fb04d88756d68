#pragma once
// Whether an image file ends too early. stb takes many a cut GIF or BMP for whole, and its newer versions a cut JPEG;
// what it says of the others would help nobody ("outofdata").

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace unetpp {

namespace detail {

/// `count` bytes at `at` as a little-endian number; bytes past the end are 0.
inline std::uint32_t little_endian(std::string_view bytes, std::size_t at, int count) {
  std::uint32_t value = 0;
  for (int i = 0; i < count && at + i < bytes.size(); ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << 8 * i;
  return value;
}

/// Four bytes at `at`, the highest first.
inline std::size_t big_endian(std::string_view bytes, std::size_t at) {
  const std::uint32_t value = little_endian(bytes, at, 4);
  return value >> 24 | (value >> 8 & 0xFF00) | (value & 0xFF00) << 8 | std::size_t{value & 0xFF} << 24;
}

inline unsigned byte_at(std::string_view bytes, std::size_t at) { return little_endian(bytes, at, 1); }

/// Calls visit(marker, content) for each segment of a JPEG until the end of the image, and returns whether that comes;
/// what is behind it (some cameras add to it) is ignored.
/// Source  ITU-T T.81, annex B.
template <class Visit>
bool visit_jpeg(std::string_view bytes, const Visit& visit) {
  std::size_t at = 2;
  while ((at = bytes.find('\xFF', at)) != std::string_view::npos && at + 1 < bytes.size()) {
    const unsigned marker = byte_at(bytes, at + 1);
    if (marker == 0xD9) return true;
    if (marker == 0xFF) {  // padding before a marker
      ++at;
    } else if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {  // a stuffed FF of a scan, a restart: no length
      at += 2;
    } else {
      const std::size_t length = 256 * byte_at(bytes, at + 2) + byte_at(bytes, at + 3);
      visit(marker, bytes.substr(std::min(bytes.size(), at + 4), length < 2 ? 0 : length - 2));
      at += 2 + length;
    }
  }
  return false;
}

inline bool jpeg_is_whole(std::string_view bytes) {
  bool has_scan = false;
  return visit_jpeg(bytes, [&](unsigned marker, std::string_view) { has_scan = has_scan || marker == 0xDA; }) &&
         has_scan;
}

/// Where the first chunk of a PNG with this name begins; npos if none does. Its data may be cut off.
/// Source  ISO/IEC 15948, section 5.
inline std::size_t find_png_chunk(std::string_view bytes, std::string_view name) {
  for (std::size_t at = 8; at + 8 <= bytes.size(); at += 12 + big_endian(bytes, at))
    if (bytes.substr(at + 4, 4) == name) return at;
  return std::string_view::npos;
}

/// Walks over the chunks until the last one, whose check sum may be missing.
inline bool png_is_whole(std::string_view bytes) { return find_png_chunk(bytes, "IEND") != std::string_view::npos; }

/// Moves behind a colour table, if the flags at `flags` announce one.
inline std::size_t behind_gif_colours(std::string_view bytes, std::size_t flags, std::size_t at) {
  const unsigned value = byte_at(bytes, flags);
  return (value & 0x80) != 0 ? at + (std::size_t{6} << (value & 7)) : at;
}

/// Walks over the blocks until the first image's last one; later frames of an animation are not read.
/// Source  GIF89a specification, section 12 and following.
inline bool gif_is_whole(std::string_view bytes) {
  std::size_t at = behind_gif_colours(bytes, 10, 13);
  while (at < bytes.size()) {
    const unsigned block = byte_at(bytes, at);
    if (block != 0x21 && block != 0x2C) return true;  // no image: for the decoder to complain about
    at = block == 0x21 ? at + 2 : behind_gif_colours(bytes, at + 9, at + 10) + 1;
    while (at < bytes.size() && byte_at(bytes, at) != 0) at += 1 + byte_at(bytes, at);
    if (block == 0x2C) return at < bytes.size();
    ++at;
  }
  return false;
}

/// Where a BMP's pixels are, and how many bits each has.
struct BmpHeader {
  std::uint32_t size, start;
  std::uint64_t width, rows;
  unsigned bits;

  explicit BmpHeader(std::string_view bytes) : size(little_endian(bytes, 14, 4)), start(little_endian(bytes, 10, 4)) {
    const bool old = size == 12;
    width = little_endian(bytes, 18, old ? 2 : 4);
    const auto height = static_cast<std::int32_t>(little_endian(bytes, old ? 20 : 22, old ? 2 : 4));
    rows = static_cast<std::uint64_t>(std::abs(std::int64_t{height}));
    bits = little_endian(bytes, old ? 24 : 28, 2);
  }
};

/// Adds up the rows, which are padded to four bytes. stb reads no compressed ones.
inline bool bmp_is_whole(std::string_view bytes) {
  const BmpHeader header(bytes);
  return bytes.size() >= header.start + (header.width * header.bits + 31) / 32 * 4 * header.rows;
}

}  // namespace detail

/// Whether bytes begin as a JPEG, PNG, GIF or BMP does.
inline bool has_signature(std::string_view bytes) {
  for (const std::string_view signature : {"\xFF\xD8", "\x89PNG", "GIF8", "BM"})
    if (bytes.starts_with(signature)) return true;
  return false;
}

/// Whether a JPEG, PNG, GIF or BMP ends before its image does; false for any other bytes.
inline bool is_truncated(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8")) return !detail::jpeg_is_whole(bytes);
  if (bytes.starts_with("\x89PNG")) return !detail::png_is_whole(bytes);
  if (bytes.starts_with("GIF8")) return !detail::gif_is_whole(bytes);
  if (bytes.starts_with("BM")) return !detail::bmp_is_whole(bytes);
  return false;
}

}  // namespace unetpp
