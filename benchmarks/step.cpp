// Training steps and inference of the default U-Net against the processor's peak, all alternating in one process.
//   step [--threads N] [--rounds N]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <unetpp/unet.hpp>
#include <vector>

#include "fma_peak.hpp"

using namespace unetpp;
using benchmark_peak::fma_peak;
using benchmark_peak::seconds_now;

namespace {

using Net = UNet<>;

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Resident memory of this process in MB (Linux).
double resident_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") {
      double kilobytes = 0;
      status >> kilobytes;
      return kilobytes / 1024;
    }
  return 0;
}

/// A batch, and what is timed on it.
struct Case {
  std::string name;
  std::size_t batch;
  double gflop_per_image;  // as direct convolutions
  double planned_mb;
  std::function<void()> run;
  std::vector<double> seconds;
  std::vector<double> share_of_peak;
};

}  // namespace

int main(int argc, char** argv) {
  int threads = max_threads(), rounds = 7;
  for (int i = 1; i + 1 < argc; i += 2)
    (std::string(argv[i]) == "--threads" ? threads : rounds) = std::atoi(argv[i + 1]);
  set_threads(threads);

  constexpr double forward_gflop = 2e-9 * static_cast<double>(Net::multiply_adds);
  constexpr double mb = 1.0 / (1 << 20);
  Parameters<Net> parameters(HeNormal{1});
  std::vector<Case> cases;
  for (const std::size_t batch : {1, 8, 32}) {
    const auto images = std::make_shared<Batch<Net::in>>(batch);
    const auto labels = std::make_shared<Batch<Shape{128, 128, 1}, std::uint8_t>>(batch);
    for (std::size_t i = 0; i < images->size(); ++i) images->span()[i] = Random(1).uniform(i);
    for (std::size_t i = 0; i < labels->size(); ++i)
      labels->span()[i] = static_cast<std::uint8_t>(Random(2).below(3, i));
    const auto trainer = std::make_shared<Trainer<Net>>(batch, SoftmaxCrossEntropy{}, threads);
    const auto adam = std::make_shared<Adam>();
    cases.push_back({"training",
                     batch,
                     3 * forward_gflop,
                     TrainingWorkspace<Net>::bytes(batch, threads) * mb,
                     [=, &parameters] {
                       trainer->step(parameters, *adam, std::as_const(*images).view(), std::as_const(*labels).view());
                     },
                     {},
                     {}});
    const auto inference = std::make_shared<InferenceWorkspace<Net>>(batch, threads);
    cases.push_back({"inference",
                     batch,
                     forward_gflop,
                     InferenceWorkspace<Net>::bytes(batch, threads) * mb,
                     [=, &parameters] { inference->forward(parameters, *images); },
                     {},
                     {}});
  }
  std::vector<double> peaks;
  for (int round = -1; round < rounds; ++round)  // the first is not counted
    for (Case& c : cases) {
      const double peak = fma_peak(threads, 0.03), start = seconds_now();
      c.run();
      const double seconds = seconds_now() - start;
      if (round < 0) continue;
      peaks.push_back(peak);
      c.seconds.push_back(seconds);
      c.share_of_peak.push_back(static_cast<double>(c.batch) * c.gflop_per_image / seconds / peak);
    }
  std::printf("unetpp %s, default U-Net, %d threads, FMA peak %.0f GFLOP/s (median of %zu), resident %.0f MB\n",
              version, threads, median(peaks), peaks.size(), resident_mb());
  std::printf("%-10s %6s %10s %18s %10s %12s\n", "", "batch", "images/s", "effective GFLOP/s", "of peak", "planned MB");
  for (const Case& c : cases) {
    const double images = static_cast<double>(c.batch) / median(c.seconds);
    std::printf("%-10s %6zu %10.2f %18.0f %9.0f%% %12.0f\n", c.name.c_str(), c.batch, images,
                images * c.gflop_per_image, 100 * median(c.share_of_peak), c.planned_mb);
  }
}
