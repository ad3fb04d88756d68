// One for each network: UNETPP_NETWORK is the header of network_source.hpp.

#include "../network_source.hpp"
#include "load_masks.hpp"
#include UNETPP_NETWORK

bool predict::has_network(const Options& options, const unetpp::ModelInfo& info) {
  return examples::network_source(network_of(options, info)) == examples::network_source(network);
}

std::unique_ptr<predict::Masks> predict::load_masks(const Options& options, const unetpp::ModelInfo& info,
                                                    unetpp::Resize resize, TileProgress progress) {
  if (!has_network(options, info))
    throw unetpp::FormatError(options.model +
                              ": expected a model of the network that this program was compiled for, "
                              "found another (examples/predict/run.sh compiles for each)");
  return masks_of<unetpp::UNet<network>>(options, info, resize, std::move(progress));
}
