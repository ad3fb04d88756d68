#include "unetpp/io/files/file.hpp"

#include <sys/resource.h>

#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"

namespace file_test {

using namespace io_tests;

namespace {

/// No file may grow beyond this while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit old_{};
};

}  // namespace

TEST_CASE("read_file returns the bytes that write_file wrote") {
  const TemporaryFolder folder;
  std::string bytes(200'000, 'x');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
  unetpp::write_file(folder.path() / "a", bytes);
  CHECK(unetpp::read_file(folder.path() / "a") == bytes);
}

TEST_CASE("an empty file is written and read") {
  const TemporaryFolder folder;
  unetpp::write_file(folder.path() / "a", "");
  CHECK(unetpp::read_file(folder.path() / "a").empty());
}

TEST_CASE("read_file reads a file whose size the system does not tell") {
  CHECK(contains(unetpp::read_file("/proc/self/status"), "Pid:"));
}

TEST_CASE("reading a missing file names it and the reason") {
  const std::string message = message_of<unetpp::FileError>([] { unetpp::read_file("/nowhere/a.jpg"); });
  CHECK(message == "/nowhere/a.jpg: cannot be read: No such file or directory");
}

TEST_CASE("reading a folder names it and the reason") {
  const TemporaryFolder folder;
  const std::string message = message_of<unetpp::FileError>([&] { unetpp::read_file(folder.path()); });
  CHECK(message == folder.path().string() + ": cannot be read: Is a directory");
}

TEST_CASE("write_file replaces an old file and leaves nothing else") {
  const TemporaryFolder folder;
  unetpp::write_file(folder.path() / "a", "a long old text");
  unetpp::write_file(folder.path() / "a", "new");
  CHECK(unetpp::read_file(folder.path() / "a") == "new");
  CHECK(folder.entries() == 1);
}

TEST_CASE("write_file takes a path without a folder") {
  const TemporaryFolder folder;
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  unetpp::write_file("a", "text");
  std::filesystem::current_path(before);
  CHECK(unetpp::read_file(folder.path() / "a") == "text");
}

TEST_CASE("writing into a missing folder names the file and the reason") {
  const std::string message = message_of<unetpp::FileError>([] { unetpp::write_file("/nowhere/a", "text"); });
  CHECK(message == "/nowhere/a: cannot be written: No such file or directory");
}

TEST_CASE("a write that fails at the last step leaves no temporary file") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() / "a");
  const std::string message = message_of<unetpp::FileError>([&] { unetpp::write_file(folder.path() / "a", "text"); });
  CHECK(message == (folder.path() / "a").string() + ": cannot be written: Is a directory");
  CHECK(folder.entries() == 1);
}

TEST_CASE("a disk that fills leaves the old file and no temporary file") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "model";
  unetpp::write_file(path, "old");
  std::string message;
  {
    const FileSizeLimit limit(4096);
    message = message_of<unetpp::FileError>([&] { unetpp::write_file(path, std::string(100'000, 'x')); });
  }
  CHECK(message == path.string() + ": cannot be written: File too large");
  CHECK(unetpp::read_file(path) == "old");
  CHECK(folder.entries() == 1);
}

TEST_CASE("threads that write one file leave the whole text of one of them") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  {
    std::vector<std::jthread> threads;
    for (char c = 'a'; c < 'e'; ++c)
      threads.emplace_back([&path, c] {
        for (int i = 0; i < 5; ++i) unetpp::write_file(path, std::string(10'000, c));
      });
  }
  const std::string text = unetpp::read_file(path);
  CHECK(text == std::string(10'000, text.at(0)));
  CHECK(folder.entries() == 1);
}

}  // namespace file_test
