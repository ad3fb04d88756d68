// The naive truth against Keras and PyTorch: who checks the layers is checked first.

#include "naive.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

#include "../catch.hpp"
#include "read_reference.hpp"

namespace naive_test {

using namespace reference;

namespace {

const std::filesystem::path folder = std::filesystem::path(UNETPP_SOURCE_DIR) / "tests" / "reference";
constexpr double kept = 1e-8;     // the kept numbers have nine digits
constexpr double numeric = 1e-7;  // central differences

const Reference& keras() {
  static const Reference file = read_reference(folder / "keras_reference.txt");
  return file;
}

const Reference& torch() {
  static const Reference file = read_reference(folder / "unet_reference.txt");
  return file;
}

/// The largest difference, relative to the largest magnitude of `want`.
double difference(const std::vector<double>& got, const std::vector<double>& want) {
  REQUIRE(got.size() == want.size());
  double most = 0, scale = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (!std::isfinite(got[i])) return INFINITY;
    most = std::max(most, std::abs(got[i] - want[i]));
    scale = std::max(scale, std::abs(want[i]));
  }
  REQUIRE(scale > 0);
  return most / scale;
}

Array convolve(const KerasCase& k, bool transposed) {
  const Array y = (transposed ? conv2d_transpose : conv2d)(k.x, k.weight, k.bias, k.geometry);
  return k.relu ? relu(y) : y;
}

/// d Σ y·dy in `variable`, which is the case's own input, weight or bias.
std::vector<double> derivative(KerasCase& k, std::vector<double>& variable, bool transposed) {
  const std::vector<double> original = variable;
  const auto total = [&](const std::vector<double>& values) {
    variable = values;
    return dot(convolve(k, transposed), k.dy);
  };
  const auto gradient = central_gradient(total, original);
  variable = original;
  return gradient;
}

void check_derivatives(const std::string& kind, bool transposed) {
  for (const auto& name : keras_cases(keras(), kind)) {
    INFO(name);
    KerasCase k = keras_case(keras(), name);
    CHECK(difference(derivative(k, k.x.v, transposed), k.dx.v) < numeric);
    CHECK(difference(derivative(k, k.weight, transposed), k.dweight) < numeric);
    CHECK(difference(derivative(k, k.bias, transposed), k.dbias) < numeric);
  }
}

Array images() { return {2, 16, 16, 3, torch()["images"]}; }
Array logits() { return {2, 16, 16, 3, torch()["logits"]}; }

}  // namespace

TEST_CASE("the Keras reference holds every kind of case") {
  CHECK(keras_cases(keras(), "transpose").size() == 11);
  CHECK(keras_cases(keras(), "conv").size() == 9);
  CHECK(keras_cases(keras(), "pool").size() == 4);
}

TEST_CASE("the naive extents are Keras's") {
  for (const auto& name : keras_cases(keras(), "")) {
    INFO(name);
    const KerasCase k = keras_case(keras(), name);
    CHECK(k.geometry.out == k.keras_out);
  }
}

TEST_CASE("the naive convolution is Keras's") {
  for (const auto& name : keras_cases(keras(), "conv")) {
    INFO(name);
    const KerasCase k = keras_case(keras(), name);
    CHECK(difference(convolve(k, false).v, k.y.v) < kept);
  }
}

TEST_CASE("the naive transposed convolution is Keras's") {
  for (const auto& name : keras_cases(keras(), "transpose")) {
    INFO(name);
    const KerasCase k = keras_case(keras(), name);
    CHECK(difference(convolve(k, true).v, k.y.v) < kept);
  }
}

TEST_CASE("the naive max pool is Keras's") {
  for (const auto& name : keras_cases(keras(), "pool")) {
    INFO(name);
    const KerasCase k = keras_case(keras(), name);
    CHECK(max_pool(k.x, k.geometry).v == k.y.v);
  }
}

TEST_CASE("the naive max pool gives the gradient of a tie to the first, as Keras") {
  for (const auto& name : keras_cases(keras(), "pool")) {
    INFO(name);
    const KerasCase k = keras_case(keras(), name);
    CHECK(difference(max_pool_gradient(k.x, k.dy, k.geometry).v, k.dx.v) < kept);
  }
}

TEST_CASE("central differences of the naive convolution are Keras's gradients") { check_derivatives("conv", false); }

TEST_CASE("central differences of the naive transposed convolution are Keras's gradients") {
  check_derivatives("transpose", true);
}

TEST_CASE("the naive U-Net has PyTorch's logits") {
  CHECK(difference(naive_unet(torch()["parameters"], images(), 4, 2, 3).v, logits().v) < kept);
}

TEST_CASE("the naive U-Net has PyTorch's loss before and after three Adam steps") {
  const auto loss = [&](const std::string& parameters) {
    return sparse_cross_entropy(naive_unet(torch()[parameters], images(), 4, 2, 3), torch().integers("labels"));
  };
  CHECK(loss("parameters") == Approx(torch()["losses"].front()).epsilon(kept));
  CHECK(loss("parameters_after") == Approx(torch()["losses"].back()).epsilon(kept));
}

TEST_CASE("central differences of the naive U-Net are PyTorch's gradients in every weight and bias") {
  const auto labels = torch().integers("labels");
  const Array x = images();
  const auto loss = [&](const std::vector<double>& p) {
    return sparse_cross_entropy(naive_unet(p, x, 4, 2, 3), labels);
  };
  std::size_t first = 0;
  for (const int size : torch().integers("layout")) {
    INFO("parameters " << first << " to " << first + size);
    double largest = 0;
    for (int i = 0; i < size; ++i) largest = std::max(largest, std::abs(torch()["gradients"].at(first + i)));
    for (const std::size_t i : {first, first + size / 2, first + size - 1}) {
      // Not the usual step: the nearest ReLU's kink is 8e-6 away. The loss's rounding then leaves up to 1e-6.
      const double got = central_difference(loss, torch()["parameters"], i, 1e-6);
      CHECK(std::abs(got - torch()["gradients"].at(i)) < 1e-5 * largest);
    }
    first += size;
  }
  CHECK(first == torch()["parameters"].size());
}

TEST_CASE("central differences of the naive cross-entropy are PyTorch's gradient") {
  const auto labels = torch().integers("labels");
  const auto loss = [&](const std::vector<double>& v) { return sparse_cross_entropy({2, 16, 16, 3, v}, labels); };
  CHECK(difference(central_gradient(loss, logits().v), torch()["logits_gradient"]) < numeric);
}

TEST_CASE("the naive cross-entropy with class weights and an ignored label is PyTorch's") {
  const auto labels = torch().integers("weighted.labels");
  const auto& weights = torch()["weighted.class_weights"];
  const int ignore = torch().integers("weighted.ignore_label").at(0);
  const auto loss = [&](const std::vector<double>& v) {
    return sparse_cross_entropy({2, 16, 16, 3, v}, labels, weights, ignore);
  };
  CHECK(loss(logits().v) == Approx(torch()["weighted.loss"].at(0)).epsilon(kept));
  CHECK(difference(central_gradient(loss, logits().v), torch()["weighted.logits_gradient"]) < numeric);
}

TEST_CASE("the naive softmax minus the labels is PyTorch's gradient of the cross-entropy") {
  Array y = softmax(logits());
  const auto labels = torch().integers("labels");
  for (std::size_t p = 0; p < labels.size(); ++p) y.v[3 * p + labels[p]] -= 1;
  for (double& value : y.v) value /= static_cast<double>(labels.size());
  CHECK(difference(y.v, torch()["logits_gradient"]) < kept);
}

TEST_CASE("a reference that is cut short is not read") {
  const auto path = std::filesystem::temp_directory_path() / "unetpp_cut_reference.txt";
  std::ofstream(path) << "# a comment\nwhole 2\n1 2\ncut 3\n1 2\n";
  CHECK_THROWS_AS(read_reference(path), std::runtime_error);
  std::ofstream(path) << "# a comment\nwhole 2\n1 2\n";
  CHECK(read_reference(path)["whole"] == std::vector<double>{1, 2});
  std::filesystem::remove(path);
}

}  // namespace naive_test
