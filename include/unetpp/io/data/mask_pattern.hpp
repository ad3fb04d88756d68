#pragma once
// How masks are called after their images.

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "unetpp/core/error.hpp"
#include "unetpp/core/one_line.hpp"

namespace unetpp {

/// The image and the class that a mask's name says.
struct MaskName {
  std::string stem;        ///< the image's name without its extension
  std::string class_name;  ///< empty for a mask of all classes
};

/// A pattern of the names of masks without their extensions: {stem} stands for the image's name, {class} for a class's,
/// as in {class}/{stem} and {stem}_{class}. Without {class} a mask has all classes, as in {stem}_mask.
class MaskPattern {
 public:
  /// Errors  ArgumentError, unless {stem} is in it once and {class} at most once, with text between the two.
  explicit MaskPattern(const std::string& text) {
    const std::size_t stem = place(text, stem_mark), of_class = place(text, class_mark);
    if (stem == std::string::npos) refuse(text, "{stem} in it");
    has_class_ = of_class != std::string::npos;
    class_first_ = of_class < stem;
    before_ = text.substr(0, std::min(stem, of_class));
    after_ = text.substr(stem + stem_mark.size());
    if (!has_class_) return;
    const std::size_t first_end = class_first_ ? of_class + class_mark.size() : stem + stem_mark.size();
    between_ = text.substr(first_end, std::max(stem, of_class) - first_end);
    if (between_.empty()) refuse(text, "text between {stem} and {class}");
    if (!class_first_) after_ = text.substr(of_class + class_mark.size());
  }

  /// What a mask's name says; where it can be read in several ways, that with the longest stem of those that there are.
  template <class Stems>
  std::optional<MaskName> match(std::string_view name, const Stems& stems) const {
    if (name.size() < before_.size() + after_.size() || !name.starts_with(before_) || !name.ends_with(after_))
      return std::nullopt;
    name.remove_prefix(before_.size());
    name.remove_suffix(after_.size());
    std::optional<MaskName> longest;
    const auto consider = [&](std::string_view stem, std::string_view class_name) {
      if ((!longest || stem.size() > longest->stem.size()) && stems.contains(std::string(stem)))
        longest = MaskName{std::string(stem), std::string(class_name)};
    };
    if (!has_class_) consider(name, "");
    for (std::size_t at = 0; has_class_ && (at = name.find(between_, at)) != std::string::npos; ++at) {
      const std::string_view first = name.substr(0, at), second = name.substr(at + between_.size());
      const std::string_view class_name = class_first_ ? first : second;
      if (!class_name.empty()) consider(class_first_ ? second : first, class_name);
    }
    return longest;
  }

 private:
  static constexpr std::string_view stem_mark = "{stem}", class_mark = "{class}";

  static std::size_t place(const std::string& text, std::string_view mark) {
    const std::size_t first = text.find(mark);
    if (first != std::string::npos && text.find(mark, first + 1) != std::string::npos)
      refuse(text, std::string(mark) + " once");
    return first;
  }

  [[noreturn]] static void refuse(const std::string& text, const std::string& expected) {
    throw ArgumentError("a mask pattern: expected " + expected + ", found " + detail::printable(text));
  }

  std::string before_, between_, after_;
  bool has_class_ = false, class_first_ = false;
};

}  // namespace unetpp
