// Training steps and inference of the default U-Net against the processor's peak, all alternating in one process.
// `step --help` lists what else it measures.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <unetpp/io/files/file.hpp>
#include <vector>

#include "cases.hpp"
#include "fma_peak.hpp"
#include "measure.hpp"
#include "parts.hpp"
#include "scaling.hpp"

using namespace bench;

namespace {

struct Options {
  int threads = unetpp::max_threads();
  int rounds = 7;
  std::vector<std::size_t> batches = {1, 8, 32};
  bool scaling = false, layers = false, memory = false, worker = false;
  Task task = Task::training;
  std::vector<unetpp::Precision> precisions = {unetpp::Precision::float32};
};

/// Resident memory after two runs of one case, in a process (this program again) that does nothing else.
double resident_alone(const Case& c, int threads) {
#ifdef __linux__
  const std::string command = std::filesystem::read_symlink("/proc/self/exe").string() + " --memory --task " +
                              to_string(c.task) + " --precision " + to_string(c.precision) + " --batch " +
                              std::to_string(c.batch) + " --threads " + std::to_string(threads);
  const std::unique_ptr<FILE, int (*)(FILE*)> child(popen(command.c_str(), "r"), pclose);
  double resident = 0;
  if (child && std::fscanf(child.get(), "resident %lf", &resident) == 1) return resident;
#endif
  return 0;
}

void print_memory(const Options& options) {
  const Case c = make_case(options.task, options.batches[0], options.threads, options.precisions[0]);
  c.run();
  c.run();
  const double workspace = static_cast<double>(c.workspace_bytes) * mb;
  const double planned = workspace + static_cast<double>(c.other_bytes) * mb, resident = memory_mb("VmRSS");
  std::printf(
      "resident %.0f MB, at most %.0f MB; planned %.0f MB, of which workspace %.0f MB; resident / planned %.2f, "
      "/ workspace %.2f\n",
      resident, memory_mb("VmHWM"), planned, workspace, resident / planned, resident / workspace);
}

template <class T>
std::vector<T> numbers_of(const std::string& file) {
  const std::string bytes = unetpp::read_file(file);
  std::vector<T> numbers(bytes.size() / sizeof(T));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(T));
  return numbers;
}

/// As that of peers/worker.py.
double logit_error(const Case& c) {
  const char* unet = std::getenv("UNETPP_UNET");
  if (unet == nullptr || !c.logits) return 0;
  const std::string name = unet;
  const std::vector<float> found = c.logits(name + ".safetensors", numbers_of<float>(name + "-images.f32"));
  const std::vector<double> expected = numbers_of<double>(name + "-logits.f64");
  double error = 0, largest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    error = std::max(error, std::abs(double{found.at(i)} - expected[i]));
    largest = std::max(largest, std::abs(expected[i]));
  }
  return error / largest;
}

/// Takes turns with other programs as peers/worker.py says.
void work(const Options& options) {
  const Case c = make_case(options.task, options.batches[0], options.threads, options.precisions[0]);
  c.run();
  std::ofstream("/proc/self/clear_refs") << 5;  // VmHWM begins anew
  std::printf("ready\tunetpp %s\t%g\n", unetpp::version, median(one_turn(c.run, 0.5)));
  for (std::string word; std::fflush(stdout), std::cin >> word;) {
    double at_least = 0;
    if (word == "run" && std::cin >> at_least)
      std::printf("%g\n", median(one_turn(c.run, at_least)));
    else
      std::printf("%g\n", word == "memory" ? memory_mb("VmHWM") : logit_error(c));
  }
}

void print_table(const Options& options) {
  struct Measured {
    Case of;
    std::vector<double> seconds, share_of_peak;
  };
  std::vector<Measured> all;
  for (const std::size_t batch : options.batches)
    for (const Task task : {Task::training, Task::inference})
      for (const unetpp::Precision precision : options.precisions)
        all.push_back({make_case(task, batch, options.threads, precision), {}, {}});
  std::vector<double> peaks;
  for (int round = -1; round < options.rounds; ++round)  // the first does not count
    for (Measured& m : all) {
      const double peak = fma_peak(options.threads);
      for (const double seconds : one_turn(m.of.run, 0.1)) {
        if (round < 0) continue;
        peaks.push_back(peak);
        m.seconds.push_back(seconds);
        m.share_of_peak.push_back(static_cast<double>(m.of.batch) * gflop_per_image(m.of.task) / seconds / peak);
      }
    }
  std::printf("unetpp %s, default U-Net, %d threads, FMA peak %.0f GFLOP/s (%s, median)\n", unetpp::version,
              options.threads, median(peaks), fma_loop().name);
  std::printf("%-10s %-8s %5s %9s %9s %10s %8s %12s %11s %11s\n", "", "", "batch", "images/s", "best", "GFLOP/s",
              "of peak", "workspace MB", "planned MB", "resident MB");
  for (const Measured& m : all) {
    const double batch = static_cast<double>(m.of.batch), images = batch / median(m.seconds);
    const double workspace = static_cast<double>(m.of.workspace_bytes) * mb;
    std::printf("%-10s %-8s %5zu %9.2f %9.2f %10.0f %6.0f %% %12.0f %11.0f %11.0f\n", to_string(m.of.task).c_str(),
                to_string(m.of.precision).c_str(), m.of.batch, images, batch / smallest(m.seconds),
                images * gflop_per_image(m.of.task), 100 * median(m.share_of_peak), workspace,
                workspace + static_cast<double>(m.of.other_bytes) * mb, resident_alone(m.of, options.threads));
  }
  std::puts(
      "GFLOP/s are counted as direct convolutions; planned is the workspace, parameters, gradients, moments and the "
      "batch; resident\nis the whole of a process that runs only that line.");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Training steps and inference of the default U-Net against the processor's FMA peak");
  app.add_option("--threads", options.threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--rounds", options.rounds, "Turns of each")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option("--batch", options.batches, "Images at once, one or more numbers")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  app.add_flag("--scaling", options.scaling, "Speed over the number of threads, up to --threads");
  app.add_flag("--layers", options.layers, "Time layer by layer only");
  app.add_flag("--memory", options.memory, "Memory of --task with --batch only");
  app.add_flag("--worker", options.worker, "Take turns with other programs (peers/compare.py) in --task with --batch");
  app.add_option("--task", options.task, "Of --memory and --worker: training or inference")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Task>{{"training", Task::training}, {"inference", Task::inference}}));
  app.add_option("--precision", options.precisions, "How values are stored, float32, bfloat16 or both in turns")
      ->transform(CLI::CheckedTransformer(std::map<std::string, unetpp::Precision>{
          {"float32", unetpp::Precision::float32}, {"bfloat16", unetpp::Precision::bfloat16}}));
  CLI11_PARSE(app, argc, argv);
  unetpp::set_threads(options.threads);
  if (options.memory)
    print_memory(options);
  else if (options.worker)
    work(options);
  else if (options.scaling)
    for (const std::size_t batch : options.batches) print_scaling(batch, options.threads, options.rounds);
  else {
    if (!options.layers) print_table(options);
    for (const std::size_t batch : options.batches)
      if (options.layers || batch > 1)
        print_parts(batch, options.threads, options.rounds, options.layers, options.precisions[0]);
  }
}
