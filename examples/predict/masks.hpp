#pragma once
// From images to masks of their size, in the two ways that --tile chooses from.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unetpp/io/image/channel_scaling.hpp>
#include <unetpp/io/image/full_size.hpp>
#include <unetpp/io/image/predict_mask.hpp>
#include <unetpp/io/image/resize_antialiased.hpp>
#include <unetpp/io/image/to_float.hpp>
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

/// A network at work: all of the program that depends on which it is.
class Masks {
 public:
  virtual ~Masks() = default;
  /// Images that are predicted at once.
  virtual std::size_t batch() const = 0;
  /// Of each image.
  virtual int channels() const = 0;
  virtual std::vector<unetpp::Mask> operator()(const std::vector<unetpp::Raster>& images) = 0;
  /// The time spent in the network.
  double seconds() const { return seconds_; }

 protected:
  double seconds_ = 0;
};

/// Resizes images to the network's input and scales them, as a Loader does, and its probabilities back.
template <unetpp::Layer Net>
class ResizedMasks : public Masks {
 public:
  ResizedMasks(unetpp::Parameters<Net> parameters, const Options& options, unetpp::Resize resize,
               unetpp::ChannelScaling scaling)
      : resize_(resize),
        scaling_(std::move(scaling)),
        inputs_(options.batch_or(8)),
        predictor_(std::move(parameters), {.batch = inputs_.count(), .flip = options.flip()}) {}

  std::size_t batch() const override { return inputs_.count(); }
  int channels() const override { return Net::in.channels; }

  std::vector<unetpp::Mask> operator()(const std::vector<unetpp::Raster>& images) override {
    using namespace unetpp;
    parallel_for(max_threads(), images.size(), [&](std::size_t i, int) {
      to_float(resize(images[i], Net::in.height, Net::in.width, resize_),
               inputs_.span().subspan(i * Net::in.size(), Net::in.size()), scaling_);
    });
    const Stopwatch watch;
    const auto probabilities = predictor_.probabilities(std::as_const(inputs_).view().images(0, images.size()));
    seconds_ += watch.seconds();
    std::vector<Mask> masks;
    for (std::size_t i = 0; i < images.size(); ++i)
      masks.push_back(classes_at(probabilities.images(i, 1), images[i].height, images[i].width));
    return masks;
  }

 private:
  unetpp::Resize resize_;
  unetpp::ChannelScaling scaling_;
  unetpp::Batch<Net::in> inputs_;
  unetpp::Predictor<Net> predictor_;
};

/// Predicts images at their own resolution: Tile is Net at the tiles' size.
/// Errors  CLI::ValidationError for an --overlap that leaves nothing of a tile.
template <unetpp::Layer Net, unetpp::Layer Tile>
class TiledMasks : public Masks {
 public:
  TiledMasks(unetpp::Parameters<Net> parameters, const Options& options, unetpp::ChannelScaling scaling,
             std::function<void(std::size_t, std::size_t)> progress)
      : scaling_(std::move(scaling)),
        predictor_(std::move(parameters), {.overlap = checked(options.overlap),
                                           .batch = options.batch_or(1),
                                           .flip = options.flip(),
                                           .progress = std::move(progress)}) {}

  std::size_t batch() const override { return 1; }
  int channels() const override { return Net::in.channels; }

  std::vector<unetpp::Mask> operator()(const std::vector<unetpp::Raster>& images) override {
    const Stopwatch watch;
    std::vector<unetpp::Mask> masks;
    for (const unetpp::Raster& image : images) masks.push_back(predict_mask(predictor_, image, scaling_));
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

  unetpp::ChannelScaling scaling_;
  unetpp::TiledPredictor<Tile> predictor_;
};

}  // namespace predict
