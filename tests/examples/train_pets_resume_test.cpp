// train_pets stopped, and going on.

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>

#include "../../examples/train/resume.hpp"
#include "run_train_pets.hpp"
#include "unetpp/io/files/safetensors.hpp"

using namespace example_tests;

namespace {

ProgramResult train_epochs(const fs::path& out, const std::string& epochs, std::vector<std::string> more = {}) {
  more.insert(more.end(), {"--synthetic", "14", "--batch", "4", "--epochs", epochs, "--out", out.string()});
  return train(std::move(more));
}

/// metrics.csv without the times.
std::vector<std::string> metrics(const fs::path& out) {
  std::vector<std::string> all = lines(out / "metrics.csv");
  for (std::string& line : all) line.erase(line.rfind(',', line.rfind(',') - 1));
  return all;
}

/// The data of report.html, without the times, and without the network's text, which says how many threads there are.
nlohmann::json page(const fs::path& out) {
  const std::string text = unetpp::read_file(out / "report.html"), begin = "id=\"data\">";
  const std::size_t from = text.find(begin) + begin.size();
  nlohmann::json data = nlohmann::json::parse(text.substr(from, text.find("</script>", from) - from));
  for (const char* key : {"settings", "network", "started", "written", "report_seconds"}) data.erase(key);
  for (auto& epoch : data["epochs"])
    for (const char* key : {"seconds", "images_per_second"}) epoch.erase(key);
  return data;
}

void check_same_run(const fs::path& out, const fs::path& expected) {
  CHECK(unetpp::read_file(out / "model.safetensors") == unetpp::read_file(expected / "model.safetensors"));
  CHECK(unetpp::read_file(out / "curves.png") == unetpp::read_file(expected / "curves.png"));
  CHECK(metrics(out) == metrics(expected));
  CHECK(page(out) == page(expected));
  for (const auto& mask : fs::directory_iterator(expected / "masks"))
    CHECK(unetpp::read_file(out / "masks" / mask.path().filename()) == unetpp::read_file(mask.path()));
}

int epoch_of(const fs::path& checkpoint) {
  return nlohmann::json::parse(unetpp::read_metadata(checkpoint).at("training")).at("epoch");
}

}  // namespace

TEST_CASE("the command that goes on is one line that bash takes for the same words") {
  const std::string name = "it's \\ a\nname\x1b[1m";
  const char* arguments[] = {"train_pets", "--out", name.c_str()};
  const std::string command = training::resume_command(3, arguments);
  CHECK(command == unetpp::detail::one_line(command));
  const ProgramResult words = examples::run({.name = "bash",
                                             .arguments = {"-c", "train_pets() { printf '%s|' \"$@\"; }; " + command},
                                             .package = "bash",
                                             .captured = STDOUT_FILENO});
  CHECK(words.output == "--out|" + name + "|--resume|");
}

TEST_CASE("a run that goes on names the pairs it keeps out, what they are now and what would take them in") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets, {"a", "b", "c", "d", "e", "f", "g"});
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--data", pets.string(), "--batch", "3", "--validation", "3", "--out", out.string()});
    return train(std::move(more));
  };
  REQUIRE(run({"--epochs", "1"}).status == 0);
  const auto split = nlohmann::json::parse(unetpp::read_file(out / "run.json")).at("split");
  const std::string trained = split.at("train").at(0), validated = split.at("validation").at(1);
  const fs::path image = pets / "images" / (trained + ".jpg"), other = pets / "images" / (validated + ".jpg");
  const std::string good = unetpp::read_file(image);
  for (const fs::path& file : {image, other}) put(file, "text");
  REQUIRE(run({"--epochs", "1", "--overwrite"}).status == 0);

  put(image, good);
  const ProgramResult result = run({"--epochs", "2", "--resume"});
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 2);
  CHECK(io_tests::contains(result.output, "still skipping " + trained +
                                              ": good by now, but only a new run would take it in "
                                              "(--overwrite, or another --out)\n"));
  CHECK(io_tests::contains(result.output, "still skipping " + validated + ": " + other.string() + ": expected a JPEG"));
  const ProgramResult strict = run({"--epochs", "3", "--resume", "--strict"});
  CHECK(strict.status == 1);
  CHECK(io_tests::contains(strict.output, "train_pets: " + other.string() + ": expected a JPEG"));
  put(other, good);
  CHECK(run({"--epochs", "3", "--resume", "--strict"}).status == 0);
}

TEST_CASE("a validation image that turned bad since a run stopped costs no mask and no report of the others") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets, {"a", "b", "c", "d", "e", "f", "g"});
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--data", pets.string(), "--batch", "3", "--validation", "3", "--out", out.string()});
    return train(std::move(more));
  };
  REQUIRE(run({"--epochs", "1"}).status == 0);
  const auto validation = nlohmann::json::parse(unetpp::read_file(out / "run.json")).at("split").at("validation");
  const std::string bad = validation.at(0);
  put(pets / "images" / (bad + ".jpg"), "text");
  check_error(run({"--epochs", "2", "--resume"}), 1, {"skipping " + bad + ": "});
  CHECK(lines(out / "metrics.csv").size() == 3);
  CHECK(page(out).at("images").size() == 2);
  CHECK(fs::exists(out / "masks" / (validation.at(1).get<std::string>() + ".png")));
  CHECK(std::distance(fs::directory_iterator(out / "masks"), {}) == 2);
}

TEST_CASE("SIGINT, SIGTERM and SIGHUP end train_pets with their status and the command that goes on to the same bits") {
  // What is ignored here would be ignored by the program.
  const auto old_interrupt = std::signal(SIGINT, SIG_DFL), old_hangup = std::signal(SIGHUP, SIG_DFL);
  const std::pair<std::string, int> all[] = {{"INT", 130}, {"TERM", 143}, {"HUP", 129}};
  for (const auto& [name, status] : all) {
    const TemporaryFolder folder;
    const fs::path out = folder.path() / "it's here", whole = folder.path() / "whole";
    const ProgramResult result =
        train_synthetic_while(folder.path(), "kill -" + name + " $TRAIN_PETS", out, {"--epochs", "1000"});
    check_error(result, status,
                {"stopped by SIG" + name, "--synthetic 14", "'" + folder.path().string() + "/it'\\''s here'",
                 "--epochs 1000 --resume"});
    const std::string epochs = std::to_string(std::max(2, epoch_of(out / "last.safetensors")));
    CHECK(train_epochs(out, epochs, {"--resume", "--threads", "1"}).status == 0);
    CHECK(train_epochs(whole, epochs, {"--threads", "2"}).status == 0);
    check_same_run(out, whole);
  }
  std::signal(SIGINT, old_interrupt);
  std::signal(SIGHUP, old_hangup);
}

TEST_CASE("a run resumed with other settings is an error that lists them, and changes nothing") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  REQUIRE(train_synthetic(out).status == 0);
  const std::string last = unetpp::read_file(out / "last.safetensors"), run = unetpp::read_file(out / "run.json");
  const auto resume = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--resume", "--out", out.string()});
    return train(std::move(arguments));
  };
  check_error(
      resume({"--synthetic", "14", "--epochs", "3", "--batch", "5", "--learning-rate", "0.01"}), 1,
      {(out / "last.safetensors").string(), "batch: expected 4, found 5", "learning_rate: expected 0.001, found 0.01"});
  check_error(resume({"--synthetic", "21", "--seed", "1", "--limit", "9", "--batch", "4"}), 1,
              {"synthetic: expected 14, found 21", "seed: expected 42, found 1", "limit: expected the default, found 9",
               "split: expected \"12 + 2 images"});
  check_error(train_epochs(out, "1", {"--resume"}), 1, {"--epochs: expected at least the 2"});
  CHECK(unetpp::read_file(out / "last.safetensors") == last);
  CHECK(unetpp::read_file(out / "run.json") == run);
}

TEST_CASE("a run whose rate follows the epochs is not resumed for more of them, nor one of another recipe") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  REQUIRE(train_synthetic(out, {"--schedule", "cosine"}).status == 0);
  check_error(train_epochs(out, "3", {"--schedule", "cosine", "--resume"}), 1,
              {"scheduled_epochs: expected 2, found 3"});
  check_error(train_synthetic(out, {"--schedule", "cosine", "--average", "0.9", "--resume"}), 1,
              {"average: expected 0.0, found 0.9"});
}

TEST_CASE("a resumed run trains on for more epochs, on other threads and elsewhere, as one run of as many epochs") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out", moved = folder.path() / "moved", whole = folder.path() / "whole";
  REQUIRE(train_synthetic(out, {"--threads", "1"}).status == 0);
  fs::rename(out, moved);
  REQUIRE(train_epochs(moved, "3", {"--resume"}).status == 0);
  REQUIRE(train_epochs(whole, "3").status == 0);
  check_same_run(moved, whole);
}

TEST_CASE("resuming a run that is over writes again what is missing, and removes what a killed one left") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out", copy = folder.path() / "copy";
  REQUIRE(train_synthetic(out).status == 0);
  fs::copy(out, copy, fs::copy_options::recursive);
  for (const char* name : {"model.safetensors", "report.html", "metrics.csv", "curves.png", "masks"})
    fs::remove_all(out / name);
  put(out / ".unetpp-1-2.tmp", "half a file");
  put(out / "pictures" / ".unetpp-1-3.tmp", "half a file");
  REQUIRE(train_synthetic(out, {"--resume"}).status == 0);
  check_same_run(out, copy);
  CHECK_FALSE(fs::exists(out / ".unetpp-1-2.tmp"));
  CHECK_FALSE(fs::exists(out / "pictures" / ".unetpp-1-3.tmp"));
}

TEST_CASE("resuming begins a run where there is none, and refuses a model without a checkpoint") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  put(out / ".unetpp-1-2.tmp", "half of run.json");
  CHECK(train_synthetic(out, {"--resume"}).status == 0);
  CHECK(fs::exists(out / "model.safetensors"));
  fs::remove(out / "last.safetensors");
  const std::string model = unetpp::read_file(out / "model.safetensors");
  check_error(train_synthetic(out, {"--resume"}), 1, {out.string(), "expected last.safetensors", "--overwrite"});
  check_error(train_synthetic(out, {"--resume", "--overwrite"}), 2, {"--resume", "--overwrite"});
  CHECK(unetpp::read_file(out / "model.safetensors") == model);
  put(out / "other" / "thesis.tmp", "text");
  check_error(train_synthetic(out / "other", {"--resume"}), 1, {(out / "other").string(), "other files"});
}

TEST_CASE("a checkpoint that is damaged is an error that names it, and stays as it is") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out", last = out / "last.safetensors";
  REQUIRE(train_synthetic(out).status == 0);
  const std::string whole = unetpp::read_file(last);
  for (const std::string& bytes : {whole.substr(0, 5000), std::string("text"), std::string()}) {
    put(last, bytes);
    check_error(train_synthetic(out, {"--resume"}), 1, {last.string(), "expected", "found"});
    CHECK(unetpp::read_file(last) == bytes);
  }
}

TEST_CASE("a run with --overwrite leaves no checkpoint of the run before") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out", whole = folder.path() / "whole";
  REQUIRE(train_epochs(out, "3", {"--seed", "7"}).status == 0);
  REQUIRE(train_synthetic(out, {"--overwrite"}).status == 0);
  REQUIRE(train_synthetic(whole).status == 0);
  check_same_run(out, whole);
  CHECK(nlohmann::json::parse(unetpp::read_metadata(out / "best.safetensors").at("settings")).at("seed") == 42);
}

TEST_CASE("a run with --overwrite that ends before its first checkpoint leaves nothing of the run before") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets);
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--data", pets.string(), "--epochs", "1", "--batch", "3", "--out", out.string()});
    return train(std::move(more));
  };
  REQUIRE(run({"--tensorboard"}).status == 0);
  const auto settings = nlohmann::json::parse(unetpp::read_file(out / "run.json"));
  const std::string validated = settings.at("split").at("validation").at(0);
  const fs::path image = pets / "images" / (validated + ".jpg");
  const std::string good = unetpp::read_file(image);
  put(image, "text");  // found when the validation images are looked through
  check_error(run({"--overwrite", "--strict", "--learning-rate", "0.01"}), 1, {image.string()});
  CHECK(nlohmann::json::parse(unetpp::read_file(out / "run.json")).at("settings").at("learning_rate") == 0.01);
  std::vector<std::string> left;
  for (const auto& entry : fs::recursive_directory_iterator(out))
    if (entry.is_regular_file()) left.push_back(entry.path().filename());
  CHECK(left == std::vector<std::string>{"run.json"});
  put(image, good);
  CHECK(run({"--resume", "--learning-rate", "0.01"}).status == 0);
  CHECK(fs::exists(out / "model.safetensors"));
}

TEST_CASE("train_pets trains on images whose names are no UTF-8, and goes on with them") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "caf\xe9", out = folder.path() / "out\xe9";
  make_pets(pets, {"caf\xe9", "cr\xe8me", "na\xefve"});
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--data", pets.string(), "--batch", "2", "--out", out.string()});
    const ProgramResult result = train(std::move(more));
    INFO(result.output);
    CHECK(result.status == 0);
  };
  run({"--epochs", "1"});
  run({"--epochs", "2", "--resume"});
  CHECK(lines(out / "metrics.csv").size() == 3);
  const std::string mask = fs::directory_iterator(out / "masks")->path().stem();
  CHECK(fs::exists(pets / "images" / (mask + ".jpg")));
}

TEST_CASE("a folder in which another program trains is refused") {
  const TemporaryFolder folder;
  const unetpp::detail::Descriptor other(folder.path(), O_RDONLY | O_DIRECTORY);
  REQUIRE(::flock(other.number(), LOCK_EX) == 0);
  check_error(train_synthetic(folder.path()), 1, {folder.path().string(), "expected no other program"});
}

TEST_CASE("training with --patience ends training when no epoch is better, also when it goes on") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--patience", "1", "--learning-rate", "1e-30"});  // which changes nothing
    return train_epochs(out, "1000", more).status;
  };
  REQUIRE(run({}) == 0);
  CHECK(lines(out / "metrics.csv").size() == 3);
  REQUIRE(run({"--resume"}) == 0);
  CHECK(lines(out / "metrics.csv").size() == 3);
}
