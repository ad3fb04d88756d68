// How unetpp/io/data/loader.hpp brings samples to the network's size, and when.

#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../numbers.hpp"
#include "unetpp/io/data/augment.hpp"
#include "unetpp/io/data/loader.hpp"

namespace loader_resize_test {

using namespace io_tests;
using unetpp::Image;
using unetpp::LoaderConfig;
using unetpp::Resize;
using unetpp::Sample;

namespace {

/// One sample of a drawn image, larger than the network's.
struct Drawn {
  std::size_t size() const { return 1; }
  std::string name(std::size_t) const { return "drawn"; }
  Sample load(std::size_t) const { return {drawn_image(23, 19), drawn_trimap(23, 19)}; }
};

struct Written {
  std::vector<float> image;
  std::vector<std::uint8_t> labels;
  bool operator==(const Written&) const = default;
};

Written loaded(const LoaderConfig& config) {
  const Drawn drawn;
  unetpp::Loader<in, Drawn> loader(drawn, {0}, config);
  loader.start_epoch(0);
  REQUIRE(loader.next());
  const float* image = &loader.images()(0, 0, 0, 0);
  const std::uint8_t* labels = &loader.labels()(0, 0, 0, 0);
  return {{image, image + in.size()}, {labels, labels + in.pixels()}};
}

Written written(Resize how) {
  Written to{std::vector<float>(in.size()), std::vector<std::uint8_t>(in.pixels())};
  unetpp::write_sample(Drawn{}.load(0), in, to.image, to.labels, how);
  return to;
}

/// Its image as a network reads it.
std::vector<float> floats(const Image& image) {
  std::vector<float> values(image.rgb.size());
  unetpp::to_float(image, values);
  return values;
}

}  // namespace

TEST_CASE("a loader and write_sample resize as they are told, and plainly unless told") {
  const Image image = drawn_image(23, 19);
  const Written plain = loaded({}), antialiased = loaded({.resize = Resize::antialiased});
  CHECK(plain.image == floats(resize_bilinear(image, in.height, in.width)));
  CHECK(antialiased.image == floats(resize_antialiased(image, in.height, in.width)));
  CHECK(plain.image != antialiased.image);
  CHECK(plain.labels == antialiased.labels);
  CHECK(plain == written(Resize::bilinear));
  CHECK(antialiased == written(Resize::antialiased));
}

TEST_CASE("what a transform returns is resized as the loader is told") {
  const LoaderConfig config{.transform = [](const Sample& sample, unetpp::Random) { return sample; },
                            .resize = Resize::antialiased};
  CHECK(loaded(config) == written(Resize::antialiased));
}

TEST_CASE("with resize_first a transform works on samples of the network's size") {
  const auto invert = [](const Sample& sample, unetpp::Random) {
    Sample other = sample;
    for (std::uint8_t& value : other.image.values) value = static_cast<std::uint8_t>(255 - value);
    CHECK(sample.image.width == in.width);
    CHECK(sample.mask.height == in.height);
    return other;
  };
  Image expected = resize_antialiased(drawn_image(23, 19), in.height, in.width);
  for (std::uint8_t& value : expected.rgb) value = static_cast<std::uint8_t>(255 - value);
  CHECK(loaded({.transform = invert, .resize = Resize::antialiased, .resize_first = true}).image == floats(expected));
}

TEST_CASE("with resize_first the cache counts samples at the network's size") {
  const Numbers numbers(20);
  const std::size_t bytes = in.size() + in.pixels();
  NumberLoader loader(numbers, first(20),
                      {.batch = 4,
                       .cache_bytes = 7 * bytes + bytes - 1,
                       .transform = [](const Sample& sample, unetpp::Random) { return sample; },
                       .resize_first = true});
  epoch(loader, 0);
  epoch(loader, 1);
  CHECK(numbers.loads == 20 + 13);
}

TEST_CASE("with resize_first what a transform makes of another size is resized again") {
  const auto crop = [](const Sample&, unetpp::Random) -> Sample { return {drawn_image(9, 7), drawn_trimap(9, 7)}; };
  CHECK(loaded({.transform = crop, .resize_first = true}).image ==
        floats(resize_bilinear(drawn_image(9, 7), in.height, in.width)));
}

TEST_CASE("a loader of crops gives the middle of a sample as it is") {
  const Image image = drawn_image(23, 19);
  const Written crop = loaded({.resize = Resize::crop});
  CHECK(crop.image == floats(centre_crop(image, in.height, in.width)));
  CHECK(crop.labels == centre_crop(drawn_trimap(23, 19), in.height, in.width).values);
  CHECK(crop == written(Resize::crop));
}

TEST_CASE("a loader of crops shows a transform all of a sample, which gives a crop") {
  const unetpp::Augment augment({.crop = {.height = in.height, .width = in.width}});
  const LoaderConfig config{.seed = 3,
                            .transform =
                                [&](const Sample& sample, unetpp::Random random) {
                                  CHECK(sample.image.width == 23);
                                  return augment(sample, random);
                                },
                            .resize = Resize::crop};
  const Sample expected = augment(Drawn{}.load(0), unetpp::detail::transform_random(3, 0, 0));
  REQUIRE(expected.image.height == in.height);
  Written to{std::vector<float>(in.size()), expected.mask.values};
  unetpp::to_float(expected.image, to.image);
  CHECK(loaded(config) == to);
}

TEST_CASE("a sample that is smaller than the crop is skipped with both sizes, with a transform and without") {
  struct Small : Drawn {
    Sample load(std::size_t) const {
      return {drawn_image(in.width, in.height - 1), drawn_trimap(in.width, in.height - 1)};
    }
  };
  const Small small;
  for (const bool transforms : {false, true}) {
    std::string line;
    LoaderConfig config{.warn = [&](const std::string& text) { line = text; }, .resize = Resize::crop};
    if (transforms) config.transform = unetpp::Augment({.crop = {.height = in.height, .width = in.width}});
    unetpp::Loader<in, Small> loader(small, {0}, config);
    loader.start_epoch(0);
    CHECK_FALSE(loader.next());
    CHECK(line == "skipping drawn: drawn: expected an image of at least " +
                      unetpp::detail::size_text(in.width, in.height) + ", the crop's size, found " +
                      unetpp::detail::size_text(in.width, in.height - 1) + " (take a smaller crop, or leave it out)");
  }
}

}  // namespace loader_resize_test
