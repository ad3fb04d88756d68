#pragma once
// Images that show less.

#include <algorithm>
#include <cmath>
#include <vector>

#include "unetpp/core/random.hpp"
#include "unetpp/io/data/augment/augment_config.hpp"
#include "unetpp/io/data/augment/draws.hpp"
#include "unetpp/io/image/filter.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/resize.hpp"
#include "unetpp/io/image/resize_antialiased.hpp"

namespace unetpp::detail {

inline std::vector<FilterTaps> gaussian_taps(int pixels, double sigma) {
  std::vector<FilterTaps> taps;
  for (int i = 0; i < pixels; ++i)
    taps.push_back(filter_taps(pixels, i, std::max(1.0, 3 * sigma),
                               [&](double distance) { return std::exp(-distance * distance / (2 * sigma * sigma)); }));
  return taps;
}

inline void blur(Raster& image, const AugmentConfig::Blur& config, const Draws& draws) {
  if (!draws.happens(config.probability)) return;
  const double sigma = draws.between(config.sigma, 1);
  image = remade(image, image.height, image.width, [&](const auto& pixels) {
    return filtered(pixels, gaussian_taps(image.height, sigma), gaussian_taps(image.width, sigma));
  });
}

inline void lower_resolution(Raster& image, const AugmentConfig::LowResolution& config, const Draws& draws) {
  if (!draws.happens(config.probability)) return;
  const float factor = draws.between(config.factor, 1);
  const auto smaller = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(factor * static_cast<float>(side))));
  };
  image = resize_bilinear(resize_antialiased(image, smaller(image.height), smaller(image.width)), image.height,
                          image.width);
}

}  // namespace unetpp::detail
