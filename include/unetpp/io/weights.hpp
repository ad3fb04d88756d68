#pragma once
// Weights in files: safetensors, by layer name.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/version.hpp"
#include "unetpp/io/file.hpp"
#include "unetpp/nn/parameters.hpp"

namespace unetpp {

static_assert(std::endian::native == std::endian::little,
              "unetpp: safetensors files are little-endian, as this code is");

/// Text that goes with the weights.
using Metadata = std::map<std::string, std::string>;

namespace detail {

inline std::string extents_text(const std::vector<int>& extents) {
  std::string text;
  for (const int e : extents) text += (text.empty() ? "" : ", ") + std::to_string(e);
  return "[" + text + "]";
}

/// A safetensors file taken apart: its header, and the bytes that the header's offsets count in.
struct Safetensors {
  nlohmann::json header;
  std::string_view data;

  /// Errors  FormatError, which begins with `name`, unless the header is there, whole and a JSON object.
  Safetensors(std::string_view bytes, const std::string& name) {
    std::uint64_t length = 0;
    if (bytes.size() >= sizeof length) std::memcpy(&length, bytes.data(), sizeof length);
    if (bytes.size() < sizeof length || length > bytes.size() - sizeof length)
      throw FormatError(name + ": expected a safetensors file with a header of " + std::to_string(length) +
                        " bytes, found " + std::to_string(bytes.size()) + " bytes in all");
    header = nlohmann::json::parse(bytes.substr(sizeof length, length), nullptr, false);
    if (!header.is_object()) throw FormatError(name + ": expected a safetensors header in JSON, found something else");
    data = bytes.substr(sizeof length + length);
  }

  /// The bytes of a tensor.
  /// Errors  FormatError unless it is there with these extents, in float32, and lies in the file.
  std::string_view tensor(const NamedTensor& want, const std::string& name) const {
    const auto expected = [&](const std::string& found) {
      return FormatError(name + ": tensor " + want.name + ": expected float32 of shape " + extents_text(want.extents) +
                         ", found " + found);
    };
    const auto entry = header.find(want.name);
    if (entry == header.end()) throw expected("no such tensor");
    try {
      const auto extents = entry->at("shape").get<std::vector<int>>();
      const auto dtype = entry->at("dtype").get<std::string>();
      const auto offsets = entry->at("data_offsets").get<std::vector<std::uint64_t>>();
      if (extents != want.extents || dtype != "F32") throw expected(dtype + " of shape " + extents_text(extents));
      if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > data.size() ||
          offsets[1] - offsets[0] != want.size * sizeof(float))
        throw expected("offsets " + entry->at("data_offsets").dump() + " in " + std::to_string(data.size()) +
                       " bytes of data");
      return data.substr(offsets[0], offsets[1] - offsets[0]);
    } catch (const nlohmann::json::exception&) {
      throw expected("an entry that is not of the format");
    }
  }
};

}  // namespace detail

/// Writes a network's parameters, each tensor under its name, in the layouts of the layers' docstrings.
/// Source  huggingface.co/docs/safetensors: length of the header, header in JSON, data.
/// Errors  FileError; the old file then stays as it was.
template <Layer Net>
void save_weights(const std::filesystem::path& path, const Parameters<Net>& parameters, Metadata metadata = {}) {
  nlohmann::ordered_json header;
  metadata["format"] = std::string("unetpp ") + version;
  header["__metadata__"] = metadata;
  for (const NamedTensor& t : parameter_tensors<Net>())
    header[t.name] = {{"dtype", "F32"},
                      {"shape", t.extents},
                      {"data_offsets", {t.offset * sizeof(float), (t.offset + t.size) * sizeof(float)}}};
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += text;
  bytes.append(reinterpret_cast<const char*>(parameters.span().data()), parameters.span().size_bytes());
  write_file(path, bytes);
}

/// Reads what `save_weights` wrote for a network with the same layers, and returns the text that went with it.
/// Errors  FileError or FormatError naming the file and the first tensor that differs; the parameters are then
/// unchanged.
template <Layer Net>
Metadata load_weights(const std::filesystem::path& path, Parameters<Net>& parameters) {
  const std::string bytes = read_file(path);
  const detail::Safetensors file(bytes, path.string());
  Parameters<Net> loaded = parameters;
  const std::vector<NamedTensor> tensors = parameter_tensors<Net>();
  for (const NamedTensor& t : tensors) {
    const std::string_view values = file.tensor(t, path.string());
    std::memcpy(loaded.span().data() + t.offset, values.data(), values.size());
  }
  Metadata metadata;
  for (const auto& [key, value] : file.header.items()) {
    if (key == "__metadata__") {
      for (const auto& [name, text] : value.items())
        if (text.is_string()) metadata[name] = text.template get<std::string>();
    } else if (std::none_of(tensors.begin(), tensors.end(),
                            [&key = key](const NamedTensor& t) { return t.name == key; })) {
      throw FormatError(path.string() + ": tensor " + key +
                        ": expected none of this name in the network, found one in the file");
    }
  }
  parameters = std::move(loaded);
  return metadata;
}

}  // namespace unetpp
