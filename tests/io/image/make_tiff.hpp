#pragma once
// A TIFF of 16 bits a channel, byte by byte.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace io_tests {

/// `bytes` bytes of a number, the lowest first.
inline std::string little_endian_bytes(std::size_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> 8 * i);
  return text;
}

/// What a tag says: a number of 16 bits (type 3) or of 32 (type 4).
struct TiffTag {
  int tag;
  int type;
  std::size_t value;
};

/// Uncompressed, in one strip, with the tags that it needs and `more`, whose tags are larger than 339.
/// Shapes  values: height×width×channels.
inline std::string make_tiff(int width, int height, int channels, const std::vector<std::uint16_t>& values,
                             const std::vector<TiffTag>& more = {}) {
  constexpr std::size_t header = 8;
  const auto c = static_cast<std::size_t>(channels);
  std::string pixels, lists;
  for (const std::uint16_t value : values) pixels += little_endian_bytes(value, 2);
  const std::size_t behind = header + pixels.size();
  for (const std::size_t of_each : {16u, 1u})  // bits, then the format: no sign
    for (std::size_t i = 0; i < c; ++i) lists += little_endian_bytes(of_each, 2);
  const auto list = [&](std::size_t number, std::size_t one) {  // a short one stands where a long one's place would
    return c == 1 ? one : c == 2 ? one | one << 16 : behind + 2 * c * number;
  };
  std::vector<TiffTag> tags{{256, 4, static_cast<std::size_t>(width)},
                            {257, 4, static_cast<std::size_t>(height)},
                            {258, 3, list(0, 16)},
                            {259, 3, 1},
                            {262, 3, 1},
                            {273, 4, header},
                            {277, 3, c},
                            {278, 4, static_cast<std::size_t>(height)},
                            {279, 4, pixels.size()},
                            {339, 3, list(1, 1)}};
  tags.insert(tags.end(), more.begin(), more.end());
  std::string directory = little_endian_bytes(tags.size(), 2);
  for (const TiffTag& tag : tags) {
    const bool has_list = tag.tag == 258 || tag.tag == 339;
    directory += little_endian_bytes(static_cast<std::size_t>(tag.tag), 2) +
                 little_endian_bytes(static_cast<std::size_t>(tag.type), 2) + little_endian_bytes(has_list ? c : 1, 4) +
                 little_endian_bytes(tag.value, 4);
  }
  return "II*" + std::string(1, '\0') + little_endian_bytes(behind + lists.size(), 4) + pixels + lists + directory +
         little_endian_bytes(0, 4);
}

}  // namespace io_tests
