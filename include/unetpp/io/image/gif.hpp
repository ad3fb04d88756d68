#pragma once
// GIF, whose first frame stb reads. It leaves out what a frame does not draw; that is how missing pixels show.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/stb_decode.hpp"

namespace unetpp {

namespace detail {

/// Where the first frame of a GIF is, in the file and in the image.
struct GifFrame {
  std::size_t begin = 0;    // of its descriptor; 0: there is no frame
  bool whole = false;       // whether all its blocks are there
  std::size_t control = 0;  // of the flags that say whether a colour is transparent; 0: there are none
  int left = 0, top = 0, width = 0, height = 0;
  std::size_t colours = 0;  // of its colour table, or of the file's; 0: there is none

  /// Walks over the blocks until the frame's last one; later frames of an animation are not looked at.
  /// Source  GIF89a specification, section 12 and following.
  [[gnu::cold]] explicit GifFrame(std::string_view bytes) {
    std::size_t at = behind_colours(bytes, 10, 13);
    while (at < bytes.size() && begin == 0) {
      const unsigned block = byte_at(bytes, at);
      if (block != extension && block != descriptor) return;
      if (block == extension && byte_at(bytes, at + 1) == graphic_control && byte_at(bytes, at + 2) == 4)
        control = at + 3;
      if (block == descriptor) begin = at;
      at = block == extension ? at + 2 : behind_colours(bytes, at + 9, at + 10) + 1;
      while (at < bytes.size() && byte_at(bytes, at) != 0) at += 1 + byte_at(bytes, at);
      whole = at < bytes.size();
      ++at;
    }
    const auto number = [&](std::size_t i) { return static_cast<int>(little_endian(bytes, begin + 1 + 2 * i, 2)); };
    left = number(0), top = number(1), width = number(2), height = number(3);
  }

  /// Of what the frame does not draw: the transparent colour, or the first one; black without a table.
  std::array<std::uint8_t, 3> background(std::string_view bytes) const {
    const bool has_transparent = control > 0 && (byte_at(bytes, control) & 1) != 0;
    const std::size_t colour = colours + (has_transparent ? 3 * byte_at(bytes, control + 3) : 0);
    std::array<std::uint8_t, 3> rgb{};
    for (std::size_t c = 0; c < 3 && colours > 0; ++c) rgb[c] = static_cast<std::uint8_t>(byte_at(bytes, colour + c));
    return rgb;
  }

  bool draws(int x, int y) const { return x >= left && x - left < width && y >= top && y - top < height; }

 private:
  static constexpr unsigned extension = 0x21, descriptor = 0x2C, graphic_control = 0xF9;

  /// Moves behind a colour table, if the flags at `flags` announce one.
  std::size_t behind_colours(std::string_view bytes, std::size_t flags, std::size_t at) {
    const unsigned value = byte_at(bytes, flags);
    if ((value & 0x80) == 0) return at;
    colours = at;
    return at + (std::size_t{6} << (value & 7));
  }
};

/// Errors  FormatError.
[[gnu::cold]] inline Image decode_gif(const ImageSource& source) {
  const auto side = [&](std::size_t at) { return static_cast<int>(little_endian(source.bytes, at, 2)); };
  const int width = side(6), height = side(8);
  source.require_size(width, height);
  const GifFrame frame(source.bytes);
  if (frame.begin == 0) source.refuse_damaged("a GIF without an image");
  if (!frame.whole) source.refuse_cut();

  // Neither a transparent colour nor one for the background: only what the frame leaves out is then transparent.
  std::string opaque(source.bytes);
  opaque[11] = 0;
  if (frame.control > 0) opaque[frame.control] = static_cast<char>(opaque[frame.control] & ~1);
  const std::array<std::uint8_t, 3> background = frame.background(source.bytes);
  const StbPixels pixels = decode_by_stb(source, opaque, width, height);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      stbi_uc* pixel = pixels.get() + 4 * (pixel_count(width, y) + static_cast<std::size_t>(x));
      if (pixel[3] != 0) continue;
      if (frame.draws(x, y))
        source.refuse_damaged("a GIF whose pixels end early, or have colours that it does not list");
      std::copy(background.begin(), background.end(), pixel);
    }
  return without_alpha(pixels.get(), width, height);
}

}  // namespace detail

}  // namespace unetpp
