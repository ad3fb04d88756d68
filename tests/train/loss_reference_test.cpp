// Losses against the numbers of PyTorch, segmentation_models.pytorch and MONAI.

#include <string>
#include <utility>
#include <vector>

#include "../catch.hpp"
#include "../reference/read_reference.hpp"
#include "unetpp/train/dice.hpp"
#include "unetpp/train/focal.hpp"
#include "unetpp/train/lovasz.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"

namespace loss_reference_test {

using namespace unetpp;

namespace {

constexpr Shape shape{4, 5, 4};
constexpr std::size_t images = 2;

struct Case {
  std::string name;    // in loss_reference.txt
  std::string labels;  // likewise
  Loss loss;
};

/// Checks that a loss has the loss and the gradient of each case, to a relative 1e-5.
void check_cases(const std::vector<Case>& cases) {
  const reference::Reference kept = reference::read_reference(UNETPP_SOURCE_DIR "/tests/reference/loss_reference.txt");
  Batch<shape> logits(images), gradient(images);
  Batch<Shape{4, 5, 1}, std::uint8_t> labels(images);
  for (std::size_t i = 0; i < logits.size(); ++i) logits.span()[i] = static_cast<float>(kept["logits"].at(i));
  for (const Case& c : cases) {
    CAPTURE(c.name);
    for (std::size_t i = 0; i < labels.size(); ++i)
      labels.span()[i] = static_cast<std::uint8_t>(kept.integers(c.labels).at(i));
    Buffer<float> memory(c.loss.scratch(images, shape));
    const kernels::Scratch scratch{memory.data(), 2};
    const LossBatch batch = loss_batch(std::as_const(logits).view(), std::as_const(labels).view());
    const LossWeight weight = c.loss.weigh(batch, scratch);
    const LossSum sum = c.loss.evaluate(batch, {weight, weight}, {pixels_of(gradient.view())}, scratch);
    CHECK(sum.mean() == Approx(kept[c.name + ".loss"].at(0)).epsilon(1e-5));
    const std::vector<double>& want = kept[c.name + ".gradient"];
    double largest = 0;
    for (const double v : want) largest = std::max(largest, std::abs(v));
    REQUIRE(want.size() == gradient.size());
    REQUIRE(largest > 1e-3);
    for (std::size_t i = 0; i < want.size(); ++i)
      CHECK(gradient.span()[i] == Approx(want[i]).epsilon(1e-5).margin(1e-5 * largest));
  }
}

const std::vector<float> class_weights = {0.5f, 2, 0, 1.25f};

}  // namespace

TEST_CASE("smoothed cross-entropy is PyTorch's, with class weights and an ignored label, too") {
  check_cases({{"smoothing", "labels", SoftmaxCrossEntropy({.label_smoothing = 0.1f})},
               {"smoothing_weighted", "ignoring",
                SoftmaxCrossEntropy({.class_weights = class_weights, .ignore_label = 255, .label_smoothing = 0.3f})}});
}

TEST_CASE("Dice of the batch with absent classes that count 0 is segmentation_models.pytorch's") {
  const auto zero = AbsentClass::zero;
  check_cases({{"dice_smp", "labels", DiceLoss({.smoothing = 2, .absent = zero})},
               {"dice_smp_ignoring", "ignoring", DiceLoss({.smoothing = 0, .ignore_label = 255, .absent = zero})},
               {"dice_smp_classes", "labels", DiceLoss({.smoothing = 0, .left_out_classes = {0, 2}, .absent = zero})},
               {"dice_smp_absent", "absent", DiceLoss({.smoothing = 1, .absent = zero})}});
}

TEST_CASE("Dice of the batch and of images, with absent classes that count, is MONAI's") {
  const auto image = OverlapRegion::image;
  check_cases({{"dice_monai_batch", "labels", DiceLoss{}},
               {"dice_monai_image", "labels", DiceLoss({.region = image})},
               {"dice_monai_no_background", "labels", DiceLoss({.left_out_classes = {0}, .region = image})},
               {"dice_monai_absent", "absent", DiceLoss({.smoothing = 1})}});
}

TEST_CASE("Tversky is MONAI's, and of a single class with an exponent segmentation_models.pytorch's") {
  check_cases({{"tversky_monai", "labels", TverskyLoss({.alpha = 0.3f, .beta = 0.7f})},
               {"tversky_smp_focal", "ignoring",
                TverskyLoss({.alpha = 0.3f,
                             .beta = 0.7f,
                             .gamma = 1.5f,
                             .smoothing = 0,
                             .left_out_classes = {0, 2, 3},
                             .ignore_label = 255})}});
}

TEST_CASE("the focal loss is MONAI's but for what the mean divides by") {
  check_cases({{"focal_monai", "labels", FocalLoss{}},
               {"focal_monai_weighted", "labels", FocalLoss({.gamma = 0.5f, .class_weights = class_weights})}});
}

TEST_CASE("Lovász-softmax is segmentation_models.pytorch's") {
  check_cases({{"lovasz_smp", "labels", LovaszSoftmaxLoss{}},
               {"lovasz_smp_absent", "absent", LovaszSoftmaxLoss{}},
               {"lovasz_smp_ignoring", "ignoring", LovaszSoftmaxLoss({.ignore_label = 255})}});
}

}  // namespace loss_reference_test
