// All that the recipe "best" is made of, against PyTorch and Keras.

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "../layers/check_layer.hpp"
#include "../reference/read_reference.hpp"
#include "unetpp/train/adamw.hpp"
#include "unetpp/train/clip.hpp"
#include "unetpp/train/dice.hpp"
#include "unetpp/unet.hpp"

namespace recipe_test {

using namespace unetpp;

namespace {

reference::Reference read(const std::string& name) {
  return reference::read_reference(std::filesystem::path(UNETPP_SOURCE_DIR) / "tests" / "reference" / name);
}

/// A dropout whose draw is always the same.
template <Shape In>
struct FixedDropout : LayerDefaults {
  static constexpr const char* kind = "fixed_dropout";
  static constexpr Shape in = In, out = In;
  static constexpr Footprint footprint{};
  static inline std::vector<double> mask;

  static void forward(Tensors<FixedDropout>, BatchView<const float, in> x, OutputTarget<out> y, const Context&) {
    multiply(x, y.view);
  }
  static void backward(Tensors<FixedDropout>, BatchView<const float, in> x, BatchView<const float, out>,
                       BatchView<const float, out> dy, Gradients<FixedDropout> to, const Context& context) {
    multiply(dy, to.dx.view);
    kernels::transfer(x.pixels(), In.channels,
                      {pixels_of(std::as_const(to.dx.view)), pixels_of(to.dx.view), to.dx.epilogue(x)},
                      context.threads());
  }

 private:
  static void multiply(BatchView<const float, in> x, BatchView<float, in> y) {
    for (std::size_t i = 0; i < x.pixels(); ++i)
      for (std::size_t c = 0; c < In.channels; ++c)
        y.pixel(i)[c] = static_cast<float>(mask[i * In.channels + c]) * x.pixel(i)[c];
  }
};

constexpr int deepest = 16;

template <Shape In, BlockConfig C>
struct UnitNorm {
  static constexpr Shape out{In.height, In.width, C.filters};
  using Conv = Conv2D<In, Conv2DConfig{.filters = C.filters, .bias = false}>;
  using Norm = BatchNorm2D<out, BatchNorm2DConfig{.activation = Activation::relu, .unbiased = true}>;
};
template <Shape In, BlockConfig C>
using Block =
    Sequential<typename UnitNorm<In, C>::Conv, typename UnitNorm<In, C>::Norm,
               typename UnitNorm<UnitNorm<In, C>::out, C>::Conv, typename UnitNorm<UnitNorm<In, C>::out, C>::Norm>;
template <Shape In, BlockConfig C>
using BlockWithDropout =
    std::conditional_t<C.filters == deepest,
                       Sequential<Block<In, C>, FixedDropout<Shape{In.height, In.width, C.filters}>>, Block<In, C>>;

using Net = UNet<UNetConfig{.height = 16, .width = 16, .base_channels = 4, .depth = 2}, BlockWithDropout>;

void check_near(std::span<const float> got, const std::vector<double>& want, double tolerance) {
  CHECK(check::difference(check::doubles(got), want) < tolerance);
}

}  // namespace

TEST_CASE("batch normalisation, dropout, Dice, clipping and AdamW together make PyTorch's parameters in 5 steps") {
  const reference::Reference torch = read("recipe_reference.txt");
  const auto copy = [&](const char* name, auto&& to) { std::copy(torch[name].begin(), torch[name].end(), to.begin()); };
  Parameters<Net> parameters;
  Batch<Net::in> images(2);
  Batch<Shape{16, 16, 1}, std::uint8_t> labels(2);
  copy("recipe.parameters", parameters.span());
  copy("recipe.images", images.span());
  copy("recipe.labels", labels.span());
  FixedDropout<Shape{4, 4, deepest}>::mask = torch["recipe.mask"];

  Trainer<Net> trainer(2, WeightedLosses({{1, SoftmaxCrossEntropy{}}, {1, DiceLoss{}}}));
  AdamW adamw({.learning_rate = 1e-2, .decay = 0.05}, weight_ranges<Net>());
  for (int i = 0; i < 5; ++i) {
    const LossSum loss = trainer.step(parameters, adamw, std::as_const(images).view(), std::as_const(labels).view(),
                                      {.clip = clip_by_global_norm(0.1)});
    CHECK(loss.mean() == Approx(torch["recipe.losses"].at(static_cast<std::size_t>(i))).epsilon(1e-5));
  }
  check_near(parameters.span(), torch["recipe.parameters_after"], 1e-5);
  check_near(parameters.statistics(), torch["recipe.statistics_after"], 1e-5);
}

namespace {

/// Ten steps of training on batches, of which only the statistics are of interest. Returns the last output.
template <class L>
std::vector<double> run_batches(Parameters<Sequential<L>>& parameters, const std::vector<double>& batches) {
  Trainer<Sequential<L>> trainer(3);
  SGD sgd({.learning_rate = 0});
  Batch<L::in> images(3);
  const Batch<Shape{4, 4, 1}, std::uint8_t> labels(3);
  for (auto from = batches.begin(); from != batches.end(); from += static_cast<std::ptrdiff_t>(images.size())) {
    std::copy_n(from, images.size(), images.span().begin());
    trainer.step(parameters, sgd, std::as_const(images).view(), labels.view());
  }
  const auto y = trainer.workspace().output();
  return {y.data(), y.data() + images.size()};
}

}  // namespace

TEST_CASE("batch normalisation's statistics after ten steps are PyTorch's, with its settings") {
  const reference::Reference torch = read("recipe_reference.txt");
  using L = BatchNorm2D<Shape{4, 4, 2},
                        BatchNorm2DConfig{.keep_per_thousand = 900, .epsilon_per_million = 10, .unbiased = true}>;
  Parameters<Sequential<L>> parameters;
  run_batches<L>(parameters, torch["norm.batches"]);
  check_near(parameters.statistics().first(2), torch["norm.running_mean"], 1e-5);
  check_near(parameters.statistics().last(2), torch["norm.running_variance"], 1e-5);
}

TEST_CASE("batch normalisation's statistics after ten steps, and its outputs, are Keras's by default") {
  const reference::Reference keras = read("keras_norm_reference.txt");
  using L = BatchNorm2D<Shape{4, 4, 2}>;
  Parameters<Sequential<L>> parameters;
  CHECK(check::difference(run_batches<L>(parameters, keras["batches"]), keras["outputs"]) < 1e-5);
  check_near(parameters.statistics().first(2), keras["running_mean"], 1e-5);
  check_near(parameters.statistics().last(2), keras["running_variance"], 1e-5);

  InferenceWorkspace<Sequential<L>> inference(3);
  Batch<L::in> images(3);
  std::copy(keras["batches"].end() - static_cast<std::ptrdiff_t>(images.size()), keras["batches"].end(), images.data());
  const auto y = inference.forward(parameters, std::as_const(images).view());
  check_near({y.data(), images.size()}, keras["inference"], 1e-5);
}

TEST_CASE(
    "batch normalisation's statistics that warm up keep (1 + t) / (10 + t) of themselves in step t, and their share "
    "later") {
  const reference::Reference torch = read("recipe_reference.txt");
  using L = BatchNorm2D<Shape{4, 4, 2}, BatchNorm2DConfig{.keep_per_thousand = 250, .warm_up = true}>;
  Parameters<Sequential<L>> parameters;
  const std::vector<double> batches = torch["norm.batches"];
  run_batches<L>(parameters, batches);
  std::vector<double> means(2);
  constexpr std::size_t pixels = 3 * 16;
  for (int t = 0; t < 10; ++t)
    for (std::size_t c = 0; c < 2; ++c) {
      double sum = 0;
      for (std::size_t i = 0; i < pixels; ++i) sum += batches[(static_cast<std::size_t>(t) * pixels + i) * 2 + c];
      const double keep = std::min(0.25, (1.0 + t) / (10 + t));
      means[c] = keep * means[c] + (1 - keep) * sum / pixels;
    }
  check_near(parameters.statistics().first(2), means, 1e-5);
}

}  // namespace recipe_test
