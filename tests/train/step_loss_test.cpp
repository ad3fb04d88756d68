// Training steps of networks with heads.
#include "unetpp/train/step_loss.hpp"

#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "../layers/check_layer.hpp"
#include "../reference/read_reference.hpp"
#include "unetpp/unet.hpp"

namespace step_loss_test {

using namespace unetpp;

namespace {

using Net =
    UNet<UNetConfig{.height = 16, .width = 16, .channels = 3, .base_channels = 2, .depth = 3, .supervised_levels = 2}>;
using Labels = Batch<Shape{16, 16, 1}, std::uint8_t>;

const reference::Reference& torch_reference() {
  static const reference::Reference file =
      reference::read_reference(std::filesystem::path(UNETPP_SOURCE_DIR) / "tests/reference/supervision_reference.txt");
  return file;
}

Loss entropy() { return SoftmaxCrossEntropy({.ignore_label = 255}); }
Loss with_dice(OverlapRegion region = OverlapRegion::batch) {
  return WeightedLosses({{1, entropy()}, {1, DiceLoss({.ignore_label = 255, .region = region})}});
}

void check_near(std::span<const float> got, const std::vector<double>& want) {
  const double largest = std::abs(*std::ranges::max_element(want, {}, [](double v) { return std::abs(v); }));
  double error = 0;
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) error = std::max(error, std::abs(got[i] - want[i]));
  CHECK(error < 1e-5 * largest);
}

void check_steps(const Loss& loss, const std::string& name) {
  const reference::Reference& torch = torch_reference();
  const auto from = [&](const std::string& entry, auto to) {
    REQUIRE(torch[entry].size() == to.size());
    std::copy(torch[entry].begin(), torch[entry].end(), to.begin());
  };
  Parameters<Net> parameters;
  Batch<Net::in> images(2);
  Labels labels(2);
  from("parameters", parameters.span());
  from("images", images.span());
  from("labels", labels.span());
  const auto x = std::as_const(images).view();
  const auto truth = std::as_const(labels).view();

  Trainer<Net> trainer(2, loss, 2);
  const std::vector<double>& losses = torch[name + ".losses"];
  CHECK(trainer.compute_gradients(parameters, x, truth).mean() == Approx(losses.at(0)).epsilon(1e-6));
  for (const NamedTensor& t : parameter_tensors<Net>()) {  // every gradient tensor against its own largest value
    INFO(t.name);
    const auto first = torch[name + ".gradients"].begin() + static_cast<std::ptrdiff_t>(t.offset);
    check_near(trainer.gradients().subspan(t.offset, t.size), {first, first + static_cast<std::ptrdiff_t>(t.size)});
  }
  Adam adam;
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(trainer.step(parameters, adam, x, truth).mean() == Approx(losses.at(i)).epsilon(1e-5));
  check_near(parameters.span(), torch[name + ".parameters_after"]);
}

/// Five images, some of whose labels are ignored; all of the fourth.
struct Data {
  Batch<Net::in> images{5};
  Labels labels{5};
  Parameters<Net> parameters{HeNormal{3}};

  Data() {
    for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(8).uniform(i);
    for (std::size_t i = 0; i < labels.size(); ++i)
      labels.span()[i] = i / 256 == 3 || i % 7 == 0 ? 255 : static_cast<std::uint8_t>(Random(9).below(3, i));
  }
  BatchView<const float, Net::in> batch(std::size_t first, std::size_t count) const {
    return images.view().images(first, count);
  }
  LabelView<Net::out> labels_of(std::size_t first, std::size_t count) const {
    return labels.view().images(first, count);
  }
  LossSum gradients(Trainer<Net>& trainer) const {
    return trainer.compute_gradients(parameters, batch(0, 5), labels_of(0, 5));
  }
};

void check_same(std::span<const float> got, std::span<const float> want) {
  const float largest = std::abs(*std::ranges::max_element(want, {}, [](float v) { return std::abs(v); }));
  for (std::size_t i = 0; i < want.size(); ++i) CHECK(got[i] == Approx(want[i]).margin(2e-6 * largest));
}

}  // namespace

TEST_CASE(
    "under deep supervision, cross-entropy has PyTorch's losses, gradients and parameters after 3 steps of Adam") {
  check_steps(entropy(), "entropy");
}

TEST_CASE("under deep supervision, Dice + cross-entropy has PyTorch's losses, gradients and parameters after 3 steps") {
  check_steps(with_dice(), "dice");
}

TEST_CASE("an output weighs half of the one above it, and all of them 1") {
  const StepLoss two(entropy(), Net::out, head_shapes<Net>, 1);
  CHECK(two.share_of_output(0) == Approx(4.0 / 7));
  CHECK(two.share_of_output(1) == Approx(2.0 / 7));
  CHECK(two.share_of_output(2) == Approx(1.0 / 7));
  CHECK(StepLoss(entropy(), Net::out, {}, 1).share_of_output(0) == 1);
}

TEST_CASE("a step's loss refuses more images than it has room for") {
  const Data data;
  StepLoss loss(entropy(), Net::out, head_shapes<Net>, 2);
  std::vector<float> scratch(loss.scratch());
  const LossBatch batch{3, Net::out, {nullptr, 0}, data.labels.data()};
  CHECK_THROWS_WITH(loss.weigh(batch, {scratch.data(), 1}),
                    "unetpp: a step's loss: expected a batch of at most 2 images, found 3");
}

TEST_CASE("a batch taken in parts has the gradients and the loss of the whole, also of heads") {
  const Data data;
  for (const Loss& loss : {entropy(), with_dice(OverlapRegion::image)}) {
    Trainer<Net> whole(5, loss, 2);
    const LossSum one = data.gradients(whole);
    for (const std::size_t at_once : {std::size_t{1}, std::size_t{2}, std::size_t{3}}) {
      CAPTURE(at_once);
      Trainer<Net> parts(at_once, loss, 2);
      const LossSum sum = data.gradients(parts);
      if (loss.terms() == 1) CHECK(sum.mean() == Approx(one.mean()));  // sums of losses weigh by their first term
      CHECK(sum.weight == one.weight);
      check_same(parts.gradients(), whole.gradients());
    }
  }
}

TEST_CASE("processes that reduce their weights and gradients have those of one process, also of heads") {
  const Data data;
  const Loss loss = with_dice(OverlapRegion::image);
  Trainer<Net> one(5, loss, 2), first(2, loss, 2), second(3, loss, 2);
  data.gradients(one);
  const auto run = [&](Trainer<Net>& trainer, std::size_t from, std::size_t count, const LossWeight& others) {
    Parameters<Net> parameters = data.parameters;
    SGD sgd;
    trainer.step(parameters, sgd, data.batch(from, count), data.labels_of(from, count),
                 {.reduce_weight = [&](LossWeight& weight) { weight += others; }});
  };
  run(first, 0, 2, second.weigh(data.labels_of(2, 3)));
  run(second, 2, 3, first.weigh(data.labels_of(0, 2)));
  std::vector<float> sum(first.gradients().begin(), first.gradients().end());
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += second.gradients()[i];
  check_same(sum, one.gradients());
}

TEST_CASE("under deep supervision, any number of threads has the same bits") {
  const Data data;
  Trainer<Net> one(5, with_dice(), 1);
  const double loss = data.gradients(one).loss;
  for (const int threads : {2, 3}) {
    Trainer<Net> more(5, with_dice(), threads);
    CHECK(data.gradients(more).loss == loss);
    CHECK(std::ranges::equal(more.gradients(), one.gradients()));
  }
}

TEST_CASE("heads whose labels are all ignored add nothing to the loss and the gradients") {
  Data data;
  for (std::size_t i = 0; i < data.labels.size(); ++i)
    if (i / 16 % 4 != 0) data.labels.span()[i] = 255;  // heads read rows 1, 3, ... and 2, 6, ...
  for (const Loss& loss : {entropy(), with_dice()}) {
    Trainer<Net> trainer(5, loss, 2);
    const LossSum sum = data.gradients(trainer);
    InferenceWorkspace<Net> workspace(5, 2, 1 << 20);
    const LossBatch batch = loss_batch(
        BatchView<const float, Net::out>(workspace.forward(data.parameters, data.images)), data.labels_of(0, 5));
    const LossWeight weight = loss.weigh(batch, workspace.scratch());
    CHECK(sum.mean() ==
          Approx(4.0 / 7 * loss.evaluate(batch, {weight, weight}, {}, workspace.scratch()).mean()).epsilon(1e-6));
    for (const NamedTensor& t : parameter_tensors<Net>()) {
      const auto gradient = trainer.gradients().subspan(t.offset, t.size);
      CHECK(std::ranges::all_of(gradient, [](float v) { return v == 0; }) == t.name.starts_with("head"));
    }
  }
}

TEST_CASE("what validation judges is the output alone") {
  const Data data;
  Evaluator<Net> evaluator(5, entropy(), 2);
  Evaluation evaluation = evaluator.begin();
  evaluator.add(data.parameters, data.batch(0, 5), data.labels_of(0, 5), evaluation);
  Parameters<Net> others = data.parameters;
  for (const NamedTensor& t : parameter_tensors<Net>())
    if (t.name.starts_with("head")) std::ranges::fill(others.span().subspan(t.offset, t.size), 7.0f);
  Evaluation again = evaluator.begin();
  evaluator.add(others, data.batch(0, 5), data.labels_of(0, 5), again);
  CHECK(again.loss.loss == evaluation.loss.loss);
}

TEST_CASE("a head that puts out what is no number stops the step and leaves the parameters alone") {
  Data data;
  for (const NamedTensor& t : parameter_tensors<Net>())
    if (t.name == "head_1.bias") data.parameters.span()[t.offset] = NAN;
  const std::vector<float> before(data.parameters.span().begin(), data.parameters.span().end());
  Trainer<Net> trainer(5, entropy(), 2);
  Adam adam;
  CHECK_THROWS_AS(trainer.step(data.parameters, adam, data.batch(0, 5), data.labels_of(0, 5)), NonFiniteLossError);
  CHECK(std::ranges::equal(data.parameters.span(), before,
                           [](float a, float b) { return a == b || (a != a && b != b); }));
}

}  // namespace step_loss_test
