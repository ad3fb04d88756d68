#include "unetpp/nn/tiled_predictor.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

namespace tiled_predictor_test {

using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 32, .width = 32, .base_channels = 4, .depth = 1}>;  // sees 20 pixels

/// Small squares in random colours, which a TiledPredictor reads; fails unless it reads inside.
struct Picture {
  int width, height, channels = 3;
  std::vector<float> values{};

  Extent size() const { return {height, width}; }
  const float* pixel(int y, int x) const { return values.data() + std::size_t{1} * channels * (y * width + x); }
  void operator()(int y, int x, std::span<float> to) const {
    REQUIRE((0 <= y && y < height && 0 <= x && !to.empty()));
    REQUIRE(static_cast<std::size_t>(x) + to.size() / channels <= static_cast<std::size_t>(width));
    std::copy_n(pixel(y, x), to.size(), to.begin());
  }
};

Picture random_picture(int width, int height, int channels = 3) {
  Picture picture{width, height, channels};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < channels; ++c)
        picture.values.push_back(static_cast<float>(Random(c).below(256, std::uint64_t{1} * (y / 7) * 1000 + x / 7)) /
                                 255);
  return picture;
}

/// The probabilities of all pixels; fails unless every pixel is handed out once.
template <class Tiled>
std::vector<float> all_probabilities(Tiled& tiled, const Picture& picture) {
  std::vector<float> all(std::size_t{3} * picture.width * picture.height, -1);
  tiled.probabilities(picture.size(), picture, [&](int y, int x, std::span<const float> row) {
    const std::size_t at = std::size_t{3} * (y * picture.width + x);
    REQUIRE(x + row.size() / 3 <= static_cast<std::size_t>(picture.width));
    CHECK(all[at] == -1);
    std::copy(row.begin(), row.end(), all.begin() + static_cast<std::ptrdiff_t>(at));
  });
  CHECK(std::count(all.begin(), all.end(), -1.0f) == 0);
  return all;
}

template <class Tiled>
std::vector<std::uint8_t> all_classes(Tiled& tiled, const Picture& picture) {
  std::vector<std::uint8_t> classes(picture.size().size());
  tiled.classes(picture.size(), picture, classes);
  return classes;
}

/// What the network says of a whole picture, extended to Height×Width as tiles extend it.
template <int Height, int Width, class Network>
std::vector<float> whole_probabilities(const Parameters<Network>& parameters, const Picture& picture) {
  using Whole = typename Network::template resized<Height, Width>;
  Tensor<Whole::in> x;
  for (int h = 0; h < Height; ++h)
    for (int w = 0; w < Width; ++w)
      for (int c = 0; c < picture.channels; ++c)
        x(h, w, c) = picture.pixel(std::min(h, picture.height - 1), std::min(w, picture.width - 1))[c];
  Predictor<Whole> predictor(parameters.span());
  const BatchView<const float, Whole::out> y = predictor.probabilities(x);
  std::vector<float> all;
  for (int h = 0; h < picture.height; ++h)
    for (int w = 0; w < picture.width; ++w)
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

TEST_CASE("tiles that overlap by the receptive field give what the network gives for the whole picture") {
  const Parameters<Net> parameters(HeNormal{2});
  const Picture picture = random_picture(89, 75);
  TiledPredictor<Net> tiled(parameters);
  const std::vector<float> whole = whole_probabilities<76, 90>(parameters, picture);
  CHECK(largest_difference(all_probabilities(tiled, picture), whole) < 1e-5f);

  TiledPredictor<Net> closer(parameters, {.overlap = 16});  // the same test sees the difference that the overlap makes
  CHECK(largest_difference(all_probabilities(closer, picture), whole) > 1e-5f);
}

TEST_CASE("a picture wider than a band of tiles is seamless, too") {
  const Parameters<Net> parameters(HeNormal{2});
  const Picture picture = random_picture(200, 40);
  REQUIRE(TileAxis(200, 32, 20, receptive_field<Net>.columns).count() > TiledPredictor<Net>::band_tiles);
  TiledPredictor<Net> tiled(parameters, {.batch = 3});
  CHECK(largest_difference(all_probabilities(tiled, picture), whole_probabilities<40, 200>(parameters, picture)) <
        1e-5f);
}

TEST_CASE("tiles that overlap by less than the receptive field agree with the whole picture on nearly all classes") {
  const Parameters<Net> parameters(HeNormal{2});
  const Picture picture = random_picture(96, 96);
  const std::vector<float> whole = whole_probabilities<96, 96>(parameters, picture);
  TiledPredictor<Net> tiled(parameters, {.overlap = 8});
  const std::vector<std::uint8_t> classes = all_classes(tiled, picture);
  int same = 0;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto first = whole.begin() + static_cast<std::ptrdiff_t>(3 * i);
    same += std::max_element(first, first + 3) - first == classes[i];
  }
  CHECK(same >= 0.97 * 96 * 96);
  CHECK(same < 96 * 96);
}

TEST_CASE("a picture smaller than a tile is extended by its edge's pixels") {
  const Parameters<Net> parameters(HeNormal{2});
  const Picture picture = random_picture(21, 5);
  TiledPredictor<Net> tiled(parameters);
  CHECK(all_probabilities(tiled, picture) == whole_probabilities<32, 32>(parameters, picture));
}

TEST_CASE("tiling gives the same bits for any number of tiles in a batch and of threads, and for a second picture") {
  const Parameters<Net> parameters(HeNormal{2});
  const Picture picture = random_picture(130, 50);
  TiledPredictor<Net> one(parameters, {.batch = 1, .threads = 1}), five(parameters, {.batch = 5, .threads = 2});
  const std::vector<float> first = all_probabilities(one, picture);
  CHECK(all_probabilities(five, picture) == first);
  all_probabilities(one, random_picture(60, 60));
  CHECK(all_probabilities(one, picture) == first);
}

TEST_CASE("tiling tells how far it is") {
  const Parameters<Net> parameters;
  std::vector<std::pair<std::size_t, std::size_t>> told;
  TiledPredictor<Net> tiled(parameters, {.overlap = 0, .batch = 2, .progress = [&](std::size_t done, std::size_t all) {
                                           told.emplace_back(done, all);
                                         }});
  all_classes(tiled, random_picture(96, 32));
  CHECK(told == std::vector<std::pair<std::size_t, std::size_t>>{{2, 3}, {3, 3}});
}

TEST_CASE("tiles take pictures of any number of channels, and read them inside only") {
  using Grey = UNet<UNetConfig{.height = 32, .width = 32, .channels = 1, .base_channels = 4, .depth = 1}>;
  const Parameters<Grey> parameters(HeNormal{2});
  const Picture picture = random_picture(75, 43, 1);
  TiledPredictor<Grey> tiled(parameters, {.batch = 2});
  CHECK(largest_difference(all_probabilities(tiled, picture), whole_probabilities<44, 76>(parameters, picture)) <
        1e-5f);
}

TEST_CASE("tiles refuse an empty picture, and room for another number of classes than it has pixels") {
  const Parameters<Net> parameters;
  TiledPredictor<Net> tiled(parameters);
  std::vector<std::uint8_t> classes(5);
  CHECK_THROWS_WITH(tiled.classes({2, 3}, random_picture(3, 2), classes), "tiles: room for 5 classes of 6 pixels");
  CHECK_THROWS_AS(tiled.classes({2, 3}, random_picture(3, 2), classes), ArgumentError);
  CHECK_THROWS_AS(tiled.classes({0, 3}, random_picture(3, 0), {}), ArgumentError);
}

TEST_CASE("a network that makes NaN of a large picture gives no classes but an error") {
  Parameters<Net> parameters(HeNormal{3});
  parameters.span()[0] = std::numeric_limits<float>::quiet_NaN();
  TiledPredictor<Net> tiled(parameters);
  CHECK_THROWS_AS(all_classes(tiled, random_picture(40, 50)), NonFiniteError);
}

TEST_CASE("with flip, a mirrored picture of whole steps has the mirrored probabilities") {
  const Parameters<Net> parameters(HeNormal{2});
  const Picture picture = random_picture(80, 48);
  Picture mirrored = picture;
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      std::copy_n(picture.pixel(y, x), 3,
                  mirrored.values.begin() + 3 * (std::ptrdiff_t{y} * picture.width + picture.width - 1 - x));
  TiledPredictor<Net> plain(parameters), flipping(parameters, {.flip = true});
  const auto back = [&](const std::vector<float>& row_by_row) {
    std::vector<float> turned(row_by_row.size());
    for (int y = 0; y < picture.height; ++y)
      for (int x = 0; x < picture.width; ++x)
        std::copy_n(row_by_row.begin() + 3 * (std::ptrdiff_t{y} * picture.width + x), 3,
                    turned.begin() + 3 * (std::ptrdiff_t{y} * picture.width + picture.width - 1 - x));
    return turned;
  };
  const std::vector<float> seen = all_probabilities(flipping, picture);
  CHECK(largest_difference(back(all_probabilities(flipping, mirrored)), seen) < 1e-5f);
  CHECK(largest_difference(back(all_probabilities(plain, mirrored)), seen) > 1e-3f);
}

}  // namespace tiled_predictor_test
