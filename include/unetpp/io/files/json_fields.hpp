#pragma once
// Members of JSON objects that somebody else may have written: there, and of the right kind, or an error.

#include <cstddef>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/json.hpp"

namespace unetpp {

namespace detail {

/// An object's members by name, and `where` it is, for errors.
/// Errors  FormatError, which begins with `where`, for a member that is missing or of another kind.
class JsonFields {
 public:
  JsonFields(const nlohmann::ordered_json& object, std::string where) : object_(object), where_(std::move(where)) {}

  std::string where(const std::string& key) const { return where_ + ": " + printable(key); }
  bool has(const std::string& key) const { return object_.is_object() && object_.contains(key); }
  const nlohmann::ordered_json& at(const std::string& key) const {
    if (!has(key))
      throw FormatError(where_ + ": expected an object with " + printable(key) + ", found " +
                        printable(object_.dump()));
    return object_[key];
  }

  int integer(const std::string& key, int least, int most = std::numeric_limits<int>::max() - 1) const {
    return integer_of(at(key), least, most, where(key));
  }
  std::vector<int> integers(const std::string& key, std::size_t size, int least, int most) const {
    std::vector<int> all;
    for (const nlohmann::ordered_json& value : list(key, size))
      all.push_back(integer_of(value, least, most, where(key)));
    return all;
  }
  std::uint64_t count(const std::string& key) const { return count_of(at(key), where(key)); }
  std::vector<std::size_t> counts(const std::string& key) const {
    std::vector<std::size_t> all;
    for (const nlohmann::ordered_json& value : list(key)) all.push_back(count_of(value, where(key)));
    return all;
  }
  double number(const std::string& key) const { return number_of(at(key), where(key)); }
  std::string text(const std::string& key) const {
    if (!at(key).is_string()) wrong(key, "a text", at(key));
    return at(key).get<std::string>();
  }
  /// The number of the name among `names` that the text is.
  std::size_t choice(const std::string& key, std::span<const char* const> names) const {
    const std::string found = text(key);
    std::string known;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (found == names[i]) return i;
      known.append(i > 0 ? ", " : "").append(names[i]);
    }
    wrong(key, "one of " + known, at(key));
  }
  const nlohmann::ordered_json& list(const std::string& key) const {
    if (!at(key).is_array()) wrong(key, "a list", at(key));
    return at(key);
  }
  const nlohmann::ordered_json& list(const std::string& key, std::size_t size) const {
    if (list(key).size() != size) wrong(key, "a list of " + std::to_string(size), at(key));
    return at(key);
  }
  const nlohmann::ordered_json& object(const std::string& key) const {
    if (!at(key).is_object()) wrong(key, "an object", at(key));
    return at(key);
  }

  static int integer_of(const nlohmann::ordered_json& value, int least, int most, const std::string& where) {
    if (!value.is_number_integer() || value < least || value > most)
      throw FormatError(where + ": expected an integer from " + std::to_string(least) + " to " + std::to_string(most) +
                        ", found " + printable(value.dump()));
    return value.get<int>();
  }
  static std::uint64_t count_of(const nlohmann::ordered_json& value, const std::string& where) {
    if (!value.is_number_unsigned())
      throw FormatError(where + ": expected an integer of at least 0, found " + printable(value.dump()));
    return value.get<std::uint64_t>();
  }
  /// JSON's null is what is not a number, as nlohmann writes it.
  static double number_of(const nlohmann::ordered_json& value, const std::string& where) {
    if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (!value.is_number()) throw FormatError(where + ": expected a number, found " + printable(value.dump()));
    return value.get<double>();
  }

 private:
  [[noreturn]] void wrong(const std::string& key, const std::string& expected,
                          const nlohmann::ordered_json& found) const {
    throw FormatError(where(key) + ": expected " + expected + ", found " + printable(found.dump()));
  }

  const nlohmann::ordered_json& object_;
  std::string where_;
};

}  // namespace detail

}  // namespace unetpp
