#include "unetpp/io/data/class_table.hpp"

#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/data/read_class_table.hpp"

namespace class_table_test {

namespace {

using unetpp::ClassCode;
using unetpp::ClassTable;
using unetpp::parse_class_table;

std::string error_of(const std::string& text) {
  return io_tests::message_of<unetpp::FormatError>([&] { parse_class_table(text, "classes.csv"); });
}

std::string table_error(const ClassTable& table) {
  return io_tests::message_of<unetpp::ArgumentError>([&] { unetpp::require_class_table(table); });
}

}  // namespace

TEST_CASE("a class table of values has the classes in the order of their lines") {
  const ClassTable table = parse_class_table("name,value,show\nroad,7,0\n\"a, b\",65535,1\n", "classes.csv");
  CHECK(table.code == ClassCode::value);
  REQUIRE(table.classes.size() == 2);
  CHECK(table.classes[0].name == "road");
  CHECK(table.classes[0].code == 7);
  CHECK_FALSE(table.classes[0].show);
  CHECK(table.classes[1].name == "a, b");
  CHECK(table.classes[1].code == 65535);
  CHECK(table.classes[1].show);
}

TEST_CASE("a class table of colours has its columns in any order, and shows classes unless told otherwise") {
  const ClassTable table = parse_class_table("blue,name,green,red\n3,sky,2,1\n0,rest,0,255\n", "classes.csv");
  CHECK(table.code == ClassCode::colour);
  REQUIRE(table.classes.size() == 2);
  CHECK(table.classes[0].code == 0x010203);
  CHECK(unetpp::rgb_of_code(table.classes[1].code) == std::array<std::uint8_t, 3>{255, 0, 0});
  CHECK(table.classes[0].show);
}

TEST_CASE("a class table of names alone is for masks of one class each") {
  CHECK(parse_class_table("name\na\nb\n", "classes.csv").code == ClassCode::file);
}

TEST_CASE("lines of the name ignored are no classes") {
  const ClassTable table = parse_class_table("name,value\na,0\nignored,255\nb,1\nignored,9\n", "classes.csv");
  REQUIRE(table.classes.size() == 2);
  CHECK(table.classes[1].name == "b");
  CHECK(table.ignored == std::vector<std::uint32_t>{255, 9});
}

TEST_CASE("a class table is written as it is read") {
  for (const std::string text :
       {"name,value,show\n\"a, \"\"b\"\"\",0,1\nc,65535,0\nignored,255,0\n",
        "name,red,green,blue,show\na,0,0,0,1\nb,255,1,2,1\nignored,224,224,192,0\n", "name,show\na,1\nb,0\n"})
    CHECK(unetpp::to_csv(parse_class_table(text, "classes.csv")) == text);
}

TEST_CASE("a class table's header that is none is an error that says which columns there are") {
  const std::string expected =
      "classes.csv: line 1: expected the columns name, value or red, green and blue, and show, found ";
  CHECK(error_of("") == "classes.csv: expected a line that names the columns, found an empty file");
  CHECK(error_of("background,0\npet,1\n") == expected + "background (the first line names the columns)");
  CHECK(error_of("name;value\na;0\n") == expected + "name;value (put commas between them)");
  CHECK(error_of("value\n0\n1\n") == expected + "no name");
  CHECK(error_of("name,name\na,b\n") == expected + "name twice");
  CHECK(error_of("name,red,blue\na,0,0\n") == expected + "not all of red, green and blue");
  CHECK(error_of("name,value,red,green,blue\na,0,0,0,0\n") ==
        expected + "both values and colours (one of them must go)");
}

TEST_CASE("a class table with a value, a colour or a name twice is an error that names the line") {
  CHECK(error_of("name,value\na,3\nb,3\n") ==
        "classes.csv: line 3: expected another class, found the value 3 for a second time, which is that of a");
  CHECK(error_of("name,red,green,blue\na,0,0,0\nb,1,2,3\nc,1,2,3\n") ==
        "classes.csv: line 4: expected another class, found the colour #010203 for a second time, which is that of b");
  CHECK(error_of("name,value\na,3\na,4\n") ==
        "classes.csv: line 3: expected another class, found the name a for a second time");
  CHECK(error_of("name,value\na,3\nignored,3\n").ends_with("for a second time, which is that of a"));
  CHECK(error_of("name,value\nignored,3\na,3\n").ends_with("found the value 3, which is ignored"));
  CHECK(error_of("name,value\nignored,3\nignored,3\n").ends_with("found the value 3, which is ignored"));
}

TEST_CASE("a number in a class table that is out of range is an error") {
  const std::string value = "classes.csv: line 2: expected value to be a number from 0 to 65535, found ";
  CHECK(error_of("name,value\na,65536\n") == value + "65536");
  CHECK(error_of("name,value\na,-1\n") == value + "-1");
  CHECK(error_of("name,value\na,1x\n") == value + "1x");
  CHECK(error_of("name,value\na,99999999999\n") == value + "99999999999");
  CHECK(error_of("name,value\na,\n") == value + "nothing");
  CHECK(error_of("name,red,green,blue\na,0,256,0\n") ==
        "classes.csv: line 2: expected green to be a number from 0 to 255, found 256");
  CHECK(error_of("name,value,show\na,0,2\n") ==
        "classes.csv: line 2: expected show to be a number from 0 to 1, found 2");
}

TEST_CASE("a class without a name is an error") {
  CHECK(error_of("name,value\n,0\n") == "classes.csv: line 2: expected another class, found an empty name");
}

TEST_CASE("a class table has 2 to 255 classes") {
  std::string text = "name,value\n";
  for (int i = 0; i < 255; ++i) text += "c" + std::to_string(i) + "," + std::to_string(i) + "\n";
  CHECK(parse_class_table(text, "classes.csv").classes.size() == 255);
  CHECK(parse_class_table(text + "ignored,255\n", "classes.csv").ignored.size() == 1);
  CHECK(error_of(text + "one more,1000\n") ==
        "classes.csv: line 257: expected another class, found one more than 255 classes");
  CHECK(
      error_of("name,value\na,0\n") ==
      "classes.csv: expected at least 2 classes, a line each behind that of the columns, found 1 (the background is a "
      "class, too)");
}

TEST_CASE("a class table's file is read, and named in its errors") {
  const io_tests::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "classes.csv";
  CHECK(io_tests::message_of<unetpp::FileError>([&] { unetpp::read_class_table(file); }) ==
        file.string() + ": cannot be read: No such file or directory");
  io_tests::put(file, "name,value\r\na,0\r\nb,1\r\n");
  CHECK(unetpp::read_class_table(file).classes.size() == 2);
  io_tests::put(file, "name,value\r\na,0\r\nb,0\r\n");
  CHECK(io_tests::message_of<unetpp::FormatError>([&] {
          unetpp::read_class_table(file);
        }).starts_with(file.string() + ": line 3: "));
}

TEST_CASE("a class table that a program makes is checked as one that is read") {
  CHECK(table_error({.classes = {{"a", 0}, {"b", 1}}}).empty());
  CHECK(table_error({.classes = {{"a", 0}, {"b", 0}}}) ==
        "a class table: expected names and codes that differ, found the value 0 for a second time, which is that of a");
  CHECK(table_error({.classes = {{"a", 0}, {"b", 65536}}}).ends_with("found the value 65536, which no mask has"));
  CHECK(table_error({.classes = {{"a", 0}}}) == "a class table: expected at least 2 classes, found 1");
  CHECK(table_error({.code = ClassCode::file, .classes = {{"a"}, {"b"}}}).empty());
}

}  // namespace class_table_test
