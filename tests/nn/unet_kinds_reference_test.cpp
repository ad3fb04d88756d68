// U-Nets with the normalisations, ways up and heads that others have, against numbers of PyTorch
// (tests/reference/make_unet_kinds_reference.py).

#include <algorithm>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "../layers/check_layer.hpp"
#include "../reference/read_reference.hpp"
#include "unetpp/nn/fold_batch_norm.hpp"
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/unet.hpp"
#include "unetpp/nn/workspace.hpp"

namespace unet_kinds_reference_test {

using namespace unetpp;

namespace {

const reference::Reference& kept() {
  static const reference::Reference all =
      reference::read_reference(std::filesystem::path(UNETPP_SOURCE_DIR) / "tests/reference/unet_kinds_reference.txt");
  return all;
}

void read(const std::string& entry, std::span<float> to) {
  const std::vector<double>& values = kept()[entry];
  REQUIRE(values.size() == to.size());
  std::transform(values.begin(), values.end(), to.begin(), [](double v) { return static_cast<float>(v); });
}

/// Checks the network that the reference has under this name, and the same folded.
template <UNetConfig C>
void check_logits(const std::string& name) {
  using Net = UNet<C>;
  Parameters<Net> parameters;
  Batch<Net::in> images(2);
  read(name + ".parameters", parameters.span());
  if (!parameters.statistics().empty()) read(name + ".statistics", parameters.statistics());
  read(name + ".images", images.span());
  const auto logits = [&]<class N>(const Parameters<N>& p) {
    InferenceWorkspace<N> workspace(2);
    const auto y = workspace.forward(p, std::as_const(images).view());
    return std::vector<double>(y.data(), y.data() + 2 * N::out.size());
  };
  CHECK(check::difference(logits(parameters), kept()[name + ".logits"]) < 1e-5);
  CHECK(check::difference(logits(fold_batch_norm(parameters)), kept()[name + ".logits"]) < 1e-5);
}

constexpr UNetConfig like_pytorch_unet(WayUp way_up) {
  return {.height = 8,
          .width = 8,
          .classes = 2,
          .base_channels = 2,
          .depth = 2,
          .normalisation = Normalisation::batch,
          .way_up = way_up,
          .batch_epsilon_per_million = 10,
          .head_kernel = 1};
}

}  // namespace

TEST_CASE("a U-Net with PyTorch's batch normalisation and a head of 1×1 has PyTorch's logits") {
  check_logits<like_pytorch_unet(WayUp::transposed)>("transposed");
}

TEST_CASE("a U-Net with interpolation alone on the way up has PyTorch's logits") {
  check_logits<like_pytorch_unet(WayUp::bilinear_alone)>("bilinear_alone");
}

TEST_CASE("a U-Net with group normalisation has PyTorch's logits, its channels in as many groups as divide them") {
  check_logits<UNetConfig{.height = 8,
                          .width = 8,
                          .classes = 2,
                          .base_channels = 3,
                          .depth = 2,
                          .normalisation = Normalisation::group,
                          .norm_groups = 4}>("group");
}

}  // namespace unet_kinds_reference_test
