// The program as its users meet it: what it writes, and what it says to bad input.

#include <algorithm>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "../../examples/train/predictions.hpp"
#include "../../examples/train_pets/synthetic.hpp"
#include "../io/numbers.hpp"
#include "run_train_pets.hpp"

using namespace example_tests;

namespace {

/// Ways to spoil pair b, each with what the error must say beside the file's name.
struct Fault {
  const char* file;
  const char* says;
  std::function<std::string()> bytes;
};
const Fault faults[] = {
    {"images/b.jpg", "cut off",
     [] {
       const std::string whole = unetpp::encode_jpeg(io_tests::drawn_image(40, 30));
       return whole.substr(0, whole.size() / 2);
     }},
    {"images/b.jpg", "expected a JPEG", [] { return std::string("this is a text file\n"); }},
    {"annotations/trimaps/b.png", "found 7",
     [] {
       unetpp::Mask mask = io_tests::drawn_trimap(40, 30);
       mask.values[17] = 7;
       return unetpp::encode_png(mask);
     }},
    {"annotations/trimaps/b.png", "found 41x30", [] { return unetpp::encode_png(io_tests::drawn_trimap(41, 30)); }},
};

}  // namespace

TEST_CASE(
    "train_pets writes a report, metrics, run.json, the model, and a mask and a picture for each validation image") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "new" / "out";
  const ProgramResult result = train_synthetic(out, {"--validation", "3", "--seed", "9"});
  INFO(result.output);
  REQUIRE(result.status == 0);
  CHECK(result.output.empty());

  const std::vector<std::string> metrics = lines(out / "metrics.csv");
  REQUIRE(metrics.size() == 3);
  CHECK(metrics[0] ==
        "epoch,train_loss,val_loss,val_accuracy,val_mean_iou,val_iou_pet,val_iou_background,val_iou_outline,"
        "val_mean_dice,val_dice_pet,val_dice_background,val_dice_outline,val_precision_pet,val_precision_background,"
        "val_precision_outline,val_recall_pet,val_recall_background,val_recall_outline,learning_rate,"
        "seconds,images_per_second");
  CHECK(metrics[2].substr(0, 2) == "2,");
  CHECK(std::count(metrics[2].begin(), metrics[2].end(), ',') == 20);

  const auto run = nlohmann::json::parse(unetpp::read_file(out / "run.json"));
  CHECK(run.at("decoders") == nlohmann::json(unetpp::decoders()));
  CHECK(run.at("unetpp") == unetpp::version);
  CHECK(run.at("threads").get<std::string>().find(" (") != std::string::npos);  // and why
  CHECK(run.at("seed") == 9);
  CHECK(run.at("settings").at("batch") == 4);
  CHECK(run.at("settings").at("learning_rate") == 1e-3);
  CHECK(run.at("split").at("train").size() == 11);
  const auto validation = run.at("split").at("validation").get<std::vector<std::string>>();
  REQUIRE(validation.size() == 3);

  const train_pets::SyntheticPets pets(14, 9);
  for (const std::string& name : validation) {
    const unetpp::Raster original = pets.load(std::stoul(name.substr(name.find('_') + 1)) - 1).image;
    const unetpp::Mask mask = unetpp::read_mask(out / "masks" / (name + ".png"));
    CHECK(mask.width == original.width);
    CHECK(mask.height == original.height);
    for (const std::uint8_t value : std::set<std::uint8_t>(mask.values.begin(), mask.values.end()))
      CHECK((value >= 1 && value <= 3));
    CHECK(unetpp::read_image(out / "pictures" / (name + ".png")).width > 4 * original.width);
  }
  CHECK(std::distance(fs::directory_iterator(out / "masks"), {}) == 3);
  for (const char* name : {"report.html", "curves.png", "model.safetensors", "last.safetensors", "best.safetensors"})
    CHECK(fs::exists(out / name));
  CHECK(std::distance(fs::directory_iterator(out), {}) == 9);
}

TEST_CASE("train_pets prints the report's path first and last, and a table of the classes") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  const ProgramResult result =
      examples::run({.name = UNETPP_TRAIN_PETS,
                     .arguments = {"--synthetic", "14", "--epochs", "1", "--out", out.string()},
                     .package = "unetpp",
                     .captured = STDOUT_FILENO});
  const std::string path = "report: " + (out / "report.html").string();
  const std::size_t first = result.output.find(path), epoch = result.output.find("Epoch 1/1"),
                    table = result.output.find("class           IoU     Dice  precision   recall\npet "),
                    last = result.output.rfind(path);
  CHECK((first < epoch && epoch < table && table < last && last != std::string::npos));
}

TEST_CASE("with --open the page is given to xdg-open once it is there") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out", opener = folder.path() / "xdg-open";
  put(opener, "#!/bin/sh\ncp \"$1\" \"" + (folder.path() / "opened").string() + "\"\n");
  fs::permissions(opener, fs::perms::owner_all);
  const std::string script = "PATH=\"$0:$PATH\" exec \"$@\"";
  const ProgramResult result =
      examples::run({.name = "bash",
                     .arguments = {"-c", script, folder.path().string(), UNETPP_TRAIN_PETS, "--synthetic", "14",
                                   "--epochs", "1", "--open", "--out", out.string()},
                     .package = "bash"});
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK(fs::exists(folder.path() / "opened"));
}

TEST_CASE("with --open and nothing to open it with training goes on after a warning") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  const ProgramResult result =
      examples::run({.name = "bash",
                     .arguments = {"-c", "PATH=\"$0\" exec \"$@\"", folder.path().string(), UNETPP_TRAIN_PETS,
                                   "--synthetic", "14", "--epochs", "1", "--open", "--out", out.string()},
                     .package = "bash"});
  check_error(result, 0, {"warning", (out / "report.html").string(), "xdg-utils"});
}

TEST_CASE("with --tensorboard another run's event files are replaced") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  put(out / "run.json", "{}");
  put(out / "tensorboard" / "events.out.tfevents.1.unetpp", "old");
  REQUIRE(train_synthetic(out, {"--tensorboard", "--overwrite"}).status == 0);
  CHECK(std::distance(fs::directory_iterator(out / "tensorboard"), {}) == 1);
  CHECK_FALSE(fs::exists(out / "tensorboard" / "events.out.tfevents.1.unetpp"));
}

TEST_CASE("one seed gives the same model, byte for byte, on 1, 2 and 3 threads, and another seed another") {
  const TemporaryFolder folder;
  const auto model = [&](const std::string& name, std::vector<std::string> arguments) {
    const ProgramResult result = train_synthetic(folder.path() / name, std::move(arguments));
    INFO(result.output);
    REQUIRE(result.status == 0);
    return unetpp::read_file(folder.path() / name / "model.safetensors");
  };
  const std::string one = model("one", {"--threads", "1"});
  CHECK(one == model("two", {"--threads", "2"}));
  CHECK(one == model("three", {"--threads", "3"}));
  CHECK(one != model("other", {"--seed", "43"}));
}

TEST_CASE("the recipe best gives the same model on 1 and 3 threads, and goes on to the same bits") {
  const TemporaryFolder folder;
  const auto model = [&](const std::string& name, std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--recipe", "best"});
    const ProgramResult result = train_synthetic(folder.path() / name, std::move(arguments));
    INFO(result.output);
    REQUIRE(result.status == 0);
    return unetpp::read_file(folder.path() / name / "model.safetensors");
  };
  const std::string one = model("one", {"--threads", "1"});
  CHECK(one == model("three", {"--threads", "3"}));
  CHECK(one != model("without", {"--flip", "0"}));
  CHECK(one == model("one", {"--resume"}));  // which writes the last epoch's results again
}

TEST_CASE("run.json has every part of the recipe, with the changes of the command line") {
  const TemporaryFolder folder;
  REQUIRE(train_synthetic(folder.path() / "out", {"--recipe", "best", "--dice", "0.5", "--optimizer", "adam"}).status ==
          0);
  const nlohmann::json settings =
      nlohmann::json::parse(unetpp::read_file(folder.path() / "out" / "run.json"))["settings"];
  CHECK(settings["recipe"] == "best");
  CHECK(settings["network"] == "best");
  CHECK(settings["flip"] == 0.5);
  CHECK(settings["dice"] == 0.5);
  CHECK(settings["optimizer"] == "adam");
  CHECK(settings["decay"] == 0);  // Adam has none
  CHECK(settings["scheduled_epochs"] == 2);
}

TEST_CASE("with --find-learning-rate there is a picture and no model") {
  const TemporaryFolder folder;
  const ProgramResult result = train_synthetic(folder.path() / "out", {"--find-learning-rate", "--recipe", "best"});
  CHECK(result.status == 0);
  CHECK(unetpp::read_image(folder.path() / "out" / "learning_rate.png").width == 880);
  CHECK_FALSE(fs::exists(folder.path() / "out" / "model.safetensors"));
}

TEST_CASE("a wrong command line is one line and exit status 2") {
  check_error(train({"--colour", "red"}), 2, {"--colour"});
  check_error(train({"--batch", "0"}), 2, {"--batch"});
  check_error(train({"--epochs", "many"}), 2, {"--epochs"});
  check_error(train({"--learning-rate", "-1"}), 2, {"--learning-rate"});
  check_error(train({"--learning-rate", "nan"}), 2, {"--learning-rate"});
  check_error(train({"--seed", "-1"}), 2, {"--seed"});
  check_error(train({"--threads", "100000"}), 2, {"--threads"});
  check_error(train({"--download"}), 2, {"--data"});
  check_error(train({"--data", "x", "--synthetic", "5"}), 2, {"--synthetic"});
  check_error(train({"--recipe", "worst"}), 2, {"--recipe"});
  check_error(train({"--flip", "2"}), 2, {"--flip"});
  check_error(train({"--decay", "0.1"}), 2, {"--decay", "--optimizer adamw or sgd"});
}

TEST_CASE("a missing folder and one without pairs are errors that name it") {
  const TemporaryFolder folder;
  const std::string out = (folder.path() / "out").string();
  check_error(train({"--data", (folder.path() / "nowhere").string(), "--out", out}), 1,
              {(folder.path() / "nowhere").string()});
  fs::create_directories(folder.path() / "empty" / "images");
  fs::create_directories(folder.path() / "empty" / "annotations" / "trimaps");
  check_error(train({"--data", (folder.path() / "empty").string(), "--out", out}), 1,
              {"expected pairs", (folder.path() / "empty").string()});
  CHECK_FALSE(fs::exists(out));
}

TEST_CASE("with --strict a pair that cannot be used is an error that names its file") {
  for (const Fault& fault : faults) {
    const TemporaryFolder folder;
    make_pets(folder.path() / "pets");
    put(folder.path() / "pets" / fault.file, fault.bytes());
    check_error(train({"--data", (folder.path() / "pets").string(), "--strict", "--epochs", "1", "--batch", "2",
                       "--validation", "1", "--out", (folder.path() / "out").string()}),
                1, {(folder.path() / "pets" / fault.file).string(), fault.says});
  }
}

TEST_CASE("without --strict pairs that cannot be used are named once each and skipped, in the results, too") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets);
  for (int i = 0; i < 4; ++i) {  // b1 .. b4, one for each fault
    const std::string stem = "b" + std::to_string(i + 1);
    fs::copy(pets / "images" / "a.jpg", pets / "images" / (stem + ".jpg"));
    fs::copy(pets / "annotations" / "trimaps" / "a.png", pets / "annotations" / "trimaps" / (stem + ".png"));
    const fs::path spoilt = fs::path(faults[i].file);
    put(pets / spoilt.parent_path() / (stem + spoilt.extension().string()), faults[i].bytes());
  }
  const ProgramResult result =
      train({"--data", pets.string(), "--epochs", "2", "--batch", "2", "--validation", "4", "--out", out.string()});
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 4);
  for (int i = 0; i < 4; ++i) CHECK(result.output.find("skipping b" + std::to_string(i + 1)) != std::string::npos);
  const auto validation = nlohmann::json::parse(unetpp::read_file(out / "run.json")).at("split").at("validation");
  const auto good = std::count_if(validation.begin(), validation.end(),
                                  [](const auto& name) { return name.template get<std::string>().size() == 1; });
  CHECK(std::distance(fs::directory_iterator(out / "masks"), {}) == good);
}

namespace {

/// Numbers stay where they are.
struct Watched {
  const io_tests::Numbers* numbers;

  std::size_t size() const { return numbers->size(); }
  std::string name(std::size_t i) const { return numbers->name(i); }
  unetpp::Sample load(std::size_t i) const { return numbers->load(i); }
};

}  // namespace

TEST_CASE("an image that is gone when the masks are written is named and counted, and the others have theirs") {
  using Net = unetpp::Sequential<unetpp::Conv2D<io_tests::in, unetpp::Conv2DConfig{.filters = 3, .kernel = 3}>>;
  const TemporaryFolder folder;
  const training::Output output(folder.path() / "out", false, false);
  const unetpp::Parameters<Net> parameters(unetpp::GlorotUniform{1});
  const unetpp::StopOnSignal signals;
  const auto masks = [&](std::set<std::size_t> bad) {
    const io_tests::Numbers numbers(5, std::move(bad));
    const training::Task task{.program = "train_pets",
                              .data = "numbers",
                              .dataset = unetpp::AnyDataset(Watched{&numbers}),
                              .classes = unetpp::numbered_classes(3),
                              .settings = {},
                              .more_pairs = "",
                              .encode_mask = [](const unetpp::Mask& mask) { return unetpp::encode_png(mask); }};
    CHECK(write_predictions(output, parameters, task, io_tests::first(5), {2}, signals) == numbers.bad.size());
    std::map<std::string, std::string> all;
    for (const auto& file : fs::directory_iterator(output.folder() / "masks"))
      all[file.path().filename()] = unetpp::read_file(file);
    return all;
  };
  auto expected = masks({});
  REQUIRE(expected.size() == 5);
  for (const char* gone : {"number 0.png", "number 2.png", "number 3.png"}) expected.erase(gone);
  CHECK(masks({0, 2, 3}) == expected);
}

TEST_CASE("a pair with two images is named with both, and skipped") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets);
  fs::copy(pets / "images" / "a.jpg", pets / "images" / "a.JPG");
  fs::rename(pets / "images" / "b.jpg", pets / "images" / "b.jpeg");
  const ProgramResult result = train({"--data", pets.string(), "--epochs", "1", "--batch", "2", "--out", out.string()});
  check_error(result, 0, {"skipping a: ", (pets / "images" / "a.jpg").string(), (pets / "images" / "a.JPG").string()});
}

TEST_CASE("a set of one pair is an error that says what to do") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets, {"only"});
  check_error(train({"--data", pets.string(), "--out", out.string()}), 1,
              {pets.string() + ": expected at least 2 pairs", "found 1 (add a NAME.jpg"});
  check_error(train_synthetic(out, {"--limit", "1"}), 1, {"expected at least 2 pairs", "a larger --limit"});
  check_error(train({"--synthetic", "1", "--out", out.string()}), 1, {"expected at least 2 pairs", "--synthetic"});
}

TEST_CASE("validation images that are all skipped end a run before it trains") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets);
  const auto run = [&] {
    return train({"--data", pets.string(), "--epochs", "1", "--batch", "3", "--overwrite", "--out", out.string()});
  };
  REQUIRE(run().status == 0);
  const auto settings = nlohmann::json::parse(unetpp::read_file(out / "run.json"));
  put(pets / "images" / (settings.at("split").at("validation").at(0).get<std::string>() + ".jpg"), "text");
  const ProgramResult result = run();
  INFO(result.output);
  CHECK(result.status == 1);
  CHECK(io_tests::contains(result.output, "expected images to validate with, found 1 skipped ones"));
  CHECK_FALSE(fs::exists(out / "last.safetensors"));
}

TEST_CASE("train_pets prints no newline and no escape character that is in a name") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets\x1b[1m", out = folder.path() / "out\n\x1b[2J";
  make_pets(pets, {"a", "b", "c", "bad\n\x1b[31m"});
  put(pets / "images" / "bad\n\x1b[31m.jpg", "text");
  const ProgramResult result =
      examples::run({.name = "bash",
                     .arguments = {"-c", "exec \"$0\" \"$@\" 2>&1", UNETPP_TRAIN_PETS, "--data", pets.string(),
                                   "--epochs", "1", "--validation", "2", "--batch", "2", "--out", out.string()},
                     .package = "bash",
                     .captured = STDOUT_FILENO});
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK(io_tests::contains(result.output, "skipping bad\\n\\x1b[31m: "));
  CHECK(io_tests::contains(result.output, "out\\n\\x1b[2J/report.html"));
  CHECK(result.output.find('\x1b') == std::string::npos);
}

TEST_CASE("a data set of which every pair is skipped is an error") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets);
  for (const char* stem : {"a", "b", "c", "d"}) put(pets / "images" / (std::string(stem) + ".jpg"), "text");
  const ProgramResult result =
      train({"--data", pets.string(), "--epochs", "1", "--batch", "2", "--validation", "1", "--out", out.string()});
  CHECK(result.status == 1);
  CHECK(result.output.find(pets.string() + ": expected images to validate with, found 1 skipped ones") !=
        std::string::npos);
  CHECK_FALSE(fs::exists(out / "model.safetensors"));
}

TEST_CASE("train_pets with --limit takes the first pairs of the shuffled list, validation included") {
  const TemporaryFolder folder;
  const auto split_of = [&](const std::string& name, std::vector<std::string> more) {
    REQUIRE(train_synthetic(folder.path() / name, std::move(more)).status == 0);
    const auto run = nlohmann::json::parse(unetpp::read_file(folder.path() / name / "run.json"));
    std::vector<std::string> names = run.at("split").at("train");
    for (const auto& v : run.at("split").at("validation")) names.push_back(v);
    return names;
  };
  const std::vector<std::string> all = split_of("all", {"--validation", "2"}),
                                 some = split_of("some", {"--validation", "2", "--limit", "5"});
  REQUIRE(some.size() == 5);
  CHECK(std::equal(some.begin(), some.end(), all.begin()));
}

TEST_CASE("a folder that cannot be written is an error that names it") {
  const TemporaryFolder folder;
  put(folder.path() / "file", "not a folder");
  const fs::path out = folder.path() / "file" / "out";
  check_error(train_synthetic(out), 1, {out.string()});
}

TEST_CASE("another run's folder is not overwritten without --overwrite") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  put(out / "model.safetensors", "of a long night");
  put(out / "masks" / "old.png", "old");
  check_error(train_synthetic(out, {"--overwrite"}), 1, {out.string(), "other files"});  // not a run's folder
  put(out / "run.json", "{}");
  check_error(train_synthetic(out), 1, {out.string(), "--overwrite"});
  CHECK(unetpp::read_file(out / "model.safetensors") == "of a long night");
  CHECK(train_synthetic(out, {"--overwrite"}).status == 0);
  CHECK(unetpp::read_file(out / "model.safetensors") != "of a long night");
  CHECK_FALSE(fs::exists(out / "masks" / "old.png"));
}

TEST_CASE("a file that is too large for the disk ends a run that goes on, and its model and checkpoint stay") {
  const TemporaryFolder folder;
  const fs::path out = folder.path() / "out";
  REQUIRE(train_synthetic(out).status == 0);
  const std::string model = unetpp::read_file(out / "model.safetensors"),
                    last = unetpp::read_file(out / "last.safetensors");
  const std::string limited = "ulimit -f 100; exec \"$0\" \"$@\"";  // files of 100 KiB at most: the model has more
  const ProgramResult result =
      examples::run({.name = "bash",
                     .arguments = {"-c", limited, UNETPP_TRAIN_PETS, "--synthetic", "14", "--epochs", "3", "--batch",
                                   "4", "--resume", "--out", out.string()},
                     .package = "bash"});
  check_error(result, 1, {(out / "last.safetensors").string(), "File too large"});
  CHECK(unetpp::read_file(out / "model.safetensors") == model);
  CHECK(unetpp::read_file(out / "last.safetensors") == last);
  for (const auto& entry : fs::directory_iterator(out)) CHECK(entry.path().extension() != ".tmp");
}

TEST_CASE("train_pets with --limit-megapixels refuses larger images, and goes on with the same limit alone") {
  const TemporaryFolder folder;
  const fs::path pets = folder.path() / "pets", out = folder.path() / "out";
  make_pets(pets);
  put(pets / "images" / "large.jpg", unetpp::encode_jpeg(io_tests::drawn_image(1001, 1000)));
  put(pets / "annotations" / "trimaps" / "large.png", unetpp::encode_png(io_tests::drawn_trimap(1001, 1000)));
  const auto run = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--data", pets.string(), "--epochs", "1", "--batch", "2", "--out", out.string()});
    return train(std::move(more));
  };
  check_error(run({"--limit-megapixels", "1"}), 0, {"large.jpg: expected at most 1000000 pixels", "1001x1000"});
  check_error(run({"--resume"}), 1, {"limit_megapixels: expected 1, found the default"});
  CHECK(run({"--resume", "--limit-megapixels", "1"}).status == 0);
  check_error(train({"--limit-megapixels", "1"}), 2, {"--data"});
}
