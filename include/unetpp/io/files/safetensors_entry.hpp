#pragma once
// What the header of a safetensors file has: text, and of each tensor its type, its extents and its bytes.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"

namespace unetpp {

static_assert(std::endian::native == std::endian::little,
              "unetpp: safetensors files are little-endian, as this code is");

/// Bytes of a header, at most; those of the format's own implementation.
inline constexpr std::size_t max_safetensors_header = 100'000'000;

/// Text that goes with the tensors.
using Metadata = std::map<std::string, std::string>;

/// One tensor of a file: what its values are, and which bytes of the data hold them.
struct TensorEntry {
  std::string dtype;
  std::vector<std::size_t> extents;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

namespace detail {

template <class T>
[[gnu::cold]] std::string extents_text(const std::vector<T>& extents) {
  std::string text;
  for (const T e : extents) text += (text.empty() ? "" : ", ") + std::to_string(e);
  return "[" + text + "]";
}

/// Bits of a value; 0 for a type that is not known here. Source  safetensors 0.8.0.
inline std::uint64_t dtype_bits(std::string_view dtype) {
  static constexpr std::pair<std::string_view, int> sizes[] = {
      {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
      {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
      {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
      {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}};
  const auto* found = std::find_if(std::begin(sizes), std::end(sizes), [&](auto& s) { return s.first == dtype; });
  return found == std::end(sizes) ? 0 : static_cast<std::uint64_t>(found->second);
}

/// Bits of a tensor of these extents; the largest number of whole bytes that there is when they are more.
inline std::uint64_t tensor_bits(const TensorEntry& entry) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max() / 8 * 8;
  if (std::find(entry.extents.begin(), entry.extents.end(), 0u) != entry.extents.end()) return 0;
  std::uint64_t bits = dtype_bits(entry.dtype);
  for (const std::uint64_t extent : entry.extents) {
    if (bits > most / extent) return most;
    bits *= extent;
  }
  return bits;
}

/// Throws unless a tensor of a known type has as many bytes as its extents need; `here` names it.
inline void require_bytes(const TensorEntry& entry, const std::string& here) {
  if (dtype_bits(entry.dtype) == 0) return;
  const std::uint64_t bits = tensor_bits(entry), size = entry.end - entry.begin;
  const std::string what = " for " + entry.dtype + " of shape " + extents_text(entry.extents) + ", found ";
  if (bits % 8 != 0) throw FormatError(here + ": expected whole bytes" + what + std::to_string(bits) + " bits");
  if (bits / 8 != size)
    throw FormatError(here + ": expected " + std::to_string(bits / 8) + " bytes" + what + std::to_string(size));
}

}  // namespace detail

}  // namespace unetpp
