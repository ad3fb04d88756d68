#pragma once
// What a model file says of its network beside the weights.

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/files/json.hpp"
#include "unetpp/io/files/json_fields.hpp"
#include "unetpp/io/files/safetensors_header.hpp"
#include "unetpp/io/image/channel_scaling.hpp"
#include "unetpp/io/image/preprocessing.hpp"
#include "unetpp/layers/supervision.hpp"
#include "unetpp/nn/unet.hpp"
#include "unetpp/nn/unet_block.hpp"

namespace unetpp {

namespace detail {

// In the order of the enums.
inline constexpr std::array block_names{"plain", "residual"};
inline constexpr std::array normalisation_names{"none", "batch", "group"};
inline constexpr std::array activation_names{"relu", "leaky_relu", "silu"};
inline constexpr std::array way_up_names{"transposed", "bilinear", "bilinear_alone"};

}  // namespace detail

/// A class of the model as people see it.
struct ModelClass {
  std::string name;
  std::array<std::uint8_t, 3> colour;

  bool operator==(const ModelClass&) const = default;
};

/// What a model file says of its network beside the weights.
struct ModelInfo {
  Shape input{};                                  // that it was trained at
  int classes = 0, base_channels = 0, depth = 0;  // of the UNet, as what follows; 0: not known
  BlockKind block = BlockKind::plain;
  Normalisation normalisation = Normalisation::none;
  BlockActivation activation = BlockActivation::relu;
  int bottom_dropout_per_thousand = 0;
  WayUp way_up = WayUp::transposed;
  int norm_groups = UNetConfig{}.norm_groups;
  int batch_epsilon_per_million = UNetConfig{}.batch_epsilon_per_million;
  int head_kernel = UNetConfig{}.head_kernel;
  int supervised_levels = 0;
  std::vector<ModelClass> class_list;  // one for each class, or empty
  std::string preprocessing;           // text: how pixels become input
  ChannelScaling scaling;              // of its images' channels; empty: none

  bool operator==(const ModelInfo&) const = default;
};

namespace detail {

inline constexpr int most_in_model_info = 1 << 16;

/// Calls choice(key, member of ModelInfo, names) or number(key, member, least, most) for each way in which UNets differ.
template <class Choice, class Number>
void each_kind(const Choice& choice, const Number& number) {
  choice("block", &ModelInfo::block, block_names);
  choice("normalisation", &ModelInfo::normalisation, normalisation_names);
  choice("activation", &ModelInfo::activation, activation_names);
  number("bottom_dropout_per_thousand", &ModelInfo::bottom_dropout_per_thousand, 0, 999);
  choice("way_up", &ModelInfo::way_up, way_up_names);
  number("norm_groups", &ModelInfo::norm_groups, 1, std::numeric_limits<int>::max());
  number("batch_epsilon_per_million", &ModelInfo::batch_epsilon_per_million, 1, std::numeric_limits<int>::max());
  number("head_kernel", &ModelInfo::head_kernel, 1, most_in_model_info);
  number("supervised_levels", &ModelInfo::supervised_levels, 0, most_supervised_levels);
}

}  // namespace detail

/// The facts of a UNet, or those that another network has, with the names of its classes, and how its images are resized
/// and scaled.
/// Errors  ArgumentError for a scaling of other channels than the network's.
template <class Net>
ModelInfo model_info(std::vector<ModelClass> classes, Resize resize = Resize::bilinear, ChannelScaling scaling = {}) {
  detail::require_scaling(scaling, Net::in.channels, "a model");
  ModelInfo info{.input = Net::in,
                 .classes = Net::out.channels,
                 .class_list = std::move(classes),
                 .preprocessing = preprocessing_text(resize, Net::in.channels, !scaling.empty()),
                 .scaling = std::move(scaling)};
  if constexpr (requires { Net::config.base_channels; }) {
    info.base_channels = Net::config.base_channels;
    info.depth = Net::config.depth;
    info.block = Net::config.block;
    info.normalisation = Net::config.normalisation;
    info.activation = Net::config.activation;
    info.bottom_dropout_per_thousand = Net::config.bottom_dropout_per_thousand;
    info.way_up = Net::config.way_up;
    info.norm_groups = Net::config.norm_groups;
    info.batch_epsilon_per_million = Net::config.batch_epsilon_per_million;
    info.head_kernel = Net::config.head_kernel;
    info.supervised_levels = Net::config.supervised_levels;
  }
  return info;
}

/// The UNet that a model file is of.
inline UNetConfig unet_config(const ModelInfo& info) {
  return {.height = info.input.height,
          .width = info.input.width,
          .channels = info.input.channels,
          .classes = info.classes,
          .base_channels = info.base_channels,
          .depth = info.depth,
          .block = info.block,
          .normalisation = info.normalisation,
          .activation = info.activation,
          .bottom_dropout_per_thousand = info.bottom_dropout_per_thousand,
          .way_up = info.way_up,
          .norm_groups = info.norm_groups,
          .batch_epsilon_per_million = info.batch_epsilon_per_million,
          .head_kernel = info.head_kernel,
          .supervised_levels = info.supervised_levels};
}

/// In what a UNet differs from the vanilla one, as a model file's text has it: of a value that is not there, the default
/// is meant, so that the text of a vanilla U-Net is that of files from before there were others.
inline nlohmann::ordered_json unet_kind(const ModelInfo& info) {
  nlohmann::ordered_json kind = nlohmann::ordered_json::object();
  const ModelInfo usual;
  detail::each_kind(
      [&](const char* key, auto member, const auto& names) {
        if (info.*member != usual.*member) kind[key] = names.at(static_cast<std::size_t>(info.*member));
      },
      [&](const char* key, int ModelInfo::*member, int, int) {
        if (info.*member != usual.*member) kind[key] = info.*member;
      });
  return kind;
}

/// The text for a model file's metadata: "network" and "classes" in JSON, "preprocessing", and, of scaled images, their
/// "channels" in JSON.
inline Metadata to_metadata(const ModelInfo& info) {
  nlohmann::ordered_json network{{"input", {info.input.height, info.input.width, info.input.channels}},
                                 {"classes", info.classes},
                                 {"base_channels", info.base_channels},
                                 {"depth", info.depth}};
  network.update(unet_kind(info));
  nlohmann::ordered_json classes = nlohmann::ordered_json::array();
  for (const ModelClass& c : info.class_list) classes.push_back({{"name", c.name}, {"colour", c.colour}});
  Metadata metadata{
      {"network", dump_json(network)}, {"classes", dump_json(classes)}, {"preprocessing", info.preprocessing}};
  const nlohmann::ordered_json channels{{"mean", info.scaling.mean}, {"deviation", info.scaling.deviation}};
  if (!info.scaling.empty()) metadata["channels"] = dump_json(channels);
  return metadata;
}

namespace detail {

/// Errors  FormatError, which begins with `where`, unless it is one for images of so many channels; 0: of any.
inline ChannelScaling parse_scaling(const nlohmann::ordered_json& parsed, int channels, const std::string& where) {
  const JsonFields fields(parsed, where);
  const auto numbers = [&](const char* key) {
    std::vector<float> all;
    for (const nlohmann::ordered_json& value : fields.list(key)) {
      const double number = JsonFields::number_of(value, fields.where(key));
      const bool fits = std::abs(number) <= std::numeric_limits<float>::max();
      all.push_back(fits ? static_cast<float>(number) : std::numeric_limits<float>::quiet_NaN());
    }
    return all;
  };
  const ChannelScaling scaling{numbers("mean"), numbers("deviation")};
  const std::string problem = problem_of(scaling, channels > 0 ? channels : static_cast<int>(scaling.mean.size()));
  if (!problem.empty()) throw FormatError(where + ": " + problem);
  return scaling;
}

}  // namespace detail

/// What `to_metadata` wrote; what is missing keeps its default.
/// Errors  FormatError naming the file and the text that is not as it should be.
inline ModelInfo parse_model_info(const Metadata& metadata, const std::string& file_name) {
  constexpr JsonLimits limits{.bytes = 1 << 20, .depth = 3};
  constexpr int most = detail::most_in_model_info;
  ModelInfo info;
  if (const auto text = metadata.find("network"); text != metadata.end()) {
    const std::string where = file_name + ": metadata network";
    const nlohmann::ordered_json parsed = parse_json(text->second, where, limits);
    const detail::JsonFields network(parsed, where);
    const std::vector<int> input = network.integers("input", 3, 1, most);
    info.input = {input[0], input[1], input[2]};
    info.classes = network.integer("classes", 0, most);
    info.base_channels = network.integer("base_channels", 0, most);
    info.depth = network.integer("depth", 0, 16);
    detail::each_kind(
        [&]<class Kind>(const char* key, Kind ModelInfo::*member, const auto& names) {
          if (network.has(key)) info.*member = static_cast<Kind>(network.choice(key, names));
        },
        [&](const char* key, int ModelInfo::*member, int least, int greatest) {
          if (network.has(key)) info.*member = network.integer(key, least, greatest);
        });
  }
  if (const auto text = metadata.find("classes"); text != metadata.end()) {
    const std::string where = file_name + ": metadata classes";
    const nlohmann::ordered_json list = parse_json(text->second, where, limits);
    if (!list.is_array() || list.size() > most ||
        (info.classes != 0 && !list.empty() && list.size() != std::size_t(info.classes)))
      throw FormatError(where + ": expected a list with each of the network's " + std::to_string(info.classes) +
                        " classes, found " + detail::printable(text->second));
    for (const nlohmann::ordered_json& element : list) {
      const detail::JsonFields entry(element, where);
      ModelClass one{entry.text("name"), {}};
      const std::vector<int> colour = entry.integers("colour", 3, 0, 255);
      for (std::size_t i = 0; i < 3; ++i) one.colour[i] = static_cast<std::uint8_t>(colour[i]);
      info.class_list.push_back(std::move(one));
    }
  }
  if (const auto text = metadata.find("preprocessing"); text != metadata.end()) info.preprocessing = text->second;
  if (const auto text = metadata.find("channels"); text != metadata.end()) {
    const std::string where = file_name + ": metadata channels";
    info.scaling = detail::parse_scaling(parse_json(text->second, where, limits), info.input.channels, where);
  }
  return info;
}

}  // namespace unetpp
