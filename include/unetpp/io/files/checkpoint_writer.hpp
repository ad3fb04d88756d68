#pragma once
// A callback of `fit` with which no run is lost.

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/checkpoint.hpp"
#include "unetpp/train/averaged.hpp"
#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/monitor.hpp"

namespace unetpp {

struct CheckpointWriterConfig {
  std::filesystem::path folder = ".";  ///< is made when `fit` begins if it is not there
  /// Minutes between two checkpoints within an epoch; 0: one after every batch. A power cut costs 10 at most.
  double minutes = 10;
  Score score = mean_iou_score;          ///< by which an epoch is the best; larger is better
  std::function<Metadata()> metadata{};  ///< makes text that goes with each: settings, model_info; none: no text
  /// Gets a line when best.safetensors has gone since the run stopped.
  std::function<void(const std::string&)> warn = print_warning;
};

/// Writes last.safetensors when `fit` begins, after every epoch, every few minutes and when `fit` is stopped, and
/// best.safetensors after an epoch that is better than all before: checkpoints both, each whole or not at all. Parameters
/// and optimizer are those that `fit` trains. The weights in best.safetensors are those that were evaluated: where the
/// optimizer has an average (MovingAverage), it is in their place, and who goes on from there goes on from the average.
/// Errors  FileError when a file cannot be written.
template <Layer Net, class Optimizer>
class CheckpointWriter {
 public:
  CheckpointWriter(Parameters<Net>& parameters, Optimizer& optimizer, CheckpointWriterConfig config = {})
      : parameters_(parameters), optimizer_(optimizer), config_(std::move(config)), best_(config_.score) {}

  std::filesystem::path last() const { return config_.folder / "last.safetensors"; }
  std::filesystem::path best() const { return config_.folder / "best.safetensors"; }

  /// Takes up last.safetensors, if it is there: for FitConfig::start.
  /// Errors  FileError or FormatError, as `load_checkpoint`.
  TrainingState resume() {
    if (!std::filesystem::exists(last())) return {};
    return load_checkpoint(last(), parameters_, optimizer_).state;
  }

  void on_fit_begin(const FitBegin& e) {
    best_.assign(e.start.history);
    is_best_ = false;
    std::error_code ignored;
    std::filesystem::create_directories(config_.folder, ignored);
    write(last(), parameters_, e.start);
    if (best_.epoch() == 0)
      std::filesystem::remove(best(), ignored);  // of another run
    else if (config_.warn && !std::filesystem::exists(best(), ignored))
      config_.warn(best().string() + ": expected the checkpoint of epoch " + std::to_string(best_.epoch()) +
                   ", the best so far, found none; only a better epoch will write it again");
  }
  void on_epoch_end(const EpochEnd& e) { is_best_ = best_.add(e); }
  void on_resume_point(const ResumePoint& e) {
    // The best first: whoever goes on from the checkpoint before comes to write the same again.
    if (std::exchange(is_best_, false)) write(best(), averaged(parameters_, optimizer_), e.state);
    const bool epoch_over = e.state.samples == 0;
    if (epoch_over || e.stopping || Clock::now() - written_ >= std::chrono::duration<double>(60 * config_.minutes))
      write(last(), parameters_, e.state);
  }

 private:
  using Clock = std::chrono::steady_clock;

  void write(const std::filesystem::path& path, const Parameters<Net>& parameters, const TrainingState& state) {
    Metadata metadata = config_.metadata ? config_.metadata() : Metadata{};
    if (best_.epoch() > 0)
      metadata["best"] = nlohmann::ordered_json{{"epoch", best_.epoch()}, {"score", best_.score()}}.dump();
    save_checkpoint(path, parameters, optimizer_, state, std::move(metadata));
    written_ = Clock::now();
  }

  Parameters<Net>& parameters_;
  Optimizer& optimizer_;
  CheckpointWriterConfig config_;
  BestEpoch best_;
  bool is_best_ = false;
  Clock::time_point written_ = Clock::now();
};

}  // namespace unetpp
