// Any bytes as an image of any number of channels, TIFF above all.

#include "unetpp/io/image/read_raster.hpp"

#include <vector>

#include "property.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::run([bytes = fuzz::text(data, size)] {
    constexpr std::size_t limit = 1 << 12;
    const unetpp::Raster image = unetpp::decode_raster(bytes, fuzz::name, 0, limit);
    fuzz::require(image.width > 0 && image.height > 0, "pixels");
    fuzz::require(image.channels >= 1 && image.channels <= unetpp::most_channels, "1 to 32 channels");
    const unetpp::Raster again = unetpp::decode_raster(bytes, fuzz::name, image.channels, limit);
    unetpp::detail::visit_pixels(image, [&]<class T>(const unetpp::detail::PixelView<T>& pixels) {
      unetpp::detail::require_pixels(pixels);
      fuzz::require(pixels.values.size() * sizeof(T) <= 16 * limit * 3, "no more bytes than the limit");
      fuzz::require(unetpp::detail::values_of<T>(again) == std::vector<T>(pixels.values.begin(), pixels.values.end()),
                    "the same values each time");
    });
  });
  return 0;
}
