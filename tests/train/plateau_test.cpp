#include "unetpp/train/plateau.hpp"

#include <limits>
#include <vector>

#include "../catch.hpp"
#include "../reference/optimizer_steps.hpp"
#include "unetpp/unet.hpp"

namespace plateau_test {

using namespace unetpp;

namespace {

/// The rates after epochs of these scores.
std::vector<double> rates(PlateauConfig config, const std::vector<double>& scores) {
  config.score = [&](const EpochEnd& e) { return scores[static_cast<std::size_t>(e.epoch) - 1]; };
  Plateau plateau(config);
  std::vector<double> found;
  for (int epoch = 1; epoch <= static_cast<int>(scores.size()); ++epoch) {
    plateau.on_epoch_end({epoch, 100, 0, {}, 1, 1});
    found.push_back(plateau.schedule()(7));
  }
  return found;
}

}  // namespace

TEST_CASE("a plateau has the rates of PyTorch's ReduceLROnPlateau, whose patience is one less") {
  const auto& reference = reference::optimizer_reference();
  for (const int cooldown : {0, 2}) {
    CAPTURE(cooldown);
    const std::vector<double> want = reference["plateau.rates." + std::to_string(cooldown)];
    const std::vector<double> found = rates(
        {.rate = 0.1, .factor = 0.5, .patience = 3, .cooldown = cooldown, .lowest = 0.02}, reference["plateau.scores"]);
    for (std::size_t i = 0; i < want.size(); ++i) CHECK(found[i] == Approx(want[i]));
  }
}

TEST_CASE("a plateau waits as many epochs as its patience says, as Keras's") {
  CHECK(rates({.rate = 1, .factor = 0.5, .patience = 1}, {3, 3, 4, 2}) == std::vector<double>{1, 0.5, 0.5, 0.25});
  CHECK(rates({.rate = 1, .factor = 0.5, .patience = 2}, {3, 3, 4, 2, 1, 0, 0}) ==
        std::vector<double>{1, 1, 1, 1, 0.5, 0.5, 0.25});
}

TEST_CASE("a score that is no number is not better, and a rate below the lowest stays") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(rates({.rate = 1, .factor = 0.5, .patience = 2}, {1, nan, nan}) == std::vector<double>{1, 1, 0.5});
  CHECK(rates({.rate = 1, .factor = 0.5, .patience = 1, .lowest = 2}, {1, 1}) == std::vector<double>{1, 1});
}

TEST_CASE("a plateau that goes on has the rate of the history, whatever it was told before") {
  const auto score = [](const EpochEnd& e) { return -e.train_loss; };
  const PlateauConfig config{.rate = 1, .factor = 0.5, .patience = 2, .score = score};
  TrainingState state;
  for (int epoch = 1; epoch <= 8; ++epoch) {
    Plateau whole(config), resumed(config);
    for (const EpochEnd& e : state.history) whole.on_epoch_end(e);
    resumed.on_epoch_end({1, 100, 3, {}, 1, 1});
    resumed.on_fit_begin({epoch, 100, state});
    CHECK(resumed.rate() == whole.rate());
    CHECK(resumed.best().epoch() == whole.best().epoch());
    state.history.push_back({epoch, 100, 5, {}, 1, 1});
  }
}

TEST_CASE("fit takes the rates of a plateau, also when it goes on in the middle of an epoch") {
  using Net = Sequential<Conv2D<Shape{4, 4, 1}, Conv2DConfig{.filters = 2, .kernel = 1}>>;
  const auto train = [](const FitConfig& start, std::uint64_t stop_at) {
    struct Stop {
      std::uint64_t at;
      bool stop() { return at-- == 0; }
    };
    ArrayLoader<Net::in> data(Batch<Net::in>(4), ArrayLoader<Net::in>::Labels(4), {.batch = 2});
    Parameters<Net> parameters;
    SGD sgd;
    Plateau plateau({.rate = 0.5, .factor = 0.5, .patience = 1, .score = [](const EpochEnd&) { return 0.0; }});
    FitConfig config = start;
    config.epochs = 4;
    config.progress = false;
    config.schedule = plateau.schedule();
    return fit(parameters, sgd, data, config, plateau, Stop{stop_at});
  };
  const auto rates = [](const TrainingState& state) {
    std::vector<double> found;
    for (const EpochEnd& e : state.history) found.push_back(e.learning_rate);
    return found;
  };
  const std::vector<double> whole = rates(train({}, 1000));
  CHECK(whole == std::vector<double>{0.5, 0.5, 0.25, 0.125});
  for (std::uint64_t stop = 0; stop < 12; ++stop) {
    FitConfig config;
    config.start = train({}, stop);
    CHECK(rates(train(config, 1000)) == whole);
  }
}

TEST_CASE("a plateau refuses settings that it cannot have") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(Plateau({.rate = -1}), ArgumentError);
  CHECK_THROWS_AS(Plateau({.factor = 1}), ArgumentError);
  CHECK_THROWS_AS(Plateau({.factor = nan}), ArgumentError);
  CHECK_THROWS_AS(Plateau({.patience = 0}), ArgumentError);
  CHECK_THROWS_AS(Plateau({.cooldown = -1}), ArgumentError);
  CHECK_THROWS_AS(Plateau({.lowest = nan}), ArgumentError);
  CHECK_THROWS_AS(Plateau({.min_delta = -1}), ArgumentError);
  CHECK_THROWS_AS(Plateau({.score = {}}), ArgumentError);
}

}  // namespace plateau_test
