#include "../../examples/train_pets/download.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "catch.hpp"

using namespace train_pets;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void put(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

/// PATH of this process for a while.
struct Path {
  std::string before = std::getenv("PATH");
  explicit Path(const std::string& path) { setenv("PATH", path.c_str(), 1); }
  ~Path() { setenv("PATH", before.c_str(), 1); }
  Path(const Path&) = delete;
  Path& operator=(const Path&) = delete;
};

/// A folder of this test with a space and a quote in its name; gone at the end.
struct Web {
  fs::path root, dir;
  Archive archive;  // holds pets/a.txt and pets/b.txt

  Web() {
    std::string pattern = (fs::temp_directory_path() / "unetpp 'download' XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder: " + pattern);
    root = pattern;
    dir = root / "data set";
    fs::create_directories(root / "pets");
    put(root / "pets/a.txt", "a cat\n");
    put(root / "pets/b.txt", "a dog\n");
    const fs::path file = root / "pets.tar.gz";
    const examples::ProgramResult tar = examples::run(
        {.name = "tar", .arguments = {"-czf", file.string(), "-C", root.string(), "pets"}, .package = "tar"});
    if (tar.status != 0) throw std::runtime_error("tar: " + tar.output);
    archive = {"file://" + escaped(file.string()), md5_of(file), "pets"};
  }
  ~Web() { fs::remove_all(root); }
  Web(const Web&) = delete;
  Web& operator=(const Web&) = delete;

  fs::path whole() const { return dir / "pets.tar.gz"; }
  fs::path part() const { return dir / "pets.tar.gz.part"; }
  std::string served() const { return bytes_of(root / "pets.tar.gz"); }
  std::string download() const {
    std::ostringstream log;
    download_pets(dir, log, std::span(&archive, 1));
    return log.str();
  }
  std::string error() const {
    try {
      download();
    } catch (const unetpp::FileError& e) {
      return e.what();
    }
    return "no FileError";
  }
  /// Puts a script in the place of curl: $part is where to write, $served what there is on the web.
  Path with_curl(const std::string& script) const {
    put(root / "curl",
        "#!/bin/sh\n"
        "served=\"$(dirname \"$0\")/pets.tar.gz\"\n"
        "while [ \"$1\" != --output ]; do shift; done\n"
        "part=$2\n" +
            script);
    fs::permissions(root / "curl", fs::perms::owner_all);
    return Path(root.string() + ":" + std::getenv("PATH"));
  }

 private:
  static std::string escaped(const std::string& path) {
    std::string url;
    for (const char c : path) url += c == ' ' ? "%20" : c == '\'' ? "%27" : std::string(1, c);
    return url;
  }
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string wrong_md5(32, '0');

}  // namespace

TEST_CASE("download makes the folder, unpacks into it and removes the archive") {
  const Web web;
  web.download();
  CHECK(bytes_of(web.dir / "pets/a.txt") == "a cat\n");
  CHECK(bytes_of(web.dir / "pets/b.txt") == "a dog\n");
  CHECK_FALSE(fs::exists(web.whole()));
  CHECK_FALSE(fs::exists(web.part()));
}

TEST_CASE("download does nothing where the folder is there already") {
  Web web;
  web.download();
  fs::remove(web.dir / "pets/a.txt");
  web.archive.url = "file:///nowhere/pets.tar.gz";
  CHECK(contains(web.download(), "already there"));
  CHECK_FALSE(fs::exists(web.dir / "pets/a.txt"));
}

TEST_CASE("download unpacks again when it was interrupted while unpacking") {
  Web web;
  fs::create_directories(web.dir / "pets");
  put(web.whole(), web.served());
  web.archive.url = "file:///nowhere/pets.tar.gz";
  web.download();
  CHECK(bytes_of(web.dir / "pets/b.txt") == "a dog\n");
  CHECK_FALSE(fs::exists(web.whole()));
}

TEST_CASE("fetch_archive goes on where a partial download ended") {
  const Web web;
  fs::create_directories(web.dir);
  put(web.part(), web.served().substr(0, 60));
  CHECK(fetch_archive(web.archive, web.dir) == web.whole());
  CHECK(bytes_of(web.whole()) == web.served());
  CHECK_FALSE(fs::exists(web.part()));
}

TEST_CASE("fetch_archive keeps the bytes of a partial download instead of fetching them again") {
  const Web web;
  fs::create_directories(web.dir);
  std::string mine = web.served().substr(0, 60);
  mine[20] = static_cast<char>(mine[20] ^ 1);  // had it started again, the result would be right
  put(web.part(), mine);
  CHECK(contains(web.error(), "expected MD5 " + web.archive.md5));
}

TEST_CASE("fetch_archive takes up a breaking connection again until all has come") {
  const Web web;
  const Path path = web.with_curl(
      "have=$(cat \"$part\" 2>/dev/null | wc -c)\n"
      "head -c $((have + 60)) \"$served\" > \"$part\"\n"
      "cmp -s \"$part\" \"$served\" || exit 56\n");
  CHECK(bytes_of(fetch_archive(web.archive, web.dir)) == web.served());
}

TEST_CASE("fetch_archive starts again when the server has nothing after the end of the part") {
  const Web web;
  fs::create_directories(web.dir);
  put(web.part(), "as long as the archive, but damaged");
  const Path path = web.with_curl(
      "if [ -e \"$part\" ]; then echo 'HTTP code 416'; exit 22; fi\n"
      "cp \"$served\" \"$part\"\n");
  CHECK(bytes_of(fetch_archive(web.archive, web.dir)) == web.served());
}

TEST_CASE("fetch_archive takes a part that is already whole without fetching") {
  Web web;
  fs::create_directories(web.dir);
  put(web.part(), web.served());
  web.archive.url = "file:///nowhere/pets.tar.gz";
  CHECK(bytes_of(fetch_archive(web.archive, web.dir)) == web.served());
}

TEST_CASE("fetch_archive starts again when the part is longer than the file") {
  const Web web;
  fs::create_directories(web.dir);
  put(web.part(), web.served() + "more");
  CHECK(bytes_of(fetch_archive(web.archive, web.dir)) == web.served());
}

TEST_CASE("a wrong checksum names the file, the expected and the found sum, and removes the part") {
  Web web;
  const std::string found = web.archive.md5;
  web.archive.md5 = wrong_md5;
  CHECK(web.error() == web.part().string() + ": expected MD5 " + wrong_md5 + ", found " + found +
                           " (removed; run again to fetch it anew)");
  CHECK_FALSE(fs::exists(web.part()));
  CHECK_FALSE(fs::exists(web.whole()));
}

TEST_CASE("a whole archive with a wrong checksum is refused and left alone") {
  const Web web;
  fs::create_directories(web.dir);
  put(web.whole(), "mine");
  CHECK(contains(web.error(), web.whole().string() + ": expected MD5 " + web.archive.md5 + ", found "));
  CHECK(bytes_of(web.whole()) == "mine");
}

TEST_CASE("a failed download names the URL in one line and keeps what has come") {
  Web web;
  fs::create_directories(web.dir);
  put(web.part(), "some bytes");
  web.archive.url = "file:///nowhere/pets.tar.gz";
  const std::string error = web.error();
  CHECK(contains(error, "file:///nowhere/pets.tar.gz: download failed"));
  CHECK_FALSE(contains(error, "\n"));
  CHECK(bytes_of(web.part()) == "some bytes");
}

TEST_CASE("an archive that tar cannot read is an error that names it, and stays") {
  Web web;
  fs::create_directories(web.dir);
  put(web.whole(), "not a tar file");
  web.archive.md5 = md5_of(web.whole());
  CHECK(contains(web.error(), web.whole().string() + ": cannot be unpacked: "));
  CHECK(fs::exists(web.whole()));
}

TEST_CASE("a missing program is an error that names its package") {
  const Web web;
  const Path path(web.root.string());
  CHECK(web.error() == "curl: expected this program in PATH, found none (apt install curl)");
}

TEST_CASE("a folder that cannot be made is an error that names it") {
  Web web;
  put(web.dir, "a file");
  CHECK(contains(web.error(), web.dir.string() + ": cannot make this folder"));
}

TEST_CASE("the official archives are fetched from the data set's page") {
  for (const Archive& archive : pet_archives) {
    CHECK(archive.url == "https://www.robots.ox.ac.uk/~vgg/data/pets/data/" + archive.folder + ".tar.gz");
    CHECK(archive.md5.size() == 32);
  }
}
