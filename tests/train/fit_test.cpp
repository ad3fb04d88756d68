#include "unetpp/train/fit.hpp"

#include <cstdlib>
#include <functional>
#include <limits>
#include <stdexcept>

#include "../catch.hpp"
#include "threads_as_team.hpp"
#include "unetpp/train/moving_average.hpp"
#include "unetpp/unet.hpp"

namespace fit_test {

using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 8, .width = 8, .channels = 1, .classes = 2, .base_channels = 4, .depth = 1}>;

/// Images whose bright pixels are class 1.
ArrayLoader<Net::in> bright_pixels(std::size_t count, ArrayLoader<Net::in>::Config config) {
  Batch<Net::in> images(count);
  Batch<Shape{8, 8, 1}, std::uint8_t> labels(count);
  for (std::size_t i = 0; i < images.size(); ++i) {
    images.span()[i] = Random(8).uniform(i);
    labels.span()[i] = images.span()[i] > 0.5f;
  }
  return {images, labels, config};
}

FitConfig quiet(int epochs) {
  FitConfig config;
  config.epochs = epochs;
  config.progress = false;
  return config;
}

}  // namespace

TEST_CASE("fit learns a threshold and reports it") {
  auto train = bright_pixels(40, {.batch = 8, .seed = 1}),
       validation = bright_pixels(7, {.batch = 3, .shuffle = false});
  Parameters<Net> parameters(GlorotUniform{1});
  Adam adam({.learning_rate = 0.01});
  const std::vector<EpochEnd> history = fit(parameters, adam, train, validation, quiet(12)).history;
  REQUIRE(history.size() == 12);
  CHECK(history.back().train_loss < 0.5 * history.front().train_loss);
  REQUIRE(history.back().validation);
  CHECK(history.back().validation->confusion.accuracy() > 0.9);
  CHECK(history.back().validation->loss.weight == 7 * 64);
  CHECK(history.back().images_per_second > 0);
}

TEST_CASE("the same seed gives the same bits on 1, 2 and 3 threads") {
  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    auto train = bright_pixels(10, {.batch = 4, .seed = 1});
    Parameters<Net> parameters(GlorotUniform{1});
    Adam adam;
    FitConfig config = quiet(2);
    config.threads = threads;
    fit(parameters, adam, train, config);
    const std::vector<float> values(parameters.span().begin(), parameters.span().end());
    if (threads == 1) first = values;
    CHECK(values == first);
  }
}

TEST_CASE("callbacks are told of epochs and batches in order, as lambdas and as types") {
  struct Listener {
    std::vector<std::string> told;
    void on_epoch_begin(const EpochBegin& e) { told.push_back("begin " + std::to_string(e.epoch)); }
    void on_batch_end(const BatchEnd& e) { told.push_back("batch " + std::to_string(e.samples)); }
    void on_epoch_end(const EpochEnd& e) { told.push_back("end " + std::to_string(e.epoch)); }
  };
  auto train = bright_pixels(5, {.batch = 3});
  Parameters<Net> parameters;
  SGD sgd;
  Listener listener;
  int epochs_seen = 0;
  fit(parameters, sgd, train, quiet(2), listener, [&](const EpochEnd& e) { epochs_seen = e.epoch; });
  CHECK(listener.told ==
        std::vector<std::string>{"begin 1", "batch 3", "batch 5", "end 1", "begin 2", "batch 3", "batch 5", "end 2"});
  CHECK(epochs_seen == 2);
}

TEST_CASE("callbacks are told of each validation batch, with its images, labels and predictions") {
  auto train = bright_pixels(5, {.batch = 3}), validation = bright_pixels(7, {.batch = 3, .shuffle = false});
  Parameters<Net> parameters;
  SGD sgd;
  ConfusionMatrix counted(2);
  std::vector<std::size_t> samples;
  const std::vector<EpochEnd> history =
      fit(parameters, sgd, train, validation, quiet(1), [&](const ValidationBatchEnd& e) {
        for (std::size_t i = 0; i < e.labels.size(); ++i) CHECK(e.labels[i] == (e.images[i * e.pixel_stride] > 0.5f));
        CHECK(e.all_samples == 7);
        CHECK(e.count() * 64 == e.labels.size());
        samples.push_back(e.samples);
        counted.add(e.labels, e.predicted);
      }).history;
  CHECK(samples == std::vector<std::size_t>{3, 6, 7});
  for (const int truth : {0, 1})
    for (const int predicted : {0, 1})
      CHECK(counted(truth, predicted) == history[0].validation->confusion(truth, predicted));
}

TEST_CASE("fit stops at the first loss that is not finite and leaves the parameters as they were") {
  Batch<Net::in> images(4);
  images.fill(1);
  images(3, 0, 0, 0) = std::numeric_limits<float>::quiet_NaN();
  ArrayLoader<Net::in> train(images, Batch<Shape{8, 8, 1}, std::uint8_t>(4), {.batch = 2, .shuffle = false});
  Parameters<Net> parameters;
  SGD sgd;
  std::vector<float> before;
  std::string message;
  try {
    fit(parameters, sgd, train, quiet(1),
        [&](const BatchEnd&) { before.assign(parameters.span().begin(), parameters.span().end()); });
  } catch (const NonFiniteLossError& e) {
    message = e.what();
  }
  CHECK(message.find("epoch 1, after 2 images") != std::string::npos);
  CHECK(message.find("nan") != std::string::npos);
  CHECK(before == std::vector<float>(parameters.span().begin(), parameters.span().end()));
}

TEST_CASE("fit passes class weights and the ignored label on, in training and in validation") {
  auto train = bright_pixels(6, {.batch = 3, .seed = 1}), validation = bright_pixels(4, {.batch = 4, .shuffle = false});
  Parameters<Net> parameters;
  SGD sgd;
  FitConfig config = quiet(1);
  config.loss = SoftmaxCrossEntropy({.class_weights = {1, 3}, .ignore_label = 0});
  const std::vector<EpochEnd> history = fit(parameters, sgd, train, validation, config).history;
  const ConfusionMatrix& confusion = history[0].validation->confusion;
  CHECK(confusion(0, 0) + confusion(0, 1) == 0);
  CHECK(history[0].validation->loss.weight == 3.0 * static_cast<double>(confusion(1, 0) + confusion(1, 1)));
}

TEST_CASE("what a callback throws ends training and passes through") {
  auto train = bright_pixels(4, {.batch = 2});
  Parameters<Net> parameters;
  SGD sgd;
  CHECK_THROWS_AS(fit(parameters, sgd, train, quiet(1), [](const BatchEnd&) { throw std::domain_error("enough"); }),
                  std::domain_error);
}

TEST_CASE("a loader without images is an error, for training and for validation") {
  auto none = bright_pixels(0, {.batch = 2}), some = bright_pixels(2, {.batch = 2});
  Parameters<Net> parameters;
  SGD sgd;
  CHECK_THROWS_AS(fit(parameters, sgd, none, quiet(1)), ArgumentError);
  CHECK_THROWS_AS(fit(parameters, sgd, some, none, quiet(1)), ArgumentError);
}

TEST_CASE("a validation loss that is not finite is an error that names the epoch") {
  Batch<Net::in> images(1);
  images.fill(std::numeric_limits<float>::infinity());
  ArrayLoader<Net::in> validation(images, ArrayLoader<Net::in>::Labels(1), {.batch = 1});
  auto train = bright_pixels(2, {.batch = 2});
  Parameters<Net> parameters;
  SGD sgd;
  std::string message;
  try {
    fit(parameters, sgd, train, validation, quiet(1));
  } catch (const NonFiniteLossError& e) {
    message = e.what();
  }
  CHECK(message.find("epoch 1, after 2 images: unetpp: the validation loss became ") == 0);
}

TEST_CASE("a NaN stops training and validation also where the labels are ignored") {
  Batch<Net::in> images(2);
  images(1, 3, 3, 0) = std::numeric_limits<float>::quiet_NaN();
  Batch<Shape{8, 8, 1}, std::uint8_t> labels(2);
  for (int i = 0; i < 64; ++i) labels.span()[64 + i] = 255;
  ArrayLoader<Net::in> bad(images, labels, {.batch = 1, .shuffle = false});
  auto good = bright_pixels(2, {.batch = 2});
  Parameters<Net> parameters;
  SGD sgd;
  FitConfig config = quiet(1);
  config.loss = SoftmaxCrossEntropy({.ignore_label = 255});
  CHECK_THROWS_AS(fit(parameters, sgd, bad, config), NonFiniteLossError);
  for (const float p : parameters.span()) CHECK(p == p);
  CHECK_THROWS_AS(fit(parameters, sgd, good, bad, config), NonFiniteLossError);
}

TEST_CASE("fit of less than one epoch is an error, of one that is already trained it is not") {
  auto train = bright_pixels(4, {.batch = 2});
  Parameters<Net> parameters;
  SGD sgd;
  for (const int epochs : {0, -3}) CHECK_THROWS_AS(fit(parameters, sgd, train, quiet(epochs)), ArgumentError);
  FitConfig config = quiet(1);
  fit(parameters, sgd, train, config, [&](const ResumePoint& e) { config.start = e.state; });
  CHECK(config.start.epoch == 2);
  CHECK(fit(parameters, sgd, train, config).history.size() == 1);
}

TEST_CASE("images of 0 to 255 are warned of once, those of 0 to 1 never") {
  const auto warnings = [](float scale) {
    Batch<Net::in> images(6);
    for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = scale * Random(8).uniform(i);
    ArrayLoader<Net::in> train(images, Batch<Shape{8, 8, 1}, std::uint8_t>(6), {.batch = 2});
    Parameters<Net> parameters;
    SGD sgd({.learning_rate = 1e-9});
    FitConfig config = quiet(2);
    std::vector<std::string> lines;
    config.warn = [&](const std::string& line) { lines.push_back(line); };
    fit(parameters, sgd, train, config);
    config.warn = {};
    fit(parameters, sgd, train, config);  // nobody is told
    return lines;
  };
  CHECK(warnings(1).empty());
  CHECK(warnings(255) == std::vector<std::string>{"the images of the first batch have values beyond 32: networks train "
                                                  "best on [0, 1], where 0 to 255 are divided by 255"});
}

TEST_CASE("fit keeps an ignored class in the means, or leaves it out") {
  const auto validated = [](IgnoredClass ignored) {
    auto train = bright_pixels(4, {.batch = 2}), validation = bright_pixels(4, {.batch = 4, .shuffle = false});
    Parameters<Net> parameters(GlorotUniform{1});
    SGD sgd;
    FitConfig config = quiet(1);
    config.loss = SoftmaxCrossEntropy({.ignore_label = 0});
    config.ignored_class = ignored;
    int told = 0;
    const auto history = fit(parameters, sgd, train, validation, config, [&](const ValidationBatchEnd& e) {
                           told = e.class_left_out;
                         }).history;
    const ConfusionMatrix confusion = history[0].validation->confusion;
    CHECK(told == confusion.left_out());
    return confusion;
  };
  const ConfusionMatrix kept = validated(IgnoredClass::kept), left_out = validated(IgnoredClass::left_out);
  REQUIRE(kept(1, 0) > 0);  // some pixels are called the ignored class
  CHECK(kept.mean_iou() == Approx(kept.iou(1) / 2));
  CHECK(left_out.mean_iou() == left_out.iou(1));
  CHECK(kept.iou(1) == left_out.iou(1));
}

TEST_CASE("an array loader refuses to give a batch before its first epoch") {
  CHECK_THROWS_WITH(bright_pixels(3, {.batch = 2}).next(), "a loader has no batch before start_epoch()");
}

TEST_CASE("a shuffled loader gives every image once an epoch, in another order each epoch") {
  auto loader = bright_pixels(10, {.batch = 4, .seed = 3});
  const auto firsts = [&](int epoch) {
    std::vector<float> values;
    loader.start_epoch(epoch);
    while (loader.next())
      for (std::size_t i = 0; i < loader.images().count(); ++i) values.push_back(loader.images()(i, 0, 0, 0));
    return values;
  };
  std::vector<float> a = firsts(0), b = firsts(1);
  CHECK(a == firsts(0));
  CHECK(a != b);
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  CHECK(a == b);
  CHECK(std::unique(a.begin(), a.end()) == a.end());
  CHECK(a.size() == 10);
}

TEST_CASE("an array loader refuses labels of another number and a batch of 0") {
  using Labels = Batch<Shape{8, 8, 1}, std::uint8_t>;
  CHECK_THROWS_AS((ArrayLoader<Net::in>(Batch<Net::in>(2), Labels(3), {})), ArgumentError);
  CHECK_THROWS_AS((ArrayLoader<Net::in>(Batch<Net::in>(2), Labels(2), {.batch = 0})), ArgumentError);
}

TEST_CASE("two calls of fit that go on from each other are one") {
  auto data = bright_pixels(10, {.batch = 4, .seed = 1});
  Parameters<Net> whole(GlorotUniform{1}), parts = whole;
  Adam one, two;
  const TrainingState all = fit(whole, one, data, quiet(3));
  FitConfig config = quiet(1);
  config.start = fit(parts, two, data, config);
  config.epochs = 3;
  const TrainingState rest = fit(parts, two, data, config);
  CHECK(std::equal(whole.span().begin(), whole.span().end(), parts.span().begin()));
  CHECK(rest.steps == all.steps);
  REQUIRE(rest.history.size() == 3);
  for (int e = 0; e < 3; ++e) CHECK(rest.history[e].train_loss == all.history[e].train_loss);
}

TEST_CASE("a schedule gives each step its rate, and epochs say the last one") {
  auto data = bright_pixels(10, {.batch = 4, .seed = 1});
  Parameters<Net> parameters;
  SGD sgd;
  FitConfig config = quiet(2);
  std::vector<std::uint64_t> asked;
  config.schedule = [&](std::uint64_t step) {
    asked.push_back(step);
    return 0.5 / static_cast<double>(step + 1);
  };
  const TrainingState end = fit(parameters, sgd, data, config);
  CHECK(asked == std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5});
  CHECK(end.history[0].learning_rate == 0.5 / 3);
  CHECK(end.history[1].learning_rate == 0.5 / 6);
  CHECK(sgd.config().learning_rate == 0.01);

  Adam adam({.learning_rate = 0.125});
  CHECK(fit(parameters, adam, data, quiet(1)).history[0].learning_rate == 0.125);
}

TEST_CASE("fit clips the gradients of each step") {
  auto data = bright_pixels(8, {.batch = 4, .seed = 1});
  Parameters<Net> parameters(GlorotUniform{1});
  const std::vector<float> before(parameters.span().begin(), parameters.span().end());
  SGD sgd;
  FitConfig config = quiet(1);
  config.clip = [](std::span<float> gradients) { std::fill(gradients.begin(), gradients.end(), 0.0f); };
  fit(parameters, sgd, data, config);
  CHECK(before == std::vector<float>(parameters.span().begin(), parameters.span().end()));
}

namespace {

/// Half the mean square of the first class's logit, a loss of a user's own.
struct HalfSquare {
  std::size_t scratch(std::size_t, Shape) const { return 0; }
  LossWeight weigh(const LossBatch& batch, kernels::Scratch) const { return {{static_cast<double>(batch.pixels())}}; }
  LossSum evaluate(const LossBatch& batch, const LossShare& share, const LossGradient& to, kernels::Scratch) const {
    double sum = 0;
    for (std::size_t i = 0; i < batch.pixels(); ++i) {
      const float v = batch.logits.data[i * batch.logits.stride];
      sum += 0.5 * v * v;
      if (!to.dlogits.data) continue;
      float* d = to.dlogits.data + i * to.dlogits.stride;
      std::fill_n(d, batch.shape.channels, 0.0f);
      d[0] = to.scale * v / static_cast<float>(share.whole.of_term[0]);
    }
    return {sum, share.own.of_term[0]};
  }
  int ignored_label() const { return -1; }
};

}  // namespace

TEST_CASE("fit takes a loss of one's own, in training and in validation") {
  auto train = bright_pixels(8, {.batch = 4, .seed = 1}), validation = bright_pixels(4, {.batch = 4, .shuffle = false});
  Parameters<Net> parameters(HeNormal{1});
  Adam adam({.learning_rate = 0.01});
  FitConfig config = quiet(10);
  config.loss = HalfSquare{};
  const std::vector<EpochEnd> history = fit(parameters, adam, train, validation, config).history;
  CHECK(history.back().train_loss < 0.1 * history.front().train_loss);
  CHECK(history.back().validation->loss.mean() < 0.1 * history.front().validation->loss.mean());
}

TEST_CASE("fit trains with few images at once as with the whole batch, and validates whole batches") {
  std::vector<std::vector<float>> trained;
  for (const std::size_t at_once : {std::size_t{0}, std::size_t{3}, std::size_t{100}}) {
    auto train = bright_pixels(16, {.batch = 8, .seed = 1}),
         validation = bright_pixels(8, {.batch = 8, .shuffle = false});
    Parameters<Net> parameters(GlorotUniform{1});
    SGD sgd({.learning_rate = 0.1});
    FitConfig config = quiet(2);
    config.images_at_once = at_once;
    std::size_t validated = 0;
    fit(parameters, sgd, train, validation, config, [&](const ValidationBatchEnd& e) { validated = e.count(); });
    CHECK(validated == 8);
    trained.emplace_back(parameters.span().begin(), parameters.span().end());
  }
  CHECK(trained[0] == trained[2]);
  CHECK(trained[0] != trained[1]);  // they are summed in another order
  for (std::size_t i = 0; i < trained[0].size(); ++i) CHECK(trained[1][i] == Approx(trained[0][i]).margin(1e-6));
}

TEST_CASE("fit validates the average of an optimizer that has one, and KeepBest keeps it") {
  auto train = bright_pixels(8, {.batch = 4, .seed = 1}), validation = bright_pixels(4, {.batch = 4, .shuffle = false});
  Parameters<Net> parameters(GlorotUniform{1});
  MovingAverage<Adam> adam(Adam({.learning_rate = 0.05}), {.decay = 0.5});
  KeepBest<Net> best(parameters, adam, [](const EpochEnd& e) { return e.epoch; });
  Evaluator<Net> evaluator(4);
  std::vector<double> losses, unaveraged;
  std::vector<float> last;
  const auto loss_of = [&](const Parameters<Net>& p) { return evaluate(evaluator, p, validation).loss.mean(); };
  const auto history = fit(parameters, adam, train, validation, quiet(3), best, [&](const EpochEnd&) {
                         losses.push_back(loss_of(averaged(parameters, adam)));
                         unaveraged.push_back(loss_of(parameters));
                         last.assign(adam.average().begin(), adam.average().end());
                       }).history;
  for (std::size_t e = 0; e < 3; ++e) {
    CHECK(history[e].validation->loss.mean() == losses[e]);
    CHECK(history[e].validation->loss.mean() != unaveraged[e]);
  }
  CHECK(std::vector<float>(parameters.span().begin(), parameters.span().end()) == last);
}

TEST_CASE("a loader that gives a part of each batch is refused") {
  struct Part : ArrayLoader<Net::in> {
    using ArrayLoader::ArrayLoader;
    int ranks() const { return 2; }
  };
  Part part(Batch<Net::in>(4), ArrayLoader<Net::in>::Labels(4), {.batch = 2});
  Parameters<Net> parameters;
  SGD sgd;
  CHECK_THROWS_WITH(fit(parameters, sgd, part, quiet(1)),
                    "unetpp: fit: expected a loader of all samples, found one of 2 ranks");
}

TEST_CASE("fit of several processes has the bits and the history of one with as many shards") {
  const auto train = [](const Team& team) {
    auto training = bright_pixels(21, {.batch = 8, .seed = 1}), validation = bright_pixels(7, {.batch = 3});
    Parameters<Net> parameters(GlorotUniform{1});
    Adam adam;
    FitConfig config = quiet(2);
    config.shards = 4;
    config.team = team;
    const TrainingState state = fit(parameters, adam, training, validation, config);
    std::vector<double> all(parameters.span().begin(), parameters.span().end());
    for (const EpochEnd& e : state.history) {
      all.push_back(e.train_loss);
      all.push_back(e.validation->loss.mean());
    }
    all.push_back(static_cast<double>(state.steps));
    return all;
  };
  const std::vector<double> alone = train({});
  for (const std::size_t processes : {2u, 3u, 4u}) {
    CAPTURE(processes);
    std::vector<std::vector<double>> results(processes);
    in_threads(processes, [&](const Team& team) { results[static_cast<std::size_t>(team.rank)] = train(team); });
    for (const std::vector<double>& result : results) CHECK(result == alone);
  }
}

TEST_CASE("processes that would train differently are refused, each by what differs") {
  const auto error = [](const std::function<void(std::uint64_t&, FitConfig&, Parameters<Net>&)>& change) {
    std::vector<std::string> errors(3);
    in_threads(3, [&](const Team& team) {
      FitConfig config = quiet(1);
      config.shards = 4;
      config.team = team;
      Parameters<Net> parameters(GlorotUniform{1});
      std::uint64_t seed = 1;
      if (team.rank == 2) change(seed, config, parameters);
      auto training = bright_pixels(9, {.batch = 8, .seed = 1});
      if (seed != 1) {
        Batch<Net::in> images(9);
        training = {images, ArrayLoader<Net::in>::Labels(9), {.batch = 8, .seed = 1}};
      }
      Adam adam;
      try {
        fit(parameters, adam, training, config);
      } catch (const ArgumentError& e) {
        errors[static_cast<std::size_t>(team.rank)] = e.what();
      }
    });
    CHECK((errors[0] == errors[1] && errors[0] == errors[2]));
    return errors[0];
  };
  const std::string begin = "unetpp: training with several processes: expected the same ",
                    end = " on all, found others on process 2 than on process 0";
  CHECK(error([](std::uint64_t&, FitConfig&, Parameters<Net>&) {}) == "");
  CHECK(error([](std::uint64_t&, FitConfig& config, Parameters<Net>&) { config.epochs = 2; }) ==
        begin + "settings and instruction set" + end);
  CHECK(error([](std::uint64_t&, FitConfig&, Parameters<Net>& parameters) { parameters.span()[3] += 1; }) ==
        begin + "parameters and optimizer" + end);
  CHECK(error([](std::uint64_t& seed, FitConfig&, Parameters<Net>&) { seed = 2; }) ==
        begin + "images and labels in the first batch" + end);
}

TEST_CASE("all processes stop where one does") {
  std::vector<std::uint64_t> steps(2);
  in_threads(2, [&](const Team& team) {
    struct Stopper {
      bool last;
      int batches = 0;
      void on_batch_end(const BatchEnd&) { ++batches; }
      bool stop() const { return last && batches == 2; }
    };
    FitConfig config = quiet(3);
    config.shards = 2;
    config.team = team;
    auto training = bright_pixels(9, {.batch = 2});
    Parameters<Net> parameters;
    SGD sgd;
    Stopper stopper{team.rank == 1};
    steps[static_cast<std::size_t>(team.rank)] = fit(parameters, sgd, training, config, stopper).steps;
  });
  CHECK(steps == std::vector<std::uint64_t>{2, 2});
}

TEST_CASE("training goes on with as many shards as before only") {
  auto training = bright_pixels(9, {.batch = 4});
  Parameters<Net> parameters;
  SGD sgd;
  FitConfig config = quiet(1);
  config.shards = 2;
  config.start = fit(parameters, sgd, training, config);
  CHECK(config.start.shards == std::size_t{2});
  config.epochs = 2;
  CHECK_NOTHROW(fit(parameters, sgd, training, config));
  config.shards = 4;
  CHECK_THROWS_WITH(fit(parameters, sgd, training, config), "unetpp: training goes on: expected 2 shards, found 4");
}

}  // namespace fit_test
