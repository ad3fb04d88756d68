// What train_pets does when the disk under it fails: one clear line, and the last checkpoint goes on.

#include <cstdlib>

#include "run_train_pets.hpp"
#include "unetpp/io/files/safetensors.hpp"

using namespace example_tests;

namespace {

const std::vector<std::string> without_end{"--epochs", "1000", "--checkpoint-minutes", "0"};

/// A small file system of its own; only root can make one.
struct SmallDisk {
  fs::path path;
  bool made;

  explicit SmallDisk(const fs::path& folder) : path(folder / "disk") {
    fs::create_directories(path);
    made = std::system(("mount -t tmpfs -o size=24m tmpfs '" + path.string() + "' 2>/dev/null").c_str()) == 0;
    if (!made) WARN("SKIPPED: a full and a read-only disk are not tested, as nothing can be mounted here");
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (made && std::system(("umount -l '" + path.string() + "'").c_str()) != 0) std::abort();
  }
};

/// The last checkpoint is whole, and training goes on from it when the disk is well again.
void check_goes_on(const fs::path& out) {
  CHECK(unetpp::read_metadata(out / "last.safetensors").contains("training"));
  const auto training = unetpp::read_metadata(out / "last.safetensors").at("training");
  const int epoch = nlohmann::json::parse(training).at("epoch");
  const ProgramResult result = train(
      {"--synthetic", "14", "--batch", "4", "--epochs", std::to_string(epoch), "--resume", "--out", out.string()});
  INFO(result.output);
  CHECK(result.status == 0);
}

}  // namespace

TEST_CASE("a disk that fills while training goes on ends it with an error, and the last checkpoint goes on") {
  const TemporaryFolder folder;
  const SmallDisk disk(folder.path());
  if (!disk.made) return;
  const fs::path out = disk.path / "out", filler = disk.path / "filler";
  const ProgramResult result =
      train_synthetic_while(folder.path(), "cat /dev/zero > '" + filler.string() + "'", out, without_end);
  check_error(result, 1, {out.string(), "cannot be written: No space left on device"});
  fs::remove(filler);
  check_goes_on(out);
}

TEST_CASE("a disk that becomes read-only ends training with an error, and the last checkpoint goes on") {
  const TemporaryFolder folder;
  const SmallDisk disk(folder.path());
  if (!disk.made) return;
  const fs::path out = disk.path / "out";
  // The kernel refuses while a file is being written.
  const std::string script = "until mount -o remount,ro '" + disk.path.string() + "' 2>/dev/null; do :; done";
  const ProgramResult result = train_synthetic_while(folder.path(), script, out, without_end);
  check_error(result, 1, {out.string(), "cannot be written: Read-only file system"});
  check_error(train_synthetic(disk.path / "new"), 1, {(disk.path / "new").string(), "Read-only file system"});
  REQUIRE(std::system(("mount -o remount,rw '" + disk.path.string() + "'").c_str()) == 0);
  check_goes_on(out);
}

TEST_CASE("a folder that is deleted while training goes on ends it with an error that names a file in it") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  const std::string script = "until rm -rf '" + out.string() + "' && ! test -e '" + out.string() + "'; do :; done";
  const ProgramResult result = train_synthetic_while(folder.path(), script, out, without_end);
  check_error(result, 1, {(out / "").string(), "cannot be written: No such file or directory"});
}

TEST_CASE("a folder without permission to write ends training with an error, and its checkpoint stays") {
  if (::geteuid() == 0) {
    WARN("SKIPPED: folders without permission are not tested, as root may write everywhere");
    return;
  }
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  const ProgramResult result =
      train_synthetic_while(folder.path(), "chmod 555 '" + out.string() + "'", out, without_end);
  fs::permissions(out, fs::perms::owner_all);
  check_error(result, 1, {out.string(), "cannot be written: Permission denied"});
  check_goes_on(out);
}
