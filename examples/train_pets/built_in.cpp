// The networks that train_pets has without being compiled for one.

#include "../network_source.hpp"
#include "../networks.hpp"
#include "../train/network.hpp"
#include "networks.hpp"

namespace {

bool same(const unetpp::UNetConfig& a, const unetpp::UNetConfig& b) {
  return examples::network_source(a) == examples::network_source(b);
}

}  // namespace

bool training::has_network(const unetpp::UNetConfig& config) {
  using examples::best, examples::drawn_pets;
  return same(config, {}) || same(config, drawn_pets) || same(config, best({})) || same(config, best(drawn_pets));
}

int training::train(const unetpp::UNetConfig& config, const Task& task, const Options& options, Output& output) {
  const auto train = options.recipe.network == "best" ? train_pets::train_best : train_pets::train_tutorial;
  return train(task, options, output, config.height == examples::drawn_pets.height);
}
