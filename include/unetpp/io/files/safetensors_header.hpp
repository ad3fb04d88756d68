#pragma once
// The header of a safetensors file: checked whole, before anything is read or allocated by what it says.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/json.hpp"
#include "unetpp/io/files/safetensors_entry.hpp"

namespace unetpp {

struct SafetensorsHeader {
  std::map<std::string, TensorEntry> tensors;
  Metadata metadata;
};

/// What a header may hold at most, beside max_safetensors_header.
inline constexpr std::size_t max_safetensors_entries = 100'000;  // tensors, and as many texts
inline constexpr std::size_t max_safetensors_rank = 32;

namespace detail {

/// Takes a header from nlohmann's parser piece by piece: {"__metadata__": {NAME: TEXT, ...}, NAME: {"dtype": TEXT, "shape":
/// [SIZE, ...], "data_offsets": [BEGIN, END]}, ...}. It never holds more than that, and nothing nests deeper.
class SafetensorsHeaderReader : public nlohmann::json_sax<nlohmann::ordered_json> {
 public:
  SafetensorsHeaderReader(const std::string& name, SafetensorsHeader& header) : name_(name), header_(header) {}

  bool null() override { refuse("null"); }
  bool boolean(bool) override { refuse("a truth value"); }
  bool number_integer(number_integer_t) override { refuse("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { refuse("a number that is no integer of 64 bits"); }
  bool binary(binary_t&) override { refuse("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::shape) {
      if (entry_->extents.size() == max_safetensors_rank)
        throw FormatError(here() + ": expected at most " + std::to_string(max_safetensors_rank) +
                          " extents, found more");
      entry_->extents.push_back(value);
    } else if (place_ == Place::offsets && offsets_ < 2) {
      (offsets_++ == 0 ? entry_->begin : entry_->end) = value;
    } else {
      refuse(place_ == Place::offsets ? "a third offset" : "a number");
    }
    return true;
  }
  bool string(string_t& value) override {
    if (place_ == Place::metadata)
      header_.metadata[key_] = std::move(value);
    else if (place_ == Place::entry && field_ == "dtype")
      entry_->dtype = std::move(value);
    else
      refuse("a text");
    return true;
  }
  bool start_object(std::size_t) override {
    if (place_ == Place::file)
      place_ = Place::header;
    else if (place_ == Place::header)
      place_ = key_ == "__metadata__" ? Place::metadata : Place::entry;
    else
      refuse("an object");
    return true;
  }
  bool key(string_t& key) override {
    if (place_ == Place::entry) {
      const auto* known = std::find(fields.begin(), fields.end(), key);
      if (known == fields.end()) refuse("the name " + printable(key));
      bool& seen = seen_[static_cast<std::size_t>(known - fields.begin())];
      if (std::exchange(seen, true)) twice(key);
      field_ = *known;
      return true;
    }
    key_ = std::move(key);
    if (place_ == Place::metadata) {
      if (!header_.metadata.try_emplace(key_).second) twice(key_);
      limit(header_.metadata.size(), "texts");
    } else if (key_ == "__metadata__") {
      if (std::exchange(has_metadata_, true)) twice(key_);
    } else {
      const auto [at, is_new] = header_.tensors.try_emplace(key_);
      if (!is_new) twice(key_);
      limit(header_.tensors.size(), "tensors");
      entry_ = &at->second;
      seen_ = {};
      offsets_ = 0;
    }
    return true;
  }
  bool end_object() override {
    if (place_ == Place::entry && std::find(seen_.begin(), seen_.end(), false) != seen_.end())
      refuse("an entry without one of them");
    place_ = place_ == Place::header ? Place::file : Place::header;
    return true;
  }
  bool start_array(std::size_t) override {
    if (place_ != Place::entry || field_ == "dtype") refuse("a list");
    place_ = field_ == "shape" ? Place::shape : Place::offsets;
    return true;
  }
  bool end_array() override {
    if (place_ == Place::offsets && offsets_ != 2) refuse("too few offsets");
    place_ = Place::entry;
    return true;
  }
  bool parse_error(std::size_t byte, const std::string&, const nlohmann::ordered_json::exception&) override {
    throw FormatError(name_ + ": expected a safetensors header in JSON, found what is none at its byte " +
                      std::to_string(byte));
  }

 private:
  enum class Place { file, header, metadata, entry, shape, offsets };
  static constexpr std::array<std::string_view, 3> fields{"dtype", "shape", "data_offsets"};

  std::string here() const { return name_ + ": tensor " + printable(key_); }
  [[noreturn]] void refuse(const std::string& found) const {
    if (place_ == Place::metadata || key_ == "__metadata__")
      throw FormatError(name_ + ": __metadata__: expected texts by name, found " + found);
    throw FormatError(here() + ": expected dtype, shape and two data_offsets, found " + found);
  }
  [[noreturn]] void twice(const std::string& key) const {
    throw FormatError(name_ + ": expected each name once in the header, found " + printable(key) + " twice");
  }
  void limit(std::size_t count, const char* what) const {
    if (count > max_safetensors_entries)
      throw FormatError(name_ + ": expected at most " + std::to_string(max_safetensors_entries) + " " + what +
                        ", found more");
  }

  const std::string& name_;
  SafetensorsHeader& header_;
  Place place_ = Place::file;
  std::string key_;         // of the header or of the metadata
  std::string_view field_;  // of the entry
  TensorEntry* entry_ = nullptr;
  std::array<bool, 3> seen_{};
  int offsets_ = 0;
  bool has_metadata_ = false;
};

/// Throws unless the tensors cover the data from its first to its last byte, each byte once.
inline void require_exact_cover(const SafetensorsHeader& header, std::uint64_t data_size, const std::string& name) {
  std::vector<std::pair<const std::string, TensorEntry> const*> ordered;
  for (const auto& tensor : header.tensors) ordered.push_back(&tensor);
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t at = 0;
  for (const auto* tensor : ordered) {
    const TensorEntry& entry = tensor->second;
    const std::string here = name + ": tensor " + printable(tensor->first);
    if (entry.begin != at || entry.end < at || entry.end > data_size)
      throw FormatError(here + ": expected data_offsets from " + std::to_string(at) + " to at most " +
                        std::to_string(data_size) + ", found " + std::to_string(entry.begin) + " to " +
                        std::to_string(entry.end));
    require_bytes(entry, here);
    at = entry.end;
  }
  if (at != data_size)
    throw FormatError(name + ": expected " + std::to_string(at) + " bytes of tensors, found " +
                      std::to_string(data_size));
}

}  // namespace detail

/// The header of a file whose tensors take `data_size` bytes.
///
/// A tensor of a type that is not known here is passed over, with its size unchecked: later versions of the format have
/// further types, and those who ask for another tensor need not know them. (safetensors 0.8.0 refuses such a file.)
///
/// What safetensors 0.8.0 takes and this refuses on purpose, since the format's text forbids it, or no writer makes it and
/// readers may differ: a `__metadata__` of null; keys of an entry beside dtype, shape and data_offsets; an entry that is a
/// list; white space before the first brace; the name of a tensor or of a text twice; more than the limits above.
/// Errors  FormatError, which begins with `name`, unless all of it is as the format demands: each name once, tensors of
///         the size that type and shape have, which cover the data without a gap and without lying on one another.
/// Source  huggingface.co/docs/safetensors; safetensors 0.8.0 (Python) for the types and what it takes.
inline SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t data_size,
                                                  const std::string& name) {
  if (text.substr(0, 1) != "{" || text.find('\0') != text.npos)  // which nlohmann's parser takes for the end
    throw FormatError(name + ": expected a safetensors header in JSON, found something else");
  SafetensorsHeader header;
  detail::SafetensorsHeaderReader reader(name, header);
  nlohmann::ordered_json::sax_parse(text, &reader);
  detail::require_exact_cover(header, data_size, name);
  return header;
}

}  // namespace unetpp
