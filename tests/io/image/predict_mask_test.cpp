#include "unetpp/io/image/predict_mask.hpp"

#include <cstdint>
#include <span>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/data/dataset.hpp"
#include "unetpp/unet.hpp"

using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 32, .width = 32, .base_channels = 4, .depth = 1}>;

}  // namespace

TEST_CASE("a PixelReader reads the bits that to_float writes, from any column of any row") {
  Image image{23, 12, {}};
  for (int v = 0; v < 3 * 23 * 12; ++v) image.rgb.push_back(static_cast<std::uint8_t>(v));  // all 256, and more
  std::vector<float> whole(image.rgb.size());
  to_float(image, whole);
  const PixelReader read(image);
  CHECK(read.size() == Extent{12, 23});
  for (std::size_t y = 0; y < 12; ++y)
    for (std::size_t x = 0; x < 23; ++x) {
      const std::span<const float> expected(whole.data() + 3 * (23 * y + x), 3 * (23 - x));
      std::vector<float> pixels(expected.size());
      read(static_cast<int>(y), static_cast<int>(x), pixels);
      CHECK(pixels == std::vector<float>(expected.begin(), expected.end()));
    }
}

TEST_CASE("a PixelReader refuses an image that is empty or of another number of values") {
  const Image empty, odd{2, 2, {1, 2, 3}};
  CHECK_THROWS_AS(PixelReader(empty), ArgumentError);
  CHECK_THROWS_AS(PixelReader(odd), ArgumentError);
}

TEST_CASE("predict_mask says of a tile's image what a Predictor says, and has a larger image's size") {
  const Parameters<Net> parameters(HeNormal{2});
  TiledPredictor<Net> tiled(parameters);
  const Image image = io_tests::drawn_image(32, 32);
  Tensor<Net::in> x;
  to_float(image, x.span());
  Predictor<Net> predictor(parameters);
  const auto classes = predictor.classes(x);
  CHECK(predict_mask(tiled, image).values == std::vector<std::uint8_t>(classes.data(), classes.data() + 32 * 32));

  const Mask mask = predict_mask(tiled, io_tests::drawn_image(70, 41));
  CHECK(mask.width == 70);
  CHECK(mask.height == 41);
  CHECK(mask.values.size() == 70 * 41);
}

TEST_CASE("predict_mask by a Predictor has the image's size and the classes of the enlarged probabilities") {
  const Parameters<Net> parameters(HeNormal{2});
  Predictor<Net> predictor(parameters);
  const Image image = io_tests::drawn_image(70, 41);
  for (const Resize how : {Resize::bilinear, Resize::antialiased}) {
    const Mask mask = predict_mask(predictor, image, how);
    Tensor<Net::in> x;
    to_float(how == Resize::bilinear ? resize_bilinear(image, 32, 32) : resize_antialiased(image, 32, 32), x.span());
    CHECK(mask.width == 70);
    CHECK(mask.values == classes_at(predictor.probabilities(x), 41, 70).values);
  }
  CHECK(predict_mask(predictor, image).values != predict_mask(predictor, image, Resize::antialiased).values);
  CHECK_THROWS_AS(predict_mask(predictor, Image{}), ArgumentError);
}
