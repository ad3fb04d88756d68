// Any bytes as an image.

#include "unetpp/io/image/image.hpp"

#include "property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::run([bytes = fuzz::text(data, size)] {
    constexpr std::size_t limit = 1 << 12;
    const unetpp::Image image = unetpp::decode_image(bytes, fuzz::name, limit);
    fuzz::require(image.width > 0 && image.height > 0, "pixels");
    fuzz::require(image.rgb.size() == std::size_t{3} * image.width * image.height, "three values for each pixel");
    fuzz::require(image.rgb.size() <= 3 * limit, "no more pixels than the limit");
    fuzz::require(unetpp::decode_image(bytes, fuzz::name, limit).rgb == image.rgb, "the same pixels each time");
    if (image.rgb.size() > 3000) return;  // to stay quick
    const unetpp::Image back = unetpp::decode_image(unetpp::encode_png(image), fuzz::name, limit);
    fuzz::require(back.width == image.width && back.height == image.height && back.rgb == image.rgb,
                  "the same image from a PNG of it");
  });
  return 0;
}
