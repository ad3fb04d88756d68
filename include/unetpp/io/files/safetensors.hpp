#pragma once
// Tensors from files: safetensors, read.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "unetpp/core/error.hpp"
#include "unetpp/io/files/file.hpp"
#include "unetpp/io/files/half.hpp"
#include "unetpp/io/files/json.hpp"
#include "unetpp/io/files/safetensors_header.hpp"

namespace unetpp {

/// An open safetensors file: its header is read and checked, its tensors are read one by one as they are asked for.
class SafetensorsFile {
 public:
  /// Errors  FileError when it cannot be read; FormatError unless all of it is as the format demands.
  explicit SafetensorsFile(const std::filesystem::path& path) : path_(path), file_(path, O_RDONLY) {
    struct stat status {};
    if (!file_.valid() || ::fstat(file_.number(), &status) != 0) detail::throw_file_error(path_, "cannot be read");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    std::uint64_t length = 0;
    if (size >= sizeof length) read_at(0, &length, sizeof length);
    if (size < sizeof length || length > size - sizeof length || length > max_safetensors_header)
      throw FormatError(name() + ": expected a safetensors file, with a header of at most " +
                        std::to_string(max_safetensors_header) + " bytes, found " + std::to_string(size) +
                        " bytes in all and a header of " + std::to_string(length));
    std::string text(length, '\0');
    read_at(sizeof length, text.data(), length);
    data_begin_ = sizeof length + length;
    header_ = parse_safetensors_header(text, size - data_begin_, name());
  }

  std::string name() const { return path_.string(); }
  const std::map<std::string, TensorEntry>& tensors() const { return header_.tensors; }
  const Metadata& metadata() const { return header_.metadata; }

  /// Errors  FormatError unless there is a tensor of this name, in float32, float16 or bfloat16, with these extents.
  const TensorEntry& require(const std::string& tensor, const std::vector<int>& extents) const {
    const auto found = header_.tensors.find(tensor);
    const bool there = found != header_.tensors.end();
    const auto same = [](std::size_t a, int b) { return b >= 0 && a == static_cast<std::size_t>(b); };
    if (there && is_float(found->second.dtype) &&
        std::equal(found->second.extents.begin(), found->second.extents.end(), extents.begin(), extents.end(), same))
      return found->second;
    throw FormatError(
        name() + ": tensor " + tensor + ": expected float32 of shape " + detail::extents_text(extents) + ", found " +
        (there ? detail::printable(found->second.dtype) + " of shape " + detail::extents_text(found->second.extents)
               : "no such tensor"));
  }

  /// Reads a tensor as float32.
  /// Errors  As `require`'s; FileError; ArgumentError when `values` has another size than the tensor.
  void read(const std::string& tensor, const std::vector<int>& extents, std::span<float> values) const {
    const TensorEntry& entry = require(tensor, extents);
    const std::size_t width = entry.dtype == "F32" ? sizeof(float) : sizeof(std::uint16_t);
    if (values.size() != (entry.end - entry.begin) / width)
      throw ArgumentError("reading tensor " + tensor + ": expected memory for " +
                          std::to_string((entry.end - entry.begin) / width) + " values, found " +
                          std::to_string(values.size()));
    if (width == sizeof(float)) return read_at(data_begin_ + entry.begin, values.data(), values.size_bytes());
    const auto convert = entry.dtype == "F16" ? float_of_half : float_of_bfloat16;
    std::array<std::uint16_t, 4096> piece;
    for (std::size_t at = 0; at < values.size(); at += piece.size()) {
      const std::size_t count = std::min(piece.size(), values.size() - at);
      read_at(data_begin_ + entry.begin + at * width, piece.data(), count * width);
      std::transform(piece.begin(), piece.begin() + count, values.begin() + static_cast<std::ptrdiff_t>(at), convert);
    }
  }

 private:
  static bool is_float(const std::string& dtype) { return dtype == "F32" || dtype == "F16" || dtype == "BF16"; }

  void read_at(std::uint64_t offset, void* to, std::size_t size) const {
    for (char* at = static_cast<char*>(to); size > 0;) {
      const auto count =
          detail::uninterrupted([&] { return ::pread(file_.number(), at, size, static_cast<off_t>(offset)); });
      if (count < 0) detail::throw_file_error(path_, "cannot be read");
      if (count == 0)
        throw FormatError(name() + ": expected " + std::to_string(size) + " bytes more, found the end of the file");
      at += count;
      offset += static_cast<std::uint64_t>(count);
      size -= static_cast<std::size_t>(count);
    }
  }

  std::filesystem::path path_;
  detail::Descriptor file_;
  std::uint64_t data_begin_ = 0;
  SafetensorsHeader header_;
};

/// The text in a file; its tensors are not read, but its header is checked like any other.
/// Errors  As SafetensorsFile's.
inline Metadata read_metadata(const std::filesystem::path& path) { return SafetensorsFile(path).metadata(); }

}  // namespace unetpp
