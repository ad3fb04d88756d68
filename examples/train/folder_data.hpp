#pragma once
// What a folder of images and masks has in it.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <unetpp/io/data/class_table.hpp>
#include <unetpp/io/data/folder_classes.hpp>
#include <unetpp/io/data/folder_config.hpp>
#include <unetpp/io/data/folder_listing.hpp>
#include <unetpp/io/data/mask_survey.hpp>
#include <unetpp/io/data/read_class_table.hpp>
#include <unetpp/io/files/file.hpp>
#include <unetpp/io/image/image.hpp>
#include <unetpp/report/classes.hpp>
#include <utility>
#include <vector>

#include "../messages.hpp"
#include "data_options.hpp"

namespace training {

inline std::filesystem::path class_file(const DataOptions& data) {
  if (!data.classes.empty()) return data.classes;
  const std::filesystem::path folder = data.folder, pairs = data.pairs;
  return (data.pairs.empty() ? folder : pairs.parent_path()) / "classes.csv";
}

/// How many pairs there are, and what was passed over.
inline void print(const unetpp::FolderListing& listing, const DataOptions& data) {
  std::printf("%zu pairs in %s; passed over: %zu dotfiles, %zu others\n", listing.pairs.size(),
              examples::one_line(data.folder).c_str(), listing.dotfiles, listing.other);
  for (const std::string& line : passed_over(listing)) std::printf("%s\n", examples::one_line(line).c_str());
}

namespace detail {

/// What the masks have in them.
inline unetpp::ClassTable surveyed_classes(const unetpp::FolderListing& listing, const unetpp::FolderConfig& config) {
  const unetpp::MaskSurvey survey = unetpp::survey_masks(mask_files(listing), config.max_pixels);
  std::printf("%s", to_text(survey).c_str());
  return make_class_table(survey);
}

}  // namespace detail

/// The class table in a file; where there is none, one is made of what the masks have in them, and written.
/// Errors  FileError or FormatError naming the file.
inline unetpp::ClassTable table_of(const std::filesystem::path& file, const unetpp::FolderListing& listing,
                                   const unetpp::FolderConfig& config) {
  if (std::filesystem::exists(file)) return unetpp::read_class_table(file);
  const unetpp::ClassTable table =
      has_class_files(listing) ? class_file_table(listing) : detail::surveyed_classes(listing, config);
  unetpp::write_file(file, to_csv(table));
  std::printf("The classes are in %s now: names and what is shown may be changed there.\n",
              examples::one_line(file.string()).c_str());
  return table;
}

/// As a report shows them: in the colours of masks that have colours.
inline std::vector<unetpp::ReportClass> report_classes(const unetpp::ClassTable& table) {
  std::vector<unetpp::ReportClass> classes;
  for (const unetpp::TableClass& c : table.classes)
    classes.push_back(
        {c.name,
         table.code == unetpp::ClassCode::colour ? unetpp::rgb_of_code(c.code) : unetpp::class_colour(classes.size()),
         c.show});
  return classes;
}

/// The bytes of a mask of classes as the data set's own masks are: their values or colours. The number of the class stands
/// for one that has masks of its own, or a value above 255.
inline std::string encode_classes(const unetpp::ClassTable& table, unetpp::Mask mask) {
  if (table.code == unetpp::ClassCode::colour) {
    unetpp::Image image{mask.width, mask.height, {}};
    image.rgb.reserve(3 * mask.values.size());
    for (const std::uint8_t label : mask.values)
      for (const std::uint8_t channel : unetpp::rgb_of_code(table.classes[label].code)) image.rgb.push_back(channel);
    return encode_png(image);
  }
  const auto fits = [](const unetpp::TableClass& c) { return c.code <= 255; };
  if (table.code == unetpp::ClassCode::value && std::all_of(table.classes.begin(), table.classes.end(), fits))
    for (std::uint8_t& value : mask.values) value = static_cast<std::uint8_t>(table.classes[value].code);
  return encode_png(mask);
}

}  // namespace training
