#pragma once
// What a model file says of its network beside the weights.

#include <array>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"
#include "unetpp/io/json.hpp"
#include "unetpp/io/safetensors.hpp"

namespace unetpp {

/// A class of the model as people see it.
struct ModelClass {
  std::string name;
  std::array<std::uint8_t, 3> colour;

  bool operator==(const ModelClass&) const = default;
};

/// How io/ makes input of an image; a model's own text where it differs.
inline constexpr const char* default_preprocessing = "RGB / 255, resized bilinearly with half-pixel centres";

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

namespace detail {

/// An integer that somebody else wrote.
inline int json_integer(const nlohmann::json& value, int least, int most, const std::string& where) {
  if (!value.is_number_integer() || value < least || value > most)
    throw FormatError(where + ": expected an integer from " + std::to_string(least) + " to " + std::to_string(most) +
                      ", found " + printable(value.dump()));
  return value.get<int>();
}

/// A member of an object that somebody else wrote.
inline const nlohmann::json& json_member(const nlohmann::json& object, const char* key, const std::string& where) {
  if (!object.is_object() || !object.contains(key))
    throw FormatError(where + ": expected an object with " + key + ", found " + printable(object.dump()));
  return object[key];
}

/// A list of this many elements that somebody else wrote.
inline const nlohmann::json& json_list(const nlohmann::json& value, std::size_t size, const std::string& where) {
  if (!value.is_array() || value.size() != size)
    throw FormatError(where + ": expected a list of " + std::to_string(size) + ", found " + printable(value.dump()));
  return value;
}

}  // namespace detail

/// What `to_metadata` wrote; what is missing keeps its default.
/// Errors  FormatError naming the file and the text that is not as it should be.
inline ModelInfo parse_model_info(const Metadata& metadata, const std::string& file_name) {
  constexpr JsonLimits limits{.bytes = 1 << 20, .depth = 3};
  constexpr int most = 1 << 16;
  ModelInfo info;
  if (const auto text = metadata.find("network"); text != metadata.end()) {
    const std::string where = file_name + ": metadata network";
    const nlohmann::json network = parse_json(text->second, where, limits);
    const auto& input = detail::json_list(detail::json_member(network, "input", where), 3, where + ".input");
    const auto extent = [&](std::size_t i) { return detail::json_integer(input[i], 1, most, where + ".input"); };
    const auto number = [&](const char* key, int highest) {
      return detail::json_integer(detail::json_member(network, key, where), 0, highest, where + "." + key);
    };
    info.input = {extent(0), extent(1), extent(2)};
    info.classes = number("classes", most);
    info.base_channels = number("base_channels", most);
    info.depth = number("depth", 16);
  }
  if (const auto text = metadata.find("classes"); text != metadata.end()) {
    const std::string where = file_name + ": metadata classes";
    const nlohmann::json list = parse_json(text->second, where, limits);
    if (!list.is_array() || list.size() > most ||
        (info.classes != 0 && !list.empty() && list.size() != std::size_t(info.classes)))
      throw FormatError(where + ": expected a list with each of the network's " + std::to_string(info.classes) +
                        " classes, found " + detail::printable(text->second));
    for (const nlohmann::json& entry : list) {
      const auto& name = detail::json_member(entry, "name", where);
      if (!name.is_string()) throw FormatError(where + ": expected a name, found " + detail::printable(name.dump()));
      ModelClass one{name.get<std::string>(), {}};
      const auto& colour = detail::json_list(detail::json_member(entry, "colour", where), 3, where + ".colour");
      for (std::size_t c = 0; c < 3; ++c)
        one.colour[c] = static_cast<std::uint8_t>(detail::json_integer(colour[c], 0, 255, where + ".colour"));
      info.class_list.push_back(std::move(one));
    }
  }
  if (const auto text = metadata.find("preprocessing"); text != metadata.end()) info.preprocessing = text->second;
  return info;
}

}  // namespace unetpp
