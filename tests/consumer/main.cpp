// What a user's program looks like: it must build with nothing but the package.
#include <cstdio>
#include <unetpp/io/loader.hpp>
#include <unetpp/io/weights.hpp>
#include <unetpp/report/segmentation_report.hpp>
#include <unetpp/unet.hpp>

int main() {
  using Net = unetpp::UNet<unetpp::UNetConfig{.height = 32, .width = 32, .base_channels = 4, .depth = 2}>;
  const unetpp::Parameters<Net> parameters;
  unetpp::InferenceWorkspace<Net> workspace(1);
  const auto logits = workspace.forward(parameters, unetpp::Batch<Net::in>(1));
  const unetpp::SegmentationReport report({.title = "consumer", .network = unetpp::summary<Net>()});
  std::printf("%s\n", report.path().c_str());
  std::printf("unetpp %s: %s\n", unetpp::version, unetpp::to_string(logits.shape).c_str());
}
