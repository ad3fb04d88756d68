#pragma once
// The class of each pixel, from a mask that has all classes in one file.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"
#include "unetpp/io/data/class_table.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/stored_mask.hpp"

namespace unetpp {

/// What becomes of a pixel that is of no class.
enum class Unknown {
  error,  ///< its mask cannot be used
  ignore  ///< it gets the ignored label
};

namespace detail {

inline std::map<std::uint32_t, std::uint8_t> labels_by_code(const ClassTable& table) {
  std::map<std::uint32_t, std::uint8_t> labels;
  for (const std::uint32_t code : table.ignored) labels[code] = ignored_label;
  for (std::size_t i = 0; i < table.classes.size(); ++i) labels[table.classes[i].code] = static_cast<std::uint8_t>(i);
  return labels;
}

/// The largest difference of two colours in a channel.
inline int colour_distance(std::uint32_t a, std::uint32_t b) {
  int distance = 0;
  for (std::size_t c = 0; c < 3; ++c) distance = std::max(distance, std::abs(rgb_of_code(a)[c] - rgb_of_code(b)[c]));
  return distance;
}

/// Why a mask may have a code that is not in the class table, and what to do.
[[gnu::cold]] inline std::string unknown_advice(const StoredMask& stored, const ClassTable& table, std::uint32_t code) {
  constexpr int near = 32;  // of 255; a colour that is further away is rather another class's
  constexpr const char* save = "a JPEG changes them, and so does smoothing: save masks as PNG, unchanged";
  if (table.code == ClassCode::colour) {
    const auto nearest = std::min_element(
        table.classes.begin(), table.classes.end(),
        [&](const auto& a, const auto& b) { return colour_distance(a.code, code) < colour_distance(b.code, code); });
    const int distance = colour_distance(nearest->code, code);
    if (distance <= near)
      return ", " + std::to_string(distance) + " away from the colour of " + printable(nearest->name) + " (" + save +
             ")";
  } else if (stored.lossy) {
    return std::string(" (") + save + ")";
  } else if (stored.bits < 8 && labels_by_code(table).contains(stored.colour(code) & 255)) {
    return ", which is shown as " + std::to_string(stored.colour(code) & 255) + " (save the mask with 8 bits)";
  } else if (code == ignored_label) {
    return " (if these pixels are not to count, add the line of the name ignored to the class table, or --unknown "
           "ignore)";
  }
  return " (add it to the class table, or --unknown ignore)";
}

/// The table's codes, or the first of them.
[[gnu::cold]] inline std::string codes_text(const ClassTable& table) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(table.classes.size(), 8); ++i)
    text += (i > 0 ? ", " : "") + code_text(table.code, table.classes[i].code);
  return text + (table.classes.size() > 8 ? ", ..." : "");
}

[[noreturn, gnu::cold]] inline void refuse_unknown(const std::string& name, const StoredMask& stored,
                                                   const ClassTable& table, const CodeCounts& unknown) {
  const auto& counts = unknown.counts();
  const auto [code, pixels] =
      *std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const char* what = table.code == ClassCode::value ? "value" : "colour";
  std::string found = std::string("the ") + what + " " + code_text(table.code, code) + " in " + std::to_string(pixels) +
                      " of " + std::to_string(stored.pixels()) + " pixels";
  if (counts.size() > 1) found += ", and others in " + std::to_string(unknown.pixels() - pixels);
  throw FormatError(name + ": expected the class table's " + what + "s (" + codes_text(table) + "), found " + found +
                    unknown_advice(stored, table, code));
}

/// Errors  FormatError for a mask of colours where the table has values, and for greys of 16 bits where it has colours.
inline void require_codes(const StoredMask& stored, const ClassTable& table, const std::string& name) {
  if (table.code == ClassCode::value && stored.channels == 3) {
    std::uint32_t code = 0;
    for (std::size_t i = 0; code % 0x010101 == 0; ++i) code = stored.code(i);
    throw FormatError(name + ": expected values as the class table has them, found colours such as " +
                      code_text(ClassCode::colour, code) +
                      " (give the class table the columns red, green and blue in place of value)");
  }
  if (table.code == ClassCode::colour && stored.bits == 16)
    throw FormatError(name + ": expected colours as the class table has them, found greys of 16 bits (give the class " +
                      "table the column value in place of red, green and blue)");
  if (table.code == ClassCode::file)
    throw ArgumentError(name + ": expected a class table with values or colours, found one of classes in masks of " +
                        "their own");
}

}  // namespace detail

/// The classes of a mask's pixels by a class table. The table's values are compared with grey values and with indices
/// into a palette, its colours with the colours that a viewer shows. What the table ignores gets ignored_label. So does
/// the index 255 into a palette, as in PASCAL VOC, unless the table has it or its colour; a grey of 255 does not: it may
/// well be a class.
/// Errors  FormatError, which begins with `name`: colours for a table of values, codes that are not in the table, unless
///         `unknown` says to ignore them; ArgumentError for a table without values and colours.
inline Mask class_mask(const StoredMask& stored, const ClassTable& table, Unknown unknown, const std::string& name) {
  detail::require_codes(stored, table, name);
  const std::map<std::uint32_t, std::uint8_t> labels = detail::labels_by_code(table);
  const bool colours = table.code == ClassCode::colour;
  CodeCounts others;
  Mask mask{stored.width, stored.height, std::vector<std::uint8_t>(stored.pixels(), ignored_label)};
  for_each_run(stored, [&](std::uint32_t stored_code, std::size_t first, std::size_t pixels) {
    const std::uint32_t code = colours ? stored.colour(stored_code) : stored_code;
    if (const auto label = labels.find(code); label != labels.end())
      std::fill_n(mask.values.begin() + static_cast<std::ptrdiff_t>(first), pixels, label->second);
    else if (stored.palette.empty() || stored_code != ignored_label)
      others.add(code, pixels);
  });
  if (unknown == Unknown::error && others.pixels() > 0) detail::refuse_unknown(name, stored, table, others);
  return mask;
}

/// Errors  As read_stored_mask and class_mask.
inline Mask read_class_mask(const std::filesystem::path& file, const ClassTable& table,
                            Unknown unknown = Unknown::error, std::size_t max_pixels = default_max_pixels) {
  return class_mask(read_stored_mask(file, max_pixels), table, unknown, file.string());
}

}  // namespace unetpp
