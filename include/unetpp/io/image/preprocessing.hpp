#pragma once
// How an image becomes a network's input, by name and in words.

#include <optional>
#include <string_view>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// How an image comes to another size: by resize_bilinear, or by resize_antialiased.
enum class Resize { bilinear, antialiased };

/// What a model file says of images that are resized by resize_bilinear; a model's own text where it differs.
inline constexpr const char* default_preprocessing =
    "RGB / 255, resized bilinearly with half-pixel centres, without antialiasing: as TensorFlow and PyTorch with "
    "antialias=False and OpenCV's INTER_LINEAR_EXACT, not as Pillow and torchvision do it by default";

/// The same of images that are resized by resize_antialiased.
inline constexpr const char* antialiased_preprocessing =
    "RGB / 255, resized bilinearly with half-pixel centres, with antialiasing where it becomes smaller: as TensorFlow "
    "and PyTorch with antialias=True, and but for rounding Pillow and torchvision by default, not as OpenCV";

constexpr const char* preprocessing_text(Resize resize) {
  return resize == Resize::antialiased ? antialiased_preprocessing : default_preprocessing;
}

/// How a model's images are resized by its text; none for a text of others. Files have the first words of
/// `default_preprocessing` alone that were written before it named other libraries.
constexpr std::optional<Resize> resize_of(std::string_view preprocessing) {
  constexpr std::string_view before = "RGB / 255, resized bilinearly with half-pixel centres";
  if (preprocessing == default_preprocessing || preprocessing == before) return Resize::bilinear;
  if (preprocessing == antialiased_preprocessing) return Resize::antialiased;
  return std::nullopt;
}

}  // namespace unetpp
