// Heads inside of networks, in the memory that is planned for them.
#include "unetpp/nn/supervised.hpp"

#include <algorithm>
#include <concepts>
#include <string>
#include <vector>

#include "../layers/check_layer.hpp"
#include "unetpp/layers/relu.hpp"
#include "unetpp/unet.hpp"

namespace supervised_test {

using namespace unetpp;

namespace {

constexpr UNetConfig plain_config{.height = 16, .width = 24, .base_channels = 4, .depth = 3};
using Plain = UNet<plain_config>;
using Net = UNet<UNetConfig{.height = 16, .width = 24, .base_channels = 4, .depth = 3, .supervised_levels = 2}>;

/// The parameters of Net without its heads.
Parameters<Plain> without_heads(const Parameters<Net>& parameters) {
  Parameters<Plain> plain;
  float* to = plain.span().data();
  for (const NamedTensor& t : parameter_tensors<Net>())
    if (!t.name.starts_with("head")) to = std::copy_n(parameters.span().data() + t.offset, t.size, to);
  REQUIRE(to == plain.span().data() + plain.count);
  return plain;
}

template <class N>
Batch<N::in> random_images(std::size_t count) {
  Batch<N::in> images(count);
  for (std::size_t i = 0; i < images.size(); ++i) images.span()[i] = Random(8).uniform(i);
  return images;
}

/// A loss of heads whose gradient is the same whatever they put out; notes who asks.
struct Fixed final : Supervision {
  std::vector<HeadLogits> asked;

  static float gradient(int level, std::size_t i) { return Random(20, level).normal(i); }
  void supervise(const HeadLogits& head, kernels::Scratch) override {
    asked.push_back(head);
    const std::size_t channels = head.shape.channels;
    for (std::size_t i = 0; i < head.images * head.shape.size(); ++i)
      head.gradient.data[i / channels * head.gradient.stride + i % channels] = gradient(head.level, i);
  }
};

constexpr Shape in{6, 5, 2};
constexpr Conv2DConfig conv(int filters, Activation activation = Activation::none, int kernel = 3) {
  return {.filters = filters, .kernel = kernel, .activation = activation};
}
constexpr Conv2DConfig rectified(int filters) { return conv(filters, Activation::relu); }

using Deep = Conv2D<in, rectified(3)>;
using DeepHead = ConvHead<Deep::out, conv(2, Activation::none, 1)>;
using Middle = Sequential<Deep, Supervised<SkipConcat<Conv2D<Deep::out, conv(2)>>, DeepHead, 2>>;
using HeadLayer = Conv2D<Middle::out, rectified(4)>;
using LongHead = Sequential<HeadLayer, ConvHead<HeadLayer::out, conv(3)>>;
using Judged = Supervised<Conv2D<Middle::out, conv(2)>, LongHead, 1>;
using Headed = Sequential<Middle, SkipConcat<Judged>, ReLU<Shape{6, 5, 7}>>;

/// What Headed computes, and the dot products of all that is judged with its gradients.
double naive_headed(const reference::Array& x, const std::vector<double>& p, const reference::Array& dy) {
  using reference::Array;
  auto at = p.begin();
  const auto of = [&](const Array& a, int kernel, int filters) {
    const std::size_t size = std::size_t{1} * kernel * kernel * a.c * filters;
    const std::vector<double> weight(at, at + size), bias(at + size, at + size + filters);
    at += size + filters;
    return reference::conv2d(a, weight, bias,
                             reference::window_geometry(a, {kernel, kernel}, {1, 1}, {1, 1}, reference::Padding::same));
  };
  const auto judged = [](const Array& logits, int level) {
    double dot = 0;
    for (std::size_t i = 0; i < logits.v.size(); ++i) dot += logits.v[i] * Fixed::gradient(level, i);
    return dot;
  };
  const Array deep = reference::relu(of(x, 3, 3));
  double sum = judged(of(deep, 1, 2), 2);
  const Array middle = reference::concatenate(of(deep, 3, 2), deep);
  const Array inside = reference::relu(of(middle, 3, 4));
  sum += judged(of(inside, 3, 3), 1);
  const Array out = reference::relu(reference::concatenate(of(middle, 3, 2), middle));
  REQUIRE(at == p.end());
  return sum + reference::dot(out, dy);
}

}  // namespace

TEST_CASE("a U-Net without supervised levels is the very type that it was before there were any") {
  constexpr Shape top{16, 16, 3}, low{8, 8, 4};
  constexpr BlockConfig first{4}, second{8};
  using Down = MaxPool2D<Shape{16, 16, 4}>;
  using Up = ConvTranspose2D<Shape{8, 8, 8}, ConvTranspose2DConfig{.filters = 4}>;
  using Skip = SkipConcat<Sequential<Down, ConvBlock<low, second>, Up>>;
  using Level = Sequential<ConvBlock<top, first>, Skip, ConvBlock<Skip::out, first>>;
  using Whole = Sequential<Level, Conv2D<Level::out, Conv2DConfig{.filters = 3}>>;
  STATIC_REQUIRE(std::derived_from<UNet<UNetConfig{.height = 16, .width = 16, .base_channels = 4, .depth = 1}>, Whole>);
  STATIC_REQUIRE(head_count<Plain> == 0);
}

TEST_CASE("the heads of a U-Net judge the levels below the first, in half the height and width each time") {
  STATIC_REQUIRE(head_shapes<Net> == std::array{Shape{8, 12, 3}, Shape{4, 6, 3}});
  STATIC_REQUIRE(head_shapes<Net::resized<64, 32>> == std::array{Shape{32, 16, 3}, Shape{16, 8, 3}});
  STATIC_REQUIRE(parameter_count<Net> == parameter_count<Plain> + (8 + 1) * 3 + (16 + 1) * 3);
}

TEST_CASE("heads are named alone, the deepest first, so that the other layers keep their names") {
  std::vector<std::string> names = layer_names<Net>();
  CHECK(std::count(names.begin(), names.end(), "head") == 1);
  CHECK(std::count(names.begin(), names.end(), "head_1") == 1);
  std::erase_if(names, [](const std::string& name) { return name.starts_with("head"); });
  CHECK(names == layer_names<Plain>());
  for (const NamedTensor& t : parameter_tensors<Net>())
    if (t.name == "head.weight") CHECK(t.extents == std::vector<int>{1, 1, 16, 3});
}

TEST_CASE("inference and training put out the very bits of the network without heads, inference in the same memory") {
  const Parameters<Net> parameters(HeNormal{3});
  const Parameters<Plain> plain = without_heads(parameters);
  const Batch<Net::in> images = random_images<Net>(3);
  InferenceWorkspace<Plain> before(3);
  InferenceWorkspace<Net> inference(3);
  TrainingWorkspace<Net> training(3);
  const float* want = before.forward(plain, images).data();
  CHECK(std::equal(want, want + 3 * Net::out.size(), inference.forward(parameters, images).data()));
  CHECK(std::equal(want, want + 3 * Net::out.size(), training.forward(parameters, images).data()));
  STATIC_REQUIRE(Net::multiply_adds == Plain::multiply_adds);
  CHECK(InferenceWorkspace<Net>::bytes(8, 2) == InferenceWorkspace<Plain>::bytes(8, 2));
}

TEST_CASE("without a supervision, a backward pass is that of the network without heads") {
  const Parameters<Net> parameters(HeNormal{3});
  const Parameters<Plain> plain = without_heads(parameters);
  const Batch<Net::in> images = random_images<Net>(2);
  const auto gradients = [&]<class N>(const Parameters<N>& p) {
    Parameters<N> dp;
    std::fill(dp.span().begin(), dp.span().end(), 0.0f);
    TrainingWorkspace<N> workspace(2);
    workspace.forward(p, images);
    std::fill_n(workspace.output_gradient().data(), 2 * N::out.size(), 0.5f);
    workspace.backward(p, TensorView<N, float>(dp.span().data(), nullptr), images.view());
    return dp;
  };
  const Parameters<Net> got = gradients(parameters);
  const Parameters<Plain> want = gradients(plain);
  CHECK(std::ranges::equal(without_heads(got).span(), want.span()));
  for (const NamedTensor& t : parameter_tensors<Net>())
    if (t.name.starts_with("head"))
      CHECK(std::ranges::all_of(got.span().subspan(t.offset, t.size), [](float v) { return v == 0; }));
}

TEST_CASE("gradients of heads join those of the features that they judge, also of heads and features of many layers") {
  constexpr std::size_t count = 2;
  std::vector<float> p(parameter_count<Headed>), first_dp;
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = 0.5f * Random(7, 3).normal(i);
  const std::span<const float, parameter_count<Headed>> parameters(p.data(), p.size());
  check::StridedBatch<in> x(count, 0, 1, 1);
  check::StridedBatch<Headed::out> dy(count, 0, 2, 1);
  const auto loss = [&](const reference::Array& image, const std::vector<double>& of) {
    return naive_headed(image, of, dy.array());
  };
  const auto of_p = [&](const std::vector<double>& v) { return loss(x.array(), v); };
  const auto of_x = [&](const std::vector<double>& v) {
    reference::Array a = x.array();
    a.v = v;
    return loss(a, check::doubles(p));
  };
  const std::vector<double> want_p = reference::central_gradient(of_p, check::doubles(p), 1e-6),
                            want_x = reference::central_gradient(of_x, x.array().v, 1e-6);
  for (const int threads : {1, 2, 3}) {
    CAPTURE(threads);
    TrainingWorkspace<Headed> workspace(count + 1, threads);
    Batch<in> dx(count);
    std::vector<float> dp(p.size());
    Fixed supervision;
    for (int pass = 0; pass < 2; ++pass) {  // the second on memory that the first has used
      std::fill(dp.begin(), dp.end(), 0.0f);
      supervision.asked.clear();
      workspace.forward(parameters, x.view());
      std::copy(dy.values.begin(), dy.values.end(), workspace.output_gradient().data());
      workspace.backward(parameters, std::span<float, parameter_count<Headed>>(dp.data(), dp.size()), x.view(),
                         dx.view(), &supervision);
    }
    REQUIRE(supervision.asked.size() == 2);
    CHECK(supervision.asked[0].level == 1);
    CHECK(supervision.asked[1].shape == DeepHead::out);
    CHECK(check::difference(check::doubles(dp), want_p) < 1e-5);
    CHECK(check::difference(check::doubles(dx.span()), want_x) < 1e-5);
    if (first_dp.empty()) first_dp = dp;
    CHECK(dp == first_dp);
  }
}

TEST_CASE("a head on the images themselves has its gradients where those of the images are not wanted") {
  using Alone = Supervised<Conv2D<in, conv(2)>, ConvHead<in, conv(3, Activation::none, 1)>, 1>;
  const Parameters<Alone> parameters(HeNormal{3});
  const Batch<in> images = random_images<Alone>(2);
  const auto gradients = [&](BatchView<float, in> dx) {
    std::vector<float> dp(parameters.count);
    TrainingWorkspace<Alone> workspace(2);
    Fixed supervision;
    workspace.forward(parameters, images);
    std::fill_n(workspace.output_gradient().data(), 2 * Alone::out.size(), 0.5f);
    workspace.backward(parameters, std::span<float, parameter_count<Alone>>(dp.data(), dp.size()), images.view(), dx,
                       &supervision);
    return dp;
  };
  Batch<in> dx(2);
  const std::vector<float> dp = gradients({});
  CHECK(dp == gradients(dx.view()));
  CHECK(std::ranges::none_of(dp, [](float v) { return v == 0; }));
}

}  // namespace supervised_test
