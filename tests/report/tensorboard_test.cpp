#include <unetpp/report/tensorboard.hpp>

#include "catch.hpp"
#include "io/fixtures.hpp"

namespace tensorboard_test {

using namespace unetpp;

TEST_CASE("crc32c gives the check values of RFC 3720") {
  CHECK(crc32c("123456789") == 0xE3069283u);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAu);
  CHECK(crc32c(std::string(32, '\xFF')) == 0x62A8AB43u);
}

TEST_CASE("a record is length, masked checksum, bytes, masked checksum") {
  // As TensorFlow's TFRecordWriter writes b"abc".
  const std::string expected{
      "\x03\0\0\0\0\0\0\0"
      "\xB0\x99\x49\x0E"
      "abc"
      "\x6E\x57\xF1\x21",
      19};
  const std::string record = detail::tf_record("abc");
  CHECK(record.size() == 19);
  CHECK(record == expected);
}

TEST_CASE("fields of a protocol buffer are written as its guide says") {
  CHECK(detail::proto_number(1, 150) == "\x08\x96\x01");
  CHECK(detail::proto_bytes(2, "testing") == "\x12\x07testing");
  CHECK(detail::proto_float(2, 1.0f) == std::string("\x15\0\0\x80\x3F", 5));
  CHECK(detail::proto_double(1, 1.0) == std::string("\x09\0\0\0\0\0\0\xF0\x3F", 9));
}

TEST_CASE("an event file begins with its version and grows by a record a step") {
  const io_tests::TemporaryFolder folder;
  const TensorBoardFile file(folder.path() / "new");
  const std::string begun = read_file(file.path());
  CHECK(begun.find("brain.Event:2") != std::string::npos);
  TensorBoardStep step;
  step.scalar("loss", 0.5);
  file.write(7, step);
  const std::string grown = read_file(file.path());
  CHECK(grown.substr(0, begun.size()) == begun);
  CHECK(grown.find("loss") > begun.size());
}

TEST_CASE("a folder for event files that cannot be made is an error that names it") {
  const io_tests::TemporaryFolder folder;
  io_tests::put(folder.path() / "file", "");
  const std::string message =
      io_tests::message_of<FileError>([&] { TensorBoardFile file(folder.path() / "file" / "events"); });
  CHECK(io_tests::contains(message, (folder.path() / "file" / "events").string()));
}

TEST_CASE("an event file that begins a session says so, and at which step") {
  const io_tests::TemporaryFolder folder;
  const auto begun = [](const TensorBoardFile& file) { return read_file(file.path()); };
  const std::string start("\x10\x07\x3a\x02\x08\x01", 6);  // step 7, session_log { status: START }
  CHECK(begun(TensorBoardFile(folder.path(), 7)).find(start) != std::string::npos);
  CHECK(begun(TensorBoardFile(folder.path())).find("\x3a\x02\x08\x01") == std::string::npos);
}

TEST_CASE("event files are named so that they come in the order in which they were made") {
  const io_tests::TemporaryFolder folder;
  std::string before;
  for (int i = 0; i < 50; ++i) {
    const std::string name = TensorBoardFile(folder.path()).path().filename().string();
    CHECK(before < name);
    before = name;
  }
}

TEST_CASE("tags that are not UTF-8 get replacement characters") {
  TensorBoardStep step;
  step.scalar("iou/caf\xe9", 1);
  CHECK(step.summary().find("iou/caf\xef\xbf\xbd") != std::string::npos);
}

}  // namespace tensorboard_test
