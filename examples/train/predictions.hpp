#pragma once
// What a trained network makes of the images to validate with.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <unetpp/io/image/channel_scaling.hpp>
#include <unetpp/io/image/full_size.hpp>
#include <unetpp/io/image/predict_mask.hpp>
#include <unetpp/io/image/preprocessing.hpp>
#include <unetpp/nn/fold_batch_norm.hpp>
#include <unetpp/train/stop_on_signal.hpp>
#include <unetpp/unet.hpp>
#include <utility>
#include <vector>

#include "../in_parallel.hpp"
#include "../messages.hpp"
#include "output.hpp"
#include "task.hpp"

namespace training {

/// How samples become input.
struct PredictionConfig {
  std::size_t batch;                                 ///< images that the network takes at once
  unetpp::Resize resize = unetpp::Resize::bilinear;  ///< as the loader's that it was trained with
  unetpp::ChannelScaling scaling{};                  ///< the same
};

namespace detail {

/// A sample as use(sample) took it; none where it cannot be used, which is said.
template <class Use>
std::optional<unetpp::Sample> usable_sample(const Task& task, std::size_t index, const Use& use) {
  try {
    unetpp::Sample sample = task.dataset.load(index);
    use(sample);
    return sample;
  } catch (const unetpp::Error& error) {
    examples::warn(task.program, "no mask of " + task.dataset.name(index) + ": " + error.what());
    return std::nullopt;
  }
}

/// Of images that are resized.
template <unetpp::Layer Net>
std::size_t write_resized(const Output& output, const unetpp::Parameters<Net>& parameters, const Task& task,
                          const std::vector<std::size_t>& indices, const PredictionConfig& config,
                          const unetpp::StopOnSignal& signals) {
  using namespace unetpp;
  const std::size_t batch = config.batch;
  Predictor<Net> predictor(parameters, {.batch = batch});
  Batch<Net::in> images(batch);
  std::vector<std::uint8_t> labels(Net::in.pixels());
  std::size_t skipped = 0;
  for (std::size_t first = 0; first < indices.size() && !signals.stop(); first += batch) {
    std::vector<std::size_t> shown;
    std::vector<Sample> samples;
    for (std::size_t i = first; i < std::min(indices.size(), first + batch); ++i) {
      const std::span<float> image = images.span().subspan(samples.size() * Net::in.size(), Net::in.size());
      std::optional<Sample> sample = usable_sample(task, indices[i], [&](const Sample& s) {
        write_sample(s, Net::in, image, labels, config.resize, config.scaling);
      });
      skipped += !sample;
      if (!sample) continue;
      samples.push_back(std::move(*sample));
      shown.push_back(indices[i]);
    }
    if (samples.empty()) continue;
    const auto probabilities = predictor.probabilities(std::as_const(images).view().images(0, samples.size()));
    examples::rethrow_first(examples::in_parallel(samples.size(), [&](std::size_t i) {
      output.write_prediction(task, shown[i], samples[i], [&](int height, int width) {
        return classes_at(probabilities.images(i, 1), height, width);
      });
    }));
  }
  return skipped;
}

/// Of images as they are.
template <unetpp::Layer Tile>
std::size_t write_tiled(const Output& output, unetpp::Tensors<Tile> parameters, const Task& task,
                        const std::vector<std::size_t>& indices, const unetpp::ChannelScaling& scaling,
                        const unetpp::StopOnSignal& signals) {
  using namespace unetpp;
  TiledPredictor<Tile> predictor(parameters);
  std::size_t skipped = 0;
  for (std::size_t i = 0; i < indices.size() && !signals.stop(); ++i) {
    Mask mask;
    const std::optional<Sample> sample =
        usable_sample(task, indices[i], [&](const Sample& s) { mask = predict_mask(predictor, s.image, scaling); });
    skipped += !sample;
    if (!sample) continue;
    output.write_prediction(task, indices[i], *sample,
                            [&](int height, int width) { return resize_nearest(mask, height, width); });
  }
  return skipped;
}

}  // namespace detail

/// Predicts the samples with these indices and writes what is predicted, unless a signal stops it; those that are not
/// resized by tiles, of Tile. Returns how many of them it skipped, since they have changed since training saw them; each is
/// named.
template <class Tile = void, unetpp::Layer Net>
std::size_t write_predictions(const Output& output, const unetpp::Parameters<Net>& parameters, const Task& task,
                              const std::vector<std::size_t>& indices, const PredictionConfig& config,
                              const unetpp::StopOnSignal& signals) {
  output.clear_predictions();
  const unetpp::Parameters<unetpp::Folded<Net>> folded = unetpp::fold_batch_norm(parameters);
  if constexpr (!std::is_void_v<Tile>)
    if (config.resize == unetpp::Resize::crop)
      return detail::write_tiled<Tile>(output, folded, task, indices, config.scaling, signals);
  return detail::write_resized<unetpp::Folded<Net>>(output, folded, task, indices, config, signals);
}

}  // namespace training
