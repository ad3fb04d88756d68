#pragma once
// From images to masks of their size, in the two ways that --tile chooses from.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unetpp/io/data/dataset.hpp>
#include <unetpp/io/image/predict_mask.hpp>
#include <unetpp/io/image/resize.hpp>
#include <unetpp/unet.hpp>
#include <utility>
#include <vector>

#include "options.hpp"

namespace predict {

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count(); }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

/// Resizes images to the network's input, as a Loader does, and masks back.
template <unetpp::Layer Net>
class ResizedMasks {
 public:
  ResizedMasks(const unetpp::Parameters<Net>& parameters, const Options& options)
      : inputs_(options.batch_or(8)), predictor_(parameters, {.batch = inputs_.count()}) {}

  /// Images that are predicted at once.
  std::size_t batch() const { return inputs_.count(); }
  /// The time spent in the network.
  double seconds() const { return seconds_; }

  std::vector<unetpp::Mask> operator()(const std::vector<unetpp::Image>& images) {
    using namespace unetpp;
    parallel_for(max_threads(), images.size(), [&](std::size_t i, int) {
      to_float(resize_bilinear(images[i], Net::in.height, Net::in.width),
               inputs_.span().subspan(i * Net::in.size(), Net::in.size()));
    });
    const Stopwatch watch;
    const LabelView<Net::out> classes = predictor_.classes(std::as_const(inputs_).view().images(0, images.size()));
    seconds_ += watch.seconds();
    std::vector<Mask> masks(images.size());
    parallel_for(max_threads(), images.size(), [&](std::size_t i, int) {
      const std::uint8_t* first = classes.images(i, 1).data();
      const Mask mask{Net::out.width, Net::out.height, {first, first + Net::out.pixels()}};
      masks[i] = resize_nearest(mask, images[i].height, images[i].width);
    });
    return masks;
  }

 private:
  unetpp::Batch<Net::in> inputs_;
  unetpp::Predictor<Net> predictor_;
  double seconds_ = 0;
};

/// Predicts images at their own resolution, by tiles of six times the height and width that the network was trained at.
///
/// For the default network these have 768×768 pixels and overlap by 208, since it sees 204: of a large image each pixel
/// is computed 1.9 times on average, in 0.5 GB (tiles of 512×512: 2.8 times in 0.23 GB; 1024×1024: 1.6 in 0.87).
/// Errors  CLI::ValidationError for an --overlap that leaves nothing of a tile.
template <unetpp::Layer Net>
class TiledMasks {
  using Tile = typename Net::template resized<6 * Net::in.height, 6 * Net::in.width>;

 public:
  TiledMasks(const unetpp::Parameters<Net>& parameters, const Options& options,
             std::function<void(std::size_t, std::size_t)> progress)
      : predictor_(
            parameters.span(),
            {.overlap = checked(options.overlap), .batch = options.batch_or(1), .progress = std::move(progress)}) {}

  std::size_t batch() const { return 1; }
  double seconds() const { return seconds_; }

  std::vector<unetpp::Mask> operator()(const std::vector<unetpp::Image>& images) {
    const Stopwatch watch;
    std::vector<unetpp::Mask> masks;
    for (const unetpp::Image& image : images) masks.push_back(predict_mask(predictor_, image));
    seconds_ += watch.seconds();
    return masks;
  }

 private:
  static std::optional<int> checked(std::optional<int> overlap) {
    constexpr unetpp::ReceptiveField field = unetpp::receptive_field<Tile>;
    constexpr int most = std::min(Tile::in.height - field.rows.alignment, Tile::in.width - field.columns.alignment);
    if (overlap && *overlap > most)
      throw CLI::ValidationError(
          "--overlap", "expected 0 to " + std::to_string(most) + " pixels, found " + std::to_string(*overlap));
    return overlap;
  }

  unetpp::TiledPredictor<Tile> predictor_;
  double seconds_ = 0;
};

}  // namespace predict
