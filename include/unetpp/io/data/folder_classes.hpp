#pragma once
// The classes of a folder where each class has masks of its own.

#include <set>
#include <string>

#include "unetpp/io/data/class_table.hpp"
#include "unetpp/io/data/folder_config.hpp"

namespace unetpp {

/// Whether each mask is of one class.
inline bool has_class_files(const FolderListing& listing) {
  return !listing.pairs.empty() && !listing.pairs.front().masks.front().class_name.empty();
}

/// A table of the classes that there are masks of, by their names, behind the class background, which is what is in no
/// mask unless it has masks.
[[gnu::cold]] inline ClassTable class_file_table(const FolderListing& listing) {
  std::set<std::string> names;
  for (const FolderPair& pair : listing.pairs)
    for (const MaskFile& mask : pair.masks) names.insert(mask.class_name);
  names.erase(detail::ignored_name);
  names.erase("background");
  ClassTable table{.code = ClassCode::file, .classes = {{"background"}}};
  for (const std::string& name : names) table.classes.push_back({name});
  return table;
}

}  // namespace unetpp
