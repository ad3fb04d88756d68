#include "unetpp/io/checkpoint.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "fixtures.hpp"
#include "numbers.hpp"
#include "unetpp/io/checkpoint_writer.hpp"
#include "unetpp/unet.hpp"

using namespace unetpp;
using io_tests::contains;
using io_tests::message_of;
using io_tests::TemporaryFolder;

namespace {

using Net = Sequential<Conv2D<io_tests::in, Conv2DConfig{.filters = 3, .kernel = 3}>>;
using Data = ArrayLoader<Net::in>;

/// Two epochs of three batches, with a validation set.
struct Run {
  Data train = random_images(8, {.batch = 3, .seed = 4}), validation = random_images(4, {.batch = 4, .shuffle = false});
  Parameters<Net> parameters{GlorotUniform{1}};
  Adam adam{{.learning_rate = 0.02}};

  static Data random_images(std::size_t count, Data::Config config) {
    Batch<Net::in> images(count);
    Data::Labels labels(count);
    for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(8).uniform(i);
    for (std::size_t i = 0; i < labels.size(); ++i) labels.span()[i] = images.span()[3 * i] > 0.5f;
    return {images, labels, config};
  }
  template <class... Callbacks>
  void fit(TrainingState start, Callbacks&&... callbacks) {
    FitConfig config;
    config.epochs = 2;
    config.progress = false;
    config.threads = 1;
    config.start = std::move(start);
    unetpp::fit(parameters, adam, train, validation, config, callbacks...);
  }
  std::vector<float> values() const { return {parameters.span().begin(), parameters.span().end()}; }
};

/// A checkpoint in the middle of the second epoch.
std::filesystem::path write_checkpoint(const TemporaryFolder& folder) {
  Run run;
  const auto path = folder.path() / "last.safetensors";
  run.fit({}, [&](const ResumePoint& p) {
    if (p.state.steps == 4) save_checkpoint(path, run.parameters, run.adam, p.state, {{"note", "of its own"}});
  });
  return path;
}

/// Writes a checkpoint again, with another text of its training.
void change(const std::filesystem::path& path, const std::function<void(nlohmann::json&)>& edit) {
  const SafetensorsFile file(path);
  std::vector<std::vector<float>> values;
  std::vector<TensorData> tensors;
  values.reserve(file.tensors().size());
  for (const auto& [name, entry] : file.tensors()) {
    const std::vector<int> extents(entry.extents.begin(), entry.extents.end());
    values.emplace_back((entry.end - entry.begin) / sizeof(float));
    file.read(name, extents, values.back());
    tensors.push_back({name, extents, values.back()});
  }
  Metadata metadata = file.metadata();
  nlohmann::json training = nlohmann::json::parse(metadata["training"]);
  edit(training);
  metadata["training"] = training.dump();
  write_safetensors(path, tensors, metadata);
}

/// What loading a checkpoint says, which must leave parameters and optimizer as they were.
std::string refusal(const std::filesystem::path& path) {
  Run run;
  const std::vector<float> before = run.values();
  const std::string message = message_of<FormatError>([&] { load_checkpoint(path, run.parameters, run.adam); });
  CHECK(contains(message, path.string()));
  CHECK(std::count(message.begin(), message.end(), '\n') == 0);
  CHECK(run.values() == before);
  CHECK(run.adam.state().steps == 0);
  return message;
}

}  // namespace

TEST_CASE("training that goes on from a checkpoint in a file ends in the same bits") {
  const TemporaryFolder folder;
  Run whole, resumed;
  whole.fit({});
  resumed.adam.config().learning_rate = 1;  // that of the checkpoint is taken
  const Checkpoint checkpoint = load_checkpoint(write_checkpoint(folder), resumed.parameters, resumed.adam);
  CHECK(checkpoint.metadata.at("note") == "of its own");
  CHECK(checkpoint.state.epoch == 2);
  CHECK(checkpoint.state.samples == 3);
  CHECK(checkpoint.state.seed == 4u);
  REQUIRE(checkpoint.state.history.size() == 1);
  CHECK(checkpoint.state.history[0].validation->confusion(1, 1) > 0);
  resumed.fit(checkpoint.state);
  CHECK(resumed.values() == whole.values());
}

TEST_CASE("training on a data set with bad samples stops after any batch and goes on to the same bits") {
  const io_tests::Numbers numbers(13, {3, 7, 8, 12});
  const TemporaryFolder folder;
  FitConfig config;
  config.epochs = 2;
  config.progress = false;
  config.threads = 1;
  struct StopAt {
    std::uint64_t steps;
    bool stopping = false;
    bool stop() const { return stopping; }
    void on_batch_end(const BatchEnd&) { stopping = --steps == 0; }
  };
  std::vector<float> expected;
  for (const std::uint64_t steps : {6u, 1u, 2u, 3u, 4u, 5u}) {  // 9 good samples: 3 batches an epoch
    const LoaderConfig loading{.batch = 4, .seed = 2, .workers = 2};
    io_tests::NumberLoader first(numbers, io_tests::first(13), loading), second(numbers, io_tests::first(13), loading);
    Run begun, resumed;
    CheckpointWriter writer(begun.parameters, begun.adam, {.folder = folder.path()});
    config.start = {};
    unetpp::fit(begun.parameters, begun.adam, first, config, StopAt{steps}, writer);
    config.start = load_checkpoint(writer.last(), resumed.parameters, resumed.adam).state;
    CHECK(config.start.train_left_out == first.left_out());
    unetpp::fit(resumed.parameters, resumed.adam, second, config);
    CHECK(second.skipped() == 4);
    if (expected.empty()) expected = resumed.values();
    CHECK(resumed.values() == expected);
  }
}

TEST_CASE("a checkpoint before the first step has no moments, and training begins from it") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "last.safetensors";
  Run whole, first, second;
  save_checkpoint(path, first.parameters, first.adam, {});
  CHECK(SafetensorsFile(path).tensors().size() == 2);
  whole.fit({});
  second.fit(load_checkpoint(path, second.parameters, second.adam).state);
  CHECK(second.values() == whole.values());
}

TEST_CASE("a checkpoint is of one kind of optimizer") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "sgd.safetensors";
  Run run;
  SGD sgd({.learning_rate = 0.1, .momentum = 0.9, .nesterov = true}), other;
  sgd.step(run.parameters.span(), run.values());
  save_checkpoint(path, run.parameters, sgd, {});
  load_checkpoint(path, run.parameters, other);
  CHECK(other.state().moments == sgd.state().moments);
  CHECK(other.config().nesterov);
  CHECK(contains(refusal(path), "optimizer.m.conv2d.weight: expected float32"));
}

TEST_CASE("the weights of a checkpoint can be loaded like a model's") {
  const TemporaryFolder folder;
  Run run, checkpoint;
  const auto path = write_checkpoint(folder);
  load_checkpoint(path, checkpoint.parameters, checkpoint.adam);
  load_weights(path, run.parameters);
  CHECK(run.values() == checkpoint.values());
}

TEST_CASE("a model without training, another network's checkpoint and a file that is cut off are no checkpoints") {
  const TemporaryFolder folder;
  const auto path = write_checkpoint(folder);
  const std::string bytes = read_file(path);
  io_tests::put(path, bytes.substr(0, bytes.size() - 1));
  CHECK(contains(refusal(path), "expected data_offsets"));
  save_weights(path, Run().parameters);
  CHECK(contains(refusal(path), "expected a checkpoint, with the metadata training"));
  using Other = Sequential<Conv2D<io_tests::in, Conv2DConfig{.filters = 3, .kernel = 1}>>;
  save_checkpoint(path, Parameters<Other>(), Adam(), {});
  CHECK(contains(refusal(path),
                 "conv2d.weight: expected float32 of shape [3, 3, 3, 3], found F32 of shape [1, 1, 3, 3]"));
}

TEST_CASE("each value of a checkpoint is checked, and the first wrong one is named") {
  struct Fault {
    const char* says;
    std::function<void(nlohmann::json&)> edit;
  };
  const Fault faults[] = {
      {"training: epoch: expected an integer from 1", [](auto& j) { j["epoch"] = 0; }},
      {"training: expected an object with epoch", [](auto& j) { j.erase("epoch"); }},
      {"training: expected an object with epoch", [](auto& j) { j = 7; }},
      {"expected a history of the epochs before epoch 3", [](auto& j) { j["epoch"] = 3; }},
      {"training: samples: expected an integer of at least 0, found -1", [](auto& j) { j["samples"] = -1; }},
      {"found 0 batches, 3 images and 4 steps", [](auto& j) { j["batches"] = 0; }},
      {"training: steps: expected an integer of at least 0, found \"many\"", [](auto& j) { j["steps"] = "many"; }},
      {"training: loss: expected a number, found true", [](auto& j) { j["loss"] = true; }},
      {"expected weights and seconds of at least 0, found nan", [](auto& j) { j["seconds"] = nullptr; }},
      {"train_left_out: expected an integer of at least 0, found 0.5",
       [](auto& j) {
         j["train_left_out"] = {1, 0.5};
       }},
      {"validation_left_out: expected a list", [](auto& j) { j["validation_left_out"] = 3; }},
      {"random: expected an object, found []", [](auto& j) { j["random"] = nlohmann::json::array(); }},
      {"history: expected an object with epoch", [](auto& j) { j["history"][0] = nlohmann::json::object(); }},
      {"expected epoch 1, found epoch 2", [](auto& j) { j["history"][0]["epoch"] = 2; }},
      {"confusion: expected a list of 9", [](auto& j) { j["history"][0]["validation"]["confusion"].push_back(1); }},
      {"optimizer: expected adam, found sgd", [](auto& j) { j["optimizer"]["name"] = "sgd"; }},
      {"optimizer: steps: expected an integer from 0", [](auto& j) { j["optimizer"]["steps"] = -1; }},
      {"expected 2 tensors, of the network and its optimizer, found 6", [](auto& j) { j["optimizer"]["steps"] = 0; }},
      {"expected learning_rate of at least 0", [](auto& j) { j["optimizer"]["settings"]["learning_rate"] = -1; }},
      {"expected betas below 1", [](auto& j) { j["optimizer"]["settings"]["beta1"] = 1; }},
      {"expected the settings of adam", [](auto& j) { j["optimizer"]["settings"]["gamma"] = 1; }},
  };
  for (const Fault& fault : faults) {
    const TemporaryFolder folder;
    const auto path = write_checkpoint(folder);
    change(path, fault.edit);
    const std::string message = refusal(path);
    INFO(message);
    CHECK(contains(message, fault.says));
  }
}

TEST_CASE("parameters and moments that are not finite are refused") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "last.safetensors";
  Run run;
  run.parameters.span()[3] = std::numeric_limits<float>::infinity();
  save_checkpoint(path, run.parameters, run.adam, {});
  CHECK(contains(refusal(path), "expected parameters that are finite numbers"));
  run.parameters.span()[3] = 0;
  std::vector<float> gradients(Net::parameter_count, std::numeric_limits<float>::quiet_NaN());
  run.adam.step(Parameters<Net>().span(), gradients);
  save_checkpoint(path, run.parameters, run.adam, {});
  CHECK(contains(refusal(path), "expected finite numbers in m, found nan"));
}

TEST_CASE("a writer writes when training begins, after every epoch, and the best one when it is better") {
  const TemporaryFolder folder;
  Run run;
  CheckpointWriter writer(run.parameters, run.adam, {.folder = folder.path(), .score = [](const EpochEnd& e) {
                                                       return -e.epoch;  // the first is the best
                                                     }});
  io_tests::put(writer.best(), "of another run");
  std::vector<std::uint64_t> steps;
  run.fit({}, writer, [&](const auto& e) {
    if constexpr (std::same_as<decltype(e), const FitBegin&>) CHECK_FALSE(std::filesystem::exists(writer.best()));
    Run read;
    steps.push_back(load_checkpoint(writer.last(), read.parameters, read.adam).state.steps);
  });
  CHECK(steps.front() == 0);
  CHECK(std::set<std::uint64_t>(steps.begin(), steps.end()) == std::set<std::uint64_t>{0, 3, 6});
  Run best;
  const Checkpoint first = load_checkpoint(writer.best(), best.parameters, best.adam);
  CHECK(first.state.steps == 3);
  CHECK(first.metadata.at("best") == R"({"epoch":1,"score":-1.0})");
}

TEST_CASE("a writer of 0 minutes writes after every batch, and any one when training is stopped") {
  const TemporaryFolder folder;
  const auto steps_seen = [&](double minutes, std::uint64_t stop_at) {
    struct Stop {
      std::uint64_t at, steps = 0;
      void on_batch_end(const BatchEnd&) { ++steps; }
      bool stop() const { return steps == at; }
    };
    Run run, read;
    CheckpointWriter writer(run.parameters, run.adam, {.folder = folder.path(), .minutes = minutes});
    std::vector<std::uint64_t> steps;
    run.fit({}, Stop{stop_at}, writer, [&](const BatchEnd&) {
      steps.push_back(load_checkpoint(writer.last(), read.parameters, read.adam).state.steps);
    });
    steps.push_back(load_checkpoint(writer.last(), read.parameters, read.adam).state.steps);
    return steps;
  };
  CHECK(steps_seen(0, 99) == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5, 6});
  CHECK(steps_seen(10, 2) == std::vector<std::uint64_t>{0, 0, 2});
}

TEST_CASE("a writer takes up the last checkpoint, and begins where there is none") {
  const TemporaryFolder folder;
  Run whole, first, second;
  whole.fit({});
  struct Stop {
    int batches = 0;
    void on_batch_end(const BatchEnd&) { ++batches; }
    bool stop() const { return batches == 4; }
  };
  CheckpointWriter writer(first.parameters, first.adam, {.folder = folder.path()});
  CHECK(writer.resume().steps == 0);
  first.fit({}, Stop{}, writer);
  CheckpointWriter again(second.parameters, second.adam, {.folder = folder.path()});
  const TrainingState state = again.resume();
  CHECK(state.steps == 4);
  second.fit(state, again);
  CHECK(second.values() == whole.values());
}

TEST_CASE("a full disk and a folder that is gone end training with an error, and the last checkpoint is as it was") {
  const TemporaryFolder folder;
  Run run;
  CheckpointWriter writer(run.parameters, run.adam, {.folder = folder.path() / "out", .minutes = 0});
  std::string before;
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old_limit{};
  getrlimit(RLIMIT_FSIZE, &old_limit);
  const std::string full = message_of<FileError>([&] {
    run.fit({}, writer, [&](const ResumePoint& e) {
      before = read_file(writer.last());
      const rlimit less{before.size() / 2, old_limit.rlim_max};
      if (e.state.steps == 2) setrlimit(RLIMIT_FSIZE, &less);
    });
  });
  setrlimit(RLIMIT_FSIZE, &old_limit);
  std::signal(SIGXFSZ, old_handler);
  CHECK(full == writer.last().string() + ": cannot be written: File too large");
  CHECK(read_file(writer.last()) == before);
  const std::string gone = message_of<FileError>(
      [&] { run.fit({}, writer, [&](const ResumePoint&) { std::filesystem::remove_all(folder.path() / "out"); }); });
  CHECK(gone == writer.last().string() + ": cannot be written: No such file or directory");
}
