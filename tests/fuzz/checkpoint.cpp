// Any bytes as a checkpoint of a very small network.

#include "unetpp/io/files/checkpoint.hpp"

#include <algorithm>

#include "property.hpp"
#include "unetpp/layers/conv2d.hpp"

using namespace unetpp;
using Net = Conv2D<Shape{1, 1, 1}, Conv2DConfig{.filters = 2, .kernel = 1}>;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string path = fuzz::path_of(data, size);
  static const Parameters<Net> before;
  Parameters<Net> parameters = before;
  Adam adam;
  bool loaded = false;
  fuzz::run(
      [&] {
        const Checkpoint checkpoint = load_checkpoint<Net>(path, parameters, adam);
        loaded = true;
        const std::string text = to_text(checkpoint.state, adam.state());
        const auto [state, optimizer] = parse_training(text, Net::out.channels, path);
        fuzz::require(to_text(state, optimizer) == text, "the same state when it is read again");
      },
      path);
  const auto same = [&] { return std::ranges::equal(parameters.span(), before.span()); };
  fuzz::require(loaded || same(), "parameters as they were");
  fuzz::require(loaded || to_text({}, adam.state()) == to_text({}, Adam().state()), "an optimizer as it was");
  return 0;
}
