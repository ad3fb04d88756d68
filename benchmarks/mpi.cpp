// Training steps of the default U-Net by the processes that mpirun has started (mpi.py starts it): with gradients that are
// sent while others are computed, with all sent behind them, and without any sent, in turns. Prints a line of JSON.

#include <CLI/CLI.hpp>
#include <bit>
#include <cstddef>
#include <cstdio>
#include <span>
#include <string>
#include <unetpp/mpi/processes.hpp>
#include <utility>
#include <vector>

#include "measure.hpp"
#include "network.hpp"

namespace bench {

namespace {

using namespace unetpp;

/// When a bucket's gradients were there, in a step that sends none.
struct Ready {
  std::size_t bytes;
  double seconds;  // since the step began
};

/// What is measured of one way to send.
struct Way {
  const char* name;
  StepConfig step;
  std::vector<double> seconds = {};
  std::vector<double> waited = {};  // at the end of the sums, of these
};

class Steps {
 public:
  Steps(mpi::Processes& processes, std::size_t batch, int threads, std::size_t bucket_bytes)
      : processes_(processes),
        team_(processes.team()),
        shards_(own_shards(std::bit_ceil(static_cast<std::size_t>(team_.size)), batch,
                           static_cast<std::size_t>(team_.rank), static_cast<std::size_t>(team_.size))),
        trainer_(shards_.images, SoftmaxCrossEntropy{}, threads, shards_),
        data_(shards_.images * shards_.own),
        ways_{{"hidden", {}}, {"behind", {}}, {"none", {}}} {
    detail::reduce_over(team_, ways_[0].step, bucket_bytes);
    detail::reduce_over(team_, ways_[1].step);
    ways_[2].step.begin_reduce = [this](std::span<float> bucket) {
      if (!bucket.empty()) ready_.push_back({bucket.size_bytes(), seconds_now() - begun_});
    };
    ways_[2].step.end_reduce = [] {};
    ways_[2].step.bucket = bucket_bytes / sizeof(float);
    for (Way& way : ways_) time_end(way);
  }

  void round(bool counts) {
    for (Way& way : ways_) {
      double together = 0;
      if (team_.size > 1) team_.sum({&together, 1});  // all begin at once
      ready_.clear();
      const std::size_t sent = processes_.bytes_sent();
      begun_ = seconds_now();
      trainer_.step(parameters_, adam_, std::as_const(data_.images).view(), std::as_const(data_.labels).view(),
                    way.step);
      const double end = seconds_now();
      if (&way == &ways_[0]) sent_ = processes_.bytes_sent() - sent;
      if (!counts) continue;
      way.seconds.push_back(end - begun_);
      way.waited.push_back(waited_);
    }
  }

  void print(std::size_t batch, int threads) const {
    std::printf("{\"processes\": %d, \"threads\": %d, \"batch\": %zu, \"parameters\": %zu, \"bytes_sent\": %zu",
                team_.size, threads, batch, parameter_count<Net>, sent_);
    for (const Way& way : ways_)
      std::printf(", \"%s\": {\"seconds\": %.6f, \"waited\": %.6f}", way.name, median(way.seconds), median(way.waited));
    std::printf(", \"reduced_at\": %.6f, \"ready\": [", end_);
    for (std::size_t i = 0; i < ready_.size(); ++i)
      std::printf("%s[%zu, %.6f]", i > 0 ? ", " : "", ready_[i].bytes, ready_[i].seconds);
    std::printf("]}\n");
  }

 private:
  /// Notes how long a step waits for its sums, and when they must be there.
  void time_end(Way& way) {
    if (way.step.end_reduce) {
      way.step.end_reduce = [this, end = way.step.end_reduce] {
        const double start = seconds_now();
        end();
        end_ = start - begun_;
        waited_ = seconds_now() - start;
      };
    } else if (way.step.reduce) {
      way.step.reduce = [this, sum = way.step.reduce](std::span<float> gradients) {
        const double start = seconds_now();
        sum(gradients);
        waited_ = seconds_now() - start;
      };
    }
  }

  mpi::Processes& processes_;
  Team team_;
  Shards shards_;
  Parameters<Net> parameters_{HeNormal{1}};
  Adam adam_;
  Trainer<Net> trainer_;
  RandomBatch data_;
  std::vector<Way> ways_;
  std::vector<Ready> ready_;  // of the last step that sent none
  double begun_ = 0, end_ = 0, waited_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace

}  // namespace bench

int main(int argc, char** argv) {
  std::size_t batch = 32, bucket_kib = 2048;
  int rounds = 5, threads = unetpp::max_threads();
  CLI::App app("Training steps of several processes");
  app.allow_extras();  // those of mpirun.sh
  app.add_option("--batch", batch, "Images of all processes")->capture_default_str();
  app.add_option("--rounds", rounds, "Steps of each way")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--bucket", bucket_kib, "KiB that are sent at once")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  unetpp::mpi::Processes processes;
  bench::Steps steps(processes, batch, threads, bucket_kib * 1024);
  for (int round = -1; round < rounds; ++round) steps.round(round >= 0);  // the first does not count
  if (processes.team().rank == 0) steps.print(batch, threads);
}
