#include "unetpp/io/files/json.hpp"

#include <string>

#include "../../catch.hpp"
#include "../fixtures.hpp"

using namespace unetpp;
using io_tests::contains;

namespace {

std::string refusal(const std::string& text, JsonLimits limits = {}) {
  return io_tests::message_of<FormatError>([&] { parse_json(text, "run.json", limits); });
}

}  // namespace

TEST_CASE("JSON is written in the order of its type, with replacement characters where it is not UTF-8") {
  const auto value = [](auto json) { return json = {{"b", "\xff"}, {"a", {1}}}; };
  CHECK(dump_json(value(nlohmann::json())) == "{\"a\":[1],\"b\":\"\xef\xbf\xbd\"}");
  CHECK(dump_json(value(nlohmann::ordered_json())) == "{\"b\":\"\xef\xbf\xbd\",\"a\":[1]}");
  CHECK(dump_json(nlohmann::json{{"a", 1}}, 2) == "{\n  \"a\": 1\n}");
}

TEST_CASE("JSON is parsed to its value") {
  CHECK(parse_json(R"( {"a":[1,{"a":"b"}],"c":{"a":null}} )", "f").dump() == R"({"a":[1,{"a":"b"}],"c":{"a":null}})");
}

TEST_CASE("what is no JSON is refused, naming where it stops being one") {
  CHECK(refusal("") == "run.json: expected JSON, found what is none at byte 1");
  CHECK(refusal("{\"a\":}") == "run.json: expected JSON, found what is none at byte 6");
  CHECK(refusal("{} {}") == "run.json: expected JSON, found what is none at byte 4");
  CHECK(contains(refusal("\"\xff\""), "expected JSON"));
  CHECK(contains(refusal(std::string("{}\0x", 4)), "found a zero byte after 2 bytes"));
  CHECK(contains(refusal("1e999"), "found a number out of range"));
}

TEST_CASE("JSON with a name twice in one object is refused") {
  CHECK(refusal(R"({"a":1,"b":[{"c":1,"c":2}]})") == "run.json: expected each name once, found c twice");
  CHECK(refusal(R"([{"c":1},{"c":{"c":2}}])").empty());
}

TEST_CASE("JSON that nests too deeply is refused, a million levels too") {
  CHECK(refusal("[[]]", {.depth = 2}).empty());
  CHECK(refusal("[[[]]]", {.depth = 2}) == "run.json: expected JSON nested at most 2 deep, found it deeper");
  CHECK(contains(refusal(std::string(1'000'000, '[')), "nested at most 16 deep"));
}

TEST_CASE("JSON that is too long is refused") {
  CHECK(refusal("[1,2]", {.bytes = 5}).empty());
  CHECK(refusal("[1,2] ", {.bytes = 5}) == "run.json: expected at most 5 bytes of JSON, found 6");
}

TEST_CASE("text that is not UTF-8 gets the replacement characters that it gets in JSON, other text stays") {
  for (const std::string& good :
       {std::string(), std::string("caf\xc3\xa9 \"\\\n\0x", 11), std::string("\xf0\x9f\x90\xb1")})
    CHECK(to_utf8(good) == good);
  CHECK(to_utf8("caf\xe9 1") == "caf\xef\xbf\xbd 1");
  CHECK(to_utf8("\xff") == "\xef\xbf\xbd");
  CHECK(to_utf8("cut \xf0\x9f") == "cut \xef\xbf\xbd");
}
