// expect: unetpp: the UNet's Height and Width must be divisible by Divisor = 2\^depth; HeightThatWorks x WidthThatWorks works
// expect: UNet<(\(unetpp::UNetConfig\))?(unetpp::)?(UNetConfig)?\{100, 128
// expect: Height = 100|require_unet_size<.*, 100, 128, 16, 96, 128>
// expect: Divisor = 16|require_unet_size<.*, 100, 128, 16, 96, 128>
// expect: HeightThatWorks = 96|require_unet_size<.*, 100, 128, 16, 96, 128>
#include <unetpp/unet.hpp>

using namespace unetpp;

constexpr Shape out = UNet<UNetConfig{.height = 100}>::out;
