// Training that stops at a state and goes on from it.

#include "unetpp/train/training_state.hpp"

#include <optional>
#include <vector>

#include "../catch.hpp"
#include "unetpp/unet.hpp"

namespace training_state_test {

using namespace unetpp;

namespace {

using Net = Sequential<Conv2D<Shape{6, 6, 1}, Conv2DConfig{.filters = 2, .kernel = 3}>>;
using Data = ArrayLoader<Net::in>;

Data bright_pixels(std::size_t count, Data::Config config) {
  Batch<Net::in> images(count);
  Data::Labels labels(count);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images.span()[i] = Random(8).uniform(i);
    labels.span()[i] = images.span()[i] > 0.5f;
  }
  return {images, labels, config};
}

/// Reads from an ArrayLoader with nothing but what a BatchSource must have.
struct PlainSource {
  Data data = bright_pixels(10, {.batch = 3, .seed = 4});

  std::size_t batch() const { return data.batch(); }
  std::size_t samples() const { return data.samples(); }
  void start_epoch(int epoch) { data.start_epoch(epoch); }
  bool next() { return data.next(); }
  auto images() const { return data.images(); }
  auto labels() const { return data.labels(); }
};

/// Asks for an end at one call of stop(), and notes where training then stands.
struct StopAt {
  int call;
  TrainingState state = {};
  bool told = false;

  bool stop() { return call-- == 0; }
  void on_resume_point(const ResumePoint& p) {
    state = p.state;
    told = p.stopping;
  }
};

/// A run of three epochs of four batches and two of validation, taken apart at will.
template <class Train>
struct Run {
  Train train = Train{};
  Data validation = bright_pixels(5, {.batch = 3, .shuffle = false});
  Parameters<Net> parameters{GlorotUniform{1}};
  Adam adam{{.learning_rate = 0.02}};
  std::vector<EpochEnd> history = {};

  template <class... Callbacks>
  void fit(TrainingState start, Callbacks&&... callbacks) {
    FitConfig config;
    config.epochs = 3;
    config.progress = false;
    config.threads = 1;
    config.start = std::move(start);
    history = unetpp::fit(parameters, adam, train, validation, config, callbacks...).history;
  }
  std::vector<float> values() const { return {parameters.span().begin(), parameters.span().end()}; }
};

struct ArraySource : Data {
  ArraySource() : Data(bright_pixels(10, {.batch = 3, .seed = 4})) {}
};

template <class Train>
void check_stops() {
  Run<Train> whole;
  whole.fit({});
  for (int call = 0; call < 22; ++call) {  // at the begin, after each of 12 + 6 batches, and after each epoch
    INFO("call " << call);
    Run<Train> first;
    StopAt stop{call};
    first.fit({}, stop);
    REQUIRE(stop.told);
    Run<Train> second;
    second.parameters = first.parameters;
    second.adam.restore(first.adam.state());
    second.fit(stop.state);
    CHECK(second.values() == whole.values());
    REQUIRE(second.history.size() == 3);
    for (std::size_t e = 0; e < 3; ++e) {
      CHECK(second.history[e].train_loss == whole.history[e].train_loss);
      CHECK(second.history[e].validation->loss.loss == whole.history[e].validation->loss.loss);
      CHECK(second.history[e].epoch == static_cast<int>(e) + 1);
    }
  }
}

}  // namespace

TEST_CASE("training that stops anywhere and goes on ends in the same bits and history as training that never stopped") {
  check_stops<ArraySource>();
}

TEST_CASE("a source that can only begin epochs is read again up to where training goes on") {
  check_stops<PlainSource>();
}

TEST_CASE("a callback's stop ends fit after the batch, and with no further event but a resume point and the end") {
  std::vector<std::string> told;
  struct Listener {
    std::vector<std::string>& told;
    int validated = 0;
    bool stop() const { return validated == 1; }
    void operator()(const EpochBegin&) { told.push_back("epoch"); }
    void on_fit_begin(const FitBegin& e) { told.push_back("fit " + std::to_string(e.epochs)); }
    void on_batch_end(const BatchEnd&) { told.push_back("batch"); }
    void on_validation_batch_end(const ValidationBatchEnd&) {
      ++validated;
      told.push_back("validation");
    }
    void on_epoch_end(const EpochEnd&) { told.push_back("epoch end"); }
    void on_resume_point(const ResumePoint& p) { told.push_back(p.stopping ? "stopping" : "point"); }
    void on_fit_end(const FitEnd& e) { told.push_back("end in " + std::to_string(e.state.epoch)); }
  };
  Run<ArraySource> run;
  run.fit({}, Listener{told});
  CHECK(told == std::vector<std::string>{"fit 3", "epoch", "batch", "point", "batch", "point", "batch", "point",
                                         "batch", "point", "validation", "stopping", "end in 1"});
  CHECK(run.history.empty());
}

TEST_CASE("training that goes on behind its last epoch trains nothing and returns the history") {
  Run<ArraySource> run;
  StopAt never{-1};
  run.fit({}, never);
  const std::vector<float> values = run.values();
  int events = 0;
  run.fit(never.state, [&](const EpochBegin&) { ++events; });
  CHECK(run.values() == values);
  CHECK(run.history.size() == 3);
  CHECK(events == 0);
}

TEST_CASE("fit refuses to go on with another seed, batch size or number of images") {
  Run<ArraySource> first;
  StopAt stop{2};
  first.fit({}, stop);
  const auto message = [&](std::size_t count, Data::Config config) {
    Run<ArraySource> run;
    static_cast<Data&>(run.train) = bright_pixels(count, config);
    try {
      run.fit(stop.state);
    } catch (const ArgumentError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string expected = "unetpp: training goes on: expected a loader whose ";
  CHECK(message(10, {.batch = 3, .seed = 4}).empty());
  CHECK(message(10, {.batch = 3, .seed = 5}) == expected + "seed is 4, found 5");
  CHECK(message(10, {.batch = 2, .seed = 4}) == expected + "batch size is 3, found 2");
  CHECK(message(11, {.batch = 3, .seed = 4}) == expected + "number of images is 10, found 11");
}

TEST_CASE("fit refuses a start that no training can have been at, another seed, and more images than there are") {
  const auto refuses = [](TrainingState state) {
    Run<ArraySource> run;
    CHECK_THROWS_AS(run.fit(state), ArgumentError);
  };
  refuses({.epoch = 2});
  refuses({.epoch = 0});
  refuses({.batches = 1, .samples = 3});
  refuses({.batches = 2, .samples = 1, .steps = 2});
  refuses({.batches = 1, .samples = 3, .seconds = -1, .steps = 1});
  refuses({.seed = 5});
  refuses({.batches = 4, .samples = 11, .steps = 4});
  Run<PlainSource> run;
  CHECK_THROWS_AS(run.fit({.batches = 2, .samples = 4, .steps = 2}), ArgumentError);
}

}  // namespace training_state_test
