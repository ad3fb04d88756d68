#pragma once

#include <span>
#include <utility>
#include <vector>

#include "unetpp/core/parallel.hpp"
#include "unetpp/core/ranges.hpp"
#include "unetpp/train/adam.hpp"
#include "unetpp/train/optimizer.hpp"

namespace unetpp {

struct AdamWConfig {
  double learning_rate = 1e-3;  ///< a step's size; the default of PyTorch and of Keras
  double beta1 = 0.9;           ///< share of the first moment that a step keeps; Adam's paper's
  double beta2 = 0.999;         ///< of the second moment; Adam's paper's
  double epsilon = 1e-7;        ///< as Adam's; Keras's
  double decay = 0.01;          ///< what a weight loses in a step, times the rate; PyTorch's default, Keras has 0.004

  /// All but the decay.
  AdamConfig adam() const { return {learning_rate, beta1, beta2, epsilon}; }

  /// Errors  ArgumentError for a setting that no AdamW can have.
  void require_valid() const {
    adam().require_valid();
    detail::require_setting("AdamW's decay", 0, decay, detail::most_rate);
  }
};

/// Adam with decoupled decay: p −= lr·decay·p beside Adam's step, of the weights only. PyTorch and Keras have the same;
/// epsilon is where Adam's and Keras's is, and PyTorch adds its own to √(v / (1 − β2ᵗ)) instead, which is as
/// epsilon·√(1 − β2ᵗ) here.
/// Source  Loshchilov & Hutter, ICLR 2019; PyTorch's form, where the decay is times the rate, the schedule's included.
class AdamW {
 public:
  /// `ranges` are of the parameters that decay, ascending in the flat span: weight_ranges<Net>().
  /// Errors  ArgumentError for a setting that no AdamW can have, for ranges that overlap or do not ascend, and for none of
  ///         them with a decay.
  AdamW(AdamWConfig config, std::vector<IndexRange> ranges)
      : config_(config), decaying_(std::move(ranges)), adam_(config.adam()) {
    config_.require_valid();
    detail::require_decaying(ranges_of, decaying_, config_.decay);
  }

  double learning_rate() const { return config_.learning_rate; }

  void step(std::span<float> parameters, std::span<const float> gradients, int threads = max_threads()) {
    step(parameters, gradients, threads, config_.learning_rate);
  }
  /// Errors  ArgumentError if the number of parameters is not that of the first step or has no room for the ranges, for a
  ///         setting that no AdamW can have, for such a rate, and for one at which nothing were left of a weight.
  void step(std::span<float> parameters, std::span<const float> gradients, int threads, double rate) {
    config_.require_valid();
    detail::require_decaying(ranges_of, decaying_, config_.decay, parameters.size());
    detail::require_setting("AdamW's rate times its decay", 0, rate * config_.decay, 1);
    adam_.config() = config_.adam();
    adam_.step(parameters, gradients, threads, rate, {rate * config_.decay, decaying_});
  }

  AdamWConfig& config() { return config_; }

  OptimizerState state() const {
    OptimizerState state = adam_.state();
    state.name = "adamw";
    state.settings = {{"learning_rate", config_.learning_rate},
                      {"beta1", config_.beta1},
                      {"beta2", config_.beta2},
                      {"epsilon", config_.epsilon},
                      {"decay", config_.decay}};
    return state;
  }
  /// Goes on from another's state, its settings included; the ranges stay.
  /// Errors  ArgumentError for one that no AdamW can be in; this one is then unchanged.
  void restore(OptimizerState state) {
    detail::require_state_like(AdamW({.decay = 0}, {}).state(), state);
    const double decay = state.settings.at("decay");
    AdamWConfig{.decay = decay}.require_valid();
    state.name = "adam";
    state.settings.erase("decay");
    adam_.restore(std::move(state));
    const AdamConfig& adam = adam_.config();
    config_ = {adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon, decay};
  }

 private:
  static constexpr const char* ranges_of = "unetpp: AdamW's decaying parameters";

  AdamWConfig config_;
  std::vector<IndexRange> decaying_;
  Adam adam_;
};

}  // namespace unetpp
