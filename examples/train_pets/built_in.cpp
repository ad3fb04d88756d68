// The networks that train_pets has without being compiled for one.

#include "../network_source.hpp"
#include "../networks.hpp"
#include "../train/network.hpp"
#include "networks.hpp"

namespace {

bool same(const unetpp::UNetConfig& a, const unetpp::UNetConfig& b) {
  return examples::network_source(a) == examples::network_source(b);
}

bool is_drawn(const unetpp::UNetConfig& config) {
  return same(config, examples::drawn_pets) || same(config, examples::best(examples::drawn_pets));
}
bool is_tutorial(const unetpp::UNetConfig& config) { return same(config, {}) || same(config, examples::drawn_pets); }
bool is_best(const unetpp::UNetConfig& config) {
  return same(config, examples::best({})) || same(config, examples::best(examples::drawn_pets));
}

}  // namespace

bool training::has_network(const unetpp::UNetConfig& config) { return is_tutorial(config) || is_best(config); }

int training::train(const unetpp::UNetConfig& config, const Task& task, const Options& options, Output& output) {
  const auto train = is_best(config) ? train_pets::train_best : train_pets::train_tutorial;
  return train(task, options, output, is_drawn(config));
}
