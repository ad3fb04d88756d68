#pragma once
// JPEGs of every kind, and what may come to them.

#include <jpeglib.h>  // needs <cstdio> before it

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace io_tests {

struct JpegKind {
  J_COLOR_SPACE pixels = JCS_RGB;
  J_COLOR_SPACE stored = JCS_YCbCr;
  bool progressive = false;
  bool scan_each = false;  // a scan for each component
  bool arithmetic = false;
  bool adobe = true;   // Adobe's marker, where libjpeg would write one
  int restart = 0;     // MCUs between restart markers
  std::string exif{};  // a TIFF block
};

/// Smooth colours in all components, as libjpeg encodes them.
inline std::string make_jpeg(int width, int height, const JpegKind& kind = {}) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  errors.error_exit = [](j_common_ptr) { std::abort(); };
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(width);
  info.image_height = static_cast<JDIMENSION>(height);
  info.in_color_space = kind.pixels;
  info.input_components = kind.pixels == JCS_GRAYSCALE ? 1 : kind.pixels == JCS_CMYK ? 4 : 3;
  jpeg_set_defaults(&info);
  jpeg_set_colorspace(&info, kind.stored);
  jpeg_set_quality(&info, 90, TRUE);
  info.restart_interval = static_cast<unsigned>(kind.restart);
  info.arith_code = kind.arithmetic ? TRUE : FALSE;
  if (!kind.adobe) info.write_Adobe_marker = FALSE;
  if (kind.progressive) jpeg_simple_progression(&info);
  std::vector<jpeg_scan_info> scans;
  for (int c = 0; kind.scan_each && c < info.num_components; ++c) scans.push_back({1, {c}, 0, 63, 0, 0});
  if (kind.scan_each) info.scan_info = scans.data(), info.num_scans = static_cast<int>(scans.size());
  jpeg_start_compress(&info, TRUE);
  const std::string exif = std::string("Exif\0\0", 6) + kind.exif;
  if (!kind.exif.empty())
    jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(exif.data()),
                      static_cast<unsigned>(exif.size()));
  std::vector<JSAMPLE> row(static_cast<std::size_t>(width * info.input_components));
  for (int y = 0; y < height; ++y) {
    for (std::size_t i = 0; i < row.size(); ++i)
      row[i] = static_cast<JSAMPLE>((11 * i + 7 * static_cast<std::size_t>(y)) % 251);
    JSAMPLE* rows = row.data();
    jpeg_write_scanlines(&info, &rows, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const std::string jpeg(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return jpeg;
}

/// Where the n-th marker of this kind is; npos if there are fewer.
inline std::size_t find_marker(const std::string& jpeg, char marker, int n = 0) {
  std::size_t at = jpeg.find(std::string("\xFF") + marker);
  while (n-- > 0 && at != std::string::npos) at = jpeg.find(std::string("\xFF") + marker, at + 2);
  return at;
}

/// A TIFF block with one entry, the orientation.
inline std::string exif_with_orientation(int orientation, bool big_endian = false) {
  const auto value = static_cast<char>(orientation);
  if (big_endian) return std::string("MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0", 19) + value + std::string(6, '\0');
  return std::string("II*\0\x08\0\0\0\1\0\x12\x01\3\0\1\0\0\0", 18) + value + std::string(7, '\0');
}

}  // namespace io_tests
