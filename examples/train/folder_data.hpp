#pragma once
// What a folder of images and masks has in it.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <string>
#include <unetpp/io/data/class_table.hpp>
#include <unetpp/io/data/folder_dataset.hpp>
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
  std::printf("%zu pairs in %s", listing.pairs.size(), examples::one_line(data.folder).c_str());
  const auto name_some = [](const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    std::printf("; %zu %s", names.size(), what);
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i)
      std::printf("%s %s", i == 0 ? ":" : ",", examples::one_line(names[i]).c_str());
    if (names.size() > 3) std::printf(", ...");
  };
  name_some("images without a mask", listing.without_mask);
  name_some("masks without an image", listing.without_image);
  std::printf("; passed over: %zu dotfiles, %zu others\n", listing.dotfiles, listing.other);
}

namespace detail {

/// The classes that have masks of their own, and where pixels are in none of these, the background.
inline unetpp::ClassTable classes_of_files(const unetpp::FolderListing& listing, const unetpp::FolderConfig& config) {
  std::set<std::string> names;
  for (const unetpp::FolderPair& pair : listing.pairs)
    for (const unetpp::MaskFile& mask : pair.masks) names.insert(mask.class_name);
  names.erase(unetpp::detail::ignored_name);
  unetpp::ClassTable table{.code = unetpp::ClassCode::file};
  for (const std::string& name : names) table.classes.push_back({name});
  if (names.contains("background")) return table;
  unetpp::ClassTable with_background = table;
  with_background.classes.insert(with_background.classes.begin(), {"background", 0, false});
  const unetpp::FolderDataset dataset(listing, config, with_background);
  for (const std::vector<std::size_t>& pixels : class_pixels(dataset))
    if (pixels[0] > 0) return with_background;
  return table;
}

/// What the masks have in them.
inline unetpp::ClassTable surveyed_classes(const unetpp::FolderListing& listing, const unetpp::FolderConfig& config) {
  std::vector<std::filesystem::path> masks;
  for (const unetpp::FolderPair& pair : listing.pairs) masks.push_back(pair.masks.front().path);
  const unetpp::MaskSurvey survey = unetpp::survey_masks(masks, config.max_pixels);
  std::printf("%s", to_text(survey).c_str());
  return make_class_table(survey);
}

}  // namespace detail

/// The class table in a file; where there is none, one is made of what the masks have in them, and written.
/// Errors  FileError or FormatError naming the file.
inline unetpp::ClassTable table_of(const std::filesystem::path& file, const unetpp::FolderListing& listing,
                                   const unetpp::FolderConfig& config) {
  if (std::filesystem::exists(file)) return unetpp::read_class_table(file);
  const bool files = !listing.pairs.front().masks.front().class_name.empty();
  unetpp::ClassTable table =
      files ? detail::classes_of_files(listing, config) : detail::surveyed_classes(listing, config);
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
         table.code == unetpp::ClassCode::colour ? unetpp::rgb_of(c.code) : unetpp::class_colour(classes.size()),
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
      for (const std::uint8_t channel : unetpp::rgb_of(table.classes[label].code)) image.rgb.push_back(channel);
    return encode_png(image);
  }
  const auto fits = [](const unetpp::TableClass& c) { return c.code <= 255; };
  if (table.code == unetpp::ClassCode::value && std::all_of(table.classes.begin(), table.classes.end(), fits))
    for (std::uint8_t& value : mask.values) value = static_cast<std::uint8_t>(table.classes[value].code);
  return encode_png(mask);
}

}  // namespace training
