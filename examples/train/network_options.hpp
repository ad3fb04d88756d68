#pragma once
// Which network learns.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <unetpp/core/error.hpp>
#include <unetpp/core/shape.hpp>
#include <unetpp/io/files/model_info.hpp>
#include <unetpp/nn/unet.hpp>
#include <vector>

#include "recipe.hpp"

namespace training {

/// The parts of a U-Net; what is empty or negative is as the recipe's network has it.
struct NetworkOptions {
  unetpp::Extent size{128, 128};
  int base = 32;
  int depth = 4;
  std::string normalisation;
  std::string block = "plain";
  std::string activation = "relu";
  std::string way_up = "transposed";
  double dropout = -1;
  int supervised = 0;
};

inline void declare(CLI::App& app, NetworkOptions& network) {
  const std::string group = "The network";
  const auto word = [&](const char* option, std::string& value, const auto& words, const char* help) {
    return app.add_option(option, value, help)
        ->check(CLI::IsMember(std::vector<std::string>(words.begin(), words.end())))
        ->group(group);
  };
  app.add_option("--base", network.base, "Filters of its first block; each level below has twice as many")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--depth", network.depth, "Levels below the first: 2^DEPTH divides its height and width")
      ->check(CLI::Range(0, 8))
      ->capture_default_str();
  using namespace unetpp::detail;
  word("--norm", network.normalisation, normalisation_names, "Behind each convolution [none; of best: batch]");
  word("--block", network.block, block_names, "Two convolutions, or with a shortcut beside them")
      ->capture_default_str();
  word("--activation", network.activation, activation_names, "Behind each convolution and its normalisation")
      ->capture_default_str();
  word("--way-up", network.way_up, way_up_names, "Transposed convolutions, or interpolation and a convolution")
      ->capture_default_str();
  app.add_option("--dropout", network.dropout, "Where it is deepest [0; of best: 0.3]")
      ->check(CLI::Range(0.0, 0.999))
      ->group(group);
  app.add_option("--supervised", network.supervised, "Levels below the first that are judged in training, too")
      ->check(CLI::Range(0, unetpp::most_supervised_levels))
      ->capture_default_str()
      ->group(group);
}

/// For run.json, and so that a run does not go on with another network whose tensors happen to have the same shapes.
inline nlohmann::ordered_json to_json(const NetworkOptions& network) {
  nlohmann::ordered_json json{{"size", {network.size.height, network.size.width}},
                              {"base", network.base},
                              {"depth", network.depth},
                              {"block", network.block},
                              {"activation", network.activation},
                              {"way_up", network.way_up},
                              {"supervised", network.supervised}};
  if (!network.normalisation.empty()) json["norm"] = network.normalisation;
  if (network.dropout >= 0) json["dropout"] = network.dropout;
  return json;
}

/// The enumerator that a word is the name of.
template <class Enum>
Enum enumerator(const std::string& word, const auto& words) {
  return static_cast<Enum>(std::find(words.begin(), words.end(), word) - words.begin());
}

/// Errors  ArgumentError for a height or width that 2^depth does not divide, with one near it that works.
inline unetpp::UNetConfig make_network(const NetworkOptions& options, const Recipe& recipe, int channels, int classes) {
  const auto [height, width] = options.size;
  const int step = 1 << options.depth;
  if (height % step != 0 || width % step != 0) {
    const auto near = [&](int size) { return std::to_string(unetpp::detail::unet_size(size, options.depth)); };
    throw unetpp::ArgumentError("--size and --crop: expected a height and width divisible by " + std::to_string(step) +
                                " = 2^depth, found " + std::to_string(height) + "x" + std::to_string(width) + " (" +
                                near(height) + "x" + near(width) + " works, or a smaller --depth)");
  }
  if (options.supervised > 0 && options.supervised >= options.depth)
    throw unetpp::ArgumentError("--supervised: expected fewer levels than --depth " + std::to_string(options.depth) +
                                ", found " + std::to_string(options.supervised));
  unetpp::UNetConfig config{.height = height,
                            .width = width,
                            .channels = channels,
                            .classes = classes,
                            .base_channels = options.base,
                            .depth = options.depth};
  const bool best = recipe.network == "best";
  const std::string normalisation = options.normalisation.empty() ? (best ? "batch" : "none") : options.normalisation;
  using namespace unetpp::detail;
  config.normalisation = enumerator<unetpp::Normalisation>(normalisation, normalisation_names);
  config.block = enumerator<unetpp::BlockKind>(options.block, block_names);
  config.activation = enumerator<unetpp::BlockActivation>(options.activation, activation_names);
  config.way_up = enumerator<unetpp::WayUp>(options.way_up, way_up_names);
  const double dropout = options.dropout < 0 ? (best ? 0.3 : 0) : options.dropout;
  config.bottom_dropout_per_thousand = static_cast<int>(1000 * dropout + 0.5);
  config.supervised_levels = options.supervised;
  return config;
}

}  // namespace training
