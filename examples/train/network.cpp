// One for each network: UNETPP_NETWORK is the header of network_source.hpp.

#include "network.hpp"

#include "../network_source.hpp"
#include "../tile.hpp"
#include "training.hpp"
#include UNETPP_NETWORK

bool training::has_network(const unetpp::UNetConfig& config) {
  return examples::network_source(config) == examples::network_source(network);
}

int training::train(const unetpp::UNetConfig&, const Task& task, const Options& options, Output& output) {
  using Net = unetpp::UNet<network>;
  return train_network<Net, examples::Tile<Net>>(task, options, output);
}
