#include "../../examples/train_pets/download.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

#include "catch.hpp"

using namespace train_pets;
namespace fs = std::filesystem;
using Catch::Matchers::Contains;

namespace {

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
void put(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }
