#include "unetpp/io/files/csv.hpp"

#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"

namespace csv_test {

namespace {

using unetpp::parse_csv;
using Fields = std::vector<std::string>;

std::vector<Fields> fields_of(const std::string& text) {
  std::vector<Fields> rows;
  for (const unetpp::CsvRow& row : parse_csv(text, "a.csv")) rows.push_back(row.fields);
  return rows;
}

std::string error_of(const std::string& text) {
  return io_tests::message_of<unetpp::FormatError>([&] { parse_csv(text, "a.csv"); });
}

}  // namespace

TEST_CASE("fields of a CSV file are what is between commas, without blanks around it") {
  CHECK(fields_of("a,b\n 1 ,\t2 3\t\n,\n") == std::vector<Fields>{{"a", "b"}, {"1", "2 3"}, {"", ""}});
}

TEST_CASE("lines of a CSV file may end in any way, the last one in none") {
  CHECK(fields_of("a,b\r\nc,d\re,f\ng,h") == std::vector<Fields>{{"a", "b"}, {"c", "d"}, {"e", "f"}, {"g", "h"}});
}

TEST_CASE("empty lines of a CSV file are no rows, but lines") {
  const std::vector<unetpp::CsvRow> rows = parse_csv("\na\n \n\nb\n\n", "a.csv");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].line == 2);
  CHECK(rows[1].line == 5);
}

TEST_CASE("a byte order mark is no part of a CSV file's first field") {
  CHECK(fields_of("\xEF\xBB\xBFname,value\n") == std::vector<Fields>{{"name", "value"}});
  CHECK(fields_of("\xEF\xBB\xBF\"name\"\n") == std::vector<Fields>{{"name"}});
}

TEST_CASE("a quoted field of a CSV file has commas, quotes, blanks and lines in it") {
  CHECK(fields_of("\"a, \"\"b\"\"\" , \" c \"\n\"d\r\ne\",f\n") ==
        std::vector<Fields>{{"a, \"b\"", " c "}, {"d\ne", "f"}});
}

TEST_CASE("rows behind a quoted line end have the numbers of their lines") {
  CHECK(parse_csv("\"a\nb\"\nc\n", "a.csv").at(1).line == 3);
}

TEST_CASE("a CSV file with a wrong line is an error that names it") {
  CHECK(error_of("a,b\nc,\"d\ne,f\n") == "a.csv: line 2: expected a quote that ends the field, found the file's end");
  CHECK(error_of("a\n\"b\" c\n") == "a.csv: line 2: expected a comma behind a quoted field, found c");
  CHECK(error_of("a,b\n\n1,2,3\n") ==
        "a.csv: line 3: expected 2 fields as in the first line, found 3 (put what has a comma in it between quotes)");
  CHECK(error_of("a,b\n1\n").starts_with("a.csv: line 2: expected 2 fields as in the first line, found 1"));
}

TEST_CASE("a CSV file in UTF-16 is an error that says what to do") {
  CHECK(error_of(std::string("\xFF\xFE"
                             "a\0",
                             4)) ==
        "a.csv: expected text in UTF-8, found a zero byte (if it is in UTF-16: save it as CSV in UTF-8)");
}

TEST_CASE("fields that are written to a CSV file are read as they were") {
  const Fields fields{"a", "", " b ", "\tb", "c,d", "\"e\"", "f\ng", "\xC3\xA4"};
  std::string line;
  for (const std::string& field : fields) line += (line.empty() ? "" : ",") + unetpp::detail::csv_field(field);
  CHECK(fields_of(line + "\n") == std::vector<Fields>{fields});
}

}  // namespace csv_test
