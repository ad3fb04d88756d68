#include "unetpp/io/files/json.hpp"

#include <string>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/files/json_text.hpp"

namespace json_test {

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

TEST_CASE("JSON with very many names in one object is refused, which looking for each would make slow") {
  CHECK(refusal(R"({"a":1,"b":[{"c":1},{"c":1,"d":2}]})", {.names = 2}).empty());
  CHECK(refusal(R"([{"a":1,"b":2,"c":3}])", {.names = 2}) ==
        "run.json: expected at most 2 names in an object of JSON, found more");
}

TEST_CASE("a text is written as the whole of JSON writes it, whatever its bytes are") {
  const auto same = [](const std::string& text) {
    const std::string json = dump_json(nlohmann::json(text));
    return json_text(text) == json && to_utf8(text) == nlohmann::json::parse(json).get<std::string>();
  };
  std::string differs;
  const auto compare = [&](const std::string& text) {
    if (!same(text)) differs = text;
  };
  compare("");
  // One byte of each kind that the Unicode Standard's table 3-7 and JSON tell apart, and the bounds of each.
  const std::string kinds = std::string("\0\x1f\b\t\n\f\r \"\\/a\x7f", 13) +
                            "\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xec\xed\xee\xef\xf0\xf1\xf3\xf4\xf5\xff";
  for (const char a : kinds)
    for (const char b : kinds) {
      compare({a, b});
      for (const char c : kinds) compare({a, b, c});
    }
  for (const char first : {'\xe0', '\xed', '\xef', '\xf0', '\xf1', '\xf4'})
    for (const char a : kinds)
      for (const char b : kinds)
        for (const char c : kinds) compare({first, a, b, c});
  for (int c = 0; c < 256; ++c) compare({static_cast<char>(c)});
  CHECK(differs.empty());
}

}  // namespace json_test
