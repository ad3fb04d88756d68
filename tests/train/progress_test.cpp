#include "unetpp/train/progress.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "../catch.hpp"

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

constexpr BatchEnd late_batch{15, 15, 5913, 6349, 0.1, 0.12345, 59.13};

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

TEST_CASE("on a terminal progress redraws one line of less than 80 columns with loss, speed and time left") {
  const std::string text = printed(true, [](Progress& p) { p.on_batch_end(late_batch); });
  CHECK(text.find("\r\033[K") == 0);
  CHECK(text.find("5913/6349") != std::string::npos);
  CHECK(text.find("loss 0.1235") != std::string::npos);
  CHECK(text.find("100.0 images/s") != std::string::npos);
  CHECK(text.find("ETA 0:04") != std::string::npos);
  CHECK(text.size() - std::string("\r\033[K\n").size() < 80);
}

TEST_CASE("a progress line that is not finished is ended, so that an error begins a new one") {
  CHECK(printed(true, [](Progress& p) { p.on_batch_end(late_batch); }).back() == '\n');
}
