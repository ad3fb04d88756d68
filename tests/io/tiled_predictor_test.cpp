#include "unetpp/io/tiled_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "fixtures.hpp"
#include "unetpp/unet.hpp"

using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 32, .width = 32, .base_channels = 4, .depth = 1}>;  // sees 20 pixels

/// Small squares in random colours.
Image random_image(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (std::uint64_t c = 0; c < 3; ++c)
        image.rgb.push_back(static_cast<std::uint8_t>(Random(c).below(256, std::uint64_t{1} * (y / 7) * 1000 + x / 7)));
  return image;
}

/// The probabilities of all pixels; fails unless every pixel is handed out once.
template <class Tiled>
std::vector<float> all_probabilities(Tiled& tiled, const Image& image) {
  std::vector<float> all(std::size_t{3} * image.width * image.height, -1);
  tiled.probabilities(image, [&](int y, int x, std::span<const float> row) {
    const std::size_t at = std::size_t{3} * (y * image.width + x);
    REQUIRE(x + row.size() / 3 <= static_cast<std::size_t>(image.width));
    CHECK(all[at] == -1);
    std::copy(row.begin(), row.end(), all.begin() + static_cast<std::ptrdiff_t>(at));
  });
  CHECK(std::count(all.begin(), all.end(), -1.0f) == 0);
  return all;
}

/// What the network says of a whole image, extended to Height×Width as tiles extend it.
template <int Height, int Width>
std::vector<float> whole_probabilities(const Parameters<Net>& parameters, const Image& image) {
  using Whole = Net::resized<Height, Width>;
  Tensor<Whole::in> x;
  for (int h = 0; h < Height; ++h)
    for (int w = 0; w < Width; ++w)
      for (int c = 0; c < 3; ++c)
        x(h, w, c) =
            image.rgb[std::size_t{3} * (std::min(h, image.height - 1) * image.width + std::min(w, image.width - 1)) +
                      c] /
            255.0f;
  Predictor<Whole> predictor(parameters.span());
  const BatchView<const float, Whole::out> y = predictor.probabilities(x);
  std::vector<float> all;
  for (int h = 0; h < image.height; ++h)
    for (int w = 0; w < image.width; ++w)
      for (int c = 0; c < 3; ++c) all.push_back(y(0, h, w, c));
  return all;
}

float largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
  return largest;
}

}  // namespace

TEST_CASE("tiles that overlap by the receptive field give what the network gives for the whole image") {
  const Parameters<Net> parameters(HeNormal{2});
  const Image image = random_image(89, 75);
  TiledPredictor<Net> tiled(parameters);
  const std::vector<float> whole = whole_probabilities<76, 90>(parameters, image);
  CHECK(largest_difference(all_probabilities(tiled, image), whole) < 1e-5f);

  TiledPredictor<Net> narrow(parameters, {.overlap = 16});  // the same test sees the difference that the overlap makes
  CHECK(largest_difference(all_probabilities(narrow, image), whole) > 1e-5f);
}

TEST_CASE("an image wider than a band of tiles is seamless, too") {
  const Parameters<Net> parameters(HeNormal{2});
  const Image image = random_image(200, 40);
  REQUIRE(TileAxis(200, 32, 20, receptive_field<Net>.columns).count() > TiledPredictor<Net>::band_tiles);
  TiledPredictor<Net> tiled(parameters, {.batch = 3});
  CHECK(largest_difference(all_probabilities(tiled, image), whole_probabilities<40, 200>(parameters, image)) < 1e-5f);
}

TEST_CASE("tiles that overlap by less than the receptive field agree with the whole image on nearly all classes") {
  const Parameters<Net> parameters(HeNormal{2});
  const Image image = random_image(96, 96);
  const std::vector<float> whole = whole_probabilities<96, 96>(parameters, image);
  TiledPredictor<Net> tiled(parameters, {.overlap = 8});
  const Mask mask = tiled.classes(image);
  int same = 0;
  for (std::size_t i = 0; i < mask.values.size(); ++i) {
    const auto first = whole.begin() + static_cast<std::ptrdiff_t>(3 * i);
    same += std::max_element(first, first + 3) - first == mask.values[i];
  }
  CHECK(same >= 0.97 * 96 * 96);
  CHECK(same < 96 * 96);
}

TEST_CASE("an image smaller than a tile is extended by its edge's pixels") {
  const Parameters<Net> parameters(HeNormal{2});
  const Image image = random_image(21, 5);
  TiledPredictor<Net> tiled(parameters);
  CHECK(all_probabilities(tiled, image) == whole_probabilities<32, 32>(parameters, image));
}

TEST_CASE("tiling gives the same bits for any number of tiles in a batch and of threads, and for a second image") {
  const Parameters<Net> parameters(HeNormal{2});
  const Image image = random_image(130, 50);
  TiledPredictor<Net> one(parameters, {.batch = 1, .threads = 1}), five(parameters, {.batch = 5, .threads = 2});
  const std::vector<float> first = all_probabilities(one, image);
  CHECK(all_probabilities(five, image) == first);
  all_probabilities(one, random_image(60, 60));
  CHECK(all_probabilities(one, image) == first);
}

TEST_CASE("tiling tells how far it is") {
  const Parameters<Net> parameters;
  std::vector<std::pair<std::size_t, std::size_t>> told;
  TiledPredictor<Net> tiled(parameters, {.overlap = 0, .batch = 2, .progress = [&](std::size_t done, std::size_t all) {
                                           told.emplace_back(done, all);
                                         }});
  tiled.classes(random_image(96, 32));
  CHECK(told == std::vector<std::pair<std::size_t, std::size_t>>{{2, 3}, {3, 3}});
}

TEST_CASE("a network that makes NaN of a large image gives no classes but an error") {
  Parameters<Net> parameters(HeNormal{3});
  parameters.span()[0] = std::numeric_limits<float>::quiet_NaN();
  TiledPredictor<Net> tiled(parameters);
  CHECK_THROWS_AS(tiled.classes(random_image(40, 50)), NonFiniteError);
}
