#pragma once
// A small network and drawn images for programs that train, with all that sees a batch as a whole or draws.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <string>
#include <unetpp/io/data/augment.hpp>
#include <unetpp/io/data/loader.hpp>
#include <unetpp/io/files/save_weights.hpp>
#include <unetpp/train/averaged.hpp>
#include <unetpp/unet.hpp>
#include <vector>

using Net = unetpp::UNet<unetpp::UNetConfig{.height = 16,
                                            .width = 16,
                                            .channels = 3,
                                            .classes = 3,
                                            .base_channels = 8,
                                            .depth = 2,
                                            .normalisation = unetpp::Normalisation::batch,
                                            .bottom_dropout_per_thousand = 300,
                                            .supervised_levels = 1}>;

/// Stripes, of which the class is how bright they are; one sample cannot be used.
struct Drawn {
  std::size_t count;

  std::size_t size() const { return count; }
  std::string name(std::size_t i) const { return "image " + std::to_string(i); }
  unetpp::Sample load(std::size_t i) const {
    if (i == 5) throw unetpp::FormatError("cannot be drawn");
    unetpp::Sample sample{{16, 16, 3, {}}, {16, 16, {}}};
    for (std::uint32_t p = 0; p < 256; ++p) {
      const auto label = static_cast<std::uint8_t>((p / 16 + i) / 4 % 3);
      for (std::uint32_t c = 0; c < 3; ++c)
        sample.image.values.push_back(static_cast<std::uint8_t>(60 * label + unetpp::Random(i).below(100, 3 * p + c)));
      sample.mask.values.push_back(label);
    }
    return sample;
  }
};

/// A loader of so many drawn images, of which those to train with are changed at random.
inline unetpp::Loader<Net::in, Drawn> drawn(std::size_t count, bool training) {
  static const Drawn data[2] = {{29}, {9}};
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  unetpp::LoaderConfig config{.batch = 8, .seed = 3, .shuffle = training, .workers = 2};
  if (training) config.transform = unetpp::Augment({.flip = {.horizontal = 0.5f}, .rotation = {.probability = 1}});
  return {data[training ? 0 : 1], all, config};
}

/// Writes the model that was trained, and what training has told.
template <class Optimizer>
void save(const std::filesystem::path& folder, const unetpp::Parameters<Net>& parameters, const Optimizer& optimizer,
          const unetpp::TrainingState& state) {
  std::filesystem::create_directories(folder);
  save_weights(folder / "model.safetensors", averaged(parameters, optimizer));
  std::ofstream told(folder / "told.txt");
  told << std::hexfloat;
  for (const unetpp::EpochEnd& e : state.history)
    told << e.train_loss << ' ' << e.validation->loss.mean() << ' ' << e.validation->confusion.mean_iou() << '\n';
}
