// Any bytes as a safetensors file: its header, its tensors and what it says of its network.

#include "unetpp/io/files/safetensors.hpp"

#include <limits>
#include <string>
#include <vector>

#include "property.hpp"
#include "unetpp/io/files/model_info.hpp"

namespace {

using namespace unetpp;

std::string header_text(const SafetensorsFile& file) {
  nlohmann::json header = {{"__metadata__", file.metadata()}};
  for (const auto& [name, entry] : file.tensors())
    header[name] = {{"dtype", entry.dtype}, {"shape", entry.extents}, {"data_offsets", {entry.begin, entry.end}}};
  return header.dump();
}

void check(const SafetensorsFile& file) {
  std::uint64_t size = 0;
  for (const auto& [name, entry] : file.tensors()) {
    size += entry.end - entry.begin;
    const bool is_float = entry.dtype == "F32" || entry.dtype == "F16" || entry.dtype == "BF16";
    std::vector<int> extents;
    for (const std::size_t e : entry.extents)
      if (e <= std::numeric_limits<int>::max()) extents.push_back(static_cast<int>(e));
    if (!is_float || extents.size() < entry.extents.size()) continue;
    std::vector<float> values((entry.end - entry.begin) / (entry.dtype == "F32" ? 4 : 2));
    file.read(name, extents, values);
  }
  const SafetensorsHeader again = parse_safetensors_header(header_text(file), size, fuzz::name);
  fuzz::require(again.metadata == file.metadata(), "the same metadata when it is read again");
  fuzz::require(again.tensors.size() == file.tensors().size(), "the same tensors when they are read again");

  const ModelInfo info = parse_model_info(file.metadata(), file.name());
  if (info.input != Shape{})
    fuzz::require(parse_model_info(to_metadata(info), fuzz::name) == info, "the same facts when they are read again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = fuzz::path_of(data, size);
  fuzz::run([&] { check(SafetensorsFile(path)); }, path);
  return 0;
}
