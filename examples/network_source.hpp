#pragma once
// A network as a program's source has it, for programs that are compiled for one that they are asked for.

#include <cstdlib>
#include <string>
#include <type_traits>
#include <unetpp/io/files/file.hpp>
#include <unetpp/nn/unet.hpp>
#include <vector>

namespace examples {

/// What --precision takes, in the order of the enum.
inline const std::vector<std::string> precision_names{"float32", "bfloat16"};

inline unetpp::UNetConfig with_precision(unetpp::UNetConfig config, const std::string& name) {
  config.precision = name == "bfloat16" ? unetpp::Precision::bfloat16 : unetpp::Precision::float32;
  return config;
}

/// A header that defines `network`, this UNetConfig.
inline std::string network_source(const unetpp::UNetConfig& config) {
  std::string fields;
  const auto add = [&](const char* name, auto value) {
    fields += (fields.empty() ? "" : ", ") + (std::string(".") + name + " = ");
    if constexpr (std::is_enum_v<decltype(value)>)
      fields +=
          std::string("decltype(unetpp::UNetConfig::") + name + "){" + std::to_string(static_cast<int>(value)) + "}";
    else
      fields += std::to_string(value);
  };
  add("height", config.height);
  add("width", config.width);
  add("channels", config.channels);
  add("classes", config.classes);
  add("base_channels", config.base_channels);
  add("depth", config.depth);
  add("block", config.block);
  add("normalisation", config.normalisation);
  add("activation", config.activation);
  add("bottom_dropout_per_thousand", config.bottom_dropout_per_thousand);
  add("way_up", config.way_up);
  add("norm_groups", config.norm_groups);
  add("batch_epsilon_per_million", config.batch_epsilon_per_million);
  add("head_kernel", config.head_kernel);
  add("supervised_levels", config.supervised_levels);
  add("precision", config.precision);
  return "#include <unetpp/nn/unet.hpp>\n\ninline constexpr unetpp::UNetConfig network{" + fields + "};\n";
}

/// Whether this program is started to say which network it needs.
inline bool asked_for_network() { return std::getenv("UNETPP_ASKED") != nullptr; }

/// For a program that has come to know which network it needs.
///
/// examples/run.sh first asks for the network: then the program writes it into the file that UNETPP_ASKED names, and does
/// nothing else. The script compiles the program for it and starts it again.
/// Returns  whether it was asked, so that the program ends.
inline bool answer_with_network(const unetpp::UNetConfig& config, bool has_it) {
  const char* file = std::getenv("UNETPP_ASKED");
  if (file != nullptr && !has_it) unetpp::write_file(file, network_source(config));
  return file != nullptr;
}

}  // namespace examples
