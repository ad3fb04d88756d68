#pragma once
// JPEG, by libjpeg-turbo. It goes on with an image that is damaged and fills up what is missing; here that is an error.

// clang-format off
#include <cstddef>
#include <cstdio>
#include <jpeglib.h>  // needs the two before it
#include <jerror.h>
// clang-format on

#ifndef LIBJPEG_TURBO_VERSION
#error "unetpp reads JPEG by libjpeg-turbo, and found another libjpeg (Debian, Ubuntu: libjpeg-dev)"
#endif

#include <csetjmp>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/io/image/image_source.hpp"
#include "unetpp/io/image/orientation.hpp"
#include "unetpp/io/image/pixels.hpp"

namespace unetpp {

namespace detail {

/// How libjpeg ends a call that fails: by a jump, over functions that must hold nothing with a destructor.
struct JpegErrors : jpeg_error_mgr {
  std::jmp_buf jump;
  char text[JMSG_LENGTH_MAX] = {};
  bool has_bytes_of_nothing = false;  // that belong to no pixel and to no marker

  [[gnu::cold]] JpegErrors() {
    jpeg_std_error(this);
    error_exit = [](j_common_ptr info) {
      auto* errors = static_cast<JpegErrors*>(info->err);
      errors->format_message(info, errors->text);
      std::longjmp(errors->jump, 1);
    };
    emit_message = [](j_common_ptr info, int level) {
      auto* errors = static_cast<JpegErrors*>(info->err);
      if (level < 0 && errors->msg_code == JWRN_EXTRANEOUS_DATA)
        errors->has_bytes_of_nothing = true;
      else if (level < 0 && !is_harmless(errors->msg_code))
        errors->error_exit(info);
    };
  }

  /// Warnings of images that have all their pixels.
  static bool is_harmless(int warning) {
    return warning == JWRN_JFIF_MAJOR || warning == JWRN_ADOBE_XFORM || warning == JWRN_NOT_SEQUENTIAL ||
           warning == JWRN_BOGUS_ICC;
  }
  bool is_cut() const { return msg_code == JWRN_JPEG_EOF || msg_code == JERR_INPUT_EOF; }
  bool is_unread_kind() const {
    return msg_code == JERR_SOF_UNSUPPORTED || msg_code == JERR_BAD_PRECISION || msg_code == JERR_ARITH_NOTIMPL ||
           msg_code == JERR_CONVERSION_NOTIMPL;
  }
};

/// Reads one image: its header, then its pixels.
class JpegReader {
 public:
  explicit JpegReader(std::string_view bytes) : bytes_(bytes) { info_.err = &errors_; }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  /// False: problem() says why not.
  [[gnu::cold]] bool read_header() {
    if (setjmp(errors_.jump) != 0) return false;
    jpeg_create_decompress(&info_);
    jpeg_mem_src(&info_, reinterpret_cast<const unsigned char*>(bytes_.data()), bytes_.size());
    jpeg_save_markers(&info_, exif_marker, 0xFFFF);
    jpeg_read_header(&info_, TRUE);
    has_four_ = info_.num_components == 4;
    info_.out_color_space = has_four_ ? JCS_CMYK : JCS_RGB;
    orientation_ = find_orientation();
    if (!info_.arith_code) return true;
    // Where its data end early libjpeg reads zeros, without a warning.
    errors_.msg_code = JERR_ARITH_NOTIMPL;
    std::snprintf(errors_.text, sizeof errors_.text, "arithmetic coding");
    return false;
  }

  /// Writes height×width×3 values; `row` has room for width×4. False: problem() says why not.
  bool read_pixels(std::uint8_t* rgb, std::uint8_t* row) {
    if (setjmp(errors_.jump) != 0) return false;
    info_.progress = &progress_;
    progress_.progress_monitor = refuse_many_scans;
    jpeg_start_decompress(&info_);  // of several scans it reads all
    if (const char* missing = missing_scans()) {
      std::snprintf(errors_.text, sizeof errors_.text, "%s", missing);
      return false;
    }
    while (info_.output_scanline < info_.output_height) {
      std::uint8_t* line = rgb + std::size_t{3} * info_.output_width * info_.output_scanline;
      std::uint8_t* to = has_four_ ? row : line;
      jpeg_read_scanlines(&info_, &to, 1);
      if (has_four_) cmyk_to_rgb(row, line);
    }
    jpeg_finish_decompress(&info_);
    return true;
  }

  const JpegErrors& problem() const { return errors_; }
  std::int64_t width() const { return info_.image_width; }
  std::int64_t height() const { return info_.image_height; }
  int orientation() const { return orientation_; }
  bool is_grey() const { return info_.num_components == 1; }

 private:
  static constexpr int exif_marker = JPEG_APP0 + 1;

  [[gnu::cold]] int find_orientation() const {
    constexpr std::string_view begin("Exif\0\0", 6);
    for (auto* marker = info_.marker_list; marker != nullptr; marker = marker->next) {
      const std::string_view data(reinterpret_cast<const char*>(marker->data), marker->data_length);
      if (data.starts_with(begin)) return exif_orientation(data.substr(begin.size()));
    }
    return 1;
  }

  /// Ten are usual; each of them, however short, costs time for every pixel.
  static void refuse_many_scans(j_common_ptr info) {
    constexpr int most = 100;
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= most) return;
    auto* errors = static_cast<JpegErrors*>(info->err);
    std::snprintf(errors->text, sizeof errors->text, "more than %d scans", most);
    std::longjmp(errors->jump, 1);
  }

  /// What an image of several scans lacks; nullptr if it is whole. Source: T.81, G.1.1.1.
  [[gnu::cold]] const char* missing_scans() const {
    for (int c = 0; c < info_.num_components; ++c) {
      if (info_.comp_info[c].quant_table == nullptr) return "a colour component has no scan";
      for (int k = 0; info_.progressive_mode && k < DCTSIZE2; ++k)
        if (info_.coef_bits[c][k] != 0) return "scans of a progressive JPEG are missing";
    }
    return nullptr;
  }

  /// Inverted values, as Adobe writes them and others do after it.
  void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb) const {
    for (JDIMENSION x = 0; x < info_.output_width; ++x, cmyk += 4)
      for (int c = 0; c < 3; ++c) *rgb++ = static_cast<std::uint8_t>((cmyk[c] * cmyk[3] + 127) / 255);
  }

  std::string_view bytes_;
  JpegErrors errors_;
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct info_{};
  bool has_four_ = false;
  int orientation_ = 1;
};

/// Errors  FormatError.
[[gnu::cold]] inline Image decode_jpeg(const ImageSource& source) {
  JpegReader reader(source.bytes);
  const auto require = [&](bool read) {
    if (read) return;
    const JpegErrors& problem = reader.problem();
    if (problem.msg_code == JERR_OUT_OF_MEMORY) throw std::bad_alloc();
    if (problem.is_cut()) source.refuse_cut();
    if (problem.is_unread_kind())
      source.refuse_kind(std::string("a JPEG of a rare kind (") + problem.text +
                         "); save it as a baseline or progressive JPEG of 8 bits");
    source.refuse_damaged(problem.text);
  };
  require(reader.read_header());
  source.require_size(reader.width(), reader.height());
  Image image{static_cast<int>(reader.width()), static_cast<int>(reader.height()), {}};
  image.rgb.resize(3 * pixel_count(image.width, image.height));
  std::vector<std::uint8_t> row(4 * static_cast<std::size_t>(image.width));
  require(reader.read_pixels(image.rgb.data(), row.data()));
  image = upright(std::move(image), reader.orientation());
  if (reader.problem().has_bytes_of_nothing)  // of real cameras, or what damaged data leave
    image.doubt =
        source.name +
        ": expected a whole image, found bytes that belong to none of its pixels (it may be damaged; saved again, "
        "it has none)";
  return image;
}

}  // namespace detail

}  // namespace unetpp
