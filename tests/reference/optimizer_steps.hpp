#pragma once
// Optimizers at the steps that PyTorch took (make_optimizer_reference.py).

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "../catch.hpp"
#include "read_reference.hpp"
#include "unetpp/core/ranges.hpp"

namespace reference {

inline const Reference& optimizer_reference() {
  static const Reference read =
      read_reference(std::filesystem::path(__FILE__).replace_filename("optimizer_reference.txt"));
  return read;
}

/// The parameters that decay there.
inline std::vector<unetpp::IndexRange> decaying() { return {{0, 20}}; }

inline void check_close(std::span<const float> got, const std::string& entry) {
  const std::vector<double>& want = optimizer_reference()[entry];
  REQUIRE(got.size() == want.size());
  for (std::size_t i = 0; i < want.size(); ++i) {
    CAPTURE(entry, i);
    CHECK(got[i] == Approx(want[i]).epsilon(1e-5));
  }
}

/// Takes the reference's steps; calls after(t, parameters) after step t = 1, 2, ...
template <class Optimizer, class After>
void take_steps(Optimizer& optimizer, const After& after) {
  const Reference& reference = optimizer_reference();
  const auto& initial = reference["parameters"];
  std::vector<float> parameters(initial.begin(), initial.end()), gradient(initial.size());
  const auto& gradients = reference["gradients"];
  for (std::size_t t = 0; t < gradients.size() / initial.size(); ++t) {
    for (std::size_t i = 0; i < gradient.size(); ++i)
      gradient[i] = static_cast<float>(gradients[t * gradient.size() + i]);
    optimizer.step(parameters, gradient, 1);
    after(t + 1, parameters);
  }
}

/// Checks the parameters after the first and after the last step.
template <class Optimizer>
void check_steps(Optimizer optimizer, const std::string& name) {
  std::vector<float> last;
  take_steps(optimizer, [&](std::size_t t, const std::vector<float>& parameters) {
    if (t == 1) check_close(parameters, name + ".first");
    last = parameters;
  });
  check_close(last, name + ".last");
}

}  // namespace reference
