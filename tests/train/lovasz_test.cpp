#include "unetpp/train/lovasz.hpp"

#include <vector>

#include "check_loss.hpp"

namespace lovasz_test {

using namespace unetpp;

namespace {

using Data = check::LossData;

check::NaiveLoss naive(int ignore) {
  return [ignore](const reference::Array& logits, const std::vector<int>& labels) {
    return reference::lovasz_softmax(logits, labels, ignore);
  };
}

}  // namespace

TEST_CASE("Lovász-softmax and its gradient agree with naive loops and central differences") {
  check::loss(LovaszSoftmaxLoss{}, naive(-1));
  check::loss(LovaszSoftmaxLoss({.ignore_label = 255}), naive(255));
}

TEST_CASE("Lovász-softmax leaves a class that does not occur out of its mean") {
  Data data(false);
  for (std::uint8_t& label : data.labels.span()) label = label == 1 ? 0 : label;
  check::loss(LovaszSoftmaxLoss{}, naive(-1), data);
  check::loss(LovaszSoftmaxLoss({.ignore_label = 0}), naive(0), data);
}

TEST_CASE("Lovász-softmax sorts equal errors by the pixel's place") {
  constexpr std::size_t count = 3000;
  std::vector<kernels::ErrorKey> keys(count), sorted(count);
  for (std::size_t i = 0; i < count; ++i)
    keys[i] = i % 7 == 0 ? kernels::ErrorKey::uncounted()
                         : kernels::ErrorKey(static_cast<float>(Random(1).below(5, i)) / 4, i);
  kernels::detail::sort_errors(count, keys.data(), sorted.data());
  std::size_t counted = 0;
  while (counted < count && sorted[counted].counts()) ++counted;
  CHECK(counted == count - (count + 6) / 7);
  for (std::size_t k = 1; k < counted; ++k) {
    const auto &before = sorted[k - 1], &after = sorted[k];
    REQUIRE((before.error() > after.error() || (before.error() == after.error() && before.pixel() < after.pixel())));
  }
}

TEST_CASE("Lovász-softmax of more pixels than its keys number is an error") {
  CHECK_THROWS_AS(LovaszSoftmaxLoss{}.scratch(std::size_t{1} << 18, {128, 128, 2}), ArgumentError);
}

}  // namespace lovasz_test
