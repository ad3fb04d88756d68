#pragma once
// From a model file to a network at work.

#include <cstddef>
#include <functional>
#include <memory>
#include <unetpp/io/files/model_info.hpp>
#include <unetpp/io/files/weights.hpp>
#include <unetpp/io/image/preprocessing.hpp>
#include <unetpp/nn/fold_batch_norm.hpp>
#include <unetpp/unet.hpp>
#include <utility>

#include "../tile.hpp"
#include "masks.hpp"
#include "options.hpp"

namespace predict {

using TileProgress = std::function<void(std::size_t done, std::size_t all)>;

/// The network that predicts by a model file.
inline unetpp::UNetConfig network_of(const Options& options, const unetpp::ModelInfo& info) {
  return examples::with_precision(unetpp::unet_config(info), options.precision);
}

/// Whether this program has it.
bool has_network(const Options& options, const unetpp::ModelInfo& info);

/// The network that a model file is of.
/// Errors  FileError or FormatError naming the file, also when this program does not have its network.
std::unique_ptr<Masks> load_masks(const Options& options, const unetpp::ModelInfo& info, unetpp::Resize resize,
                                  TileProgress progress);

/// The same of a model file that is known to be of Net, which runs without batch normalisation. With --tta flip memory and
/// work are twice as much.
template <class Net>
std::unique_ptr<Masks> masks_of(const Options& options, const unetpp::ModelInfo& info, unetpp::Resize resize,
                                TileProgress progress) {
  unetpp::Parameters<Net> parameters;
  unetpp::load_weights(options.model, parameters);
  using Folded = unetpp::Folded<Net>;
  unetpp::Parameters<Folded> folded = unetpp::fold_batch_norm(parameters);
  if (!options.tile) return std::make_unique<ResizedMasks<Folded>>(std::move(folded), options, resize, info.scaling);
  return std::make_unique<TiledMasks<Folded, examples::Tile<Net>>>(std::move(folded), options, info.scaling,
                                                                   std::move(progress));
}

}  // namespace predict
