#pragma once
// Tensors into files: safetensors, written.

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/file.hpp"
#include "unetpp/io/files/json_text.hpp"
#include "unetpp/io/files/safetensors_entry.hpp"

namespace unetpp {

/// A float32 tensor to be written.
struct TensorData {
  std::string name;
  std::vector<int> extents;
  std::span<const float> values;
};

/// Writes tensors in the order given. Text that is not UTF-8 is written with replacement characters.
/// Source  huggingface.co/docs/safetensors: length of the header, header in JSON, data.
/// Errors  FileError, or ArgumentError for two tensors of one name, values that do not fill the extents, or a header
///         that no reader takes; the old file then stays as it was.
[[gnu::cold]] inline void write_safetensors(const std::filesystem::path& path, const std::vector<TensorData>& tensors,
                                            const Metadata& metadata) {
  const auto list = [](const auto& values, const auto& element) {
    std::string text;
    for (const auto& value : values) text += (text.empty() ? "" : ",") + element(value);
    return text;
  };
  const auto number = [](auto value) { return std::to_string(value); };
  std::string text = "{\"__metadata__\":{" +
                     list(metadata, [](const auto& m) { return json_text(m.first) + ':' + json_text(m.second); }) + '}';
  Metadata names;  // a set, as a type that is compiled anyway
  names["__metadata__"];
  std::size_t end = 0;
  for (const TensorData& t : tensors) {
    std::size_t size = 1;
    for (const int e : t.extents) size *= static_cast<std::size_t>(e);
    if (!names.insert({to_utf8(t.name), ""}).second || size != t.values.size())
      throw ArgumentError(path.string() + ": tensor " + t.name + ": expected a new name and " + std::to_string(size) +
                          " values for shape " + detail::extents_text(t.extents) + ", found " +
                          std::to_string(t.values.size()));
    const std::size_t begin = end;
    end += t.values.size_bytes();
    text += ',' + json_text(t.name) + ":{\"dtype\":\"F32\",\"shape\":[" + list(t.extents, number) +
            "],\"data_offsets\":[" + list(std::array{begin, end}, number) + "]}";
  }
  text += '}';
  text.append((8 - text.size() % 8) % 8, ' ');
  if (text.size() > max_safetensors_header)
    throw ArgumentError(path.string() + ": expected names and texts for a header of at most " +
                        std::to_string(max_safetensors_header) + " bytes, found " + std::to_string(text.size()));
  const std::uint64_t length = text.size();
  std::string bytes;
  bytes.reserve(sizeof length + text.size() + end);
  bytes.append(reinterpret_cast<const char*>(&length), sizeof length);
  bytes += text;
  for (const TensorData& t : tensors)
    bytes.append(reinterpret_cast<const char*>(t.values.data()), t.values.size_bytes());
  write_file(path, bytes);
}

}  // namespace unetpp
