#include "unetpp/train/progress.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "../catch.hpp"

namespace progress_test {

using namespace unetpp;

namespace {

/// What a Progress prints while `use` uses it.
std::string printed(bool terminal, const std::function<void(Progress&)>& use) {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  {
    Progress progress(file, terminal);
    use(progress);
  }
  std::rewind(file);
  std::string text;
  for (int c = 0; (c = std::fgetc(file)) != EOF;) text.push_back(static_cast<char>(c));
  std::fclose(file);
  return text;
}

constexpr BatchEnd late_batch{.epoch = 15,
                              .epochs = 15,
                              .samples = 5913,
                              .all_samples = 6349,
                              .loss = 0.1,
                              .mean_loss = 0.12345,
                              .seconds = 59.13,
                              .image = {},
                              .output = {},
                              .images = nullptr,
                              .pixel_stride = 0,
                              .labels = {},
                              .ignore_label = -1};

/// Half of an epoch.
BatchEnd half_way(int epoch, int epochs) {
  BatchEnd batch = late_batch;
  batch.epoch = epoch;
  batch.epochs = epochs;
  batch.samples = 3000;
  batch.all_samples = 6000;
  batch.mean_loss = 0.1;
  batch.seconds = 30;
  return batch;
}

EpochEnd epoch() {
  Evaluation evaluation{{12.5, 10}, ConfusionMatrix(2)};
  evaluation.confusion.add(std::vector<std::uint8_t>{0, 1}, std::vector<std::uint8_t>{0, 1});
  return {2, 15, 0.5, evaluation, 3.25, 41.5};
}

}  // namespace

TEST_CASE("elsewhere than on a terminal progress is one plain line an epoch") {
  CHECK(printed(false,
                [](Progress& p) {
                  p.on_batch_end(late_batch);
                  p.on_epoch_end(epoch());
                }) ==
        "Epoch 2/15  3.2 s  41.5 images/s  loss 0.5000  val_loss 1.2500  val_accuracy 1.0000  val_mean_iou 1.0000\n");
}

TEST_CASE("on a terminal progress redraws one line with loss, speed and the time left of all epochs") {
  const std::string text = printed(true, [](Progress& p) { p.on_batch_end(late_batch); });
  CHECK(text == "\r15/15 [=====>]  ETA 0:00:04  loss 0.1235  100.0 img/s\033[K\n");
}

TEST_CASE("the time left has the epochs to come and the validation as long as it last was") {
  const std::string text = printed(true, [](Progress& p) {
    p.on_epoch_end({1, 15, 0.5, {}, 80, 100});  // 60 s of training for 6,000 images, and 20 s of validation
    p.on_batch_end(half_way(2, 15));
  });
  CHECK(text.find("ETA 0:18:10") != std::string::npos);  // 30 + 20 + 13 * 80 s
}

TEST_CASE("training that goes on knows how long the epochs before it took") {
  const std::string text = printed(true, [](Progress& p) {
    TrainingState state;
    state.epoch = 2;
    state.history.push_back({1, 15, 0.5, {}, 80, 100});
    p.on_fit_begin({2, 15, state});
    p.on_batch_end(half_way(2, 15));
  });
  CHECK(text.find("ETA 0:18:10") != std::string::npos);
}

TEST_CASE("a time left that is too long for a clock, or not a number, is shown all the same") {
  const auto line = [](double seconds, int epochs) {
    return printed(true, [&](Progress& p) {
      p.on_epoch_end({1, epochs, 0.5, {}, seconds, 100});
      p.on_batch_end(half_way(2, epochs));
    });
  };
  CHECK(line(1e300, 15).find("ETA 596523:14:07") != std::string::npos);
  CHECK(line(std::numeric_limits<double>::infinity(), 2).find("ETA 0:00:00") != std::string::npos);  // 0 * infinity
}

TEST_CASE("after an epoch the line has the validation of the last one, and fits into 80 columns") {
  const std::string text = printed(true, [](Progress& p) {
    p.on_epoch_end(epoch());
    p.on_batch_end(half_way(3, 15));
  });
  const std::string line = text.substr(text.find('\n') + 1);
  CHECK(line.find("val 1.2500  mIoU 1.0000  100.0 img/s") != std::string::npos);
  CHECK(line.size() - std::string("\r\033[K\n").size() < 80);
}

TEST_CASE("while it validates the line says so") {
  const std::vector<std::uint8_t> classes(4);
  const std::string text = printed(true, [&](Progress& p) {
    p.on_validation_batch_end({2, 15, 1, 2, {2, 2, 3}, {2, 2, 3}, nullptr, 3, classes, classes, -1});
  });
  CHECK(text == "\r2/15 [===>..]  validating  loss 0.0000\033[K\n");
}

TEST_CASE("a progress line that is not finished is ended, so that an error begins a new one") {
  CHECK(printed(true, [](Progress& p) { p.on_batch_end(late_batch); }).back() == '\n');
}

}  // namespace progress_test
