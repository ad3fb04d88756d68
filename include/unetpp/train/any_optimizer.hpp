#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "unetpp/core/parallel.hpp"
#include "unetpp/train/averaged.hpp"
#include "unetpp/train/optimizer.hpp"

namespace unetpp {

/// Any optimizer that checkpoints can save and that says its rate: for programs that choose one when they run, and so
/// compile their training once. unet.hpp does not include it.
class AnyOptimizer {
 public:
  template <class Optimizer>
  requires(!std::same_as<Optimizer, AnyOptimizer>) explicit AnyOptimizer(Optimizer optimizer)
      : optimizer_(std::make_unique<Model<Optimizer>>(std::move(optimizer))) {}

  double learning_rate() const { return optimizer_->learning_rate(); }
  void step(std::span<float> parameters, std::span<const float> gradients, int threads = max_threads()) {
    optimizer_->step(parameters, gradients, threads, {});
  }
  void step(std::span<float> parameters, std::span<const float> gradients, int threads, double rate) {
    optimizer_->step(parameters, gradients, threads, rate);
  }
  OptimizerState state() const { return optimizer_->state(); }
  void restore(OptimizerState state) { optimizer_->restore(std::move(state)); }
  /// Of an optimizer that keeps one (MovingAverage); empty of others.
  std::span<const float> average() const { return optimizer_->average(); }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual double learning_rate() const = 0;
    virtual void step(std::span<float>, std::span<const float>, int, std::optional<double>) = 0;
    virtual OptimizerState state() const = 0;
    virtual void restore(OptimizerState) = 0;
    virtual std::span<const float> average() const = 0;
  };
  template <class Optimizer>
  struct Model final : Interface {
    Optimizer optimizer;

    explicit Model(Optimizer o) : optimizer(std::move(o)) {}
    double learning_rate() const override { return optimizer.learning_rate(); }
    void step(std::span<float> parameters, std::span<const float> gradients, int threads,
              std::optional<double> rate) override {
      detail::step_optimizer(optimizer, parameters, gradients, threads, rate);
    }
    OptimizerState state() const override { return optimizer.state(); }
    void restore(OptimizerState state) override { optimizer.restore(std::move(state)); }
    std::span<const float> average() const override {
      if constexpr (detail::HasAverage<Optimizer>)
        return optimizer.average();
      else
        return {};
    }
  };

  std::unique_ptr<Interface> optimizer_;
};

}  // namespace unetpp
