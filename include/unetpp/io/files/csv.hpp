#pragma once
// Tables as text, a line a row, as spreadsheets write and read them.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/core/utf8.hpp"

namespace unetpp {

/// A row of a CSV file.
struct CsvRow {
  int line = 0;                     ///< that it begins in, from 1
  std::vector<std::string> fields;  ///< without the quotes and the blanks around them
};

namespace detail {

/// Errors  FormatError, always: what is wrong in a line of a file.
[[noreturn, gnu::cold]] inline void refuse_line(const std::string& name, int line, const std::string& expected,
                                                const std::string& found) {
  throw FormatError(name + ": line " + std::to_string(line) + ": expected " + expected + ", found " + found);
}

/// A field of a CSV file, in UTF-8, quoted where it must be.
/// Source  RFC 4180.
inline std::string csv_field(const std::string& name) {
  const std::string text = to_utf8(name);
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  const bool has_blanks = !text.empty() && (is_blank(text.front()) || is_blank(text.back()));
  if (!has_blanks && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

/// Reads a row after the other.
class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
  }

  bool ended() const { return at_ == text_.size(); }

  /// The fields of a line; one, which is empty, of an empty line.
  CsvRow row() {
    CsvRow row{line_, {}};
    do row.fields.push_back(field());
    while (take(","));
    if (!ended() && !take_line_end()) refuse_line(name_, line_, "a comma behind a quoted field", rest_of_line());
    return row;
  }

 private:
  bool take(std::string_view expected) {
    const bool found = text_.substr(at_).starts_with(expected);
    if (found) at_ += expected.size();
    return found;
  }
  bool take_line_end() {
    const bool found = take("\r\n") || take("\n") || take("\r");
    if (found) ++line_;
    return found;
  }
  void take_blanks() {
    while (take(" ") || take("\t")) {
    }
  }
  std::string rest_of_line() const { return std::string(text_.substr(at_, text_.find_first_of("\r\n", at_) - at_)); }

  std::string field() {
    take_blanks();
    std::string field;
    if (take("\"")) {
      field = quoted();
      take_blanks();
    } else {
      const std::string_view text = text_.substr(at_, text_.find_first_of(",\r\n", at_) - at_);
      field = text.substr(0, text.find_last_not_of(" \t") + 1);
      at_ += text.size();
    }
    return field;
  }

  std::string quoted() {
    const int first_line = line_;
    std::string field;
    while (!ended()) {
      if (take("\"\""))
        field += '"';
      else if (take("\""))
        return field;
      else if (take_line_end())
        field += '\n';
      else
        field += text_[at_++];
    }
    refuse_line(name_, first_line, "a quote that ends the field", "the file's end");
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace detail

/// The rows of a CSV file that are not empty: fields between commas, quoted or not, lines that end in any way, with or
/// without a byte order mark.
/// Errors  FormatError, which begins with `name`: a zero byte, a quote that does not end, a row of more or fewer fields
///         than the first.
/// Source  RFC 4180.
[[gnu::cold]] inline std::vector<CsvRow> parse_csv(std::string_view text, const std::string& name) {
  if (text.find('\0') != std::string_view::npos)
    throw FormatError(name +
                      ": expected text in UTF-8, found a zero byte (if it is in UTF-16: save it as CSV in UTF-8)");
  std::vector<CsvRow> rows;
  for (detail::CsvReader reader(text, name); !reader.ended();) {
    CsvRow row = reader.row();
    if (row.fields == std::vector<std::string>{""}) continue;
    if (!rows.empty() && row.fields.size() != rows.front().fields.size())
      detail::refuse_line(name, row.line, std::to_string(rows.front().fields.size()) + " fields as in the first line",
                          std::to_string(row.fields.size()) + " (put what has a comma in it between quotes)");
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace unetpp
