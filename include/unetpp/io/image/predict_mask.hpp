#pragma once
// Masks of images of any size, by a network of one size: of the whole image resized, or tile by tile.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "unetpp/core/shape.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/io/image/full_size.hpp"
#include "unetpp/io/image/image.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/preprocessing.hpp"
#include "unetpp/io/image/resize_antialiased.hpp"
#include "unetpp/nn/predictor.hpp"
#include "unetpp/nn/tiled_predictor.hpp"

namespace unetpp {

/// What a TiledPredictor reads an image through, with to_float's bits. The image must outlive it.
/// Errors  ArgumentError when the size is empty or not that of the pixels.
class PixelReader {
 public:
  explicit PixelReader(const Image& image) : image_(image) {
    detail::require_pixels(image.height, image.width, 3, image.rgb.size());
  }
  explicit PixelReader(Image&&) = delete;

  Extent size() const { return {image_.height, image_.width}; }

  void operator()(int y, int x, std::span<float> to) const {
    const std::size_t first = detail::pixel_count(image_.width, y) + static_cast<std::size_t>(x);
    detail::to_float(std::span(image_.rgb).subspan(3 * first, to.size()), to.data());
  }

 private:
  const Image& image_;
};

/// The most probable class of each of an image's pixels: the image is resized to the network's input as `how` says, and the
/// probabilities to the image's size, as classes_at.
/// Errors  ArgumentError for an empty image; NonFiniteError if the network's output at any pixel is NaN.
template <Layer Net>
Mask predict_mask(Predictor<Net>& predictor, const Image& image, Resize how = Resize::bilinear) {
  static_assert(Net::in.channels == 3, "unetpp: an Image is RGB, so that Net::in needs 3 channels");
  Tensor<Net::in> x;
  detail::to_float(resize(image, Net::in.height, Net::in.width, how).rgb, x.data());
  return classes_at(predictor.probabilities(x), image.height, image.width);
}

/// The most probable class of each of an image's pixels, at the image's own resolution.
/// Errors  ArgumentError as PixelReader; NonFiniteError if the network's output at any pixel is NaN.
template <Layer Net>
Mask predict_mask(TiledPredictor<Net>& tiled, const Image& image) {
  static_assert(Net::in.channels == 3, "unetpp: an Image is RGB, so that Net::in needs 3 channels");
  const PixelReader read(image);
  Mask mask{image.width, image.height, std::vector<std::uint8_t>(read.size().size())};
  tiled.classes(read.size(), read, mask.values);
  return mask;
}

}  // namespace unetpp
