#include "unetpp/io/data/augment.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "augment/samples.hpp"
#include "unetpp/io/data/loader.hpp"

namespace augment_test {

using namespace augment_tests;
using io_tests::contains;
using io_tests::message_of;
using unetpp::ArgumentError;

namespace {

/// Everything, at its defaults.
AugmentConfig everything(float probability) {
  AugmentConfig config{.flip = {probability, probability}};
  config.rotation.probability = config.scale.probability = config.shift.probability = probability;
  config.shear.probability = config.elastic.probability = config.gain.probability = probability;
  config.brightness.probability = config.contrast.probability = config.gamma.probability = probability;
  config.hue.probability = config.saturation.probability = config.blur.probability = probability;
  config.low_resolution.probability = config.noise.probability = config.cutout.probability = probability;
  return config;
}

struct Samples {
  std::size_t size() const { return 20; }
  std::string name(std::size_t i) const { return std::to_string(i); }
  Sample load(std::size_t i) const { return random_sample(20 + static_cast<int>(i), 18); }
};

/// All values and labels of two epochs, sample by sample.
std::vector<float> epochs(int workers, std::uint64_t seed, bool shuffle) {
  constexpr unetpp::Shape in{16, 16, 3};
  const Samples samples;
  std::vector<std::size_t> all(samples.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  unetpp::Loader<in, Samples> loader(
      samples, all,
      {.batch = 6, .seed = seed, .shuffle = shuffle, .workers = workers, .transform = Augment(everything(0.5f))});
  const std::size_t floats = in.size() + in.pixels();
  std::vector<float> values(2 * samples.size() * floats);
  for (int epoch = 0; epoch < 2; ++epoch)
    for (loader.start_epoch(epoch); loader.next();)
      for (std::size_t i = 0; i < loader.images().count(); ++i) {
        float* to = &values[(static_cast<std::size_t>(epoch) * samples.size() + loader.positions()[i]) * floats];
        to = std::copy_n(&loader.images()(i, 0, 0, 0), in.size(), to);
        std::copy_n(&loader.labels()(i, 0, 0, 0), in.pixels(), to);
      }
  return values;
}

/// What a config's constructor says.
std::string message(const AugmentConfig& config) {
  return message_of<ArgumentError>([&] { Augment augment(config); });
}

}  // namespace

TEST_CASE("unless it is told, an Augment changes nothing") {
  const Sample sample = random_sample(15, 11, 4);
  CHECK(same(Augment()(sample, Random(3)), sample));
}

TEST_CASE("augmented epochs depend on the seed, not on the threads or the order") {
  const std::vector<float> one = epochs(1, 4, true);
  CHECK(epochs(3, 4, true) == one);
  CHECK(epochs(2, 4, false) == one);
  CHECK(epochs(1, 5, true) != one);
  const auto middle = one.begin() + static_cast<std::ptrdiff_t>(one.size() / 2);
  CHECK(!std::equal(one.begin(), middle, middle));
}

TEST_CASE("each operation happens as often as its probability says, and apart from the others") {
  const Sample sample = random_sample(12, 12);
  for (const float probability : {0.0f, 0.3f, 1.0f}) {
    const AugmentConfig all = everything(probability);
    std::vector<AugmentConfig> each(17);
    each[0].flip.horizontal = each[1].flip.vertical = probability;
    each[2].rotation = all.rotation;
    each[3].scale = all.scale;
    each[4].shift = all.shift;
    each[5].shear = all.shear;
    each[6].elastic = all.elastic;
    each[7].gain = all.gain;
    each[8].brightness = all.brightness;
    each[9].contrast = all.contrast;
    each[10].gamma = all.gamma;
    each[11].hue = all.hue;
    each[12].saturation = all.saturation;
    each[13].blur = all.blur;
    each[14].low_resolution = all.low_resolution;
    each[15].noise = all.noise;
    each[16].cutout = all.cutout;
    std::vector<std::bitset<200>> seeds;  // those at which each operation happens
    for (const AugmentConfig& config : each) {
      std::bitset<200> happens;
      for (std::size_t seed = 0; seed < 200; ++seed) happens[seed] = !same(made(config, sample, seed), sample);
      const auto changed = static_cast<float>(happens.count());
      CHECK(std::abs(changed - 200 * probability) <= (probability > 0 ? 35.0f : 0.0f));
      for (const std::bitset<200>& others : seeds)
        if (probability == 0.3f) CHECK((happens ^ others).count() > 40);  // of 84
      seeds.push_back(happens);
    }
  }
}

TEST_CASE("what one operation draws does not depend on the others") {
  const Sample sample = random_sample(12, 9);
  AugmentConfig values = everything(0.5f), geometry = values;
  values.flip = {};
  values.rotation.probability = values.scale.probability = values.shift.probability = 0;
  values.shear.probability = values.elastic.probability = 0;
  geometry.gain.probability = geometry.brightness.probability = geometry.contrast.probability = 0;
  geometry.gamma.probability = geometry.hue.probability = geometry.saturation.probability = 0;
  geometry.blur.probability = geometry.low_resolution.probability = 0;
  geometry.noise.probability = geometry.cutout.probability = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    CHECK(same(made(everything(0.5f), sample, seed), made(values, made(geometry, sample, seed), seed)));
}

TEST_CASE("no operation draws a number of another one") {
  using unetpp::detail::Draws;
  using unetpp::detail::Operation;
  std::set<std::array<std::uint32_t, 4>> blocks;
  constexpr std::size_t operations = static_cast<std::size_t>(Operation::cutout) + 1;
  for (std::size_t i = 0; i < operations; ++i)
    for (std::uint64_t block = 0; block < 2000; ++block)
      blocks.insert(Draws(Random(1), static_cast<Operation>(i)).block(block));
  CHECK(blocks.size() == operations * 2000);
}

TEST_CASE("a config out of range is an error that names the setting") {
  CHECK(message({.flip = {.horizontal = 1.5f}}) ==
        "an Augment's flip.horizontal: expected a probability, 0 to 1, found 1.500000");
  CHECK(message({.rotation = {.degrees = {15, -15}}}) ==
        "an Augment's rotation.degrees: expected low <= high, within -360.000000 to 360.000000, found 15.000000 to "
        "-15.000000");
  CHECK(message({.elastic = {.grid = 1}}) == "an Augment's elastic.grid: expected 2 to 64, found 1");
  const float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  CHECK(contains(message({.noise = {.probability = nan}}), "noise.probability"));
  CHECK(contains(message({.scale = {.factor = {0, 1}}}), "scale.factor"));
  CHECK(contains(message({.scale = {.factor = {1, infinity}}}), "scale.factor"));
  CHECK(contains(message({.shift = {.width = {nan, 1}}}), "shift.width"));
  CHECK(contains(message({.gamma = {.exponent = {0, 1}}}), "gamma.exponent"));
  CHECK(contains(message({.cutout = {.label = 256}}), "cutout.label"));
  CHECK(contains(message({.crop = {.height = 5}}), "crop.width"));
  CHECK(contains(message({.crop = {.height = -5, .width = 5}}), "crop.height"));
}

TEST_CASE("a share of crops with rare classes wants a size and classes") {
  CHECK(contains(message({.crop = {.rare_share = 0.5f, .classes = {1}}}), "crop.height"));
  CHECK(contains(message({.crop = {.height = 5, .width = 5, .rare_share = 0.5f}}), "crop.classes"));
  CHECK(message({.crop = {.height = 5, .width = 5, .rare_share = 0.5f, .classes = {1}}}).empty());
}

TEST_CASE("a sample that is empty, of two sizes or of too few values is an error") {
  const Augment augment(everything(1));
  const Sample sample = random_sample(6, 4);
  const auto fails = [&](const auto& change) {
    Sample other = sample;
    change(other);
    return message_of<ArgumentError>([&] { augment(other, Random(1)); });
  };
  CHECK(fails([](Sample&) {}).empty());
  CHECK(!fails([](Sample& s) { s = {}; }).empty());
  CHECK(!fails([](Sample& s) { s.image.values.pop_back(); }).empty());
  CHECK(!fails([](Sample& s) { s.mask.values.pop_back(); }).empty());
  CHECK(fails([](Sample& s) { s.mask = random_sample(4, 6).mask; }) ==
        "an Augment: expected an image and a mask of its size, found 6x4 and 4x6");
}

TEST_CASE("hue and saturation are of images of three channels only, the rest of any") {
  const Sample sample = random_sample(6, 4, 2);
  const std::string expected = "an Augment's hue and saturation: expected an image of 3 channels, found 2";
  CHECK(message_of<ArgumentError>([&] { made({.hue = {.probability = 0.01f}}, sample); }) == expected);
  CHECK(message_of<ArgumentError>([&] { made({.saturation = {.probability = 1}}, sample); }) == expected);
  AugmentConfig rest = everything(1);
  rest.hue.probability = rest.saturation.probability = 0;
  CHECK(made(rest, sample).image.values.size() == 48);
}

}  // namespace augment_test
