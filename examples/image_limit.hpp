#pragma once
// --limit-megapixels.

#include <CLI/CLI.hpp>
#include <cstddef>

namespace examples {

/// How large an image may be.
struct ImageLimit {
  int megapixels = 100;

  std::size_t pixels() const { return std::size_t{1'000'000} * static_cast<std::size_t>(megapixels); }
  bool operator==(const ImageLimit&) const = default;
};

inline CLI::Option* declare(CLI::App& app, ImageLimit& limit) {
  return app.add_option("--limit-megapixels", limit.megapixels, "Larger images are refused before they are decoded")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str()
      ->group("More of the run");
}

}  // namespace examples
