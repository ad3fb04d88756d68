// Any bytes as a mask.

#include <algorithm>

#include "property.hpp"
#include "unetpp/io/image/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::run([bytes = fuzz::text(data, size)] {
    constexpr std::size_t limit = 1 << 12;
    const unetpp::Mask mask = unetpp::decode_mask(bytes, fuzz::name, limit);
    fuzz::require(mask.width > 0 && mask.height > 0, "pixels");
    fuzz::require(mask.values.size() == std::size_t{1} * mask.width * mask.height, "one value for each pixel");
    fuzz::require(mask.values.size() <= limit, "no more pixels than the limit");
    const int bits = bytes[25] == 3 ? 8 : bytes[24];  // greys of a palette have 8
    fuzz::require(*std::max_element(mask.values.begin(), mask.values.end()) < 1 << bits, "no value of more bits");
    fuzz::require(unetpp::decode_mask(bytes, fuzz::name, limit).values == mask.values, "the same values each time");
    if (mask.values.size() > 1000) return;  // to stay quick
    const unetpp::Mask back = unetpp::decode_mask(unetpp::encode_png(mask), fuzz::name, limit);
    fuzz::require(back.width == mask.width && back.height == mask.height && back.values == mask.values,
                  "the same mask from a PNG of it");
  });
  return 0;
}
