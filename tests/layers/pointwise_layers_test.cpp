#include "check_layer.hpp"
#include "unetpp/layers/relu.hpp"
#include "unetpp/layers/softmax.hpp"

namespace pointwise_layers_test {

using namespace unetpp;

TEST_CASE("ReLU agrees with naive loops and central differences") {
  const check::Naive naive = [](const reference::Array& x, const std::vector<double>&) { return reference::relu(x); };
  check::layer<ReLU<Shape{5, 3, 2}>>(naive, 2, 1);
  check::layer<ReLU<Shape{1, 1, 1}>>(naive, 1);
}

TEST_CASE("Softmax agrees with naive loops and central differences") {
  const check::Naive naive = [](const reference::Array& x, const std::vector<double>&) {
    return reference::softmax(x);
  };
  check::layer<Softmax<Shape{5, 3, 4}>>(naive, 2, 1);
  check::layer<Softmax<Shape{2, 1, 1}>>(naive, 1);
}

TEST_CASE("Softmax of large logits neither overflows nor loses its sum") {
  using L = Softmax<Shape{1, 1, 3}>;
  Tensor<L::in> x, y;
  x(0, 0, 0) = 1000;
  x(0, 0, 1) = 1000;
  x(0, 0, 2) = -1000;
  unetpp::forward_pass<L, float>({nullptr, nullptr}, std::as_const(x).view(), y.view(),
                                 check::Alone<L>(1, 1).context());
  CHECK(y(0, 0, 0) == 0.5f);
  CHECK(y(0, 0, 2) == 0.0f);
}

}  // namespace pointwise_layers_test
