#pragma once
// The networks of the examples. A network is a type: whoever reads a model file has compiled what it may be of.

#include <string>
#include <unetpp/io/files/model_info.hpp>
#include <unetpp/io/files/weights.hpp>
#include <unetpp/unet.hpp>

#include "messages.hpp"

namespace examples {

/// Drawn pets are simpler than photographs: a smaller network learns them in a minute.
inline constexpr unetpp::UNetConfig drawn_pets{.height = 64, .width = 64, .base_channels = 16, .depth = 3};
using DrawnPetsNet = unetpp::UNet<drawn_pets>;

/// The network of the recipe "best": the tutorial's with batch normalisation, and dropout where it is deepest.
constexpr unetpp::UNetConfig best(unetpp::UNetConfig config) {
  config.normalisation = unetpp::Normalisation::batch;
  config.bottom_dropout_per_thousand = 300;
  return config;
}
using BestNet = unetpp::UNet<best({})>;
using BestDrawnPetsNet = unetpp::UNet<best(drawn_pets)>;

namespace detail {

/// Whether f.operator()<Net>() is true for one of the networks, which are tried in turn.
template <class F>
bool any_network(const F& f) {
  return f.template operator()<unetpp::UNet<>>() || f.template operator()<DrawnPetsNet>() ||
         f.template operator()<BestNet>() || f.template operator()<BestDrawnPetsNet>();
}

inline std::string network_text(const unetpp::ModelInfo& info) {
  std::string text = "a U-Net for " + to_string(info.input) + " with " + std::to_string(info.base_channels) +
                     " base channels, depth " + std::to_string(info.depth) + " and " + std::to_string(info.classes) +
                     " classes";
  const auto kind = unetpp::unet_kind(info);
  for (const auto& [key, value] : kind.items())
    text.append(", ").append(key).append(" ").append(unetpp::dump_json(value));
  return text;
}

inline unetpp::FormatError unknown_network(const std::string& file_name, const std::string& found) {
  std::string known;
  any_network([&]<class Net>() {
    known += (known.empty() ? "" : ", or ") + network_text(unetpp::model_info<Net>({}));
    return false;
  });
  return unetpp::FormatError(file_name + ": expected " + known + " (examples/predict/run.sh compiles for others), " +
                             found);
}

template <class Net>
bool has_tensors_of(const unetpp::SafetensorsFile& file) {
  try {
    unetpp::require_weights<Net>(file);
    return true;
  } catch (const unetpp::FormatError&) {
    return false;
  }
}

/// The facts of Net, with what else a model file says.
template <class Net>
unetpp::ModelInfo info_of(const unetpp::ModelInfo& read) {
  unetpp::ModelInfo info = unetpp::model_info<Net>(read.class_list);
  info.preprocessing = read.preprocessing;
  info.scaling = read.scaling;
  return info;
}

}  // namespace detail

/// What a model file says of its network; of a file without its metadata, as other programs save it again, which of
/// these networks has its tensors. Then `program` warns.
/// Errors  FileError or FormatError naming the file.
inline unetpp::ModelInfo read_model_info(const std::string& file_name, const std::string& program) {
  const unetpp::SafetensorsFile file(file_name);
  unetpp::ModelInfo info = unetpp::parse_model_info(file.metadata(), file_name);
  if (file.metadata().contains("network")) return info;
  const bool known = detail::any_network([&]<class Net>() {
    if (!detail::has_tensors_of<Net>(file)) return false;
    if (const std::size_t named = info.class_list.size(); named != 0 && named != std::size_t{Net::out.channels})
      throw unetpp::FormatError(file_name + ": metadata classes: expected the network's " +
                                std::to_string(Net::out.channels) + ", found " + std::to_string(named));
    info = detail::info_of<Net>(info);
    return true;
  });
  const std::string missing = "found no metadata \"network\"";
  const auto advice = [](const unetpp::ModelInfo& of) {
    return "Python's safetensors writes it with save_file(tensors, path, metadata={\"network\": '" +
           unetpp::to_metadata(of).at("network") + "', ...}), or with the metadata() of the file before";
  };
  if (!known)
    throw detail::unknown_network(file_name, missing + " and the tensors of none of them (" +
                                                 advice(unetpp::model_info<unetpp::UNet<>>({})) +
                                                 "; examples/convert takes PyTorch's and Keras's models)");
  warn(program, file_name + ": " + missing + "; by its tensors it is taken for " + detail::network_text(info) +
                    ", trained at this size (" + advice(info) + ")");
  return info;
}

/// Whether one of these networks is what a model file is of.
inline bool is_built_in(const unetpp::ModelInfo& info) {
  return detail::any_network([&]<class Net>() { return detail::info_of<Net>(info) == info; });
}

/// Calls f.operator()<Net>() with the network of these that a model file is of.
/// Errors  FormatError naming the file when it is of none of them.
template <class F>
void with_network_of(const unetpp::ModelInfo& info, const std::string& file_name, F&& f) {
  const bool known = detail::any_network([&]<class Net>() {
    const bool same = detail::info_of<Net>(info) == info;
    if (same) f.template operator()<Net>();
    return same;
  });
  if (!known) throw detail::unknown_network(file_name, "found " + detail::network_text(info));
}

}  // namespace examples
