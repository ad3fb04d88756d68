#pragma once
// Runs a network on random numbers, in the memory that is planned for it, and compares it with naive float64 loops and
// central differences.

#include <algorithm>
#include <span>
#include <vector>

#include "../layers/check_layer.hpp"
#include "unetpp/nn/workspace.hpp"

namespace check {

/// Output, parameter gradients and input gradient of a network for fixed random numbers, in float64 by central
/// differences of `naive` and as the workspace computes them.
template <class Net>
void network(const Naive& naive, std::size_t batch) {
  using namespace unetpp;
  const Random random(7, 3);
  std::vector<float> p(parameter_count<Net>), dp(parameter_count<Net>);
  for (std::size_t i = 0; i < p.size(); ++i) p[i] = 0.5f * random.normal(i);
  const std::span<const float, parameter_count<Net>> parameters(p.data(), p.size());
  StridedBatch<Net::in> x(batch, 0, 1, 1);
  StridedBatch<Net::out> dy(batch, 0, 2, 1);
  Batch<Net::in> dx(batch);
  const reference::Array cotangent = dy.array();

  TrainingWorkspace<Net> workspace(batch + 1);  // more room than needed: offsets must not depend on the batch
  for (int pass = 0; pass < 2; ++pass) {        // the second on memory that the first has used
    std::fill(dp.begin(), dp.end(), 0.0f);
    const BatchView<float, Net::out> y = workspace.forward(parameters, x.view());
    const std::vector<double> got(y.data(), y.data() + batch * Net::out.size());
    CHECK(difference(got, naive(x.array(), doubles(p)).v) < 1e-5);
    std::copy(dy.values.begin(), dy.values.end(), workspace.output_gradient().data());
    workspace.backward(parameters, std::span<float, parameter_count<Net>>(dp.data(), dp.size()), x.view(), dx.view());
  }
  const auto of_x = [&](const std::vector<double>& v) {
    reference::Array a = x.array();
    a.v = v;
    return reference::dot(naive(a, doubles(p)), cotangent);
  };
  const auto of_p = [&](const std::vector<double>& v) { return reference::dot(naive(x.array(), v), cotangent); };
  CHECK(difference(doubles(dx.span()), reference::central_gradient(of_x, x.array().v, 1e-6)) < 1e-5);
  CHECK(difference(doubles(dp), reference::central_gradient(of_p, doubles(p), 1e-6)) < 1e-5);

  InferenceWorkspace<Net> inference(batch);
  const BatchView<float, Net::out> again = inference.forward(parameters, x.view());
  const BatchView<float, Net::out> first = workspace.forward(parameters, x.view());
  CHECK(std::equal(again.data(), again.data() + batch * Net::out.size(), first.data()));
}

}  // namespace check
