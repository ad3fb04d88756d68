#pragma once
// How the classes of a segmentation are called and coloured.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "unetpp/io/files/model_info.hpp"
#include "unetpp/report/picture.hpp"

namespace unetpp {

/// Colour number i of any number of them: Okabe and Ito's, then hues a golden section apart, light and dark in turn.
inline Rgb class_colour(std::size_t i) {
  if (i < std::size(okabe_ito)) return okabe_ito[i];
  const double turn = std::fmod(static_cast<double>(i) * 0.618033988749895, 1.0);
  const double light = i % 2 == 0 ? 0.72 : 0.42, spread = 0.27;
  Rgb colour{};
  for (std::size_t c = 0; c < 3; ++c)
    colour[c] = static_cast<std::uint8_t>(
        255 * (light + spread * std::cos(6.283185307179586 * (turn - static_cast<double>(c) / 3))));
  return colour;
}

/// A class as a report shows it.
struct ReportClass {
  std::string name;
  Rgb colour;
  bool shown = true;  // whether its pixels are coloured when the page opens
};

/// The classes for a model file.
inline std::vector<ModelClass> model_classes(const std::vector<ReportClass>& classes) {
  std::vector<ModelClass> list;
  for (const ReportClass& c : classes) list.push_back({c.name, c.colour});
  return list;
}

/// "class 0", "class 1", ... in the colours above.
inline std::vector<ReportClass> numbered_classes(std::size_t count) {
  std::vector<ReportClass> classes;
  for (std::size_t i = 0; i < count; ++i) classes.push_back({"class " + std::to_string(i), class_colour(i)});
  return classes;
}

}  // namespace unetpp
