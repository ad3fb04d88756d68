#pragma once
// The networks of the examples. A network is a type: whoever reads a model file has compiled what it may be of.

#include <string>
#include <unetpp/io/model_info.hpp>
#include <unetpp/unet.hpp>

namespace examples {

/// Drawn pets are simpler than photographs: a smaller network learns them in a minute.
using DrawnPetsNet = unetpp::UNet<unetpp::UNetConfig{.height = 64, .width = 64, .base_channels = 16, .depth = 3}>;

namespace detail {

inline std::string network_text(const unetpp::ModelInfo& info) {
  return "a U-Net for " + to_string(info.input) + " with " + std::to_string(info.base_channels) +
         " base channels, depth " + std::to_string(info.depth) + " and " + std::to_string(info.classes) + " classes";
}

template <class Net, class F>
bool call_if_of(const unetpp::ModelInfo& info, F& f) {
  unetpp::ModelInfo own = unetpp::model_info<Net>(info.class_list);
  own.preprocessing = info.preprocessing;
  if (own != info) return false;
  f.template operator()<Net>();
  return true;
}

}  // namespace detail

/// Calls f.operator()<Net>() with the network of these that a model file is of.
/// Errors  FormatError naming the file when it is of none of them.
template <class F>
void with_network_of(const unetpp::ModelInfo& info, const std::string& file_name, F&& f) {
  using unetpp::UNet, unetpp::model_info;
  if (detail::call_if_of<UNet<>>(info, f) || detail::call_if_of<DrawnPetsNet>(info, f)) return;
  throw unetpp::FormatError(file_name + ": expected " + detail::network_text(model_info<UNet<>>({})) + ", or " +
                            detail::network_text(model_info<DrawnPetsNet>({})) +
                            " (examples/networks.hpp takes more), found " +
                            (info.classes == 0 ? "no word of its network" : detail::network_text(info)));
}

}  // namespace examples
