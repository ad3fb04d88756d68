#pragma once
// Lines and text drawn into an image.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "unetpp/report/picture.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#if __has_include(<stb/stb_easy_font.h>)
#include <stb/stb_easy_font.h>
#else
#include <stb_easy_font.h>
#endif
#pragma GCC diagnostic pop

namespace unetpp {

/// A point of a picture; x to the right, y down.
/// Units   pixels.
struct PlotPoint {
  double x;
  double y;
};

/// A picture to draw on; what lies outside is cut off.
class Plot {
 public:
  Plot(int width, int height, Rgb paper) : image_{width, height, {}} {
    for (int i = 0; i < width * height; ++i) image_.rgb.insert(image_.rgb.end(), paper.begin(), paper.end());
  }

  const Image& image() const { return image_; }

  /// A line with smooth edges and round ends. Points that are not numbers break it.
  void line(const std::vector<PlotPoint>& points, double width, Rgb colour) {
    std::vector<float> cover(static_cast<std::size_t>(image_.width) * static_cast<std::size_t>(image_.height));
    for (std::size_t i = 1; i < points.size(); ++i) segment(points[i - 1], points[i], width / 2, cover);
    if (points.size() == 1) segment(points[0], points[0], width / 2, cover);
    for (std::size_t i = 0; i < cover.size(); ++i)
      if (cover[i] > 0) blend(i, colour, cover[i]);
  }

  /// Text in ASCII whose letters are 7 * scale pixels high; others are shown as "?".
  void text(int x, int y, const std::string& words, Rgb colour, int scale = 2) {
    std::string letters = ascii(words);
    std::vector<Corner> corners(4 * 32 * (letters.size() + 1));
    const int quads = stb_easy_font_print(0, 0, letters.data(), nullptr, corners.data(),
                                          static_cast<int>(corners.size() * sizeof(Corner)));
    for (std::size_t q = 0; q < static_cast<std::size_t>(quads); ++q) {
      const Corner &from = corners[4 * q], &to = corners[4 * q + 2];
      rectangle(x + scale * static_cast<int>(from.x), y + scale * static_cast<int>(from.y),
                scale * static_cast<int>(to.x - from.x), scale * static_cast<int>(to.y - from.y), colour);
    }
  }

  static int text_width(const std::string& words, int scale = 2) {
    return scale * stb_easy_font_width(ascii(words).data());
  }

  void rectangle(int x, int y, int width, int height, Rgb colour) {
    for (int j = std::max(0, y); j < std::min(image_.height, y + height); ++j)
      for (int i = std::max(0, x); i < std::min(image_.width, x + width); ++i) blend(index(i, j), colour, 1);
  }

 private:
  struct Corner {  // as stb_easy_font writes it
    float x, y, z;
    std::uint8_t colour[4];
  };

  static std::string ascii(std::string text) {
    for (char& c : text)
      if (c < ' ' || c > '~') c = '?';
    return text;
  }

  std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) + static_cast<std::size_t>(x);
  }

  void blend(std::size_t i, Rgb colour, float cover) {
    for (std::size_t c = 0; c < 3; ++c) {
      std::uint8_t& value = image_.rgb[3 * i + c];
      value = static_cast<std::uint8_t>(static_cast<float>(value) * (1 - cover) +
                                        static_cast<float>(colour[c]) * cover + 0.5f);
    }
  }

  /// How much of each pixel a thick segment covers, by the distance of its middle.
  void segment(PlotPoint a, PlotPoint b, double radius, std::vector<float>& cover) const {
    if (!std::isfinite(a.x + a.y + b.x + b.y)) return;
    const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy, reach = radius + 1;
    const auto first = [&](double v) { return std::max(0, static_cast<int>(v - reach)); };
    const auto last = [&](double v, int size) { return std::min(size - 1, static_cast<int>(v + reach)); };
    for (int y = first(std::min(a.y, b.y)); y <= last(std::max(a.y, b.y), image_.height); ++y)
      for (int x = first(std::min(a.x, b.x)); x <= last(std::max(a.x, b.x), image_.width); ++x) {
        const double px = x + 0.5 - a.x, py = y + 0.5 - a.y;
        const double along = length > 0 ? std::clamp((px * dx + py * dy) / length, 0.0, 1.0) : 0;
        const double distance = std::hypot(px - along * dx, py - along * dy);
        float& covered = cover[index(x, y)];
        covered = std::max(covered, static_cast<float>(std::clamp(radius + 0.5 - distance, 0.0, 1.0)));
      }
  }

  Image image_;
};

}  // namespace unetpp
