#pragma once
// What a data set's masks have in them, and a class table that fits it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/io/data/class_table.hpp"
#include "unetpp/io/image/stored_mask.hpp"

namespace unetpp {

/// What a data set's masks look like.
enum class MaskKind {
  binary,   ///< two greys: 0, which is the background, and another
  numbers,  ///< greys that follow each other from 0 or 1, and 255 for what does not count
  palette,  ///< indices into a palette, and 255 for what does not count, as in PASCAL VOC
  greys,    ///< other greys
  colours
};

/// A value or a colour that occurs in masks.
struct SurveyedCode {
  std::uint32_t code = 0;
  std::size_t pixels = 0;
  std::size_t files = 0;  ///< masks that have it
};

/// What occurs in masks.
struct MaskSurvey {
  MaskKind kind{};
  std::vector<SurveyedCode> codes{};  ///< in ascending order
  std::size_t pixels = 0;             ///< of all masks
  std::size_t files = 0;
};

namespace detail {

/// What one mask has in it.
struct SurveyedMask {
  CodeCounts codes{};    // as stored
  CodeCounts colours{};  // as shown
  bool has_colours = false, has_palette = false;
  std::exception_ptr error{};
};

/// Errors  FormatError for a JPEG, and for a photograph.
[[gnu::cold]] inline SurveyedMask survey_mask(const std::filesystem::path& file, std::size_t max_pixels) {
  const StoredMask stored = read_stored_mask(file, max_pixels);
  if (stored.lossy)
    throw FormatError(file.string() +
                      ": expected a mask, found a JPEG, which changes values and colours (save masks as PNG)");
  SurveyedMask mask{.has_colours = stored.channels == 3, .has_palette = !stored.palette.empty()};
  for_each_run(stored, [&](std::uint32_t code, std::size_t, std::size_t pixels) {
    mask.codes.add(code, pixels);
    mask.colours.add(stored.colour(code), pixels);
  });
  const std::size_t count = mask.codes.counts().size();
  if (count > most_classes + 1)
    throw FormatError(file.string() + ": expected a mask of at most " + std::to_string(most_classes) +
                      " classes, found " + std::to_string(count) + (count < CodeCounts::most ? "" : " or more") +
                      " values or colours (is it a photograph, or a mask that was smoothed or a JPEG once?)");
  return mask;
}

/// Whether 255 is not one more of the values, and so stands for what does not count.
inline bool has_ignored(const MaskSurvey& survey) {
  return (survey.kind == MaskKind::palette || survey.kind == MaskKind::numbers) && survey.codes.size() > 2 &&
         survey.codes.back().code == ignored_label;
}

/// A guess.
inline MaskKind kind_of(const std::vector<SurveyedCode>& codes, bool has_colours, bool has_palette) {
  if (has_colours) return MaskKind::colours;
  if (has_palette) return MaskKind::palette;
  if (codes.size() == 2 && codes[0].code == 0) return MaskKind::binary;
  const bool ends_ignored = codes.size() > 2 && codes.back().code == ignored_label;
  const std::size_t count = codes.size() - (ends_ignored ? 1 : 0);
  for (std::size_t i = 0; i < count; ++i)
    if (codes[i].code != codes[0].code + i) return MaskKind::greys;
  return codes[0].code <= 1 ? MaskKind::numbers : MaskKind::greys;
}

}  // namespace detail

/// Reads masks, on several threads, and counts what they have in them.
/// Errors  ArgumentError for no masks; what read_stored_mask throws for the first that cannot be read; FormatError for a
///         JPEG and for more than 255 values or colours and an ignored one.
[[gnu::cold]] inline MaskSurvey survey_masks(const std::vector<std::filesystem::path>& files,
                                             std::size_t max_pixels = default_max_pixels, int threads = max_threads()) {
  if (files.empty()) throw ArgumentError("a survey of masks: expected at least one mask, found none");
  std::vector<detail::SurveyedMask> masks(files.size());
  parallel_for(threads, files.size(), [&](std::size_t i, int) {
    try {
      masks[i] = detail::survey_mask(files[i], max_pixels);
    } catch (...) {
      masks[i].error = std::current_exception();
    }
  });
  MaskSurvey survey{.files = files.size()};
  bool has_colours = false, has_palette = false;
  for (const detail::SurveyedMask& mask : masks) {
    if (mask.error) std::rethrow_exception(mask.error);
    has_colours = has_colours || mask.has_colours;
    has_palette = has_palette || mask.has_palette;
    survey.pixels += mask.codes.pixels();
  }
  std::map<std::uint32_t, SurveyedCode> codes;
  for (const detail::SurveyedMask& mask : masks)
    for (const auto& [code, pixels] : (has_colours ? mask.colours : mask.codes).counts()) {
      SurveyedCode& all = codes[code];
      all = {code, all.pixels + pixels, all.files + 1};
    }
  for (const auto& [code, all] : codes) survey.codes.push_back(all);
  survey.kind = detail::kind_of(survey.codes, has_colours, has_palette);
  if (const std::size_t classes = codes.size() - (detail::has_ignored(survey) ? 1 : 0); classes > detail::most_classes)
    throw FormatError(files.front().string() + " and " + std::to_string(files.size() - 1) +
                      " other masks: expected at most " + std::to_string(detail::most_classes) + " classes, found " +
                      std::to_string(classes) + " values or colours");
  return survey;
}

/// A class for each value or colour, named by it; of a binary survey, background and foreground.
/// Errors  FormatError when there is one alone.
[[gnu::cold]] inline ClassTable make_class_table(const MaskSurvey& survey) {
  ClassTable table{.code = survey.kind == MaskKind::colours ? ClassCode::colour : ClassCode::value};
  for (const SurveyedCode& c : survey.codes) {
    const std::string name = survey.kind != MaskKind::binary ? detail::code_text(table.code, c.code)
                             : c.code == 0                   ? "background"
                                                             : "foreground";
    table.classes.push_back({.name = name, .code = c.code});
  }
  if (detail::has_ignored(survey)) {
    table.ignored.push_back(table.classes.back().code);
    table.classes.pop_back();
  }
  if (table.classes.size() < 2)
    throw FormatError("the masks: expected at least 2 values or colours, found " +
                      (table.classes.empty() ? "none" : table.classes[0].name + " alone") +
                      " (a network has nothing to learn from them)");
  return table;
}

/// A line that says what the masks look like, and a line for each value or colour with its share.
[[gnu::cold]] inline std::string to_text(const MaskSurvey& survey) {
  constexpr const char* looks[] = {"two greys, background and foreground", "the numbers of classes",
                                   "indices into a palette", "greys", "colours"};
  const ClassCode code = survey.kind == MaskKind::colours ? ClassCode::colour : ClassCode::value;
  std::string text = std::to_string(survey.files) + " masks, which look like " +
                     looks[static_cast<std::size_t>(survey.kind)] +
                     (detail::has_ignored(survey) ? ", 255 is ignored" : "") + "\n" +
                     (code == ClassCode::colour ? " colour" : "  value") + "          pixels    share    masks\n";
  for (const SurveyedCode& c : survey.codes) {
    char line[96];
    std::snprintf(line, sizeof line, "%7s  %14zu  %6.2f %%  %7zu\n", detail::code_text(code, c.code).c_str(), c.pixels,
                  100.0 * static_cast<double>(c.pixels) / static_cast<double>(survey.pixels), c.files);
    text += line;
  }
  return text;
}

}  // namespace unetpp
