// One for each network: UNETPP_NETWORK is the header of network_source.hpp.

#include "network.hpp"

#include "../network_source.hpp"
#include "training.hpp"
#include UNETPP_NETWORK

bool training::has_network(const unetpp::UNetConfig& config) {
  return examples::network_source(config) == examples::network_source(network);
}

int training::train(const Task& task, const Options& options, Output& output) {
  return train_network<unetpp::UNet<network>>(task, options, output);
}
