#pragma once
// Masks in colour: alone, over their image, and side by side with it.

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "unetpp/core/error.hpp"
#include "unetpp/io/image/image.hpp"

namespace unetpp {

/// Red, green and blue of a class.
using Rgb = std::array<std::uint8_t, 3>;

/// Colours that colour-blind people tell apart; the first three differ in lightness, too.
/// Source  Okabe & Ito, "Color universal design", 2008.
inline constexpr Rgb okabe_ito[] = {{230, 159, 0}, {0, 114, 178},  {240, 228, 66},  {0, 158, 115},
                                    {213, 94, 0},  {86, 180, 233}, {204, 121, 167}, {0, 0, 0}};

namespace detail {

inline void require_mask_of(const Image& image, const Mask& mask, const char* what) {
  if (image.width != mask.width || image.height != mask.height)
    throw ArgumentError(std::string(what) + ": expected a mask of the image's size " +
                        size_text(image.width, image.height) + ", found " + size_text(mask.width, mask.height));
}

}  // namespace detail

/// A mask as an image of its classes' colours; a class beyond the palette (an ignored label) is black.
inline Image colour_mask(const Mask& mask, std::span<const Rgb> palette = okabe_ito) {
  Image out{mask.width, mask.height, {}};
  out.rgb.reserve(mask.values.size() * 3);
  for (const std::uint8_t value : mask.values) {
    const Rgb colour = value < palette.size() ? palette[value] : Rgb{};
    out.rgb.insert(out.rgb.end(), colour.begin(), colour.end());
  }
  return out;
}

/// The image with its mask's colours laid over it; opacity 0 shows the image only, 1 the mask only.
/// Errors  ArgumentError when the sizes differ.
inline Image overlay(const Image& image, const Mask& mask, std::span<const Rgb> palette = okabe_ito,
                     float opacity = 0.5f) {
  detail::require_mask_of(image, mask, "overlay");
  Image out = colour_mask(mask, palette);
  std::transform(image.rgb.begin(), image.rgb.end(), out.rgb.begin(), out.rgb.begin(),
                 [&](std::uint8_t below, std::uint8_t above) {
                   return static_cast<std::uint8_t>(static_cast<float>(below) * (1 - opacity) +
                                                    static_cast<float>(above) * opacity + 0.5f);
                 });
  return out;
}

/// Image, true mask, predicted mask, and the prediction over the image, side by side with white gutters.
/// Units   gutter: pixels.
/// Errors  ArgumentError when the sizes differ.
inline Image picture(const Image& image, const Mask& truth, const Mask& prediction,
                     std::span<const Rgb> palette = okabe_ito, int gutter = 4) {
  detail::require_mask_of(image, truth, "picture");
  detail::require_mask_of(image, prediction, "picture");
  const std::array<Image, 4> parts{image, colour_mask(truth, palette), colour_mask(prediction, palette),
                                   overlay(image, prediction, palette)};
  Image out{4 * image.width + 3 * gutter, image.height, {}};
  const auto row = static_cast<std::ptrdiff_t>(image.width) * 3, gap = static_cast<std::ptrdiff_t>(gutter) * 3;
  out.rgb.assign(static_cast<std::size_t>(4 * row + 3 * gap) * static_cast<std::size_t>(image.height), 255);
  auto to = out.rgb.begin();
  for (std::ptrdiff_t y = 0; y < image.height; ++y)
    for (const Image& part : parts) {
      to = std::copy_n(part.rgb.begin() + y * row, row, to);
      if (&part != &parts.back()) to += gap;
    }
  return out;
}

}  // namespace unetpp
