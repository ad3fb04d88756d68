#pragma once
// What the tests of io/ share: a folder that goes away, and pictures that are drawn.

#include <stdlib.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "unetpp/io/image/image.hpp"

namespace io_tests {

/// A new empty folder that is removed with all that is in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "unetpp-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder: " + name);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::ptrdiff_t entries() const { return std::distance(std::filesystem::directory_iterator(path_), {}); }

 private:
  std::filesystem::path path_;
};

inline void put(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

/// Smooth colours, so that JPEG changes them little.
inline unetpp::Image drawn_image(int width, int height) {
  unetpp::Image image{width, height, {}};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) image.rgb.push_back(static_cast<std::uint8_t>((20 * c + 3 * x + 5 * y) % 256));
  return image;
}

/// Every value of a trimap.
inline unetpp::Mask drawn_trimap(int width, int height) {
  unetpp::Mask mask{width, height, {}};
  for (int i = 0; i < width * height; ++i) mask.values.push_back(static_cast<std::uint8_t>(1 + i % 3));
  return mask;
}

template <class Encode>
std::string encoded(const Encode& encode) {
  std::string bytes;
  encode(
      [](void* to, void* data, int size) {
        static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
      },
      &bytes);
  return bytes;
}

inline std::string big_endian(std::size_t value) {
  std::string bytes;
  for (int i = 3; i >= 0; --i) bytes += static_cast<char>(value >> 8 * i);
  return bytes;
}

inline const Bytef* zlib_bytes(const std::string& text) { return reinterpret_cast<const Bytef*>(text.data()); }

/// A chunk of a PNG.
inline std::string png_chunk(const std::string& name, const std::string& data) {
  const std::string named = name + data;
  return big_endian(data.size()) + named + big_endian(crc32(0, zlib_bytes(named), static_cast<uInt>(named.size())));
}

/// A PNG of one small size, depth and colour type; `data` is compressed already.
inline std::string png(char width, char height, char depth, char colour, const std::string& data,
                       const std::string& before = "") {
  const std::string zeros(3, '\0');
  const std::string header = zeros + width + zeros + height + depth + colour + zeros;  // not interlaced
  return "\x89PNG\r\n\x1A\n" + png_chunk("IHDR", header) + before + png_chunk("IDAT", data) + png_chunk("IEND", "");
}

/// A few bytes as zlib stores them without compression.
inline std::string stored(const std::string& bytes) {
  const auto size = static_cast<char>(bytes.size());
  return std::string("\x78\x01\x01", 3) + size + '\0' + static_cast<char>(~size) + '\xFF' + bytes +
         big_endian(adler32(1, zlib_bytes(bytes), static_cast<uInt>(bytes.size())));
}

/// The bytes of a reference file.
inline std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

/// The real photographs: $UNETPP_PETS, or pets in the source tree; empty when they are not there.
inline std::filesystem::path pets_folder() {
  std::filesystem::path folder;
  if (const char* given = std::getenv("UNETPP_PETS")) folder = given;
#ifdef UNETPP_SOURCE_DIR
  if (folder.empty()) folder = std::filesystem::path(UNETPP_SOURCE_DIR) / "pets";
#endif
  std::error_code ignored;
  return std::filesystem::is_directory(folder / "images", ignored) ? folder : std::filesystem::path();
}

/// What the call throws as an E; empty if it throws nothing.
template <class E, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return {};
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace io_tests
