#pragma once
// What the tests of train_pets share: the program, run as its users run it.

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "../../examples/program.hpp"
#include "../catch.hpp"
#include "../io/fixtures.hpp"

namespace example_tests {

namespace fs = std::filesystem;
using io_tests::put;
using io_tests::TemporaryFolder;
using examples::ProgramResult;

inline ProgramResult train(std::vector<std::string> arguments) {
  return examples::run({.name = UNETPP_TRAIN_PETS, .arguments = std::move(arguments), .package = "unetpp"});
}

/// Good pairs a, b, c, ... of 40x30 pixels, with these stems.
inline void make_pets(const fs::path& folder, const std::vector<std::string>& stems = {"a", "b", "c", "d"}) {
  for (const std::string& stem : stems) {
    put(folder / "images" / (stem + ".jpg"), unetpp::encode_jpeg(io_tests::drawn_image(40, 30)));
    put(folder / "annotations" / "trimaps" / (stem + ".png"), unetpp::encode_png(io_tests::drawn_trimap(40, 30)));
  }
}

inline ProgramResult train_synthetic(const fs::path& out, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"--synthetic", "14", "--epochs", "2", "--batch", "4", "--out", out.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return train(arguments);
}

/// The same, with a script that --open runs when training begins; it knows the program's number as $TRAIN_PETS.
inline ProgramResult train_synthetic_while(const fs::path& folder, const std::string& script, const fs::path& out,
                                           std::vector<std::string> more) {
  put(folder / "bin" / "xdg-open", "#!/bin/sh\n" + script + "\n");
  fs::permissions(folder / "bin" / "xdg-open", fs::perms::owner_all);
  std::vector<std::string> arguments{"-c",
                                     "export PATH=\"$0:$PATH\" TRAIN_PETS=$$; exec \"$@\"",
                                     (folder / "bin").string(),
                                     UNETPP_TRAIN_PETS,
                                     "--open",
                                     "--synthetic",
                                     "14",
                                     "--batch",
                                     "4",
                                     "--out",
                                     out.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return examples::run({.name = "bash", .arguments = std::move(arguments), .package = "bash"});
}

inline void check_error(const ProgramResult& result, int status, const std::vector<std::string>& says) {
  INFO(result.output);
  CHECK(result.status == status);
  CHECK(std::count(result.output.begin(), result.output.end(), '\n') == 1);
  for (const std::string& text : says) CHECK(result.output.find(text) != std::string::npos);
}

inline std::vector<std::string> lines(const fs::path& file) {
  std::istringstream text(unetpp::read_file(file));
  std::vector<std::string> all;
  for (std::string line; std::getline(text, line);) all.push_back(line);
  return all;
}

}  // namespace example_tests
