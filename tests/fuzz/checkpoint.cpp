// Any bytes as a checkpoint of very small networks: one with Adam, and one with statistics and a moving average.

#include "unetpp/io/files/checkpoint.hpp"

#include <algorithm>

#include "property.hpp"
#include "unetpp/layers/batch_norm2d.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/nn/sequential.hpp"
#include "unetpp/train/adam.hpp"
#include "unetpp/train/adamw.hpp"
#include "unetpp/train/moving_average.hpp"

using namespace unetpp;
using Convolution = Conv2D<Shape{1, 1, 1}, Conv2DConfig{.filters = 2, .kernel = 1}>;
using Normalised = Sequential<Convolution, BatchNorm2D<Convolution::out>>;

template <class Net, class Optimizer>
static void check(const std::string& path, Optimizer optimizer) {
  const std::string begun = to_text({}, optimizer.state());
  const Parameters<Net> before;
  Parameters<Net> parameters = before;
  bool loaded = false;
  fuzz::run(
      [&] {
        const Checkpoint checkpoint = load_checkpoint<Net>(path, parameters, optimizer);
        loaded = true;
        const std::string text = to_text(checkpoint.state, optimizer.state());
        const auto [state, again] = parse_training(text, Net::out.channels, path);
        fuzz::require(to_text(state, again) == text, "the same state when it is read again");
      },
      path);
  const bool same = std::ranges::equal(parameters.span(), before.span()) &&
                    std::ranges::equal(parameters.statistics(), before.statistics());
  fuzz::require(loaded || same, "parameters as they were");
  fuzz::require(loaded || to_text({}, optimizer.state()) == begun, "an optimizer as it was");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = fuzz::path_of(data, size);
  check<Convolution>(path, Adam());
  check<Normalised>(path, MovingAverage(AdamW({}, weight_ranges<Normalised>())));
  return 0;
}
