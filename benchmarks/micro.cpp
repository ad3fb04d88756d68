// Each kernel of the default U-Net at each of its shapes, against im2col + Eigen and the processor's FMA peak.
//   micro [--threads N] [--batch N] [--benchmark_filter=REGEX] [Google Benchmark's other flags]

#include <benchmark/benchmark.h>

#include <CLI/CLI.hpp>
#include <string>
#include <type_traits>
#include <utility>

#include "fma_peak.hpp"
#include "micro_convolutions.hpp"
#include "network.hpp"

using namespace bench;

namespace {

struct Options {
  int threads = unetpp::max_threads();
  std::size_t batch = 8;
} options;

/// `run(state)` makes its operands and loops.
template <class Run>
void add(const std::string& name, const Run& run) {
  benchmark::RegisterBenchmark(name.c_str(), run)->UseRealTime()->Unit(benchmark::kMillisecond);
}

/// Seconds of one run of `work`.
template <class Work>
double repeat(benchmark::State& state, const Work& work) {
  work();  // the first touches memory
  const double start = seconds_now();
  for (auto _ : state) work();
  return (seconds_now() - start) / static_cast<double>(state.iterations());
}

/// A pass as the library computes it, and by im2col + Eigen.
void add_pass(const ConvolutionLayer& layer, const std::string& name,
              void (*pass)(const ConvolutionLayer&, ConvolutionOperands&)) {
  for (const bool chosen : {true, false})
    add(layer.name + "/" + name + (chosen ? "/unetpp" : "/im2col"), [=](benchmark::State& state) {
      const ConvGeometry& g = layer.geometry;
      ConvolutionOperands operands(g, chosen ? unetpp::kernels::choose_algorithm(g) : ConvAlgorithm::im2col,
                                   options.batch, options.threads);
      const double peak = fma_peak(options.threads);
      const double seconds = repeat(state, [&] { pass(layer, operands); });
      const double gflop = 2e-9 * static_cast<double>(options.batch * g.out.pixels() * g.weights());
      state.counters["GFLOP/s"] = gflop / seconds;
      state.counters["%_of_peak"] = 100 * gflop / seconds / peak;
    });
}

void add_convolutions() {
  for (const ConvolutionLayer& layer : convolution_layers<Net>()) {
    add_pass(layer, "forward", forward);
    if (layer.needs_input_gradient) add_pass(layer, "input_gradient", input_gradient);
    add_pass(layer, "weight_gradient", weight_gradient);
  }
}

/// `bytes` are what it reads and writes at least.
template <class Work>
void repeat_and_count(benchmark::State& state, std::size_t bytes, const Work& work) {
  state.counters["GB/s"] = 1e-9 * static_cast<double>(bytes) / repeat(state, work);
}

void add_pooling() {
  unetpp::for_each_leaf<Net>([]<class L>(const unetpp::Place&) {
    if constexpr (std::is_same_v<L, unetpp::MaxPool2D<L::in>>) {
      const auto add_pass = [](const std::string& pass, bool gradient) {
        add(layer_name<L>() + "/" + pass, [=](benchmark::State& state) {
          unetpp::Buffer<float> x = random_floats(options.batch * L::in.size()), dx(x.size());
          unetpp::Buffer<float> y = random_floats(options.batch * L::out.size());
          const Pixels<float> in{x.data(), L::in.channels}, out{y.data(), L::out.channels},
              to{dx.data(), L::in.channels};
          // As in the network, where the skip connection has left its gradient and the input went through a ReLU.
          const Epilogue<float> end{.accumulate = true, .mask = x.data(), .mask_stride = L::in.channels};
          const std::size_t floats = (gradient ? 3 : 1) * x.size() + y.size();
          repeat_and_count(state, floats * sizeof(float), [&] {
            if (gradient)
              unetpp::kernels::max_pool_gradient(L::geometry, options.batch, {in, out, to, end},
                                                 {nullptr, options.threads});  // windows side by side need no scratch
            else
              unetpp::kernels::max_pool(L::geometry, options.batch, {in, out}, options.threads);
          });
        });
      };
      add_pass("forward", false);
      add_pass("input_gradient", true);
    }
  });
}

void add_loss_and_adam() {
  add("softmax_cross_entropy " + unetpp::to_string(Net::out), [](benchmark::State& state) {
    const RandomBatch data(options.batch);
    unetpp::Batch<Net::out> logits(options.batch), gradient(options.batch);
    unetpp::Buffer<float> scratch(unetpp::kernels::pixel_sum_scratch(options.batch * Net::out.pixels()));
    const unetpp::SoftmaxCrossEntropy loss;
    const unetpp::LossBatch batch = unetpp::loss_batch(std::as_const(logits).view(), data.labels.view());
    repeat_and_count(state, 2 * logits.size() * sizeof(float) + data.labels.size(), [&] {
      const unetpp::LossWeight weight = loss.weigh(batch, {scratch.data(), options.threads});
      loss.evaluate(batch, {weight, weight}, {unetpp::pixels_of(gradient.view())}, {scratch.data(), options.threads});
    });
  });
  add("adam " + std::to_string(unetpp::parameter_count<Net>), [](benchmark::State& state) {
    unetpp::Buffer<float> parameters = random_floats(unetpp::parameter_count<Net>), gradients = parameters;
    unetpp::Adam adam;
    repeat_and_count(state, 7 * parameters.size() * sizeof(float),
                     [&] { adam.step(parameters, gradients, options.threads); });
  });
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);  // takes its own flags away
  CLI::App app("Kernels of the default U-Net at its shapes; --benchmark_... flags are Google Benchmark's");
  app.add_option("--threads", options.threads, "Threads")->check(CLI::Range(1, 1024))->capture_default_str();
  app.add_option("--batch", options.batch, "Images at once")->check(CLI::Range(1, 4096))->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  unetpp::set_threads(options.threads);
  benchmark::AddCustomContext("unetpp", unetpp::version);
  benchmark::AddCustomContext("threads", std::to_string(options.threads));
  benchmark::AddCustomContext("batch", std::to_string(options.batch));
  benchmark::AddCustomContext("FMA peak", std::to_string(fma_peak(options.threads, 0.2)) + " GFLOP/s");
  add_convolutions();
  add_pooling();
  add_loss_and_adam();
  benchmark::RunSpecifiedBenchmarks();
}
