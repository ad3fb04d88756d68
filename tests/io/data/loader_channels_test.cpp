// Images of any number of channels, from a data set to training.

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../numbers.hpp"
#include "unetpp/io/data/loader.hpp"
#include "unetpp/unet.hpp"

namespace loader_channels_test {

using namespace io_tests;
using namespace unetpp;

namespace {

/// Left halves are bright in the last channel and of class 1, or right halves.
struct Halves {
  int channels;
  std::size_t size() const { return 8; }
  std::string name(std::size_t i) const { return "halves " + std::to_string(i); }
  Sample load(std::size_t i) const {
    Sample sample{{10, 10, channels, {}}, {10, 10, {}}};
    for (std::size_t pixel = 0; pixel < 100; ++pixel) {
      const bool bright = (pixel % 10 < 5) == (i % 2 == 0);
      sample.mask.values.push_back(bright);
      for (int c = 0; c < channels; ++c) sample.image.values.push_back(bright && c == channels - 1 ? 250 : 10);
    }
    return sample;
  }
};

template <int Channels>
void check_training() {
  using Net =
      UNet<UNetConfig{.height = 8, .width = 8, .channels = Channels, .classes = 2, .base_channels = 4, .depth = 1}>;
  const Halves data{Channels};
  Loader<Net::in, Halves> train(data, first(6), {.batch = 3});
  Loader<Net::in, Halves> validation(data, {6, 7}, {.batch = 2, .shuffle = false});
  Parameters<Net> parameters(HeNormal{1});
  Adam adam({.learning_rate = 1e-2});
  const auto epochs = fit(parameters, adam, train, validation, {.epochs = 20, .progress = false}).history;
  CHECK(epochs.back().train_loss < epochs.front().train_loss / 2);
  CHECK(epochs.back().validation->loss.mean() < 0.3);
}

}  // namespace

TEST_CASE("images of one channel are trained on") { check_training<1>(); }

TEST_CASE("images of five channels are trained on") { check_training<5>(); }

TEST_CASE("a batch holds all channels of its images, in their order") {
  const Halves data{5};
  Loader<Shape{10, 10, 5}, Halves> loader(data, {0}, {.batch = 1});
  loader.start_epoch(0);
  REQUIRE(loader.next());
  for (int c = 0; c < 5; ++c) {
    CHECK(loader.images()(0, 9, 0, c) == (c == 4 ? 250 : 10) / 255.0f);
    CHECK(loader.images()(0, 9, 9, c) == 10 / 255.0f);
  }
}

TEST_CASE("images of other channels than the network's are one error that names the sample, strict or not") {
  const Halves data{5};
  for (const bool strict : {false, true}) {
    std::vector<std::string> warnings;
    Loader<Shape{8, 8, 3}, Halves> loader(
        data, {4, 5},
        {.shuffle = false, .strict = strict, .warn = [&](const std::string& line) { warnings.push_back(line); }});
    loader.start_epoch(0);
    for (int again = 0; again < 2; ++again)
      CHECK(message_of<ArgumentError>([&] { loader.next(); }) ==
            "halves 4: expected an image of 3 channels, as 8x8x3 has, found 5");
    CHECK(warnings.empty());
    CHECK(loader.skipped() == 0);
  }
}

TEST_CASE("a transform may change the number of channels") {
  const Halves data{5};
  const auto last_channel = [](const Sample& sample, Random) {
    Sample one{{10, 10, 1, {}}, sample.mask};
    for (std::size_t i = 4; i < sample.image.values.size(); i += 5) one.image.values.push_back(sample.image.values[i]);
    return one;
  };
  Loader<Shape{10, 10, 1}, Halves> loader(data, {0}, {.transform = last_channel});
  loader.start_epoch(0);
  REQUIRE(loader.next());
  CHECK(loader.images()(0, 0, 0, 0) == 250 / 255.0f);
}

TEST_CASE("a sample of other channels is not written") {
  std::vector<float> image(75);
  std::vector<std::uint8_t> labels(25);
  CHECK(message_of<ArgumentError>([&] {
          write_sample(Halves{5}.load(0), {5, 5, 3}, image, labels);
        }) == "a sample: expected an image of 3 channels, found 5");
}

}  // namespace loader_channels_test
