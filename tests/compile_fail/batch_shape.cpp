// expect: unetpp: this Layer cannot take a tensor of shape Got, it expects Want
// expect: UNet<
// expect: Shape\{64, 64, 3\}
// expect: \{128, 128, 3\}
#include <unetpp/unet.hpp>

using namespace unetpp;

int main() {
  const Parameters<UNet<>> parameters;
  InferenceWorkspace<UNet<>> workspace(1);
  workspace.forward(parameters, Batch<Shape{64, 64, 3}>(1));
}
