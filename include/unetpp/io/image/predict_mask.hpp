#pragma once
// Masks of images of any size, by a network of one size: of the whole image resized, or tile by tile.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/io/image/channel_scaling.hpp"
#include "unetpp/io/image/full_size.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/preprocessing.hpp"
#include "unetpp/io/image/resize_antialiased.hpp"
#include "unetpp/io/image/to_float.hpp"
#include "unetpp/nn/predictor.hpp"
#include "unetpp/nn/tiled_predictor.hpp"

namespace unetpp {

/// What a TiledPredictor reads an image, a Raster or an Image, through, with to_float's bits. The image must outlive it.
/// Errors  ArgumentError when the size is empty or not that of the pixels, and for a scaling of other channels.
template <detail::Pixels P>
class PixelReader {
 public:
  explicit PixelReader(const P& image, ChannelScaling scaling = {}) : image_(image), scaling_(std::move(scaling)) {
    detail::visit_pixels(image, [&](const auto& pixels) {
      detail::require_pixels(pixels);
      detail::require_scaling(scaling_, pixels.channels, "an image");
    });
  }
  explicit PixelReader(P&&, ChannelScaling = {}) = delete;

  Extent size() const { return {image_.height, image_.width}; }

  void operator()(int y, int x, std::span<float> to) const {
    detail::visit_pixels(image_, [&](const auto& pixels) {
      const std::size_t first = detail::pixel_count(pixels.width, y) + static_cast<std::size_t>(x);
      detail::to_float(pixels.values.subspan(static_cast<std::size_t>(pixels.channels) * first, to.size()), to.data());
    });
    detail::scale_channels(scaling_, to);
  }

 private:
  const P& image_;
  ChannelScaling scaling_;
};

namespace detail {

/// Errors  ArgumentError for an image of other channels than the network's.
template <Layer Net>
void require_channels(const Raster& image) {
  if (image.channels != Net::in.channels)
    throw ArgumentError("predict_mask: expected an image of " + std::to_string(Net::in.channels) +
                        " channels, as the network reads, found " + std::to_string(image.channels));
}
template <Layer Net>
void require_channels(const Image&) {
  static_assert(Net::in.channels == 3, "unetpp: an Image is RGB, so that Net::in needs 3 channels");
}

}  // namespace detail

/// The most probable class of each pixel of an image, a Raster or an Image: the image is resized to the network's input as
/// `how` says and scaled, and the probabilities are resized to the image's size, as classes_at.
/// Errors  ArgumentError for an empty image or one of other channels, for a scaling of other channels, and for a crop,
///         which does not show all of an image; NonFiniteError if the network's output at any pixel is NaN.
template <Layer Net, detail::Pixels P>
Mask predict_mask(Predictor<Net>& predictor, const P& image, Resize how = Resize::bilinear,
                  const ChannelScaling& scaling = {}) {
  detail::require_channels<Net>(image);
  if (how == Resize::crop)
    throw ArgumentError(
        "predict_mask: expected an image that is resized, found a crop (a TiledPredictor predicts images "
        "of any size with a network that was trained on crops)");
  Tensor<Net::in> x;
  to_float(resize(image, Net::in.height, Net::in.width, how), x.span(), scaling);
  return classes_at(predictor.probabilities(x), image.height, image.width);
}

/// The same at the image's own resolution.
/// Errors  ArgumentError as PixelReader and for an image of other channels; NonFiniteError if the network's output at any
///         pixel is NaN.
template <Layer Net, detail::Pixels P>
Mask predict_mask(TiledPredictor<Net>& tiled, const P& image, const ChannelScaling& scaling = {}) {
  detail::require_channels<Net>(image);
  const PixelReader read(image, scaling);
  Mask mask{image.width, image.height, std::vector<std::uint8_t>(read.size().size())};
  tiled.classes(read.size(), read, mask.values);
  return mask;
}

}  // namespace unetpp
