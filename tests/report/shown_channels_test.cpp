#include <unetpp/io/data/loader.hpp>
#include <unetpp/report/segmentation_report.hpp>
#include <unetpp/report/shown_channels.hpp>
#include <unetpp/unet.hpp>

#include "catch.hpp"
#include "io/fixtures.hpp"

namespace shown_channels_test {

using namespace unetpp;
using Bytes = std::vector<std::uint8_t>;

TEST_CASE("the first three channels are shown, of one or two the first as grey") {
  CHECK(to_picture({1, 1, 5, {10, 20, 30, 40, 50}}).rgb == Bytes{10, 20, 30});
  CHECK(to_picture({1, 1, 2, {10, 20}}).rgb == Bytes{10, 10, 10});
  CHECK(to_picture({1, 1, 1, {10}}).rgb == Bytes{10, 10, 10});
}

TEST_CASE("a picture of 8 bits has the image's own values") {
  const Image image = io_tests::drawn_image(40, 30);
  CHECK(to_picture(image).rgb == image.rgb);
}

TEST_CASE("chosen channels are shown as red, green and blue, or one as grey") {
  const Raster image{1, 1, 5, {10, 20, 30, 40, 50}};
  CHECK(to_picture(image, {.rgb = {4, 0, 2}}).rgb == Bytes{50, 10, 30});
  CHECK(to_picture(image, {.rgb = {3}}).rgb == Bytes{40, 40, 40});
}

TEST_CASE("channels that an image does not have cannot be shown, nor two of them") {
  const Raster image{1, 1, 5, {10, 20, 30, 40, 50}};
  for (const std::vector<int>& rgb : {std::vector<int>{5}, {-1}, {0, 1}, {0, 1, 5}, {0, 1, 2, 3}})
    CHECK_THROWS_AS(to_picture(image, {.rgb = rgb}), ArgumentError);
}

TEST_CASE("8 bits are shown over their full scale, or stretched if asked for") {
  const Raster image{3, 1, 1, {10, 20, 30}};
  CHECK(to_picture(image).rgb == Bytes{10, 10, 10, 20, 20, 20, 30, 30, 30});
  CHECK(to_picture(image, {.stretch = true}).rgb.front() == 0);
}

TEST_CASE("16 bits are shown from their 1st to their 99th percentile") {
  Raster image{101, 1, 1, {}};
  for (int i = 0; i <= 100; ++i) image.values16.push_back(static_cast<std::uint16_t>(1000 + 10 * i));
  const Bytes stretched = to_picture(image).rgb;
  CHECK(stretched[0] == 0);
  CHECK(stretched[3] == 0);                                             // the 1st percentile
  CHECK(stretched[3 * 50] == static_cast<int>(255 * 49 / 98.0 + 0.5));  // the middle
  CHECK(stretched[3 * 99] == 255);                                      // the 99th
  CHECK(stretched[3 * 98] < 255);
}

TEST_CASE("floats are shown from their 1st to their 99th percentile, where NaN is black and one value, too") {
  Raster image{101, 1, 1, {}};
  for (int i = 0; i <= 100; ++i) image.floats.push_back(static_cast<float>(i) - 300);
  const Bytes shown = to_picture(image).rgb;
  CHECK(shown[3] == 0);
  CHECK(shown[3 * 99] == 255);
  image.floats[50] = NAN;
  CHECK(to_picture(image).rgb[3 * 50] == 0);
  CHECK(to_picture({2, 1, 1, {}, {}, {}, {7, 7}}).rgb == Bytes(6, 0));
}

namespace {

/// Four channels of which only the last one says anything: the class.
struct Infrared {
  std::size_t size() const { return 4; }
  std::string name(std::size_t i) const { return std::to_string(i); }
  Sample load(std::size_t i) const {
    Sample sample{{8, 8, 4, {}}, {8, 8, {}}};
    for (std::size_t pixel = 0; pixel < 64; ++pixel) {
      const bool bright = (pixel + i) % 3 == 0;
      sample.mask.values.push_back(bright);
      for (const int value : {10, 20, 30, bright ? 200 : 40})
        sample.image.values.push_back(static_cast<std::uint8_t>(value));
    }
    return sample;
  }
};

}  // namespace

TEST_CASE("a report shows the chosen channel of scaled images with the values that it had before") {
  using Net = UNet<UNetConfig{.height = 8, .width = 8, .channels = 4, .classes = 2, .base_channels = 4, .depth = 1}>;
  const io_tests::TemporaryFolder folder;
  const Infrared data;
  const ChannelScaling scaling{{0, 0, 0, 0.5f}, {1, 1, 1, 0.25f}};
  Loader<Net::in, Infrared> train(data, {0, 1}, {.batch = 2, .scaling = scaling});
  Loader<Net::in, Infrared> validation(data, {2, 3}, {.batch = 2, .shuffle = false, .scaling = scaling});
  SegmentationReportConfig config;
  config.folder = folder.path();
  config.shown = {.rgb = {3}};
  config.scaling = scaling;
  SegmentationReport report(config);
  Parameters<Net> parameters(HeNormal{1});
  SGD sgd;
  fit(parameters, sgd, train, validation, {.epochs = 1, .progress = false}, report);
  REQUIRE(report.run().images.size() == 2);
  const Bytes& shown = report.run().images[0].image.rgb;
  for (std::size_t pixel = 0; pixel < 64; ++pixel) CHECK(shown[3 * pixel] == ((pixel + 2) % 3 == 0 ? 200 : 40));
}

}  // namespace shown_channels_test
