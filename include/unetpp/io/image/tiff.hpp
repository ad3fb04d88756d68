#pragma once
// TIFF, by libtiff: for programs that define UNETPP_TIFF and link with it, as CMake's unetpp::io does where it is found.

#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "unetpp/core/one_line.hpp"
#include "unetpp/io/image/pixels.hpp"

#if TIFFLIB_VERSION < 20221213
#error "unetpp: TIFF needs libtiff 4.5.0 or later, the first whose errors and limits are each file's own"
#endif

namespace unetpp {

namespace detail {

/// What a TIFF's first page says of its pixels.
struct TiffHeader {
  std::uint32_t width = 0, height = 0;
  std::uint32_t tile_width = 0, tile_height = 0;  // 0: of strips
  std::uint16_t channels = 1, bits = 1, format = SAMPLEFORMAT_UINT;
  std::uint16_t photometric = PHOTOMETRIC_MINISBLACK, planes = PLANARCONFIG_CONTIG, compression = COMPRESSION_NONE;
  std::uint16_t orientation = 1;
  bool alpha = false;  // whether the last channel is

  bool is_float() const { return format == SAMPLEFORMAT_IEEEFP; }
};

/// Reads the pages of one file in memory. libtiff's messages come here, and nowhere else.
class TiffReader {
 public:
  explicit TiffReader(std::string_view bytes) : bytes_(bytes) {}
  TiffReader(const TiffReader&) = delete;
  TiffReader& operator=(const TiffReader&) = delete;
  ~TiffReader() {
    if (tiff_ != nullptr) TIFFClose(tiff_);
  }

  /// Takes no block of memory of more bytes. False: problem() says why not.
  bool open(std::size_t most_bytes) {
    const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                               TIFFOpenOptionsFree);
    if (!options) throw std::bad_alloc();
    TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), static_cast<tmsize_t>(most_bytes));
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), on_error, this);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), on_warning, this);
    tiff_ = TIFFClientOpenExt("", "r", this, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap,
                              options.get());
    return tiff_ != nullptr;
  }

  TiffHeader header() const {
    TiffHeader h;
    get(TIFFTAG_IMAGEWIDTH, h.width);
    get(TIFFTAG_IMAGELENGTH, h.height);
    if (TIFFIsTiled(tiff_) != 0) {
      get(TIFFTAG_TILEWIDTH, h.tile_width);
      get(TIFFTAG_TILELENGTH, h.tile_height);
    }
    get(TIFFTAG_SAMPLESPERPIXEL, h.channels);
    get(TIFFTAG_BITSPERSAMPLE, h.bits);
    get(TIFFTAG_SAMPLEFORMAT, h.format);
    get(TIFFTAG_PHOTOMETRIC, h.photometric);
    get(TIFFTAG_PLANARCONFIG, h.planes);
    get(TIFFTAG_COMPRESSION, h.compression);
    get(TIFFTAG_ORIENTATION, h.orientation);
    std::uint16_t extra = 0, *kinds = nullptr;
    if (TIFFGetField(tiff_, TIFFTAG_EXTRASAMPLES, &extra, &kinds) == 1 && extra > 0)
      h.alpha = kinds[extra - 1] == EXTRASAMPLE_ASSOCALPHA || kinds[extra - 1] == EXTRASAMPLE_UNASSALPHA;
    return h;
  }

  /// Makes a JPEG's pixels red, green and blue when they are read.
  void convert_to_rgb() { TIFFSetField(tiff_, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB); }

  /// Red, green and blue of each of 256 indices; empty if there is no palette.
  /// Units   8 bits, of which the file has 16; files whose values are all below 256 are taken to have 8, as in libtiff's
  ///         own tools.
  std::vector<std::uint8_t> palette() const {
    std::uint16_t* colours[3] = {};
    if (TIFFGetField(tiff_, TIFFTAG_COLORMAP, &colours[0], &colours[1], &colours[2]) != 1) return {};
    int shift = 0;
    for (const std::uint16_t* colour : colours)
      if (std::any_of(colour, colour + 256, [](std::uint16_t value) { return value > 255; })) shift = 8;
    std::vector<std::uint8_t> palette;
    for (int i = 0; i < 256; ++i)
      for (const std::uint16_t* colour : colours) palette.push_back(static_cast<std::uint8_t>(colour[i] >> shift));
    return palette;
  }

  /// The pixels of a page with this header. Nothing: problem() says why not.
  template <PixelValue T>
  std::vector<T> pixels(const TiffHeader& h) {
    std::vector<T> values(std::size_t{h.width} * h.height * h.channels);
    const bool tiled = h.tile_width > 0;
    const std::size_t planes = h.planes == PLANARCONFIG_SEPARATE ? h.channels : 1, together = h.channels / planes;
    const std::size_t width = tiled ? h.tile_width : h.width, height = tiled ? h.tile_height : 1;
    std::vector<T> block(width * height * together);
    const tmsize_t bytes = tiled ? TIFFTileSize(tiff_) : TIFFScanlineSize(tiff_);
    if (bytes != static_cast<tmsize_t>(sizeof(T) * block.size())) return fail<T>("pixels of another size than it says");
    for (std::size_t plane = 0; plane < planes; ++plane)
      for (std::size_t y = 0; y < h.height; y += height)
        for (std::size_t x = 0; x < h.width; x += width) {
          if (!read(block.data(), tiled, x, y, plane)) return fail<T>("unreadable pixels");
          const std::size_t columns = std::min<std::size_t>(width, h.width - x);
          for (std::size_t row = 0; row < std::min<std::size_t>(height, h.height - y); ++row)
            for (std::size_t i = 0; i < columns; ++i)
              std::copy_n(block.data() + (row * width + i) * together, together,
                          values.data() + ((y + row) * h.width + x + i) * h.channels + plane);
        }
    return values;
  }

  /// Whether there is a page behind this one that is not this one smaller, nor a mask of it.
  bool has_other_page() {
    while (TIFFReadDirectory(tiff_) == 1) {
      std::uint32_t kind = 0;
      get(TIFFTAG_SUBFILETYPE, kind);
      if ((kind & (FILETYPE_REDUCEDIMAGE | FILETYPE_MASK)) == 0) return true;
    }
    return false;
  }

  const std::string& problem() const { return problem_; }
  /// The first thing that was doubtful so far; empty if nothing was.
  const std::string& warning() const { return warning_; }

 private:
  template <class T>
  void get(std::uint32_t tag, T& value) const {
    TIFFGetFieldDefaulted(tiff_, tag, &value);
  }
  template <class T>
  std::vector<T> fail(const char* problem) {
    if (problem_.empty()) problem_ = problem;
    return {};
  }
  bool read(void* to, bool tiled, std::size_t x, std::size_t y, std::size_t plane) {
    const auto left = static_cast<std::uint32_t>(x), top = static_cast<std::uint32_t>(y);
    const auto sample = static_cast<std::uint16_t>(plane);
    return tiled ? TIFFReadTile(tiff_, to, left, top, 0, sample) >= 0 : TIFFReadScanline(tiff_, to, top, sample) == 1;
  }

  [[gnu::format(printf, 1, 0)]] static std::string message(const char* format, std::va_list values) {
    char text[256];
    std::vsnprintf(text, sizeof text, format, values);
    return printable(text);
  }
  [[gnu::format(printf, 4, 0)]] static int on_error(TIFF*, void* self, const char*, const char* format,
                                                    std::va_list values) {
    auto* reader = static_cast<TiffReader*>(self);
    if (reader->problem_.empty()) reader->problem_ = message(format, values);
    return 1;
  }
  /// Two warnings are of images that have all their pixels: of tags of other programs, such as where on Earth an image
  /// is, and of channels whose meaning (ExtraSamples) is not said.
  [[gnu::format(printf, 4, 0)]] static int on_warning(TIFF*, void* self, const char*, const char* format,
                                                      std::va_list values) {
    auto* reader = static_cast<TiffReader*>(self);
    const std::string_view text = format;
    const bool harmless = text.starts_with("Unknown field") || text.starts_with("Sum of Photometric");
    if (reader->warning_.empty() && !harmless) reader->warning_ = message(format, values);
    return 1;
  }
  static tmsize_t on_read(thandle_t self, void* to, tmsize_t count) {
    auto* reader = static_cast<TiffReader*>(self);
    const std::size_t left = reader->bytes_.size() - std::min(reader->at_, reader->bytes_.size());
    const std::size_t got = std::min(static_cast<std::size_t>(count), left);
    if (got > 0) std::memcpy(to, reader->bytes_.data() + reader->at_, got);
    reader->at_ += got;
    return static_cast<tmsize_t>(got);
  }
  static tmsize_t on_write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t on_seek(thandle_t self, toff_t offset, int from) {
    auto* reader = static_cast<TiffReader*>(self);
    const toff_t base = from == SEEK_SET ? 0 : from == SEEK_CUR ? reader->at_ : reader->bytes_.size();
    return reader->at_ = base + offset;
  }
  static int on_close(thandle_t) { return 0; }
  static toff_t on_size(thandle_t self) { return static_cast<TiffReader*>(self)->bytes_.size(); }
  /// It only reads there.
  static int on_map(thandle_t self, void** base, toff_t* size) {
    const std::string_view bytes = static_cast<TiffReader*>(self)->bytes_;
    *base = const_cast<char*>(bytes.data());
    *size = bytes.size();
    return 1;
  }
  static void on_unmap(thandle_t, void*, toff_t) {}

  std::string_view bytes_;
  std::size_t at_ = 0;
  TIFF* tiff_ = nullptr;
  std::string problem_;
  std::string warning_;
};

}  // namespace detail

}  // namespace unetpp
