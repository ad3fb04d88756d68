// A network of five channels, from TIFF files to masks by tiles.

#ifdef UNETPP_TIFF

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "../image/make_tiff.hpp"
#include "unetpp/io/data/augment.hpp"
#include "unetpp/io/data/channel_statistics.hpp"
#include "unetpp/io/data/loader.hpp"
#include "unetpp/io/files/model_info.hpp"
#include "unetpp/io/files/safetensors.hpp"
#include "unetpp/io/files/save_weights.hpp"
#include "unetpp/io/files/weights.hpp"
#include "unetpp/io/image/predict_mask.hpp"
#include "unetpp/io/image/read_raster.hpp"
#include "unetpp/unet.hpp"

namespace tiff_training_test {

using namespace io_tests;
using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 16, .width = 16, .channels = 5, .classes = 2, .base_channels = 4, .depth = 1}>;

/// A square of class 1 that only the last two channels show, by what they differ in: a little, about a large number.
struct Squares {
  std::filesystem::path folder;

  static bool in_square(int x, int y, std::size_t i) {
    const int begin = 2 + static_cast<int>(i % 5);
    return x >= begin && x < begin + 7 && y >= begin && y < begin + 7;
  }
  static std::string file(int width, int height, std::size_t i) {
    std::vector<std::uint16_t> values;
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x)
        for (int c = 0; c < 5; ++c) {
          const auto noise = Random(i).below(200, values.size());
          values.push_back(
              static_cast<std::uint16_t>(8000 + 1000 * c + noise + (c > 2 && in_square(x % 16, y % 16, i) ? 300 : 0)));
        }
    return make_tiff(width, height, 5, values);
  }

  std::size_t size() const { return 10; }
  std::string name(std::size_t i) const { return std::to_string(i) + ".tif"; }
  Sample load(std::size_t i) const {
    Sample sample{read_raster(folder / name(i), 5), {16, 16, {}}};
    for (int y = 0; y < 16; ++y)
      for (int x = 0; x < 16; ++x) sample.mask.values.push_back(in_square(x, y, i));
    return sample;
  }
};

}  // namespace

TEST_CASE("a network of five channels learns from TIFF files of 16 bits, and a model file is all that its tiles need") {
  const TemporaryFolder folder;
  const Squares data{folder.path()};
  for (std::size_t i = 0; i < data.size(); ++i) put(folder.path() / data.name(i), Squares::file(16, 16, i));
  std::vector<std::size_t> indices(data.size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  const ChannelScaling scaling = channel_statistics(data, indices);
  const Augment augment({.flip = {.horizontal = 0.5f}, .gain = {.probability = 1, .factor = {0.999f, 1.001f}}});
  Loader<Net::in, Squares> loader(data, indices,
                                  {.batch = 5, .strict = true, .transform = augment, .scaling = scaling});
  Parameters<Net> parameters(HeNormal{1});
  Adam adam({.learning_rate = 1e-2});
  fit(parameters, adam, loader, {.epochs = 40, .progress = false});

  const std::filesystem::path file = folder.path() / "model.safetensors";
  save_weights(file, parameters, to_metadata(model_info<Net>({}, Resize::bilinear, scaling)));
  Parameters<Net> loaded;
  load_weights(file, loaded);
  const ModelInfo info = parse_model_info(SafetensorsFile(file).metadata(), file.string());
  put(folder.path() / "large.tif", Squares::file(64, 48, 3));
  TiledPredictor<Net> tiled(loaded);
  const Mask mask = predict_mask(tiled, read_raster(folder.path() / "large.tif", 5), info.scaling);
  int right = 0;
  for (int y = 0; y < 48; ++y)
    for (int x = 0; x < 64; ++x)
      right += mask.values[static_cast<std::size_t>(64 * y + x)] == Squares::in_square(x % 16, y % 16, 3);
  CHECK(right > 64 * 48 * 95 / 100);
}

}  // namespace tiff_training_test
#endif
