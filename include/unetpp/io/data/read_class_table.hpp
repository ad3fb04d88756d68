#pragma once
// Class tables from CSV files.

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"
#include "unetpp/io/data/class_table.hpp"
#include "unetpp/io/files/csv.hpp"
#include "unetpp/io/files/file.hpp"

namespace unetpp {

namespace detail {

/// Reads the rows of a class table behind its header.
class ClassTableParser {
 public:
  /// Errors  FormatError for a header that is none.
  ClassTableParser(const CsvRow& header, const std::string& name) : name_(name) {
    constexpr const char* expected = "the columns name, value or red, green and blue, and show";
    for (std::size_t i = 0; i < header.fields.size(); ++i) {
      const std::string& column = header.fields[i];
      const bool known = column == "name" || column == "value" || column == "red" || column == "green" ||
                         column == "blue" || column == "show";
      if (!known)
        refuse_line(
            name, header.line, expected,
            printable(column) + (column.find(';') != std::string::npos ? " (put commas between them)"
                                                                       : " (the first line names the columns)"));
      if (!columns_.emplace(column, i).second) refuse_line(name, header.line, expected, column + " twice");
    }
    const std::size_t channels = columns_.count("red") + columns_.count("green") + columns_.count("blue");
    if (!columns_.contains("name")) refuse_line(name, header.line, expected, "no name");
    if (columns_.contains("value") && channels > 0)
      refuse_line(name, header.line, expected, "both values and colours (one of them must go)");
    if (channels != 0 && channels != 3) refuse_line(name, header.line, expected, "not all of red, green and blue");
    table_.code = channels == 3 ? ClassCode::colour : columns_.contains("value") ? ClassCode::value : ClassCode::file;
  }

  void add(const CsvRow& row) {
    TableClass added{.name = row.fields[columns_.at("name")]};
    if (table_.code == ClassCode::value) added.code = number(row, "value", 65535);
    if (table_.code == ClassCode::colour)
      for (const char* channel : {"red", "green", "blue"}) added.code = added.code << 8 | number(row, channel, 255);
    if (columns_.contains("show")) added.show = number(row, "show", 1) == 1;
    if (const std::string problem = conflict(table_, added); !problem.empty())
      refuse_line(name_, row.line, "another class", problem);
    if (added.name != ignored_name)
      table_.classes.push_back(added);
    else if (table_.code != ClassCode::file)
      table_.ignored.push_back(added.code);
  }

  /// Errors  FormatError for less than 2 classes.
  const ClassTable& table() const {
    if (table_.classes.size() < 2)
      throw FormatError(name_ + ": expected at least 2 classes, a line each behind that of the columns, found " +
                        std::to_string(table_.classes.size()) + " (the background is a class, too)");
    return table_;
  }

 private:
  std::uint32_t number(const CsvRow& row, const char* column, std::uint32_t most) const {
    const std::string& text = row.fields[columns_.at(column)];
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value > most)
      refuse_line(name_, row.line, std::string(column) + " to be a number from 0 to " + std::to_string(most),
                  text.empty() ? "nothing" : printable(text));
    return value;
  }

  const std::string& name_;
  std::map<std::string, std::size_t> columns_;
  ClassTable table_;
};

}  // namespace detail

/// The class table in the text of a CSV file: a line that names the columns, in any order, then a line a class. The
/// columns are name; value, or red, green and blue, or neither where each class has masks of its own; and show (0 or 1,
/// 1 where there is no such column). What stands in a line of the name "ignored" is no class, its pixels do not count;
/// there may be several such lines.
/// Errors  FormatError, which begins with `name` and the line: no such columns, a name or a code twice, a number out of
///         range, and those of parse_csv; less than 2 classes or more than 255.
[[gnu::cold]] inline ClassTable parse_class_table(std::string_view text, const std::string& name) {
  const std::vector<CsvRow> rows = parse_csv(text, name);
  if (rows.empty()) throw FormatError(name + ": expected a line that names the columns, found an empty file");
  detail::ClassTableParser parser(rows.front(), name);
  for (std::size_t i = 1; i < rows.size(); ++i) parser.add(rows[i]);
  return parser.table();
}

/// Errors  FileError when the file cannot be read, and those of parse_class_table.
[[gnu::cold]] inline ClassTable read_class_table(const std::filesystem::path& path) {
  return parse_class_table(read_file(path, std::size_t{1} << 20), path.string());
}

}  // namespace unetpp
