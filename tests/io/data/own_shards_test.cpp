#include "unetpp/io/data/own_shards.hpp"

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "../../catch.hpp"
#include "../../train/threads_as_team.hpp"
#include "../numbers.hpp"
#include "unetpp/unet.hpp"

namespace own_shards_test {

using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 8,
                            .width = 8,
                            .base_channels = 4,
                            .depth = 1,
                            .normalisation = Normalisation::batch,
                            .bottom_dropout_per_thousand = 300}>;
using NetLoader = Loader<Net::in, io_tests::Numbers>;

struct Stopped {
  Parameters<Net> parameters{GlorotUniform{1}};
  Adam adam;
  TrainingState state;
  std::vector<double> told;  // of validation: positions and predicted classes
  bool sizes_agree = true;   // of each batch told: a predicted class and a label for each pixel
};

/// Makes samples differ by what is drawn.
Sample drawn(const Sample& sample, Random random) {
  Sample other = sample;
  for (std::uint8_t& value : other.image.values) value = static_cast<std::uint8_t>(8 * value + random.below(64, 0));
  return other;
}

/// Trains in two epochs of three batches, each of four shards, or until so many steps are made. By shards, the first
/// process validates with a loader of all.
void train(Stopped& run, const Team& team, bool by_shards, std::uint64_t steps = 100) {
  const io_tests::Numbers numbers(21, {5, 12});
  LoaderConfig config{.batch = 8, .seed = 3, .workers = 1, .transform = drawn};
  if (by_shards) config = own_shards(config, 4, team);
  NetLoader loader(numbers, io_tests::first(21), config);
  const io_tests::Numbers held_out(13, {10, 2});
  LoaderConfig validating{.batch = 8, .shuffle = false, .workers = 1};
  if (by_shards) validating = own_shards(validating, 4, team.rank == 0 ? Team{} : team);
  NetLoader validation(held_out, io_tests::first(13), validating);
  const auto tell = [&](const ValidationBatchEnd& e) {
    run.told.insert(run.told.end(), e.positions.begin(), e.positions.end());
    run.told.insert(run.told.end(), e.predicted.begin(), e.predicted.end());
    run.sizes_agree &=
        e.predicted.size() == e.positions.size() * Net::out.pixels() && e.labels.size() == e.predicted.size();
  };
  struct Stopper {
    std::uint64_t most;
    std::uint64_t made;
    void on_batch_end(const BatchEnd&) { ++made; }
    bool stop() const { return made == most; }
  } stopper{steps, run.state.steps};
  FitConfig fitting{.epochs = 2, .threads = 1, .shards = 4, .team = team, .progress = false};
  fitting.start = run.state;
  run.state = fit(run.parameters, run.adam, loader, validation, fitting, stopper, tell);
}

std::vector<double> all_of(const Stopped& run) {
  CHECK(run.sizes_agree);
  std::vector<double> all(run.parameters.span().begin(), run.parameters.span().end());
  all.insert(all.end(), run.parameters.statistics().begin(), run.parameters.statistics().end());
  for (const EpochEnd& e : run.state.history) {
    all.insert(all.end(), {e.train_loss, e.validation->loss.loss, e.validation->loss.weight});
    for (int truth = 0; truth < Net::out.channels; ++truth)
      for (int c = 0; c < Net::out.channels; ++c) all.push_back(static_cast<double>(e.validation->confusion(truth, c)));
  }
  for (const auto& skipped : {run.state.train_skipped, run.state.validation_skipped})
    all.insert(all.end(), skipped.begin(), skipped.end());
  all.push_back(static_cast<double>(run.state.steps));
  return all;
}

/// The same by several processes: what the first has in the end.
void train_together(Stopped& run, std::size_t processes, bool by_shards, std::uint64_t steps = 100) {
  std::vector<Stopped> runs(processes, run);
  in_threads(processes,
             [&](const Team& team) { train(runs[static_cast<std::size_t>(team.rank)], team, by_shards, steps); });
  for (const Stopped& other : runs) CHECK(all_of(other) == all_of(runs[0]));
  run = runs[0];
}

}  // namespace

TEST_CASE("processes that load their own shards alone train to the bits of one, also where samples are skipped") {
  Stopped alone;
  train(alone, {}, true);
  CHECK(alone.state.steps == 6);
  CHECK(alone.state.train_skipped == std::vector<std::size_t>{5, 12});
  CHECK(alone.state.validation_skipped == std::vector<std::size_t>{2, 10});
  for (const std::size_t processes : {2u, 3u, 4u}) {
    CAPTURE(processes);
    Stopped together;
    train_together(together, processes, true);
    CHECK(all_of(together) == all_of(alone));
    CHECK(together.told == alone.told);
  }
}

TEST_CASE("a run goes on in the middle of an epoch with another number of processes, to the same bits") {
  for (const bool by_shards : {false, true}) {
    CAPTURE(by_shards);
    Stopped whole, stopped;
    train(whole, {}, by_shards);
    train_together(stopped, 3, by_shards, 2);
    REQUIRE(stopped.state.steps == 2);
    train(stopped, {}, by_shards, 4);
    REQUIRE(stopped.state.steps == 4);
    train_together(stopped, 2, by_shards);
    CHECK(all_of(stopped) == all_of(whole));
  }
}

TEST_CASE("a run of shards goes on behind the last batch of an epoch, which is not full, to the same bits") {
  Stopped whole, stopped;
  train(whole, {}, true);
  train_together(stopped, 2, true, 3);
  REQUIRE(stopped.state.epoch == 1);
  REQUIRE(stopped.state.steps == 3);
  train_together(stopped, 3, true);
  CHECK(all_of(stopped) == all_of(whole));
}

TEST_CASE("a loader of other shards than the process's is refused") {
  const io_tests::Numbers numbers(16);
  const auto error = [&](const LoaderConfig& config, std::size_t shards) -> std::string {
    NetLoader loader(numbers, io_tests::first(16), config);
    Stopped run;
    try {
      fit(run.parameters, run.adam, loader, {.shards = shards, .progress = false});
    } catch (const ArgumentError& e) {
      return e.what();
    }
    return "";
  };
  CHECK(error({.batch = 8, .ranks = 4, .own_ranks = 4}, 4) == "");
  CHECK(error({.batch = 8, .ranks = 4, .own_ranks = 4}, 1) ==
        "unetpp: fit: expected a loader of all samples, found one of 4 ranks");
  NetLoader training(numbers, io_tests::first(16), {.batch = 8}),
      part(numbers, io_tests::first(16), {.batch = 8, .ranks = 4, .own_ranks = 2});
  Stopped run;
  CHECK_THROWS_WITH(fit(run.parameters, run.adam, training, part, {.shards = 4, .progress = false}),
                    "unetpp: fit: expected a loader of all samples or of 4 of 4 ranks from rank 0 on, found one of 4 "
                    "ranks that gives images 0 to 4 of each batch");
  CHECK(error({.batch = 8, .rank = 2, .ranks = 4, .own_ranks = 2}, 4) ==
        "unetpp: fit: expected a loader of all samples or of 4 of 4 ranks from rank 0 on, found one of 4 ranks that "
        "gives images 4 to 8 of each batch");
}

}  // namespace own_shards_test
