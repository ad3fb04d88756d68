// tiling MODEL IMAGE...: the default network in tiles of several sizes and overlaps against the same weights run on the whole
// image of 1600x1200 pixels. Exits with 1 when the tiles of examples/predict disagree on more than 1 % of the classes, or
// tiles that overlap by the receptive field have probabilities that differ by more than 1e-4.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <span>
#include <unetpp/io/data/dataset.hpp>
#include <unetpp/io/files/weights.hpp>
#include <unetpp/io/image/predict_mask.hpp>
#include <unetpp/unet.hpp>
#include <vector>

namespace {

using namespace unetpp;

using Net = UNet<>;
using Whole = Net::resized<1200, 1600>;
constexpr auto classes = static_cast<std::size_t>(Net::out.channels);

std::size_t largest(const float* p) { return static_cast<std::size_t>(std::max_element(p, p + classes) - p); }

/// Whether tiles of Side×Side that overlap by `overlap` agree with the whole image as they should; prints how well.
template <int Side>
bool agrees(const Parameters<Net>& parameters, const Image& image, const std::vector<float>& whole, int overlap) {
  using Tile = Net::resized<Side, Side>;
  constexpr ReceptiveField field = receptive_field<Tile>;
  TiledPredictor<Tile> tiled(parameters.span(), {.overlap = overlap});
  std::size_t same = 0;
  float difference = 0;
  const auto start = std::chrono::steady_clock::now();
  const PixelReader read(image);
  tiled.probabilities(read.size(), read, [&](int y, int x, std::span<const float> row) {
    const float* expected = whole.data() + (std::size_t{1} * y * image.width + x) * classes;
    for (std::size_t i = 0; i < row.size(); ++i) difference = std::max(difference, std::abs(row[i] - expected[i]));
    for (std::size_t i = 0; i < row.size(); i += classes) same += largest(row.data() + i) == largest(expected + i);
  });
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double pixels = static_cast<double>(Whole::in.pixels()), step = Side - (overlap + 15) / 16 * 16;
  const int tiles = TileAxis(image.height, Side, overlap, field.rows).count() *
                    TileAxis(image.width, Side, overlap, field.columns).count();
  std::printf("%5d  %7d  %5d  %9.2f  %13.2f  %8.2f  %9.3f  %8.4f %%  %.1e\n", Side, overlap, tiles,
              tiles * Side / pixels * Side, Side / step * Side / step,
              static_cast<double>(InferenceWorkspace<Tile>::bytes(1)) * 1e-9, seconds,
              100 * static_cast<double>(same) / pixels, difference);
  std::fflush(stdout);
  return overlap < field.rows.extent || (static_cast<double>(same) >= 0.99 * pixels && difference <= 1e-4f);
}

bool check(const Parameters<Net>& parameters, const char* file) {
  const Image image = read_image(file);
  Tensor<Whole::in> x;
  to_float(image, x.span());  // refuses another size
  std::vector<float> whole;
  {
    Predictor<Whole> predictor(parameters.span());
    const BatchView<const float, Whole::out> y = predictor.probabilities(x);
    whole.assign(y.data(), y.data() + Whole::out.size());
  }
  std::printf(
      "%s\n tile  overlap  tiles  work here  work of a huge   memory    seconds  same class  largest difference\n",
      file);
  bool good = true;
  for (const int overlap : {64, 208}) good = agrees<512>(parameters, image, whole, overlap) && good;
  for (const int overlap : {64, 208}) good = agrees<768>(parameters, image, whole, overlap) && good;
  return agrees<1024>(parameters, image, whole, 208) && good;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: tiling MODEL.safetensors IMAGE...\n");
    return 2;
  }
  try {
    Parameters<Net> parameters;
    load_weights(argv[1], parameters);
    bool good = true;
    for (int i = 2; i < argc; ++i) good = check(parameters, argv[i]) && good;
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tiling: %s\n", error.what());
    return 1;
  }
}
