#pragma once
// JSON written, and read where somebody else may have written it.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"

namespace unetpp {

/// The text of a value of nlohmann's; what is not UTF-8 in it becomes replacement characters.
template <class Json>
std::string dump_json(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// What `parse_json` takes at most.
struct JsonLimits {
  std::size_t bytes = 16 << 20;
  int depth = 16;
  std::size_t names = 1000;  // of one object
};

namespace detail {

/// A callback of nlohmann's parser that refuses what is nested too deeply, names that an object has twice, and too many of
/// them: an ordered_json looks for each new name among all before it.
class JsonGuard {
 public:
  JsonGuard(const std::string& name, const JsonLimits& limits) : name_(name), limits_(limits) {}

  bool operator()(int depth, nlohmann::ordered_json::parse_event_t event, nlohmann::ordered_json& parsed) {
    using Event = nlohmann::ordered_json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) {
      if (depth >= limits_.depth)
        throw FormatError(name_ + ": expected JSON nested at most " + std::to_string(limits_.depth) +
                          " deep, found it deeper");
      keys_.emplace_back();
    } else if (event == Event::object_end || event == Event::array_end) {
      keys_.pop_back();
    } else if (event == Event::key) {
      if (!keys_.back().insert(parsed.get<std::string>()).second)
        throw FormatError(name_ + ": expected each name once, found " + printable(parsed.get<std::string>()) +
                          " twice");
      if (keys_.back().size() > limits_.names)
        throw FormatError(name_ + ": expected at most " + std::to_string(limits_.names) +
                          " names in an object of JSON, found more");
    }
    return true;
  }

 private:
  const std::string& name_;
  const JsonLimits& limits_;
  std::vector<std::set<std::string>> keys_;  // of the objects around, from outside in; empty for arrays
};

}  // namespace detail

/// The value of a JSON text that nobody vouches for.
/// Errors  FormatError, which begins with `name`, when it is no JSON, too long or too deep, or an object has a name twice or
///         too many names.
inline nlohmann::ordered_json parse_json(std::string_view text, const std::string& name, JsonLimits limits = {}) {
  if (text.size() > limits.bytes)
    throw FormatError(name + ": expected at most " + std::to_string(limits.bytes) + " bytes of JSON, found " +
                      std::to_string(text.size()));
  if (const std::size_t zero = text.find('\0'); zero != text.npos)  // which the parser takes for the end
    throw FormatError(name + ": expected JSON, found a zero byte after " + std::to_string(zero) + " bytes");
  try {
    detail::JsonGuard guard(name, limits);
    return nlohmann::ordered_json::parse(text, [&](auto&&... event) { return guard(event...); });
  } catch (const nlohmann::ordered_json::parse_error& error) {
    throw FormatError(name + ": expected JSON, found what is none at byte " + std::to_string(error.byte));
  } catch (const nlohmann::ordered_json::exception&) {
    throw FormatError(name + ": expected JSON, found a number out of range");
  }
}

}  // namespace unetpp
