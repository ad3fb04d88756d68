// Images that a Loader with one worker augments in a second of processor time, out of its cache: each operation alone,
// and what the best recipe does.
//   augment [--seconds S]

#include <CLI/CLI.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <numeric>
#include <string>
#include <unetpp/io/data/augment.hpp>
#include <unetpp/io/data/loader.hpp>
#include <utility>
#include <vector>

#include "measure.hpp"

using namespace bench;
using unetpp::Augment;
using unetpp::AugmentConfig;
using unetpp::LoaderConfig;
using unetpp::Sample;

namespace {

constexpr unetpp::Shape in{128, 128, 3};

/// Photographs of the size that most of the Oxford-IIIT Pets have, drawn.
struct Photographs {
  std::size_t size() const { return 64; }
  std::string name(std::size_t i) const { return std::to_string(i); }
  Sample load(std::size_t i) const {
    constexpr int height = 375, width = 500;
    Sample sample{{width, height, 3, {}}, {width, height, {}}};
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        for (int c = 0; c < 3; ++c)
          sample.image.values.push_back(
              static_cast<std::uint8_t>((40 * c + 3 * x + 5 * y + static_cast<int>(i)) % 256));
        sample.mask.values.push_back(static_cast<std::uint8_t>((x / 50 + y / 40) % 3));
      }
    return sample;
  }
};

/// Images a second of processor time, that of all threads of the process, once the cache is warm.
double speed(LoaderConfig config, double seconds) {
  const Photographs photographs;
  std::vector<std::size_t> all(photographs.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  config.batch = 8;
  config.workers = 1;
  unetpp::Loader<in, Photographs> loader(photographs, all, std::move(config));
  int epoch = 0;
  const auto run = [&] {
    for (loader.start_epoch(epoch++); loader.next();) {
    }
  };
  run();
  const double begin = seconds_now();
  const std::clock_t start = std::clock();
  while (seconds_now() < begin + seconds) run();
  const double used = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  return static_cast<double>(photographs.size()) * (epoch - 1) / used;
}

/// What the `best` recipe does.
AugmentConfig best() {
  return {.flip = {.horizontal = 0.5f},
          .rotation = {.probability = 1},
          .scale = {.probability = 1},
          .shift = {.probability = 1},
          .gain = {.probability = 1},
          .brightness = {.probability = 1},
          .contrast = {.probability = 1}};
}

std::vector<std::pair<std::string, AugmentConfig>> cases() {
  return {{"nothing", {}},
          {"flip", {.flip = {.horizontal = 1}}},
          {"rotation", {.rotation = {.probability = 1}}},
          {"scale", {.scale = {.probability = 1}}},
          {"shift", {.shift = {.probability = 1}}},
          {"shear", {.shear = {.probability = 1}}},
          {"elastic", {.elastic = {.probability = 1}}},
          {"gain", {.gain = {.probability = 1}}},
          {"brightness", {.brightness = {.probability = 1}}},
          {"contrast", {.contrast = {.probability = 1}}},
          {"gamma", {.gamma = {.probability = 1}}},
          {"hue", {.hue = {.probability = 1}}},
          {"saturation", {.saturation = {.probability = 1}}},
          {"blur", {.blur = {.probability = 1}}},
          {"low resolution", {.low_resolution = {.probability = 1}}},
          {"noise", {.noise = {.probability = 1}}},
          {"cutout", {.cutout = {.probability = 1}}},
          {"flip, rotation, scale, shift, gain, brightness, contrast", best()}};
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 1;
  CLI::App app("Augmented images a second and core at 128x128x3, batches of 8, out of the loader's cache");
  app.add_option("--seconds", seconds, "Seconds a case")->check(CLI::Range(0.01, 600.0))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  std::printf("%-58s %10s\n", "samples resized first", "images/s");
  for (const auto& [name, config] : cases())
    std::printf("%-58s %10.0f\n", name.c_str(), speed({.transform = Augment(config), .resize_first = true}, seconds));
  std::printf("%-58s %10.0f\n", "the last one at 500x375, resized last",
              speed({.transform = Augment(best())}, seconds));
}
