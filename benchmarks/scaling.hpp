#pragma once
// Speed over the number of threads.

#include <cstddef>
#include <cstdio>
#include <vector>

#include "cases.hpp"
#include "fma_peak.hpp"
#include "measure.hpp"

namespace bench {

/// 1, 2, 4, ... and the largest.
inline std::vector<int> thread_counts(int largest) {
  std::vector<int> counts;
  for (int threads = 1; threads < largest; threads *= 2) counts.push_back(threads);
  counts.push_back(largest);
  return counts;
}

/// A table of training and inference of a batch with 1 to `largest` threads, all in turns.
inline void print_scaling(std::size_t batch, int largest, int rounds) {
  struct Line {
    int threads;
    Case training, inference;
    std::vector<double> training_seconds = {}, inference_seconds = {}, peaks = {};
  };
  std::vector<Line> lines;
  for (const int threads : thread_counts(largest))
    lines.push_back({threads, make_case(Task::training, batch, threads), make_case(Task::inference, batch, threads)});
  for (int round = -1; round < rounds; ++round)  // the first does not count
    for (Line& line : lines) {
      const double peak = fma_peak(line.threads);
      const double training = median(one_turn(line.training.run, 0.1));
      const double inference = median(one_turn(line.inference.run, 0.1));
      if (round < 0) continue;
      line.peaks.push_back(peak);
      line.training_seconds.push_back(training);
      line.inference_seconds.push_back(inference);
    }
  std::printf("\nbatch %-4zu %14s %21s %22s\n", batch, "FMA peak", "training", "inference");
  std::printf("%-10s %14s %12s %8s %13s %8s\n", "threads", "GFLOP/s", "images/s", "x", "images/s", "x");
  for (const Line& line : lines) {
    const double training = median(line.training_seconds), inference = median(line.inference_seconds);
    const double images = static_cast<double>(batch);
    std::printf("%-10d %14.0f %12.2f %8.2f %13.2f %8.2f\n", line.threads, median(line.peaks), images / training,
                median(lines[0].training_seconds) / training, images / inference,
                median(lines[0].inference_seconds) / inference);
  }
}

}  // namespace bench
