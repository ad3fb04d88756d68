#pragma once
// From the bytes of an image file to pixels, by stb. Images are not trusted: what stb would not survive is refused before,
// and it gets no more memory than the image's size explains.

#include <algorithm>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/stb.hpp"
#include "unetpp/io/stb_hazards.hpp"
#include "unetpp/io/truncation.hpp"

namespace unetpp {

namespace detail {

/// In pixels: stb counts bytes in int, and has up to 8 for each.
inline constexpr std::size_t largest_image = INT_MAX / 8;

inline std::string size_text(std::int64_t width, std::int64_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

struct FreeDecoded {
  void operator()(stbi_uc* pixels) const { stbi_image_free(pixels); }
};

struct Decoded {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> values;

  std::size_t pixels() const { return std::size_t{1} * static_cast<unsigned>(width) * static_cast<unsigned>(height); }
};

/// Why stb did not decode an image that begins as one should.
inline std::string stb_complaint() {
  const char* reason = stbi_failure_reason();
  std::string text = reason == nullptr ? "" : reason;
  if (text.empty() || text == "bad png sig") return "damaged data";  // it gave no reason, or left that of its first try
  if (text == "outofmem") return "data that take more memory than its size should";
  for (char& c : text)
    if (c < ' ' || c > '~') c = '?';  // the file's own bytes
  return text;
}

/// Decodes to 3 or 1 channels a pixel; alpha is dropped, of an animation the first frame is taken.
/// Errors  FormatError, which begins with `name`.
inline Decoded decode(std::string_view bytes, const std::string& name, int channels, std::size_t max_pixels) {
  const auto refuse = [&](const std::string& expected, const std::string& found) {
    throw FormatError(name + ": expected " + expected + ", found" + found);
  };
  const std::string an_image = "a JPEG, PNG, GIF or BMP image";
  if (bytes.empty()) refuse(an_image, ": an empty file");
  if (bytes.size() > INT_MAX - 1024) refuse(an_image, ": over 2 GiB");  // stb's limit; a palette may still grow
  if (!has_signature(bytes)) refuse(an_image, ": unknown image type");
  if (is_truncated(bytes))
    refuse("a whole image", " one that is cut off after " + std::to_string(bytes.size()) + " bytes");
  if (const std::string hazard = stb_hazard(bytes); !hazard.empty()) refuse(an_image, ": " + hazard);

  const std::string filled = with_whole_palette(bytes);
  if (!filled.empty()) bytes = filled;
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int size = static_cast<int>(bytes.size());
  Decoded out;
  int channels_found = 0;
  constexpr std::size_t for_small_images = 8 << 20;
  stb_block_limit = for_small_images;
  if (!stbi_info_from_memory(data, size, &out.width, &out.height, &channels_found))
    refuse(an_image, ": " + stb_complaint());
  // A BMP whose first row is the top one has a negative height here.
  const std::int64_t height = std::abs(std::int64_t{out.height});
  const std::size_t most = std::min(max_pixels, largest_image);
  if (out.width < 1 || height < 1) refuse("at least one pixel", " " + size_text(out.width, height));
  if (static_cast<std::size_t>(height) > most / static_cast<std::size_t>(out.width))
    refuse("at most " + std::to_string(most) + " pixels", " " + size_text(out.width, height));
  const Decoded promised{out.width, static_cast<int>(height), {}};

  // A block grows by doubling: that of a PNG's rows, of 8 bytes a pixel at most, and that of its compressed data.
  stb_block_limit = for_small_images + std::max(16 * promised.pixels(), 2 * bytes.size());
  const int stored = channels == 3 ? 4 : 1;  // stb makes RGBA with vector instructions, RGB without
  const std::unique_ptr<stbi_uc, FreeDecoded> decoded(
      stbi_load_from_memory(data, size, &out.width, &out.height, &channels_found, stored));
  if (!decoded) refuse(an_image, ": " + stb_complaint());
  if (out.width != promised.width || out.height != promised.height) refuse("one size", " that header and image differ");
  if (channels == 1) {
    out.values.assign(decoded.get(), decoded.get() + out.pixels());
    return out;
  }
  out.values.resize(3 * out.pixels());
  for (std::size_t i = 0; i < out.pixels(); ++i) {
    out.values[3 * i] = decoded.get()[4 * i];
    out.values[3 * i + 1] = decoded.get()[4 * i + 1];
    out.values[3 * i + 2] = decoded.get()[4 * i + 2];
  }
  return out;
}

}  // namespace detail

}  // namespace unetpp
