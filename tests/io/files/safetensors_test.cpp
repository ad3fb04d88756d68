#include "unetpp/io/files/safetensors.hpp"

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/io/files/write_safetensors.hpp"

namespace safetensors_test {

using namespace unetpp;
using io_tests::contains;
using io_tests::message_of;
using io_tests::TemporaryFolder;

namespace {

std::string with_length(std::uint64_t length, const std::string& rest) {
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + rest;
}

/// What a reader says of a file with this header and this many bytes of data.
std::string refusal(const std::string& header, std::size_t data) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "bad.safetensors";
  write_file(path, with_length(header.size(), header + std::string(data, '\0')));
  const std::string message = message_of<FormatError>([&] { SafetensorsFile file(path); });
  const bool one_line_of_the_file = message.find(path.string() + ": ") == 0 && !contains(message, "\n");
  return one_line_of_the_file || message.empty() ? message : "no good message: " + message;
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

/// The value of a float32 tensor that lies in a file behind another of this type, shape and size.
float wanted_beside(const std::string& dtype, const std::string& shape, std::size_t size) {
  const TemporaryFolder folder;
  const std::string end = std::to_string(size), last = std::to_string(size + sizeof(float));
  const std::string header = "{" + entry("other", dtype, shape, "[0," + end + "]") + "," +
                             entry("wanted", "F32", "[1]", "[" + end + "," + last + "]") + "}";
  const float value = 1.5f;
  const std::string data(reinterpret_cast<const char*>(&value), sizeof value);
  write_file(folder.path() / "a", with_length(header.size(), header + std::string(size, '\xff') + data));
  std::vector<float> values(1);
  SafetensorsFile(folder.path() / "a").read("wanted", {1}, values);
  return values[0];
}

std::vector<float> read_as(const std::string& dtype, const std::vector<std::uint16_t>& bits) {
  const TemporaryFolder folder;
  const std::string count = std::to_string(bits.size());
  const std::string header =
      "{" + entry("a", dtype, "[" + count + "]", "[0," + std::to_string(2 * bits.size()) + "]") + "}";
  write_file(
      folder.path() / "a",
      with_length(header.size(), header + std::string(reinterpret_cast<const char*>(bits.data()), 2 * bits.size())));
  std::vector<float> values(bits.size());
  SafetensorsFile(folder.path() / "a").read("a", {static_cast<int>(bits.size())}, values);
  return values;
}

}  // namespace

TEST_CASE("tensors come back as they were written, each to where it is wanted") {
  const TemporaryFolder folder;
  const std::vector<float> a{1, 2, 3, 4, 5, 6}, b{-0.5f}, none;
  write_safetensors(folder.path() / "f", {{"b", {2, 3}, a}, {"a", {}, b}, {"empty", {0, 7}, none}},
                    {{"key", "text \xc3\xa9 \"\n"}});
  const SafetensorsFile file(folder.path() / "f");
  CHECK(file.tensors().size() == 3);
  CHECK(file.metadata() == Metadata{{"key", "text \xc3\xa9 \"\n"}});
  CHECK(read_metadata(folder.path() / "f") == file.metadata());
  std::vector<float> back(6), scalar(1);
  file.read("b", {2, 3}, back);
  file.read("a", {}, scalar);
  file.read("empty", {0, 7}, {});
  CHECK(back == a);
  CHECK(scalar == b);
}

TEST_CASE("a tensor is not read as one of another name, shape, type or size") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "f";
  const std::string header = "{" + entry("i", "I32", "[2]", "[0,8]") + "," + entry("f", "F32", "[2]", "[8,16]") + "," +
                             entry("new", "F\\n31", "[2]", "[16,17]") + "}";
  write_file(path, with_length(header.size(), header + std::string(17, '\0')));
  const SafetensorsFile file(path);
  std::vector<float> two(2), three(3);
  CHECK(contains(message_of<FormatError>([&] { file.read("g", {2}, two); }),
                 "expected float32 of shape [2], found no such tensor"));
  CHECK(contains(message_of<FormatError>([&] {
                   file.read("f", {2, 1}, two);
                 }),
                 "expected float32 of shape [2, 1], found F32 of shape [2]"));
  CHECK(contains(message_of<FormatError>([&] { file.read("i", {2}, two); }), "found I32 of shape [2]"));
  CHECK(contains(message_of<FormatError>([&] { file.read("new", {2}, two); }), "found F\\n31 of shape [2]"));
  CHECK_THROWS_AS(file.read("f", {2}, three), ArgumentError);
}

TEST_CASE("tensors of one name, or of another size than their values, are not written") {
  const TemporaryFolder folder;
  const std::vector<float> a{1, 2};
  CHECK_THROWS_AS(write_safetensors(folder.path() / "f", {{"a", {2}, a}, {"a", {2}, a}}, {}), ArgumentError);
  CHECK_THROWS_AS(write_safetensors(folder.path() / "f", {{"\xff", {2}, a}, {"\xfe", {2}, a}}, {}), ArgumentError);
  CHECK_THROWS_AS(write_safetensors(folder.path() / "f", {{"a", {3}, a}}, {}), ArgumentError);
  CHECK_THROWS_AS(write_safetensors(folder.path() / "f", {{"__metadata__", {2}, a}}, {}), ArgumentError);
  CHECK(folder.entries() == 0);
}

TEST_CASE("a header that no reader takes is not written, and the old file stays") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "f";
  write_safetensors(path, {}, {{"key", "old"}});
  const auto message = [&](std::size_t size) {
    return message_of<ArgumentError>([&] { write_safetensors(path, {}, {{"key", std::string(size, 'x')}}); });
  };
  const std::size_t around = std::string(R"({"__metadata__":{"key":""}})").size();
  CHECK(contains(message(max_safetensors_header - around + 1), "a header of at most 100000000 bytes, found 100000008"));
  CHECK(read_metadata(path).at("key") == "old");
  CHECK(message(max_safetensors_header - around).empty());
  CHECK(read_metadata(path).at("key").size() == max_safetensors_header - around);
}

TEST_CASE("tensors of 16 bits are read as float32, all of their values") {
  const std::vector<std::uint16_t> ones(10'001, 0x3c00);
  CHECK(read_as("F16", ones) == std::vector<float>(10'001, 1.0f));
  CHECK(read_as("F16", {0x3c00, 0xc000, 0x0001}) == std::vector<float>{1, -2, 0x1p-24f});
  CHECK(read_as("BF16", {0x3f80, 0xc000, 0x0001}) == std::vector<float>{1, -2, 0x1p-133f});
}

TEST_CASE("a file that is too short, or whose header is longer than it, is refused") {
  const TemporaryFolder folder;
  const auto message = [&](const std::string& bytes) {
    write_file(folder.path() / "f", bytes);
    return message_of<FormatError>([&] { SafetensorsFile file(folder.path() / "f"); });
  };
  CHECK(contains(message(""), "found 0 bytes in all"));
  CHECK(contains(message("1234567"), "found 7 bytes in all"));
  CHECK(contains(message(with_length(3, "{}")), "found 10 bytes in all and a header of 3"));
  CHECK(contains(message(with_length(~std::uint64_t{0}, "{}")), "a header of 18446744073709551615"));
}

TEST_CASE("a header longer than the format allows is refused before it is read") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "f";
  write_file(path, with_length(100'000'001, "{}"));
  std::filesystem::resize_file(path, 300'000'000);  // sparse
  CHECK(contains(message_of<FormatError>([&] { SafetensorsFile file(path); }), "a header of 100000001"));
}

TEST_CASE("what is missing or unreadable is a file error") {
  const TemporaryFolder folder;
  CHECK_THROWS_AS(SafetensorsFile(folder.path() / "none"), FileError);
  CHECK_THROWS_AS(SafetensorsFile(folder.path()), FileError);
}

TEST_CASE("a header that is not JSON is refused") {
  for (const std::string header :
       {"", "[]", " {}", "{", "{}x", "{} {}", "nul", "{\"a\":1e999}", "{\"a\":\"\xff\"}", "{'a':1}"})
    CHECK(contains(refusal(header, 0), "expected a safetensors header in JSON"));
  CHECK(contains(refusal(std::string("{}\0x", 4), 0), "expected a safetensors header in JSON"));
  CHECK(refusal("{}  ", 0).empty());
}

TEST_CASE("an entry that is not dtype, shape and two offsets is refused") {
  for (const std::string value : {"1",
                                  "\"F32\"",
                                  "null",
                                  "true",
                                  "[1]",
                                  "{}",
                                  R"({"dtype":"U8","shape":[1]})",
                                  R"({"dtype":"U8","data_offsets":[0,1]})",
                                  R"({"shape":[1],"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1})",
                                  R"({"dtype":1,"shape":[1],"data_offsets":[0,1]})",
                                  R"({"dtype":["U8"],"shape":[1],"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":1,"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":[-1],"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":[1.0],"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":["1"],"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":[[1]],"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":{},"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":[18446744073709551616],"data_offsets":[0,1]})",
                                  R"({"dtype":"U8","shape":[1],"data_offsets":[0]})",
                                  R"({"dtype":"U8","shape":[1],"data_offsets":[0,1,2]})",
                                  R"({"dtype":"U8","shape":[1],"data_offsets":[-1,1]})",
                                  R"({"dtype":"U8","shape":[1],"data_offsets":"0"})"}) {
    INFO(value);
    CHECK(contains(refusal("{\"a\":" + value + "}", 1), "tensor a: expected dtype, shape and two data_offsets, found"));
  }
}

TEST_CASE("tensors of each type that safetensors 0.8.0 writes may lie beside those that are read") {
  const std::pair<std::string, int> types[] = {
      {"BOOL", 8},    {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6},     {"U8", 8},          {"I8", 8},
      {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
      {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
      {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64}};
  for (const auto& [dtype, bits] : types) {
    INFO(dtype);
    CHECK(wanted_beside(dtype, "[8]", static_cast<std::size_t>(bits)) == 1.5f);
    CHECK(contains(refusal("{" + entry("a", dtype, "[8]", "[0,1]") + "}", 1),
                   "expected " + std::to_string(bits) + " bytes for " + dtype + " of shape [8], found 1"));
  }
}

TEST_CASE("values of less than a byte must fill whole bytes") {
  CHECK(wanted_beside("F4", "[2]", 1) == 1.5f);
  CHECK(wanted_beside("F6_E3M2", "[2,2]", 3) == 1.5f);
  CHECK(wanted_beside("F4", "[3,0]", 0) == 1.5f);
  CHECK(contains(refusal("{" + entry("a", "F4", "[3]", "[0,2]") + "}", 2),
                 "tensor a: expected whole bytes for F4 of shape [3], found 12 bits"));
  CHECK(contains(refusal("{" + entry("a", "F6_E2M3", "[2]", "[0,2]") + "}", 2), "found 12 bits"));
  CHECK(contains(refusal("{" + entry("a", "F4", "[4611686018427387904,8]", "[0,0]") + "}", 0), "found 0"));
}

TEST_CASE("a tensor of a type that nobody has heard of does not keep the others from being read") {
  CHECK(wanted_beside("F31", "[3]", 5) == 1.5f);
  CHECK(wanted_beside("", "[3]", 0) == 1.5f);
  CHECK(
      contains(refusal("{" + entry("a", "F31", "[1]", "[0,5]") + "}", 4), "expected data_offsets from 0 to at most 4"));
}

TEST_CASE("a tensor with more or fewer bytes than its shape has is refused, however large the shape") {
  const auto message = [](const std::string& shape) {
    return refusal("{" + entry("a", "F32", shape, "[0,8]") + "}", 8);
  };
  CHECK(message("[2]").empty());
  CHECK(message("[2,1,1]").empty());
  CHECK(contains(message("[1]"), "expected 4 bytes for F32 of shape [1], found 8"));
  CHECK(contains(message("[]"), "expected 4 bytes"));
  CHECK(contains(message("[0]"), "expected 0 bytes"));
  CHECK(contains(message("[4294967296,4294967296,2]"), "found 8"));
  CHECK(contains(message("[4611686018427387906]"), "found 8"));  // whose bytes are 8 when they overflow
  CHECK(contains(message("[0,18446744073709551615,18446744073709551615]"), "expected 0 bytes"));
  std::string ones = "[2";
  for (int i = 0; i < 32; ++i) ones += ",1";
  CHECK(contains(message(ones + "]"), "expected at most 32 extents"));
}

TEST_CASE("tensors that leave gaps, overlap or lie outside the file are refused") {
  const auto two = [](const std::string& first, const std::string& second, std::size_t data) {
    return refusal("{" + entry("a", "F32", "[1]", first) + "," + entry("b", "F32", "[1]", second) + "}", data);
  };
  CHECK(two("[0,4]", "[4,8]", 8).empty());
  CHECK(two("[4,8]", "[0,4]", 8).empty());  // the order in the header is free
  CHECK(contains(two("[0,4]", "[5,9]", 9), "tensor b: expected data_offsets from 4 to at most 9, found 5 to 9"));
  CHECK(contains(two("[0,4]", "[3,7]", 8), "tensor b: expected data_offsets from 4"));
  CHECK(contains(two("[0,4]", "[0,4]", 4), "tensor b: expected data_offsets from 4"));
  CHECK(contains(two("[1,5]", "[5,9]", 9), "tensor a: expected data_offsets from 0"));
  CHECK(contains(two("[0,4]", "[4,8]", 7), "tensor b: expected data_offsets from 4 to at most 7"));
  CHECK(contains(two("[0,4]", "[4,8]", 9), "expected 8 bytes of tensors, found 9"));
  CHECK(contains(two("[0,4]", "[4,0]", 8), "found 4 to 0"));
  CHECK(contains(two("[0,4]", "[18446744073709551612,18446744073709551615]", 8), "tensor b"));
  CHECK(contains(refusal("{}", 1), "expected 0 bytes of tensors, found 1"));
}

TEST_CASE("names that a header has twice are refused") {
  const std::string a = entry("a", "U8", "[1]", "[0,1]");
  CHECK(contains(refusal("{" + a + "," + a + "}", 1), "expected each name once in the header, found a twice"));
  CHECK(contains(refusal("{" + a + "," + entry("\\u0061", "U8", "[1]", "[1,2]") + "}", 2), "found a twice"));
  CHECK(contains(refusal(R"({"__metadata__":{"k":"1","k":"2"}})", 0), "found k twice"));
  CHECK(contains(refusal(R"({"__metadata__":{},"__metadata__":{}})", 0), "found __metadata__ twice"));
  CHECK(contains(refusal(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1),
                 "found dtype twice"));
}

TEST_CASE("metadata that is not text by name is refused") {
  for (const std::string value :
       {"1", "null", "[]", "\"text\"", R"({"k":1})", R"({"k":null})", R"({"k":{}})", R"({"k":["text"]})"})
    CHECK(contains(refusal("{\"__metadata__\":" + value + "}", 0), "__metadata__: expected texts by name, found"));
  CHECK(refusal(R"({"__metadata__":{"dtype":"a","shape":"b"}})", 0).empty());
}

TEST_CASE("a header that nests a million deep is refused") {
  const std::string deep(1'000'000, '[');
  CHECK(contains(refusal("{\"a\":" + deep, 0), "found a list"));
  CHECK(contains(refusal(R"({"a":{"dtype":"U8","shape":)" + deep, 0), "found a list"));
  CHECK(contains(refusal(R"({"__metadata__":{"k":)" + deep, 0), "found a list"));
}

TEST_CASE("more tensors or texts than a model has are refused") {
  std::string tensors = "{", texts = R"({"__metadata__":{)";
  for (std::size_t i = 0; i <= max_safetensors_entries; ++i) {
    tensors += (i ? "," : "") + entry(std::to_string(i), "U8", "[0]", "[0,0]");
    texts += (i ? ",\"" : "\"") + std::to_string(i) + "\":\"\"";
  }
  CHECK(contains(refusal(tensors + "}", 0), "expected at most 100000 tensors"));
  CHECK(contains(refusal(texts + "}}", 0), "expected at most 100000 texts"));
}

TEST_CASE("a name from a file does not break the line of a message, nor fill the screen") {
  const std::string message =
      refusal("{" + entry("\\n\\u001b[31m" + std::string(5000, 'x'), "F32", "[1]", "[0,0]") + "}", 0);
  CHECK(contains(message, "tensor \\n\\x1b[31mxxx"));
  CHECK(message.size() < 300);
}

}  // namespace safetensors_test
