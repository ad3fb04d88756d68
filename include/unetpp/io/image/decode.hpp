#pragma once
// From the bytes of an image file to pixels.
//
// JPEG and PNG are read by the libraries that labelling tools use, too (libjpeg-turbo and libpng), GIF and BMP by stb.
// TIFF, which read_raster alone reads, is libtiff's.

#ifdef UNETPP_TIFF
#include <tiffvers.h>
#endif

#include <map>
#include <string>

#include "unetpp/io/image/bmp.hpp"
#include "unetpp/io/image/gif.hpp"
#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/jpeg.hpp"
#include "unetpp/io/image/pixels.hpp"
#include "unetpp/io/image/png_pixels.hpp"

namespace unetpp {

/// The programs that decode images here, by format: what pixels a file has depends on them.
inline std::map<std::string, std::string> decoders() {
#define UNETPP_TEXT_OF(token) #token
#define UNETPP_TEXT(macro) UNETPP_TEXT_OF(macro)
  std::map<std::string, std::string> all{{"JPEG", "libjpeg-turbo " UNETPP_TEXT(LIBJPEG_TURBO_VERSION)},
                                         {"PNG", std::string("libpng ") + png_get_libpng_ver(nullptr)},
                                         {"GIF", "stb_image"},
                                         {"BMP", "stb_image"}};
#ifdef UNETPP_TIFF
  all["TIFF"] = "libtiff " UNETPP_TEXT(TIFFLIB_MAJOR_VERSION) "." UNETPP_TEXT(TIFFLIB_MINOR_VERSION);
#endif
#undef UNETPP_TEXT
#undef UNETPP_TEXT_OF
  return all;
}

namespace detail {

/// Errors  FormatError.
[[gnu::cold]] inline Image decode(const ImageSource& source) {
  if (source.bytes.empty()) source.refuse_kind("an empty file");
  if (source.bytes.starts_with("\xFF\xD8")) return decode_jpeg(source);
  if (source.bytes.starts_with("\x89PNG")) return decode_png_image(source);
  if (source.bytes.starts_with("GIF8")) return decode_gif(source);
  if (source.bytes.starts_with("BM")) return decode_bmp(source);
  source.refuse_kind("unknown image type");
}

/// The EXIF orientation that decode() turns an image by; 1 if it does not.
/// Errors  FormatError.
[[gnu::cold]] inline int orientation_of(const ImageSource& source) {
  if (source.bytes.starts_with("\x89PNG")) return decode_png(source, PngUse::picture).orientation;
  JpegReader reader(source.bytes);
  return reader.read_header() ? reader.orientation() : 1;
}

}  // namespace detail

}  // namespace unetpp
