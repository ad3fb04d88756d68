#pragma once
// Event files for TensorBoard, written by hand: no protobuf library is needed for the few fields that they have.

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "unetpp/core/error.hpp"
#include "unetpp/core/utf8.hpp"
#include "unetpp/io/files/file.hpp"

namespace unetpp {

/// Source  RFC 3720, appendix B.4 (Castagnoli's polynomial, reflected).
inline std::uint32_t crc32c(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = [] {
    std::array<std::uint32_t, 256> t{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      t[i] = i;
      for (int bit = 0; bit < 8; ++bit) t[i] = t[i] >> 1 ^ (t[i] & 1 ? 0x82F63B78u : 0u);
    }
    return t;
  }();
  std::uint32_t crc = ~0u;
  for (const char byte : bytes) crc = crc >> 8 ^ table[(crc ^ static_cast<std::uint8_t>(byte)) & 255];
  return ~crc;
}

namespace detail {

template <class T>
std::string little_endian(T value) {
  static_assert(std::endian::native == std::endian::little, "unetpp: event files are little-endian, as this code is");
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

/// Bytes as a record of a TFRecord file: length, masked checksum of it, bytes, masked checksum of them.
/// Source  tensorflow/core/lib/io/record_writer.h
inline std::string tf_record(std::string_view bytes) {
  const auto masked_crc = [](std::string_view of) {
    const std::uint32_t crc = crc32c(of);
    return little_endian<std::uint32_t>((crc >> 15 | crc << 17) + 0xA282EAD8u);
  };
  const std::string length = little_endian<std::uint64_t>(bytes.size());
  return length + masked_crc(length) + std::string(bytes) + masked_crc(bytes);
}

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7) bytes += static_cast<char>(128 | (value & 127));
  return bytes + static_cast<char>(value);
}

/// Fields of a protocol buffer.
/// Source  protobuf.dev/programming-guides/encoding
inline std::string proto_number(int field, std::uint64_t value) { return varint(unsigned(field) << 3) + varint(value); }
inline std::string proto_float(int field, float value) {
  return varint(unsigned(field) << 3 | 5) + little_endian(value);
}
inline std::string proto_double(int field, double value) {
  return varint(unsigned(field) << 3 | 1) + little_endian(value);
}
inline std::string proto_bytes(int field, std::string_view bytes) {
  return varint(unsigned(field) << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

}  // namespace detail

/// The values of one step, to be written together. What is not UTF-8 in a tag becomes replacement characters: readers drop
/// an event with such a tag, and all that is in it.
/// Source  tensorflow/core/framework/summary.proto: Summary.value is 1; of a value, tag is 1, simple_value 2, image 4.
class TensorBoardStep {
 public:
  void scalar(const std::string& tag, double value) { add(tag, detail::proto_float(2, static_cast<float>(value))); }
  /// An RGB image as the bytes of a PNG or JPEG file.
  void image(const std::string& tag, int width, int height, std::string_view encoded) {
    constexpr int colours = 3;
    add(tag, detail::proto_bytes(4, detail::proto_number(1, static_cast<std::uint64_t>(height)) +
                                        detail::proto_number(2, static_cast<std::uint64_t>(width)) +
                                        detail::proto_number(3, colours) + detail::proto_bytes(4, encoded)));
  }

  const std::string& summary() const { return summary_; }

 private:
  void add(const std::string& tag, const std::string& value) {
    summary_ += detail::proto_bytes(1, detail::proto_bytes(1, to_utf8(tag)) + value);
  }

  std::string summary_;
};

/// A file that TensorBoard reads while it grows.
class TensorBoardFile {
 public:
  /// Makes the folder, and a new file in it that is named by the time in microseconds. With a first step it begins a
  /// session: what files from before say of this step and later ones is no longer shown.
  /// Errors  FileError.
  /// Source  tensorflow/core/util/event.proto: file_version is 3, session_log 7, of which status is 1, and of that START
  ///         1; TensorBoard's event_accumulator drops the events from the start's step on.
  explicit TensorBoardFile(const std::filesystem::path& folder, std::optional<int> first_step = {}) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) throw FileError(folder.string() + ": cannot be made: " + error.message());
    const auto microseconds = static_cast<std::uint64_t>(1e6 * now());
    const std::string fraction = std::to_string(1'000'000 + microseconds % 1'000'000).substr(1);
    path_ = folder / ("events.out.tfevents." + std::to_string(microseconds / 1'000'000) + "." + fraction + ".unetpp");
    std::string begin = detail::tf_record(detail::proto_double(1, now()) + detail::proto_bytes(3, "brain.Event:2"));
    if (first_step)
      begin += detail::tf_record(detail::proto_double(1, now()) +
                                 detail::proto_number(2, static_cast<std::uint64_t>(*first_step)) +
                                 detail::proto_bytes(7, detail::proto_number(1, 1)));
    write_file(path_, begin, false);
  }

  const std::filesystem::path& path() const { return path_; }

  /// Appends the values of a step.
  /// Errors  FileError; readers pass over a record that was cut off.
  /// Source  tensorflow/core/util/event.proto: wall_time is 1, step 2, summary 5.
  void write(int step, const TensorBoardStep& values) const {
    const detail::Descriptor file(path_, O_WRONLY | O_APPEND);
    const std::string event = detail::proto_double(1, now()) +
                              detail::proto_number(2, static_cast<std::uint64_t>(step)) +
                              detail::proto_bytes(5, values.summary());
    if (!file.valid() || !detail::write_all(file, detail::tf_record(event)))
      detail::throw_file_error(path_, "cannot be written");
  }

 private:
  static double now() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  }

  std::filesystem::path path_;
};

}  // namespace unetpp
