#include "unetpp/train/monitor.hpp"

#include <limits>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

namespace monitor_test {

using namespace unetpp;

namespace {

using Net = Sequential<Conv2D<Shape{4, 4, 1}, Conv2DConfig{.filters = 2, .kernel = 1}>>;

/// An epoch without a validation set: its score is its negative loss.
EpochEnd epoch(int number, double loss) { return {number, 9, loss, {}, 1, 1}; }

TrainingState after(const std::vector<double>& losses) {
  TrainingState state;
  for (const double loss : losses) state.history.push_back(epoch(state.epoch++, loss));
  return state;
}

/// The epoch after which early stopping ends training on these losses; 0 if it does not.
int stops_after(EarlyStopping stopping, const std::vector<double>& losses) {
  stopping.on_fit_begin({1, 9, {}});
  int number = 0;
  for (const double loss : losses) {
    CHECK_FALSE(stopping.stop());
    stopping.on_epoch_end(epoch(++number, loss));
    if (stopping.stop()) return number;
  }
  return 0;
}

void fill(Parameters<Net>& parameters, float value) {
  std::fill(parameters.span().begin(), parameters.span().end(), value);
}

}  // namespace

TEST_CASE("the best epoch is the first with the highest score, and one that is not a number never is") {
  BestEpoch best;
  CHECK_FALSE(best.add(epoch(1, std::numeric_limits<double>::quiet_NaN())));
  CHECK(best.epoch() == 0);
  CHECK(best.add(epoch(2, 0.5)));
  CHECK_FALSE(best.add(epoch(3, 0.5)));
  CHECK(best.add(epoch(4, 0.4)));
  CHECK_FALSE(best.add(epoch(5, 0.6)));
  CHECK(best.epoch() == 4);
  CHECK(best.score() == -0.4);
}

TEST_CASE("an epoch is better by its mean IoU where there is a validation set, or by its loss if so asked") {
  EpochEnd good = epoch(1, 0.1), bad = epoch(2, 0.1);
  good.validation = Evaluation{{3, 1}, ConfusionMatrix(2, {5, 0, 0, 5})};
  bad.validation = Evaluation{{2, 1}, ConfusionMatrix(2, {5, 0, 5, 0})};
  BestEpoch by_iou, by_loss(loss_score);
  CHECK(by_iou.add(good));
  CHECK_FALSE(by_iou.add(bad));
  CHECK(by_loss.add(good));
  CHECK(by_loss.add(bad));
}

TEST_CASE("early stopping ends training after as many epochs without a better one as it is patient") {
  CHECK(stops_after(EarlyStopping({.patience = 2}), {5, 4, 4, 3, 3, 3, 2}) == 6);
  CHECK(stops_after(EarlyStopping({.patience = 3}), {5, 4, 4, 3, 3, 3, 2}) == 0);
  CHECK(stops_after(EarlyStopping({.patience = 1, .min_delta = 0.5}), {5, 4, 3.6}) == 3);
}

TEST_CASE("early stopping counts the epochs before training went on") {
  EarlyStopping stopping({.patience = 2});
  const TrainingState state = after({3, 4}), over = after({3, 4, 4});
  stopping.on_fit_begin({3, 9, state});
  CHECK_FALSE(stopping.stop());
  stopping.on_epoch_end(epoch(3, 3.5));
  CHECK(stopping.stop());
  stopping.on_fit_begin({4, 9, over});
  CHECK(stopping.stop());
}

TEST_CASE("early stopping refuses a patience of 0") { CHECK_THROWS_AS(EarlyStopping({.patience = 0}), ArgumentError); }

TEST_CASE("keep-best puts the parameters of the best epoch back at the end") {
  Parameters<Net> parameters;
  KeepBest keep(parameters);
  const TrainingState none;
  keep.on_fit_begin({1, 3, none});
  const double losses[] = {3, 1, 2};
  for (int i = 0; i < 3; ++i) {
    fill(parameters, static_cast<float>(i + 1));
    keep.on_epoch_end(epoch(i + 1, losses[i]));
  }
  keep.on_fit_end({4, 3, none});
  CHECK(parameters.span()[0] == 2);
  CHECK(keep.best().epoch() == 2);
}

TEST_CASE("keep-best goes on with the best parameters of the epochs before, and refuses to go on without") {
  const TrainingState state = after({1, 3});
  Parameters<Net> parameters, before;
  fill(before, 7);
  KeepBest unknown(parameters);
  CHECK_THROWS_AS(unknown.on_fit_begin({3, 3, state}), ArgumentError);
  KeepBest keep(parameters, mean_iou_score, before);
  keep.on_fit_begin({3, 3, state});
  keep.on_epoch_end(epoch(3, 2));
  keep.on_fit_end({4, 3, state});
  CHECK(parameters.span()[0] == 7);
}

TEST_CASE("early stopping and keep-best end fit and put the best parameters back") {
  Batch<Net::in> images(2);
  ArrayLoader<Net::in> data(images, ArrayLoader<Net::in>::Labels(2), {.batch = 2});
  Parameters<Net> parameters;
  SGD sgd;
  FitConfig config;
  config.epochs = 9;
  config.progress = false;
  std::vector<float> after_first;
  const auto worse = [](const EpochEnd& e) { return -e.epoch; };  // every epoch is worse than the one before
  const std::vector<EpochEnd> history =
      fit(parameters, sgd, data, config, EarlyStopping({.patience = 3, .score = worse}), KeepBest(parameters, worse),
          [&](const EpochEnd& e) {
            if (e.epoch == 1) after_first.assign(parameters.span().begin(), parameters.span().end());
          })
          .history;
  CHECK(history.size() == 4);
  CHECK(after_first == std::vector<float>(parameters.span().begin(), parameters.span().end()));
}

}  // namespace monitor_test
