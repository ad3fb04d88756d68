#pragma once
// What a model file says of its network beside the weights.

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/files/json.hpp"
#include "unetpp/io/files/json_fields.hpp"
#include "unetpp/io/files/safetensors_header.hpp"

namespace unetpp {

/// A class of the model as people see it.
struct ModelClass {
  std::string name;
  std::array<std::uint8_t, 3> colour;

  bool operator==(const ModelClass&) const = default;
};

/// How io/ makes input of an image; a model's own text where it differs.
inline constexpr const char* default_preprocessing =
    "RGB / 255, resized bilinearly with half-pixel centres, without antialiasing: as TensorFlow and PyTorch with "
    "antialias=False and OpenCV's INTER_LINEAR_EXACT, not as Pillow and torchvision do it by default";

/// Whether a model's text says what `default_preprocessing` does. Files have its first words alone that were written
/// before it named other libraries.
inline bool is_default_preprocessing(std::string_view text) {
  return text == default_preprocessing || text == "RGB / 255, resized bilinearly with half-pixel centres";
}

/// What a model file says of its network beside the weights.
struct ModelInfo {
  Shape input{};                                  // that it was trained at
  int classes = 0, base_channels = 0, depth = 0;  // of the UNet; 0: not known
  std::vector<ModelClass> class_list;             // one for each class, or empty
  std::string preprocessing;                      // text: how pixels become input

  bool operator==(const ModelInfo&) const = default;
};

/// The facts of a UNet, or those that another network has, with the names of its classes.
template <class Net>
ModelInfo model_info(std::vector<ModelClass> classes) {
  ModelInfo info{.input = Net::in,
                 .classes = Net::out.channels,
                 .class_list = std::move(classes),
                 .preprocessing = default_preprocessing};
  if constexpr (requires { Net::config.base_channels; }) {
    info.base_channels = Net::config.base_channels;
    info.depth = Net::config.depth;
  }
  return info;
}

/// The text for a model file's metadata: "network" and "classes" in JSON, and "preprocessing".
inline Metadata to_metadata(const ModelInfo& info) {
  const nlohmann::ordered_json network{{"input", {info.input.height, info.input.width, info.input.channels}},
                                       {"classes", info.classes},
                                       {"base_channels", info.base_channels},
                                       {"depth", info.depth}};
  nlohmann::ordered_json classes = nlohmann::ordered_json::array();
  for (const ModelClass& c : info.class_list) classes.push_back({{"name", c.name}, {"colour", c.colour}});
  return {{"network", dump_json(network)}, {"classes", dump_json(classes)}, {"preprocessing", info.preprocessing}};
}

/// What `to_metadata` wrote; what is missing keeps its default.
/// Errors  FormatError naming the file and the text that is not as it should be.
inline ModelInfo parse_model_info(const Metadata& metadata, const std::string& file_name) {
  constexpr JsonLimits limits{.bytes = 1 << 20, .depth = 3};
  constexpr int most = 1 << 16;
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
  return info;
}

}  // namespace unetpp
