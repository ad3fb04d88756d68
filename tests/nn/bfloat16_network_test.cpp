// Whole networks of Precision::bfloat16 beside the same ones of float32.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "../layers/check_layer.hpp"
#include "random_tensors.hpp"
#include "unetpp/nn/fold_batch_norm.hpp"
#include "unetpp/nn/separable_conv2d.hpp"
#include "unetpp/nn/tiled_predictor.hpp"
#include "unetpp/unet.hpp"

namespace bfloat16_network_test {

using namespace unetpp;

namespace {

constexpr std::size_t images = 2;

constexpr UNetConfig with(Precision precision, auto change) {
  UNetConfig config{.height = 16, .width = 24, .base_channels = 8, .depth = 2, .precision = precision};
  change(config);
  return config;
}

/// The same U-Net in both precisions.
template <auto Change>
struct Both {
  using Float = UNet<with(Precision::float32, Change)>;
  using Short = UNet<with(Precision::bfloat16, Change)>;
};

/// Random images with labels that can be learnt of them: how bright they are.
struct Data {
  static constexpr Shape in{16, 24, 3};
  Batch<in> x{images};
  Batch<Shape{16, 24, 1}, std::uint8_t> labels{images};

  Data() {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto label = static_cast<std::uint8_t>(Random(4).below(3, i / 4));
      for (std::size_t c = 0; c < 3; ++c)
        x.span()[3 * i + c] = 0.3f * static_cast<float>(label) + 0.4f * Random(5).uniform(3 * i + c);
      labels.span()[i] = label;
    }
  }
};

/// What a step computes.
struct Step {
  double loss;
  std::vector<float> logits, gradients;
};

template <class Net>
Step step_of(const Parameters<Net>& parameters, int threads) {
  const Data data;
  Trainer<Net> trainer(images, SoftmaxCrossEntropy{}, threads);
  const double loss = trainer.compute_gradients(parameters, data.x.view(), data.labels.view()).mean();
  const auto y = trainer.workspace().output();
  return {
      loss, {y.data(), y.data() + images * Net::out.size()}, {trainer.gradients().begin(), trainer.gradients().end()}};
}

/// The same numbers as parameters of a network that differs in its precision.
template <class To, class From>
Parameters<To> converted(const Parameters<From>& from) {
  Parameters<To> to;
  std::copy(from.span().begin(), from.span().end(), to.span().begin());
  std::copy(from.statistics().begin(), from.statistics().end(), to.statistics().begin());
  return to;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double worst = 0, largest = 0;
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    worst = std::max(worst, std::isfinite(a[i]) ? std::abs(double{a[i]} - b[i]) : INFINITY);
    largest = std::max(largest, std::abs(double{b[i]}));
  }
  return worst / largest;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0, square_a = 0, square_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += double{a[i]} * b[i];
    square_a += double{a[i]} * a[i];
    square_b += double{b[i]} * b[i];
  }
  return product / std::sqrt(square_a * square_b);
}

/// How near a U-Net's logits and gradients must be to those in float32.
struct Near {
  double logits = 2e-2;  // of the largest
  double cosine = 0.99;  // of the gradients
};

/// Checks logits and gradients of a U-Net against those in float32, and that they have the same bits on 1, 2 and 3 threads.
template <auto Change>
void check_kind(Near near = {}) {
  using Net = typename Both<Change>::Short;
  using Float = typename Both<Change>::Float;
  STATIC_REQUIRE(precision_of<Net> == Precision::bfloat16);
  STATIC_REQUIRE(precision_of<Float> == Precision::float32);
  STATIC_REQUIRE(parameter_count<Net> == parameter_count<Float>);
  const Parameters<Float> parameters(HeNormal{3});
  const Parameters<Net> same = converted<Net>(parameters);
  const Step want = step_of(parameters, 2), got = step_of(same, 1);
  CHECK(largest_difference(got.logits, want.logits) < near.logits);
  CHECK(got.logits != want.logits);
  CHECK(got.loss == Approx(want.loss).epsilon(1e-2));
  CHECK(cosine(got.gradients, want.gradients) > near.cosine);
  for (const int threads : {2, 3}) {
    const Step again = step_of(same, threads);
    CHECK(again.loss == got.loss);
    CHECK(again.logits == got.logits);
    CHECK(again.gradients == got.gradients);
  }
}

constexpr auto plain = [](UNetConfig&) {};
constexpr auto residual_batch = [](UNetConfig& c) {
  c.block = BlockKind::residual;
  c.normalisation = Normalisation::batch;
};
constexpr auto residual_group_silu = [](UNetConfig& c) {
  c.block = BlockKind::residual;
  c.normalisation = Normalisation::group;
  c.activation = BlockActivation::silu;
  c.way_up = WayUp::bilinear_alone;
  c.norm_groups = 4;
  c.head_kernel = 1;
};
constexpr auto leaky_dropout_supervised = [](UNetConfig& c) {
  c.normalisation = Normalisation::batch;
  c.activation = BlockActivation::leaky_relu;
  c.bottom_dropout_per_thousand = 300;
  c.way_up = WayUp::bilinear;
  c.supervised_levels = 1;
};
constexpr auto by_im2col = [](UNetConfig& c) { c.algorithm = ConvAlgorithm::im2col; };

}  // namespace

TEST_CASE("a U-Net of bfloat16s has the logits and gradients of one of floats, nearly") { check_kind<plain>(); }

TEST_CASE("a U-Net of bfloat16s by im2col has the logits and gradients of one of floats, nearly") {
  check_kind<by_im2col>();
}

TEST_CASE("a residual U-Net of bfloat16s with batch normalisation has the logits and gradients of one of floats") {
  check_kind<residual_batch>();
}

TEST_CASE("a residual U-Net of bfloat16s with group normalisation and SiLU has the logits and gradients of floats") {
  check_kind<residual_group_silu>();
}

TEST_CASE("a U-Net of bfloat16s with leaky ReLU, dropout and a head has the logits and gradients of one of floats") {
  // Batch normalisation takes away a channel's mean: what is left was rounded beside it.
  check_kind<leaky_dropout_supervised>({.logits = 4e-2, .cosine = 0.97});
}

TEST_CASE("training in bfloat16 lowers the loss about as far as training in float32") {
  const auto trained = []<class Net>(std::type_identity<Net>) {
    const Data data;
    Parameters<Net> parameters(HeNormal{3});
    Trainer<Net> trainer(images);
    Adam adam;
    const double first = trainer.step(parameters, adam, data.x.view(), data.labels.view()).mean();
    double last = first;
    for (int i = 0; i < 60; ++i) last = trainer.step(parameters, adam, data.x.view(), data.labels.view()).mean();
    return std::pair(first, last);
  };
  const auto [first, last] = trained(std::type_identity<Both<plain>::Short>{});
  const auto [first_float, last_float] = trained(std::type_identity<Both<plain>::Float>{});
  CAPTURE(first, last, first_float, last_float);
  CHECK(last < 0.7 * first);
  CHECK(last == Approx(last_float).epsilon(0.1));
}

TEST_CASE("the precision of a network is that of its convolutions, however deep; of one without any it is float32") {
  constexpr Shape in{8, 8, 4};
  constexpr Precision in_short = Precision::bfloat16;
  using Conv = Conv2D<in, Conv2DConfig{.filters = 4, .precision = in_short}>;
  using Up = ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 4, .precision = in_short}>;
  STATIC_REQUIRE(precision_of<Conv> == in_short);
  STATIC_REQUIRE(precision_of<Up> == in_short);
  STATIC_REQUIRE(precision_of<Sequential<ReLU<in>, SkipConcat<Residual<Sequential<ReLU<in>, Conv>>>>> == in_short);
  STATIC_REQUIRE(
      precision_of<Supervised<ReLU<in>, ConvHead<in, Conv2DConfig{.filters = 2, .precision = in_short}>, 1>> ==
      in_short);
  STATIC_REQUIRE(precision_of<SeparableConv2D<in, SeparableConv2DConfig{.filters = 2, .precision = in_short}>> ==
                 in_short);
  STATIC_REQUIRE(precision_of<Conv2D<in, Conv2DConfig{.filters = 4}>> == Precision::float32);
  STATIC_REQUIRE(precision_of<Sequential<ReLU<in>, MaxPool2D<in>>> == Precision::float32);
  STATIC_REQUIRE(precision_of<UNet<>> == Precision::float32);
  STATIC_REQUIRE(precision_of<UNet<UNetConfig{.precision = in_short}>::resized<64, 64>> == in_short);
}

TEST_CASE("training the default network in bfloat16 needs little more than half of float32's memory") {
  using Short = UNet<UNetConfig{.precision = Precision::bfloat16}>;
  const auto planned =
      []<class Net>(std::type_identity<Net>) {  // bytes that grow with the batch, and those of batch 32
        return std::pair(TrainingWorkspace<Net>::bytes(32) - TrainingWorkspace<Net>::bytes(16),
                         TrainingWorkspace<Net>::bytes(32));
      };
  const auto in_short = planned(std::type_identity<Short>{}), in_float = planned(std::type_identity<UNet<>>{});
  WARN("bytes of 16 images: " << in_short.first << " and " << in_float.first
                              << "; of a workspace for 32: " << in_short.second << " and " << in_float.second);
  CHECK(double(in_short.first) <= 0.62 * double(in_float.first));
  CHECK(double(in_short.second) <= 0.62 * double(in_float.second));
}

TEST_CASE("a Predictor and a TiledPredictor of bfloat16s give nearly the probabilities of floats") {
  using Net = Both<plain>::Short;
  using Float = Both<plain>::Float;
  const Data data;
  const Parameters<Float> parameters(HeNormal{3});
  const Parameters<Net> same = converted<Net>(parameters);
  const auto numbers = [](BatchView<const float, Net::out> view) {
    return std::vector<float>(view.data(), view.data() + view.pixels() * Net::out.channels);
  };
  Predictor<Float> predictor(parameters, {.batch = images, .flip = true});
  Predictor<Net> short_predictor(same, {.batch = images, .flip = true});
  CHECK(largest_difference(numbers(short_predictor.probabilities(data.x)), numbers(predictor.probabilities(data.x))) <
        2e-2);

  const auto tiled =
      [&]<class N>(const Parameters<N>& p) {  // of a picture that is the first image thrice, side by side
        TiledPredictor<N> tiles(p, {.overlap = 8});
        std::vector<float> all(3 * 16 * 72);
        const auto read = [&](int y, int x, std::span<float> to) {
          for (std::size_t i = 0; i < to.size(); ++i)
            to[i] = data.x.view()(0, y, (x + static_cast<int>(i / 3)) % 24, static_cast<int>(i % 3));
        };
        tiles.probabilities(Extent(16, 72), read, [&](int y, int x, std::span<const float> row) {
          std::copy(row.begin(), row.end(), all.begin() + 3 * (y * 72 + x));
        });
        return all;
      };
  CHECK(largest_difference(tiled(same), tiled(parameters)) < 2e-2);
}

TEST_CASE("batch normalisation folded into the convolutions of a U-Net of bfloat16s leaves it one") {
  using Net = Both<residual_batch>::Short;
  STATIC_REQUIRE(precision_of<Folded<Net>> == Precision::bfloat16);
  STATIC_REQUIRE(statistic_count<Folded<Net>> == 0);
  const Data data;
  const Parameters<Net> parameters = check::random_tensors<Net>();
  const Parameters<Folded<Net>> folded = fold_batch_norm(parameters);
  InferenceWorkspace<Net> whole(images);
  InferenceWorkspace<Folded<Net>> without(images);
  const auto numbers = [](const auto& view) {
    return std::vector<float>(view.data(), view.data() + view.pixels() * Net::out.channels);
  };
  CHECK(largest_difference(numbers(without.forward(folded, data.x)), numbers(whole.forward(parameters, data.x))) <
        2e-2);
}

TEST_CASE("images whose pixels lie apart are taken as those that do not") {
  using Net = Both<plain>::Short;
  const Data data;
  const Parameters<Net> parameters(HeNormal{3});
  check::StridedBatch<Net::in> apart(images, 2);
  for (std::size_t i = 0; i < data.x.view().pixels(); ++i)
    std::copy_n(data.x.view().pixel(i), 3, apart.view().pixel(i));
  InferenceWorkspace<Net> workspace(images);
  const auto numbers = [](const auto& view) {
    return std::vector<float>(view.data(), view.data() + 2 * Net::out.size());
  };
  const std::vector<float> want = numbers(workspace.forward(parameters, data.x));
  CHECK(numbers(workspace.forward(parameters, BatchView<const float, Net::in>(apart.view()))) == want);
}

}  // namespace bfloat16_network_test
