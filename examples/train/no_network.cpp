// For the program that is asked which network it needs: it has none.

#include <unetpp/core/error.hpp>

#include "network.hpp"

bool training::has_network(const unetpp::UNetConfig&) { return false; }

int training::train(const unetpp::UNetConfig&, const Task&, const Options&, Output&) {
  throw unetpp::ArgumentError(
      "expected a program that is compiled for this network (examples/train/run.sh compiles it)");
}
