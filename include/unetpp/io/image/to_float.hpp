#pragma once
// From an image's values to what a network reads.

#include <span>

#include "unetpp/io/image/channel_scaling.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

/// Writes an image, a Raster or an Image, as a network reads it.
/// Shapes  image: height×width×channels, as out.
/// Units   out: values over their full scale, in [0, 1] but for floats; with a scaling, standard deviations.
/// Errors  ArgumentError when out has another size, or the scaling is of other channels.
template <detail::Pixels P>
void to_float(const P& image, std::span<float> out, const ChannelScaling& scaling = {}) {
  detail::visit_pixels(image, [&](const auto& pixels) {
    detail::require_pixels(pixels);
    detail::require_pixels(pixels.height, pixels.width, pixels.channels, out.size());
    detail::require_scaling(scaling, pixels.channels, "an image");
    detail::to_float(pixels.values, out.data());
  });
  detail::scale_channels(scaling, out);
}

}  // namespace unetpp
