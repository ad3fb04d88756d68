#include "unetpp/io/files/checkpoint_writer.hpp"

#include <sys/resource.h>

#include <concepts>
#include <csignal>
#include <set>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "checkpoint_run.hpp"

namespace checkpoint_writer_test {

using namespace io_tests;

TEST_CASE("training on a data set with bad samples stops after any batch and goes on to the same bits") {
  const Numbers numbers(13, {3, 7, 8, 12});
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
    NumberLoader before(numbers, first(13), loading), after(numbers, first(13), loading);
    Run begun, resumed;
    CheckpointWriter writer(begun.parameters, begun.adam, {.folder = folder.path()});
    config.start = {};
    unetpp::fit(begun.parameters, begun.adam, before, config, StopAt{steps}, writer);
    config.start = load_checkpoint(writer.last(), resumed.parameters, resumed.adam).state;
    CHECK(config.start.train_skipped == before.skipped_samples());
    unetpp::fit(resumed.parameters, resumed.adam, after, config);
    CHECK(after.skipped() == 4);
    if (expected.empty()) expected = resumed.values();
    CHECK(resumed.values() == expected);
  }
}

TEST_CASE("a writer writes when training begins, after every epoch, and the best one when it is better") {
  const TemporaryFolder folder;
  Run run;
  CheckpointWriter writer(run.parameters, run.adam, {.folder = folder.path(), .score = [](const EpochEnd& e) {
                                                       return -e.epoch;  // the first is the best
                                                     }});
  put(writer.best(), "of another run");
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

TEST_CASE("a writer that goes on without the best checkpoint says so, and goes on") {
  const TemporaryFolder folder;
  std::vector<std::string> warnings;
  const auto writer_of = [&](Run& run, double sign) {
    return CheckpointWriter(run.parameters, run.adam,
                            {.folder = folder.path(),
                             .score = [sign](const EpochEnd& e) { return sign * e.epoch; },
                             .warn = [&](const std::string& line) { warnings.push_back(line); }});
  };
  struct StopAfterEpoch {
    bool over = false;
    void on_epoch_end(const EpochEnd&) { over = true; }
    bool stop() const { return over; }
  };
  Run first, second, third, whole;
  auto writer = writer_of(first, 1), again = writer_of(second, 1), later_is_worse = writer_of(third, -1);
  first.fit({}, StopAfterEpoch{}, writer);
  second.fit(load_checkpoint(writer.last(), second.parameters, second.adam).state, again);
  CHECK(warnings.empty());
  first.fit({}, StopAfterEpoch{}, writer);
  std::filesystem::remove(writer.best());
  third.fit(load_checkpoint(writer.last(), third.parameters, third.adam).state, later_is_worse);
  CHECK(warnings == std::vector<std::string>{writer.best().string() +
                                             ": expected the checkpoint of epoch 1, the best so far, found none; only "
                                             "a better epoch will write it again"});
  CHECK_FALSE(std::filesystem::exists(writer.best()));
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

}  // namespace checkpoint_writer_test
