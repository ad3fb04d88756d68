// U-Nets of all kinds of blocks and ways up.

#include <cmath>
#include <concepts>
#include <vector>

#include "../layers/check_layer.hpp"
#include "unetpp/nn/fold_batch_norm.hpp"
#include "unetpp/unet.hpp"

namespace unet_kinds_test {

using namespace unetpp;

namespace {

constexpr UNetConfig small{.height = 16, .width = 16, .base_channels = 4, .depth = 2};

/// Random images and labels, and the step that they make.
template <class Net>
struct Data {
  Batch<Net::in> images{2};
  Batch<Shape{16, 16, 1}, std::uint8_t> labels{2};
  Parameters<Net> parameters{HeNormal{3}};

  Data() {
    const Random random(4);
    for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = random.uniform(i);
    for (std::size_t i = 0; i < labels.size(); ++i) labels.span()[i] = static_cast<std::uint8_t>(random.below(3, i));
    for (const NamedTensor& t : parameter_tensors<Net>())
      if (t.role != Role::weight)
        for (float& v : parameters.span().subspan(t.offset, t.size)) v += 0.1f * Random(5, t.offset).normal(0);
  }
  double loss(const Parameters<Net>& p, int threads, std::vector<float>* gradients = nullptr) const {
    Trainer<Net> trainer(2, SoftmaxCrossEntropy{}, threads);
    const LossSum sum = trainer.compute_gradients(p, images.view(), labels.view());
    if (gradients) gradients->assign(trainer.gradients().begin(), trainer.gradients().end());
    return sum.mean();
  }
};

/// The gradient along itself, against a central difference.
template <class Net>
void check_gradient(const Data<Net>& data) {
  std::vector<float> gradients;
  data.loss(data.parameters, 2, &gradients);
  double square = 0;
  for (const float g : gradients) square += double{g} * g;
  const double length = std::sqrt(square), h = 2e-3;
  const auto moved = [&](double by) {
    Parameters<Net> p = data.parameters;
    for (std::size_t i = 0; i < gradients.size(); ++i) p.span()[i] += static_cast<float>(by / length * gradients[i]);
    return data.loss(p, 2);
  };
  CHECK((moved(h) - moved(-h)) / (2 * h) == Approx(length).epsilon(0.02));
}

template <class Net>
void check_threads(const Data<Net>& data) {
  std::vector<float> one, three;
  CHECK(data.loss(data.parameters, 1, &one) == data.loss(data.parameters, 3, &three));
  CHECK(one == three);
}

template <class Net>
void check_folded(Data<Net>& data) {
  Trainer<Net> trainer(2);
  Adam adam;
  for (int i = 0; i < 20; ++i) trainer.step(data.parameters, adam, data.images.view(), data.labels.view());
  const Parameters<Folded<Net>> folded = fold_batch_norm(data.parameters);
  InferenceWorkspace<Net> whole(2);
  InferenceWorkspace<Folded<Net>> without(2);
  const auto y = whole.forward(data.parameters, std::as_const(data.images).view()),
             z = without.forward(folded, std::as_const(data.images).view());
  const auto numbers = [](const auto& view) {
    return std::vector<double>(view.data(), view.data() + view.pixels() * Net::out.channels);
  };
  CHECK(check::difference(numbers(z), numbers(y)) < 1e-4);
}

template <UNetConfig C>
void check_kind() {
  using Net = UNet<C>;
  static_assert(Net::in == Shape{16, 16, 3} && Net::out == Shape{16, 16, 3});
  Data<Net> data;
  check_gradient(data);
  check_threads(data);
  if constexpr (statistic_count < Net >> 0) {
    static_assert(statistic_count<Folded<Net>> == 0);
    check_folded(data);
  }
}

constexpr UNetConfig with(auto change) {
  UNetConfig config = small;
  change(config);
  return config;
}

}  // namespace

TEST_CASE("a U-Net's default block is two convolutions with fused ReLUs") {
  constexpr Shape in{16, 16, 3}, out{16, 16, 4};
  constexpr Conv2DConfig conv{.filters = 4, .activation = Activation::relu};
  static_assert(std::same_as<ConvBlock<in, BlockConfig{4}>, Sequential<Conv2D<in, conv>, Conv2D<out, conv>>>);
}

TEST_CASE("a U-Net with batch normalisation has right gradients, and the same folded") {
  check_kind<with([](UNetConfig& c) { c.normalisation = Normalisation::batch; })>();
}

TEST_CASE("a U-Net with group normalisation has right gradients") {
  check_kind<with([](UNetConfig& c) {
    c.normalisation = Normalisation::group;
    c.norm_groups = 2;
  })>();
}

TEST_CASE("a U-Net with group normalisation has as many groups as divide its channels, of those that it may have") {
  constexpr auto block = [](int groups) {
    return BlockConfig{.filters = 12, .normalisation = Normalisation::group, .norm_groups = groups};
  };
  const auto groups = []<BlockConfig C>() {
    using Norm = std::tuple_element_t<1, typename ConvBlock<Shape{16, 16, 3}, C>::Children>;
    static_assert(Norm::out.channels == 12 && Norm::rectified);
    return Norm::geometry.groups;
  };
  CHECK(groups.operator()<block(32)>() == 12);  // instance normalisation
  CHECK(groups.operator()<block(12)>() == 12);
  CHECK(groups.operator()<block(8)>() == 6);
  CHECK(groups.operator()<block(5)>() == 4);
  CHECK(groups.operator()<block(1)>() == 1);  // layer normalisation
}

TEST_CASE("a U-Net of residual blocks with group normalisation and SiLU has right gradients") {
  check_kind<with([](UNetConfig& c) {
    c.block = BlockKind::residual;
    c.normalisation = Normalisation::group;
    c.activation = BlockActivation::silu;
  })>();
}

TEST_CASE("a U-Net of residual blocks has right gradients") {
  check_kind<with([](UNetConfig& c) { c.block = BlockKind::residual; })>();
}

TEST_CASE("a U-Net of residual blocks with batch normalisation and SiLU has right gradients, and the same folded") {
  check_kind<with([](UNetConfig& c) {
    c.block = BlockKind::residual;
    c.normalisation = Normalisation::batch;
    c.activation = BlockActivation::silu;
  })>();
}

TEST_CASE("a U-Net with interpolation alone on the way up and a head of 1×1 has right gradients, and the same folded") {
  check_kind<with([](UNetConfig& c) {
    c.normalisation = Normalisation::batch;
    c.batch_epsilon_per_million = 10;
    c.way_up = WayUp::bilinear_alone;
    c.head_kernel = 1;
  })>();
}

TEST_CASE("a U-Net of residual blocks with interpolation alone on the way up has right gradients") {
  check_kind<with([](UNetConfig& c) {
    c.block = BlockKind::residual;
    c.activation = BlockActivation::leaky_relu;
    c.way_up = WayUp::bilinear_alone;
  })>();
}

TEST_CASE("an algorithm of 3×3 convolutions may be asked of a U-Net that has 1×1 convolutions, too") {
  constexpr auto of = [](ConvAlgorithm algorithm) {
    return with([=](UNetConfig& c) {
      c.block = BlockKind::residual;
      c.algorithm = algorithm;
      c.head_kernel = 1;
    });
  };
  const Data<UNet<of(ConvAlgorithm::winograd2)>> data;
  const Data<UNet<of(ConvAlgorithm::im2col)>> general;
  CHECK(data.loss(data.parameters, 1) == Approx(general.loss(general.parameters, 1)).epsilon(1e-4));
}

TEST_CASE("a U-Net with leaky ReLU, dropout at the bottom and interpolation on the way up has right gradients") {
  check_kind<with([](UNetConfig& c) {
    c.activation = BlockActivation::leaky_relu;
    c.bottom_dropout_per_thousand = 300;
    c.way_up = WayUp::bilinear;
  })>();
}

TEST_CASE("a U-Net with batch normalisation, interpolation and heads has right gradients, and the same folded") {
  check_kind<with([](UNetConfig& c) {
    c.normalisation = Normalisation::batch;
    c.way_up = WayUp::bilinear;
    c.supervised_levels = 1;
  })>();
}

}  // namespace unet_kinds_test
