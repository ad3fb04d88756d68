#include "unetpp/io/image/predict_mask.hpp"

#include <cstdint>
#include <span>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/data/dataset.hpp"
#include "unetpp/unet.hpp"

namespace predict_mask_test {

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

namespace {

constexpr UNetConfig five_channels{
    .height = 32, .width = 32, .channels = 5, .classes = 3, .base_channels = 4, .depth = 1};
using FiveNet = UNet<five_channels>;
const ChannelScaling scaling{{0.1f, 0.2f, 0.3f, 0.4f, 0.5f}, {0.5f, 0.4f, 0.3f, 0.2f, 0.1f}};

Raster drawn_raster(int width, int height) {
  Raster image{width, height, 5, {}};
  for (std::size_t i = 0; i < std::size_t(5 * width * height); ++i)
    image.values16.push_back(static_cast<std::uint16_t>(Random(4).below(65536, i)));
  return image;
}

}  // namespace

TEST_CASE(
    "predict_mask says of five scaled channels of 16 bits, whole or in tiles, what a Predictor says of their floats") {
  const Parameters<FiveNet> parameters(HeNormal{2});
  const Raster image = drawn_raster(32, 32);
  Tensor<FiveNet::in> x;
  for (std::size_t i = 0; i < image.values16.size(); ++i)
    x.data()[i] = (image.values16[i] / 65535.0f - scaling.mean[i % 5]) / scaling.deviation[i % 5];
  Predictor<FiveNet> predictor(parameters);
  const auto classes = predictor.classes(x);
  const std::vector<std::uint8_t> expected(classes.data(), classes.data() + 32 * 32);
  TiledPredictor<FiveNet> tiled(parameters);
  CHECK(predict_mask(tiled, image, scaling).values == expected);
  CHECK(predict_mask(predictor, image, Resize::bilinear, scaling).values == expected);
  CHECK(predict_mask(tiled, image).values != expected);
  CHECK(predict_mask(predictor, image).values != expected);
}

TEST_CASE("predict_mask refuses an image, or a scaling, of other channels than the network's") {
  const Parameters<FiveNet> parameters(HeNormal{2});
  TiledPredictor<FiveNet> tiled(parameters);
  Predictor<FiveNet> predictor(parameters);
  const Raster four{32, 32, 4, std::vector<std::uint8_t>(4 * 32 * 32)};
  const char* expected = "predict_mask: expected an image of 5 channels, as the network reads, found 4";
  CHECK(io_tests::message_of<ArgumentError>([&] { predict_mask(tiled, four); }) == expected);
  CHECK(io_tests::message_of<ArgumentError>([&] { predict_mask(predictor, four); }) == expected);
  CHECK_THROWS_AS(predict_mask(tiled, drawn_raster(32, 32), {{0}, {1}}), ArgumentError);
  CHECK_THROWS_AS(predict_mask(predictor, drawn_raster(32, 32), Resize::bilinear, {{0}, {1}}), ArgumentError);
}

TEST_CASE("a network that was trained on crops predicts no image that is resized") {
  const Parameters<FiveNet> parameters(HeNormal{2});
  Predictor<FiveNet> predictor(parameters);
  CHECK(io_tests::message_of<ArgumentError>([&] { predict_mask(predictor, drawn_raster(40, 40), Resize::crop); }) ==
        "predict_mask: expected an image that is resized, found a crop (a TiledPredictor predicts images of any size "
        "with a network that was trained on crops)");
}

}  // namespace predict_mask_test
