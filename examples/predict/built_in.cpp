// The networks of train_pets.

#include "../networks.hpp"
#include "load_masks.hpp"

bool predict::has_network(const Options& options, const unetpp::ModelInfo& info) {
  return network_of(options, info).precision == unetpp::Precision::float32 && examples::is_built_in(info);
}

std::unique_ptr<predict::Masks> predict::load_masks(const Options& options, const unetpp::ModelInfo& info,
                                                    unetpp::Resize resize, TileProgress progress) {
  if (network_of(options, info).precision != unetpp::Precision::float32)
    throw unetpp::ArgumentError("--precision: expected float32, for which this program was compiled, found " +
                                options.precision + " (examples/predict/run.sh compiles for it)");
  std::unique_ptr<Masks> masks;
  examples::with_network_of(info, options.model,
                            [&]<class Net>() { masks = masks_of<Net>(options, info, resize, progress); });
  return masks;
}
