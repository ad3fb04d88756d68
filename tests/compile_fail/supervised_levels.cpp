// expect: unetpp: the UNet's SupervisedLevels must be 0 to Most: less than its depth, since the first level has the output and the deepest no way up, and at most 7
// expect: SupervisedLevels = 4|require_supervised_levels<.*, 4, 3>
// expect: Most = 3|require_supervised_levels<.*, 4, 3>
#include <unetpp/unet.hpp>

using namespace unetpp;

constexpr Shape out = UNet<UNetConfig{.supervised_levels = 4}>::out;
