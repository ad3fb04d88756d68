#pragma once
// The network that a program was compiled for.

#include <unetpp/nn/unet.hpp>

namespace training {

struct Task;
struct Options;
class Output;

/// Whether this program has the network.
bool has_network(const unetpp::UNetConfig& config);

/// Trains a network that this program has, and returns the program's exit status.
int train(const unetpp::UNetConfig& config, const Task& task, const Options& options, Output& output);

}  // namespace training
