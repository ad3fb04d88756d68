#include "unetpp/io/data/channel_statistics.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/io/data/loader.hpp"

namespace channel_statistics_test {

using namespace io_tests;
using namespace unetpp;

namespace {

constexpr std::size_t every_sample[] = {0, 1, 2, 3, 4, 5, 6};
const std::vector<std::size_t> all(std::begin(every_sample), std::end(every_sample));

/// Images of 2 channels, each of another size, by turns of 8 bits, 16 bits and floats.
struct Mixed {
  std::size_t unusable = ~std::size_t{0};
  int odd_channels = 2;  ///< of the last one
  bool constant = false;

  std::size_t size() const { return 7; }
  std::string name(std::size_t i) const { return "mixed " + std::to_string(i); }
  Sample load(std::size_t i) const {
    if (i == unusable) throw FormatError("unusable");
    const int width = 3 + static_cast<int>(i), channels = i == 6 ? odd_channels : 2;
    Raster image{width, 2, channels, {}};
    const Random random(i);
    for (int k = 0; k < 2 * width * channels; ++k) {
      const bool fixed = constant && k % 2 == 1;
      const auto level = static_cast<std::uint8_t>(fixed ? 51 : random.below(256, static_cast<std::uint64_t>(k)));
      if (i % 3 == 0) image.values.push_back(level);
      if (i % 3 == 1) image.values16.push_back(static_cast<std::uint16_t>(257 * level));
      if (i % 3 == 2) image.floats.push_back(level / 255.0f);
    }
    return {image, {width, 2, std::vector<std::uint8_t>(static_cast<std::size_t>(2 * width))}};
  }
};

}  // namespace

TEST_CASE("channel statistics are the mean and deviation of all pixels, by their definition") {
  long double sum[2] = {}, squares[2] = {}, pixels = 0;
  for (int pass = 0; pass < 2; ++pass)
    for (const std::size_t i : all) {
      const Sample sample = Mixed().load(i);
      std::vector<float> values(static_cast<std::size_t>(sample.image.width * sample.image.height * 2));
      to_float(sample.image, values);
      if (pass == 0) pixels += static_cast<long double>(values.size()) / 2;
      for (std::size_t k = 0; k < values.size(); ++k)
        (pass == 0 ? sum : squares)[k % 2] +=
            pass == 0 ? static_cast<long double>(values[k]) : std::pow(values[k] - sum[k % 2] / pixels, 2.0L);
    }
  const ChannelScaling scaling = channel_statistics(Mixed(), all);
  for (std::size_t c = 0; c < 2; ++c) {
    CHECK(scaling.mean[c] == Approx(static_cast<double>(sum[c] / pixels)).epsilon(1e-6));
    CHECK(scaling.deviation[c] == Approx(static_cast<double>(std::sqrt(squares[c] / pixels))).epsilon(1e-6));
  }
}

TEST_CASE("channel statistics have the same bits on any number of threads") {
  const ChannelScaling one = channel_statistics(Mixed(), all, 1);
  for (const int threads : {2, 3, 8}) CHECK(channel_statistics(Mixed(), all, threads) == one);
}

TEST_CASE("channel statistics leave out what cannot be used, and need what can") {
  CHECK(channel_statistics(Mixed{.unusable = 2}, all) == channel_statistics(Mixed(), {0, 1, 3, 4, 5, 6}));
  CHECK_THROWS_AS(channel_statistics(Mixed{.unusable = 2}, {2}), ArgumentError);
  CHECK_THROWS_AS(channel_statistics(Mixed(), {}), ArgumentError);
  CHECK_THROWS_AS(channel_statistics(Mixed(), {7}), ArgumentError);
}

TEST_CASE("a channel of one value has no statistics") {
  CHECK(
      message_of<ArgumentError>([] {
        channel_statistics(Mixed{.constant = true}, {0, 3, 6});
      }) ==
      "channel statistics: expected channels of different values, found channel 1 to be 0.200000 in every pixel (leave "
      "it out of the images)");
}

TEST_CASE("images of different numbers of channels have no statistics") {
  CHECK(message_of<ArgumentError>([] { channel_statistics(Mixed{.odd_channels = 3}, all); }) ==
        "channel statistics: mixed 6: expected an image of 2 channels as before, found 3");
}

TEST_CASE("a loader scales channels, with a transform and without") {
  const Mixed data;
  const ChannelScaling scaling = channel_statistics(data, all);
  for (const bool transforms : {false, true}) {
    LoaderConfig config{.batch = 1, .shuffle = false, .scaling = scaling};
    if (transforms) config.transform = [](const Sample& sample, Random) { return sample; };
    Loader<Shape{2, 4, 2}, Mixed> loader(data, {1}, config);
    loader.start_epoch(0);
    REQUIRE(loader.next());
    const Raster image = data.load(1).image;
    for (int x = 0; x < 4; ++x)
      for (std::size_t c = 0; c < 2; ++c) {
        const float value = image.values16[2 * static_cast<std::size_t>(x) + c] / 65535.0f;
        CHECK(loader.images()(0, 0, x, static_cast<int>(c)) == (value - scaling.mean[c]) / scaling.deviation[c]);
      }
    std::vector<float> written(16);
    std::vector<std::uint8_t> labels(8);
    write_sample(data.load(1), {2, 4, 2}, written, labels, Resize::bilinear, scaling);
    CHECK(std::vector<float>(loader.images().data(), loader.images().data() + 16) == written);
  }
}

TEST_CASE("a loader refuses a scaling of other channels than its network's") {
  const Mixed data;
  const LoaderConfig config{.scaling = {{0}, {1}}};
  CHECK(message_of<ArgumentError>([&] {
          Loader<Shape{2, 4, 2}, Mixed> loader(data, {0}, config);
        }) == "a loader's channel scaling: expected a mean and a deviation for each of 2 channels, found 1 and 1");
}

}  // namespace channel_statistics_test
