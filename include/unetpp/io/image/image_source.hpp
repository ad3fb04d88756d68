#pragma once
// An image file that is being decoded. Files are not trusted: sizes are checked before memory is taken for them.

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "unetpp/core/error.hpp"

namespace unetpp {

namespace detail {

/// In pixels: decoders count bytes in int, and have up to 8 for each.
inline constexpr std::size_t largest_image = INT_MAX / 8;

[[gnu::cold]] inline std::string size_text(std::int64_t width, std::int64_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

/// `count` bytes at `at` as a little-endian number; bytes past the end are 0.
inline std::uint32_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count && at + i < bytes.size(); ++i)
    value |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << 8 * i;
  return value;
}

inline unsigned byte_at(std::string_view bytes, std::size_t at) { return little_endian(bytes, at, 1); }

/// The bytes of one file, the name that errors begin with, and how large its image may be.
struct ImageSource {
  std::string_view bytes;
  const std::string& name;
  std::size_t max_pixels;
  const char* kinds = "a JPEG, PNG, GIF or BMP image";  // that are read

  [[noreturn, gnu::cold]] void refuse(const std::string& expected, const std::string& found) const {
    throw FormatError(name + ": expected " + expected + ", found" + found);
  }
  /// For what none of the decoders reads.
  [[noreturn, gnu::cold]] void refuse_kind(const std::string& kind) const { refuse(kinds, ": " + kind); }
  [[noreturn, gnu::cold]] void refuse_damaged(const std::string& problem) const {
    refuse("a whole image", " a damaged one: " + problem);
  }
  [[noreturn, gnu::cold]] void refuse_cut() const {
    refuse("a whole image", " one that is cut off after " + std::to_string(bytes.size()) + " bytes");
  }

  [[gnu::cold]] void require_size(std::int64_t width, std::int64_t height) const {
    if (width < 1 || height < 1) refuse("at least one pixel", " " + size_text(width, height));
    const std::size_t most = std::min(max_pixels, largest_image);
    if (static_cast<std::size_t>(height) > most / static_cast<std::size_t>(width))
      refuse("at most " + std::to_string(most) + " pixels", " " + size_text(width, height));
  }
};

}  // namespace detail

}  // namespace unetpp
