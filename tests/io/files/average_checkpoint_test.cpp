// Checkpoints of training whose optimizer averages the parameters.

#include <string>
#include <vector>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "checkpoint_run.hpp"
#include "unetpp/io/files/checkpoint_writer.hpp"
#include "unetpp/io/files/weights.hpp"
#include "unetpp/train/averaged.hpp"
#include "unetpp/train/moving_average.hpp"

namespace average_checkpoint_test {

using namespace io_tests;

namespace {

/// A Run whose optimizer is AdamW with an average.
struct AveragedRun : Run {
  MovingAverage<AdamW> optimizer{AdamW({.learning_rate = 0.02}, weight_ranges<Net>()), {.decay = 0.9}};

  std::vector<float> average() const { return {optimizer.average().begin(), optimizer.average().end()}; }
};

/// Ends fit after a number of events at which it asks.
struct StopAt {
  int call;
  bool stop() { return call-- == 0; }
};

std::vector<float> values(const Parameters<Net>& p) { return {p.span().begin(), p.span().end()}; }

}  // namespace

TEST_CASE("training with an average stops after any batch and goes on from a checkpoint to the same bits") {
  AveragedRun whole;
  std::vector<double> losses, resumed_losses;
  whole.fit_with(whole.optimizer, {}, [&](const FitEnd& e) {
    for (const EpochEnd& epoch : e.state.history) losses.push_back(epoch.validation->loss.loss);
  });
  for (int call = 0; call < 11; ++call) {  // at the begin, after each of 2·(3 + 1) batches, and after each epoch
    CAPTURE(call);
    const TemporaryFolder folder;
    AveragedRun first, second;
    CheckpointWriter writer(first.parameters, first.optimizer, {.folder = folder.path()});
    first.fit_with(first.optimizer, {}, StopAt{call}, writer);
    resumed_losses.clear();
    second.fit_with(second.optimizer, load_checkpoint(writer.last(), second.parameters, second.optimizer).state,
                    [&](const FitEnd& e) {
                      for (const EpochEnd& epoch : e.state.history)
                        resumed_losses.push_back(epoch.validation->loss.loss);
                    });
    CHECK(second.values() == whole.values());
    CHECK(second.average() == whole.average());
    CHECK(resumed_losses == losses);
  }
}

TEST_CASE("the best checkpoint has the average as its weights, the last one the parameters in training") {
  const TemporaryFolder folder;
  AveragedRun run;
  CheckpointWriter writer(run.parameters, run.optimizer,
                          {.folder = folder.path(), .score = [](const EpochEnd& e) { return e.epoch; }});
  run.fit_with(run.optimizer, {}, writer);
  Parameters<Net> best, last;
  load_weights(writer.best(), best);
  load_weights(writer.last(), last);
  CHECK(values(best) == run.average());
  CHECK(values(last) == run.values());
  CHECK(run.values() != run.average());
  AveragedRun read;
  load_checkpoint(writer.best(), read.parameters, read.optimizer);
  CHECK(read.average() == run.average());
}

TEST_CASE("a checkpoint with an average is refused by an optimizer that has none") {
  const TemporaryFolder folder;
  AveragedRun run;
  CheckpointWriter writer(run.parameters, run.optimizer, {.folder = folder.path()});
  run.fit_with(run.optimizer, {}, writer);
  AdamW adam({}, weight_ranges<Net>());
  CHECK_THROWS_AS(load_checkpoint(writer.last(), run.parameters, adam), FormatError);
}

}  // namespace average_checkpoint_test
