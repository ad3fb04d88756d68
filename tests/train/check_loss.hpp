#pragma once
// Runs a loss on random logits and labels and compares it with naive float64 loops and central differences.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "../layers/check_layer.hpp"
#include "unetpp/train/loss.hpp"

namespace check {

/// Random logits and labels, some of the latter 255 where asked for; the logits' gradient, which begins at `before`.
struct LossData {
  static constexpr unetpp::Shape shape{37, 33, 3};  // 1221 pixels an image: more than a block of the kernel
  static constexpr std::size_t images = 2;

  StridedBatch<shape> logits{images, 1, 1, 3};
  StridedBatch<shape> gradient{images, 2};
  unetpp::Batch<unetpp::Shape{37, 33, 1}, std::uint8_t> labels{images};
  unetpp::Buffer<float> scratch;

  explicit LossData(bool with_ignored, float before = 0) {
    const unetpp::Random random(4);
    for (std::size_t i = 0; i < labels.size(); ++i)
      labels.span()[i] = static_cast<std::uint8_t>(with_ignored && i % 5 == 0 ? 255 : random.below(3, i));
    for (std::size_t i = 0; i < gradient.view().pixels(); ++i)
      for (int c = 0; c < shape.channels; ++c) gradient.view().pixel(i)[c] = before;
  }

  unetpp::LossWeight weigh(const unetpp::Loss& loss, std::size_t first, std::size_t count) {
    const unetpp::BatchView<const float, shape> no_logits(nullptr, count);
    return loss.weigh(unetpp::loss_batch(no_logits, std::as_const(labels).view().images(first, count)),
                      memory(loss, 2));
  }
  /// A part of the images as a batch of a step of weight `whole`.
  unetpp::LossSum run(const unetpp::Loss& loss, std::size_t first, std::size_t count, const unetpp::LossWeight& whole,
                      unetpp::LossGradient to = {}, int threads = 2) {
    const unetpp::BatchView<const float, shape> x = logits.view();
    to.dlogits = unetpp::pixels_of(gradient.view().images(first, count));
    return loss.evaluate(unetpp::loss_batch(x.images(first, count), std::as_const(labels).view().images(first, count)),
                         {weigh(loss, first, count), whole}, to, memory(loss, threads));
  }
  /// All images as a step.
  unetpp::LossSum run(const unetpp::Loss& loss, int threads = 2) {
    return run(loss, 0, images, weigh(loss, 0, images), {}, threads);
  }
  std::vector<int> numbers() const { return {labels.span().begin(), labels.span().end()}; }

 private:
  unetpp::kernels::Scratch memory(const unetpp::Loss& loss, int threads) {
    scratch.assign(loss.scratch(images, shape), 12345);
    return {scratch.data(), threads};
  }
};

/// The same loss in float64.
using NaiveLoss = std::function<double(const reference::Array& logits, const std::vector<int>& labels)>;

/// Checks a loss and its gradient on labels of which some are 255 if the loss ignores that.
inline void loss(const unetpp::Loss& loss, const NaiveLoss& naive, LossData data) {
  const std::vector<int> labels = data.numbers();
  const reference::Array logits = data.logits.array();
  CHECK(data.run(loss).mean() == Approx(naive(logits, labels)).epsilon(1e-6));
  CHECK(data.gradient.guards_hold());
  const reference::Array gradient = data.gradient.array();
  const auto of_logits = [&](const std::vector<double>& v) {
    reference::Array a = logits;
    a.v = v;
    return naive(a, labels);
  };
  const double scale = static_cast<double>(logits.v.size());  // a mean over many pixels: make its gradients of order 1
  for (std::size_t i = 0; i < logits.v.size(); i += 97)
    CHECK(gradient.v[i] * scale ==
          Approx(reference::central_difference(of_logits, logits.v, i, 1e-5) * scale).margin(2e-5));
}
inline void loss(const unetpp::Loss& l, const NaiveLoss& naive) { loss(l, naive, LossData(l.ignored_label() == 255)); }

}  // namespace check
