#pragma once
// The classes of a data set, and what stands for each of them in its masks.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"
#include "unetpp/io/files/csv.hpp"

namespace unetpp {

/// The label of a pixel that does not count: what losses and ConfusionMatrix are to ignore.
/// Source  PASCAL VOC, whose masks have it where objects meet.
inline constexpr std::uint8_t ignored_label = 255;

/// What stands for a class in masks.
enum class ClassCode {
  value,   ///< a grey value or an index into a palette
  colour,  ///< a colour
  file     ///< a mask of its own, which is not 0 where the class is
};

/// A class of a data set.
struct TableClass {
  std::string name;
  std::uint32_t code = 0;  ///< a value from 0 to 65535, or a colour as 0xRRGGBB; of a file nothing
  bool show = true;        ///< whether its pixels are coloured when a report opens
};

/// The classes 0, 1, ... of a data set, 2 to 255 of them.
struct ClassTable {
  ClassCode code = ClassCode::value;     ///< of all classes
  std::vector<TableClass> classes{};     ///< in the order of their labels
  std::vector<std::uint32_t> ignored{};  ///< codes of pixels that do not count
};

namespace detail {

inline constexpr std::size_t most_classes = ignored_label;

/// Of rows of a class table that are no classes: what they stand for does not count.
inline constexpr const char* ignored_name = "ignored";

/// 12, or #00ff00.
inline std::string code_text(ClassCode kind, std::uint32_t code) {
  if (kind == ClassCode::value) return std::to_string(code);
  char text[16];
  std::snprintf(text, sizeof text, "#%06x", static_cast<unsigned>(code));
  return text;
}

/// What keeps a class out of a table; empty if nothing does.
[[gnu::cold]] inline std::string conflict(const ClassTable& table, const TableClass& added) {
  const char* what = table.code == ClassCode::value ? "value " : "colour ";
  const std::string code = what + code_text(table.code, added.code);
  if (added.name.empty()) return "an empty name";
  if (table.code == ClassCode::value && added.code > 65535) return "the " + code + ", which no mask has";
  for (const TableClass& other : table.classes) {
    if (other.name == added.name) return "the name " + printable(added.name) + " for a second time";
    if (table.code != ClassCode::file && other.code == added.code)
      return "the " + code + " for a second time, which is that of " + printable(other.name);
  }
  for (const std::uint32_t other : table.ignored)
    if (table.code != ClassCode::file && other == added.code) return "the " + code + ", which is ignored";
  if (added.name != ignored_name && table.classes.size() == most_classes)
    return "one more than " + std::to_string(most_classes) + " classes";
  return {};
}

}  // namespace detail

/// Errors  ArgumentError, unless there are 2 to 255 classes and each has a name and a code of its own.
[[gnu::cold]] inline void require_class_table(const ClassTable& table) {
  ClassTable checked{.code = table.code, .ignored = table.ignored};
  for (const TableClass& c : table.classes) {
    if (const std::string problem = detail::conflict(checked, c); !problem.empty())
      throw ArgumentError("a class table: expected names and codes that differ, found " + problem);
    checked.classes.push_back(c);
  }
  if (table.classes.size() < 2)
    throw ArgumentError("a class table: expected at least 2 classes, found " + std::to_string(table.classes.size()));
}

/// Red, green and blue of a colour that stands for a class.
constexpr std::array<std::uint8_t, 3> rgb_of_code(std::uint32_t code) {
  return {static_cast<std::uint8_t>(code >> 16), static_cast<std::uint8_t>(code >> 8), static_cast<std::uint8_t>(code)};
}

/// The text of a classes.csv, which read_class_table reads.
[[gnu::cold]] inline std::string to_csv(const ClassTable& table) {
  const bool values = table.code == ClassCode::value, colours = table.code == ClassCode::colour;
  std::string text = values ? "name,value,show\n" : colours ? "name,red,green,blue,show\n" : "name,show\n";
  const auto add = [&](const TableClass& c) {
    text += detail::csv_field(c.name);
    if (values) text += "," + std::to_string(c.code);
    if (colours)
      for (const std::uint8_t channel : rgb_of_code(c.code)) text += "," + std::to_string(channel);
    text += c.show ? ",1\n" : ",0\n";
  };
  for (const TableClass& c : table.classes) add(c);
  for (const std::uint32_t code : table.ignored) add({detail::ignored_name, code, false});
  return text;
}

}  // namespace unetpp
