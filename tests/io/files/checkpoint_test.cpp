#include "unetpp/io/files/checkpoint.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "checkpoint_run.hpp"

namespace checkpoint_test {

using namespace io_tests;

namespace {

/// A checkpoint in the middle of the second epoch.
std::filesystem::path write_checkpoint(const TemporaryFolder& folder) {
  Run run;
  const auto path = folder.path() / "last.safetensors";
  run.fit({}, [&](const ResumePoint& p) {
    if (p.state.steps == 4) save_checkpoint(path, run.parameters, run.adam, p.state, {{"note", "of its own"}});
  });
  return path;
}

/// Writes a checkpoint again, with another text of its training or another first value of a tensor.
void change(const std::filesystem::path& path, const std::function<void(nlohmann::json&)>& edit,
            const std::string& tensor = "", float value = 0) {
  const SafetensorsFile file(path);
  std::vector<std::vector<float>> values;
  std::vector<TensorData> tensors;
  values.reserve(file.tensors().size());
  for (const auto& [name, entry] : file.tensors()) {
    const std::vector<int> extents(entry.extents.begin(), entry.extents.end());
    values.emplace_back((entry.end - entry.begin) / sizeof(float));
    file.read(name, extents, values.back());
    if (name == tensor) values.back()[0] = value;
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
  CHECK(message.size() < path.string().size() + 300);
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
  CHECK(checkpoint.state.batch == 3u);
  CHECK(checkpoint.state.images == 8u);
  CHECK(checkpoint.state.shards == 1u);
  REQUIRE(checkpoint.state.history.size() == 1);
  CHECK(checkpoint.state.history[0].validation->confusion(1, 1) > 0);
  resumed.fit(checkpoint.state);
  CHECK(resumed.values() == whole.values());
}

TEST_CASE("a checkpoint has the number of shards, one of before there were shards 1") {
  const TemporaryFolder folder;
  Run run;
  const auto path = write_checkpoint(folder);
  change(path, [](nlohmann::json& training) { training["shards"] = 4; });
  CHECK(load_checkpoint(path, run.parameters, run.adam).state.shards == 4u);
  change(path, [](nlohmann::json& training) { training.erase("shards"); });
  CHECK(load_checkpoint(path, run.parameters, run.adam).state.shards == 1u);
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
  put(path, bytes.substr(0, bytes.size() - 1));
  CHECK(contains(refusal(path), "expected data_offsets"));
  save_weights(path, Run().parameters);
  CHECK(contains(refusal(path), "expected a checkpoint, with the metadata training"));
  using Other = Sequential<Conv2D<in, Conv2DConfig{.filters = 3, .kernel = 1}>>;
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
      {"random: generator: expected Philox4x32-10, found mt19937",
       [](auto& j) { j["random"]["generator"] = "mt19937"; }},
      {"training: batch: expected an integer of at least 0", [](auto& j) { j["batch"] = "large"; }},
      {"history: expected an object with epoch", [](auto& j) { j["history"][0] = nlohmann::json::object(); }},
      {"expected epoch 1, found epoch 2", [](auto& j) { j["history"][0]["epoch"] = 2; }},
      {"expected weights and seconds of at least 0, found nan", [](auto& j) { j["history"][0]["seconds"] = nullptr; }},
      {"expected weights and seconds of at least 0, found -1", [](auto& j) { j["history"][0]["seconds"] = -1; }},
      {"confusion: expected a list of 9", [](auto& j) { j["history"][0]["validation"]["confusion"].push_back(1); }},
      {"optimizer: expected adam, found sgd", [](auto& j) { j["optimizer"]["name"] = "sgd"; }},
      {"optimizer: steps: expected an integer from 0", [](auto& j) { j["optimizer"]["steps"] = -1; }},
      {"expected 2 tensors, of the network and its optimizer, found 6", [](auto& j) { j["optimizer"]["steps"] = 0; }},
      {"expected learning_rate of at least 0", [](auto& j) { j["optimizer"]["settings"]["learning_rate"] = -1; }},
      {"Adam's beta1: expected 0 to 1, found 1", [](auto& j) { j["optimizer"]["settings"]["beta1"] = 1; }},
      {"settings: \\n\\x1b[31mxxx",
       [](auto& j) { j["optimizer"]["settings"]["\n\x1b[31m" + std::string(5000, 'x')] = "0.5"; }},
      {"settings: a\\x00b: expected a number, found \"0.5\"",
       [](auto& j) { j["optimizer"]["settings"][std::string("a\0b", 3)] = "0.5"; }},
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
  const auto path = write_checkpoint(folder);
  const auto as_it_was = [](nlohmann::json&) {};
  change(path, as_it_was, "optimizer.m.conv2d.bias", std::numeric_limits<float>::quiet_NaN());
  CHECK(contains(refusal(path), "tensor optimizer.m.conv2d.bias: expected finite numbers, found 1 of 3"));
  change(path, as_it_was, "conv2d.weight", std::numeric_limits<float>::infinity());
  CHECK(contains(refusal(path), "tensor conv2d.weight: expected finite numbers, found 1 of 81"));
}

TEST_CASE("a checkpoint that nobody could go on from is not written, and the one before stays") {
  const TemporaryFolder folder;
  const auto path = write_checkpoint(folder);
  const std::string before = read_file(path);
  const auto message = [&](const Run& run) {
    return message_of<NonFiniteLossError>([&] { save_checkpoint(path, run.parameters, run.adam, {}); });
  };
  Run large, far;
  std::vector<float> gradients(parameter_count<Net>, 0.0f);
  gradients.back() = 3e20f;  // finite, but its square is not
  large.adam.step(Parameters<Net>().span(), gradients);
  CHECK(message(large) ==
        path.string() +
            ": not written: tensor optimizer.v.conv2d.bias: expected finite numbers, found 1 of 3 that are NaN or "
            "infinite, the first at index 2");
  far.parameters.span()[3] = std::numeric_limits<float>::infinity();
  CHECK(contains(message(far), "tensor conv2d.weight: expected finite numbers"));
  CHECK(read_file(path) == before);
}

TEST_CASE("a checkpoint keeps which class the means of past epochs leave out") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "last.safetensors";
  Run run;
  TrainingState state;
  state.epoch = 3;
  ConfusionMatrix confusion(3, {0, 0, 0, 1, 3, 0, 0, 0, 0}), other = confusion;
  confusion.leave_out(0);
  for (const ConfusionMatrix& m : {confusion, other})
    state.history.push_back({static_cast<int>(state.history.size()) + 1, 2, 0.5, Evaluation{{1, 2}, m}, 1, 1});
  save_checkpoint(path, run.parameters, run.adam, state);
  const std::vector<EpochEnd> history = load_checkpoint(path, run.parameters, run.adam).state.history;
  CHECK(history.at(0).validation->confusion.mean_iou() == 0.75);
  CHECK(history.at(1).validation->confusion.mean_iou() == 0.375);
}

}  // namespace checkpoint_test
