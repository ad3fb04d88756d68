// Any bytes as a class table, and as a mask that is read by one.

#include <algorithm>

#include "property.hpp"
#include "unetpp/io/data/class_mask.hpp"
#include "unetpp/io/data/read_class_table.hpp"

namespace {

void read_table(std::string_view bytes) {
  const unetpp::ClassTable table = unetpp::parse_class_table(bytes, fuzz::name);
  unetpp::require_class_table(table);
  const std::string text = to_csv(table);
  fuzz::require(to_csv(unetpp::parse_class_table(text, fuzz::name)) == text, "the same table from the text of it");
}

void read_mask(const std::string& path) {
  constexpr std::size_t limit = 1 << 12;
  const unetpp::StoredMask stored = unetpp::read_stored_mask(path, limit);
  fuzz::require(stored.pixels() > 0 && stored.pixels() <= limit, "pixels, and no more than the limit");
  unetpp::ClassTable table{.classes = {{"a", stored.code(0)}, {"b", stored.code(0) ^ 1}}};
  if (stored.channels == 3) table.code = unetpp::ClassCode::colour;
  const unetpp::Mask mask = class_mask(stored, table, unetpp::Unknown::ignore, path);
  fuzz::require(mask.values.size() == stored.pixels() && mask.values[0] == 0, "the class of each pixel");
  for (const std::uint8_t label : mask.values) fuzz::require(label < 2 || label == 255, "classes of the table");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::run([&] { read_table(fuzz::text(data, size)); });
  const std::string path = fuzz::path_of(data, size);
  fuzz::run([&] { read_mask(path); }, path);
  return 0;
}
