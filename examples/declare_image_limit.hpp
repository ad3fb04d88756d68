#pragma once
// --limit-megapixels.

#include <CLI/CLI.hpp>

#include "image_limit.hpp"

namespace examples {

inline CLI::Option* declare(CLI::App& app, ImageLimit& limit) {
  return app.add_option("--limit-megapixels", limit.megapixels, "Larger images are refused before they are decoded")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str()
      ->group("More of the run");
}

}  // namespace examples
