#pragma once
// Where the time of a training step goes: by kind of layer, or layer by layer.

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <string>
#include <unetpp/unet.hpp>
#include <utility>
#include <vector>

#include "fma_peak.hpp"
#include "network.hpp"
#include "timed.hpp"

namespace bench {

/// Layers that are counted together, the work of one image's forward pass in them, and their time in one step.
struct Row {
  std::string name;
  int layers = 0;
  double gflop = 0;
  Times times = {};
};

template <class L>
std::string part_name() {
  if constexpr (requires { L::geometry.kernel; }) {
    if (L::in == Net::in || L::out == Net::out) return "first and last convolution";
    const unetpp::Extent kernel = L::geometry.kernel;
    return std::to_string(kernel.height) + "x" + std::to_string(kernel.width) + " " + L::kind;
  } else {
    return L::kind;
  }
}

/// The rows of one step: what the leaves have measured since the last call.
template <class Net>
std::vector<Row> take_rows(bool by_layer) {
  std::vector<Row> rows;
  unetpp::for_each_leaf<TimedNet<Net>>([&]<class L>(const unetpp::Place&) {
    const std::string name = by_layer ? layer_name<L>() : part_name<L>();
    std::size_t at = 0;
    while (at < rows.size() && rows[at].name != name) ++at;
    if (at == rows.size()) rows.push_back({name});
    const Times times = std::exchange(times_of<typename L::Untimed>, Times{});  // a second layer of the type finds none
    rows[at].layers += 1;
    rows[at].gflop += 2e-9 * static_cast<double>(L::multiply_adds);
    rows[at].times.forward += times.forward;
    rows[at].times.backward += times.backward;
  });
  return rows;
}

/// One training step: its layers, and the seconds of the whole, of Adam, and of loss and zeroing together.
struct StepTimes {
  std::vector<Row> rows;
  double all = 0;
  double adam = 0;
  double loss = 0;
};

/// `steps` training steps of the timed network after one that does not count; the one of median time.
template <class Net>
StepTimes median_step(std::size_t batch, int threads, int steps, bool by_layer) {
  using namespace unetpp;
  using Measured = TimedNet<Net>;
  const RandomBatch data(batch);
  Parameters<Measured> parameters(HeNormal{1});
  Trainer<Measured> trainer(batch, SoftmaxCrossEntropy{}, threads);
  Adam adam;
  std::vector<StepTimes> measured;
  for (int i = 0; i <= steps; ++i) {
    const double start = seconds_now();
    trainer.compute_gradients(parameters, data.images.view(), data.labels.view());
    const double gradients = seconds_now();
    adam.step(parameters.span(), trainer.gradients(), threads);
    const double end = seconds_now();
    StepTimes step{take_rows<Net>(by_layer), end - start, end - gradients, gradients - start};
    for (const Row& row : step.rows) step.loss -= row.times.forward + row.times.backward;
    if (i > 0) measured.push_back(std::move(step));
  }
  const auto middle = measured.begin() + static_cast<std::ptrdiff_t>(measured.size() / 2);
  std::nth_element(measured.begin(), middle, measured.end(),
                   [](const StepTimes& a, const StepTimes& b) { return a.all < b.all; });
  return *middle;
}

inline void print_parts(std::size_t batch, int threads, int steps, bool by_layer, unetpp::Precision precision) {
  const double peak = fma_peak(threads);
  const StepTimes step = precision == unetpp::Precision::float32
                             ? median_step<Net>(batch, threads, steps, by_layer)
                             : median_step<NetOf<unetpp::Precision::bfloat16>>(batch, threads, steps, by_layer);
  std::printf("\nTime by %s, batch %zu: %.1f ms a step\n", by_layer ? "layer" : "part", batch, 1e3 * step.all);
  std::printf("%-46s %21s %21s %8s\n", "", "forward ms (of peak)", "gradients ms (of peak)", "of step");
  const auto cell = [&](double seconds, double gflop) {
    char text[40], share[20] = "";
    if (gflop > 0) std::snprintf(share, sizeof share, " (%3.0f %%)", 100 * gflop / seconds / peak);
    std::snprintf(text, sizeof text, "%.2f%8s", 1e3 * seconds, share);
    return std::string(text);
  };
  for (const Row& row : step.rows) {
    const double gflop = row.gflop * static_cast<double>(batch);
    const std::string name = (row.layers > 1 ? std::to_string(row.layers) + " x " : "") + row.name;
    std::printf("%-46s %21s %21s %6.1f %%\n", name.c_str(), cell(row.times.forward, gflop).c_str(),
                cell(row.times.backward, 2 * gflop).c_str(), 100 * (row.times.forward + row.times.backward) / step.all);
  }
  std::printf("%-46s %21s %21s %6.1f %%\n", "loss, zeroing of gradients", cell(step.loss, 0).c_str(), "",
              100 * step.loss / step.all);
  std::printf("%-46s %21s %21s %6.1f %%\n", "Adam", cell(step.adam, 0).c_str(), "", 100 * step.adam / step.all);
}

}  // namespace bench
