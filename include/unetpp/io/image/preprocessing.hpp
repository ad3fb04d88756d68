#pragma once
// How an image becomes a network's input, by name and in words.

#include <optional>
#include <string>
#include <string_view>

#include "unetpp/core/compiler.hpp"

namespace unetpp {

/// How an image comes to another size: by resize_bilinear, by resize_antialiased, or by centre_crop.
enum class Resize { bilinear, antialiased, crop };

/// What a model file says of images that are resized by resize_bilinear; a model's own text where it differs.
inline constexpr const char* default_preprocessing =
    "RGB / 255, resized bilinearly with half-pixel centres, without antialiasing: as TensorFlow and PyTorch with "
    "antialias=False and OpenCV's INTER_LINEAR_EXACT, not as Pillow and torchvision do it by default";

/// The same of images that are resized by resize_antialiased.
inline constexpr const char* antialiased_preprocessing =
    "RGB / 255, resized bilinearly with half-pixel centres, with antialiasing where it becomes smaller: as TensorFlow "
    "and PyTorch with antialias=True, and but for rounding Pillow and torchvision by default, not as OpenCV";

/// The same of crops, which are at their images' own resolution.
inline constexpr const char* cropped_preprocessing =
    "RGB / 255, not resized: trained on crops, so that images of any size are predicted by tiles";

namespace detail {

/// What the texts above begin with, and what begins those of images of other than 3 channels.
inline constexpr std::string_view rgb_values = "RGB / 255";
inline constexpr std::string_view channel_values =
    "Channels / full scale (255 of 8 bits, 65535 of 16 bits, 1 of floats)";
/// What they end with where channels are scaled.
inline constexpr std::string_view scaled_values =
    "; then each channel minus its mean, over its standard deviation (metadata \"channels\")";

}  // namespace detail

/// What a model file says of its images.
inline std::string preprocessing_text(Resize resize, int channels = 3, bool scaled = false) {
  std::string text = resize == Resize::antialiased ? antialiased_preprocessing
                     : resize == Resize::crop      ? cropped_preprocessing
                                                   : default_preprocessing;
  if (channels != 3) text.replace(0, detail::rgb_values.size(), detail::channel_values);
  return scaled ? text.append(detail::scaled_values) : text;
}

/// How a model's images come to its size by its text; none for a text of others. Files have the first words of
/// `default_preprocessing` alone that were written before it named other libraries.
inline std::optional<Resize> resize_of(std::string_view text) {
  if (text.ends_with(detail::scaled_values)) text.remove_suffix(detail::scaled_values.size());
  std::string preprocessing(text);
  if (text.starts_with(detail::channel_values))
    preprocessing.replace(0, detail::channel_values.size(), detail::rgb_values);
  constexpr std::string_view before = "RGB / 255, resized bilinearly with half-pixel centres";
  if (preprocessing == default_preprocessing || preprocessing == before) return Resize::bilinear;
  if (preprocessing == antialiased_preprocessing) return Resize::antialiased;
  if (preprocessing == cropped_preprocessing) return Resize::crop;
  return std::nullopt;
}

}  // namespace unetpp
