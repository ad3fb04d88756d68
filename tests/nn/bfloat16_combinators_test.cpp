// Combinators of values that are stored as BFloat16, in the memory that is planned for them: the bits of their layers one
// after the other, in memory of their own.
#include <algorithm>
#include <vector>

#include "../layers/check_stored.hpp"
#include "unetpp/unet.hpp"

namespace bfloat16_combinators_test {

using namespace unetpp;

namespace {

constexpr std::size_t batch = 2;
constexpr int threads = 2;

template <Shape S>
struct Values : check::StoredBatch<BFloat16, S> {
  using check::StoredBatch<BFloat16, S>::StoredBatch;
};

constexpr Conv2DConfig conv(int filters, Activation activation = Activation::none, int kernel = 3) {
  return {.filters = filters, .kernel = kernel, .activation = activation, .precision = Precision::bfloat16};
}

/// A layer by itself, with its share of the parameters and of their gradients.
template <class L>
class ByHand {
 public:
  ByHand(const std::vector<float>& p, std::vector<float>& dp, std::size_t first)
      : p_(p.data() + first, nullptr), dp_(dp.data() + first, nullptr) {}

  Values<L::out> forward(Values<L::in>& x) {
    Values<L::out> y(batch, 0);
    add_to(y, x, false);
    return y;
  }
  void add_to(Values<L::out>& y, Values<L::in>& x, bool accumulate = true) {
    forward_pass<L, BFloat16>(p_, x.view(), {y.view(), accumulate}, memory_.context());
  }
  void backward(Values<L::in>& x, Values<L::out>& y, Values<L::out> dy, InputGradient<L::in, BFloat16> dx) {
    backward_pass<L, BFloat16>(p_, x.view(), y.view(), dy.view(), Gradients<L, BFloat16>{dp_, dx}, memory_.context());
  }

 private:
  check::Alone<L> memory_{batch, threads};
  TensorView<L, const float> p_;
  TensorView<L, float> dp_;
};

/// What goes into a pass of Net and comes out of it, by hand and from a workspace.
template <class Net>
struct BothPasses {
  std::vector<float> p = check::random_parameters<Net>(), dp = std::vector<float>(p.size());
  Values<Net::in> x{batch, 0, 1, 1}, dx{batch, 0};
  Values<Net::out> dy{batch, 0, 2, 1};

  /// Runs a workspace on the same numbers; its results must be these, its dx and dp those that this has.
  void check_workspace(Values<Net::out>& y, Supervision* supervision = nullptr) {
    STATIC_REQUIRE(precision_of<Net> == Precision::bfloat16);
    const auto floats = [](const auto& values) { return std::vector<float>(values.begin(), values.end()); };
    const std::vector<float> images = floats(x.values), gradient = floats(dy.values);
    std::vector<float> got_dx(images.size()), got_dp(p.size());
    TrainingWorkspace<Net> workspace(batch, threads);
    const std::span<const float, parameter_count<Net>> parameters(p.data(), p.size());
    const auto logits = workspace.forward(parameters, BatchView<const float, Net::in>(images.data(), batch));
    CHECK(std::vector<float>(logits.data(), logits.data() + y.values.size()) == floats(y.values));
    std::copy(gradient.begin(), gradient.end(), workspace.output_gradient().data());
    workspace.backward(parameters, std::span<float, parameter_count<Net>>(got_dp.data(), got_dp.size()),
                       BatchView<const float, Net::in>(images.data(), batch),
                       BatchView<float, Net::in>(got_dx.data(), batch), supervision);
    CHECK(got_dx == floats(dx.values));
    CHECK(got_dp == dp);
  }
};

constexpr Shape in{8, 6, 3};

}  // namespace

TEST_CASE("a Sequential of bfloat16s computes what its layers compute one after the other") {
  using First = Conv2D<in, conv(37, Activation::relu)>;
  using Last = Conv2D<First::out, conv(5)>;
  BothPasses<Sequential<First, Last>> pass;
  ByHand<First> first(pass.p, pass.dp, 0);
  ByHand<Last> last(pass.p, pass.dp, parameter_count<First>);
  Values<First::out> middle = first.forward(pass.x), gradient(batch, 0);
  Values<Last::out> y = last.forward(middle);
  last.backward(middle, y, pass.dy, {.view = gradient.view(), .rectified = true});
  first.backward(pass.x, middle, gradient, {.view = pass.dx.view()});
  pass.check_workspace(y);
}

TEST_CASE("a SkipConcat of bfloat16s computes what its layers compute, beside its input") {
  using First = Conv2D<in, conv(20, Activation::relu)>;
  using Down = MaxPool2D<First::out>;
  using Up = ConvTranspose2D<Down::out, ConvTranspose2DConfig{.filters = 7, .precision = Precision::bfloat16}>;
  using Skip = SkipConcat<Sequential<Down, Up>>;
  using Last = Conv2D<Skip::out, conv(5)>;
  BothPasses<Sequential<First, Skip, Last>> pass;
  ByHand<First> first(pass.p, pass.dp, 0);
  ByHand<Down> down(pass.p, pass.dp, 0);
  ByHand<Up> up(pass.p, pass.dp, parameter_count<First>);
  ByHand<Last> last(pass.p, pass.dp, parameter_count<First> + parameter_count<Up>);

  Values<First::out> features = first.forward(pass.x), features_gradient(batch, 0);
  Values<Down::out> low = down.forward(features), low_gradient(batch, 0);
  Values<Up::out> high = up.forward(low), high_gradient(batch, 0);
  Values<Skip::out> both(batch, 0), both_gradient(batch, 0);
  for (std::size_t i = 0; i < batch * in.pixels(); ++i) {
    std::copy_n(high.view().pixel(i), 7, both.view().pixel(i));
    std::copy_n(features.view().pixel(i), 20, both.view().pixel(i) + 7);
  }
  Values<Last::out> y = last.forward(both);
  last.backward(both, y, pass.dy, {.view = both_gradient.view()});
  for (std::size_t i = 0; i < batch * in.pixels(); ++i) {
    std::copy_n(both_gradient.view().pixel(i), 7, high_gradient.view().pixel(i));
    std::copy_n(both_gradient.view().pixel(i) + 7, 20, features_gradient.view().pixel(i));
  }
  up.backward(low, high, high_gradient, {.view = low_gradient.view()});
  down.backward(features, low, low_gradient, {.view = features_gradient.view(), .accumulate = true, .rectified = true});
  first.backward(pass.x, features, features_gradient, {.view = pass.dx.view()});
  pass.check_workspace(y);
}

TEST_CASE("a Residual of bfloat16s adds its paths, and their gradients, to what is stored") {
  using Shortcut = Conv2D<in, conv(37, Activation::none, 1)>;
  using Inner = Conv2D<in, conv(37)>;
  BothPasses<Residual<Inner, Shortcut>> pass;
  ByHand<Shortcut> shortcut(pass.p, pass.dp, 0);
  ByHand<Inner> inner(pass.p, pass.dp, parameter_count<Shortcut>);
  Values<Inner::out> y = shortcut.forward(pass.x);
  inner.add_to(y, pass.x);
  shortcut.backward(pass.x, y, pass.dy, {.view = pass.dx.view()});
  inner.backward(pass.x, y, pass.dy, {.view = pass.dx.view(), .accumulate = true});
  pass.check_workspace(y);
}

namespace {

using Deep = Conv2D<in, conv(20, Activation::relu)>;
using Head = ConvHead<Deep::out, conv(4, Activation::none, 1)>;
using Next = Conv2D<Deep::out, conv(5)>;
using Judged = Sequential<Deep, Supervised<Next, Head, 1>>;

/// A loss whose gradient is the same whatever the head puts out; notes what that is.
struct Fixed final : Supervision {
  std::vector<float> logits;

  static float gradient(std::size_t i) { return Random(20).normal(i); }
  void supervise(const HeadLogits& head, kernels::Scratch) override {
    logits.assign(head.logits.data, head.logits.data + head.images * head.shape.size());
    for (std::size_t i = 0; i < logits.size(); ++i) head.gradient.data[i] = gradient(i);
  }
};

}  // namespace

TEST_CASE("a Supervised network of bfloat16s has the logits of its head and the gradients of both") {
  BothPasses<Judged> pass;
  ByHand<Deep> deep(pass.p, pass.dp, 0);
  ByHand<Head> head(pass.p, pass.dp, parameter_count<Deep>);
  ByHand<Next> next(pass.p, pass.dp, parameter_count<Deep> + parameter_count<Head>);
  Values<Deep::out> features = deep.forward(pass.x), gradient(batch, 0);
  Values<Next::out> y = next.forward(features);
  Values<Head::out> logits = head.forward(features), head_gradient(batch, 0);
  for (std::size_t i = 0; i < head_gradient.values.size(); ++i) head_gradient.values[i] = Fixed::gradient(i);
  head.backward(features, logits, head_gradient, {.view = gradient.view(), .rectified = true});
  next.backward(features, y, pass.dy, {.view = gradient.view(), .accumulate = true, .rectified = true});
  deep.backward(pass.x, features, gradient, {.view = pass.dx.view()});
  Fixed loss;
  pass.check_workspace(y, &loss);
  CHECK(loss.logits == std::vector<float>(logits.values.begin(), logits.values.end()));
}

}  // namespace bfloat16_combinators_test
