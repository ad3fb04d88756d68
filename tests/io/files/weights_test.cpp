#include "unetpp/io/files/weights.hpp"

#include <cstdint>
#include <cstring>
#include <limits>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/unet.hpp"

namespace weights_test {

using namespace unetpp;

namespace {

using Net = UNet<UNetConfig{.height = 8, .width = 8, .base_channels = 2, .depth = 1}>;
using Wider = UNet<UNetConfig{.height = 8, .width = 8, .base_channels = 3, .depth = 1}>;
using Shallower = UNet<UNetConfig{.height = 8, .width = 8, .base_channels = 2, .depth = 0}>;

std::string message_of(const std::filesystem::path& path, auto& parameters) {
  try {
    load_weights(path, parameters);
  } catch (const Error& e) {
    return e.what();
  }
  return "no error";
}

/// Adds an empty tensor of this name and type to a file.
void add_tensor(const std::filesystem::path& path, const std::string& name, const std::string& dtype) {
  const std::string whole = read_file(path);
  std::uint64_t length = 0;
  std::memcpy(&length, whole.data(), sizeof length);
  std::string header = whole.substr(sizeof length, length);
  const std::string data = whole.substr(sizeof length + length), end = std::to_string(data.size());
  header.insert(header.rfind('}'), ",\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":[0],"data_offsets":[)" +
                                       end + "," + end + "]}");
  length = header.size();
  write_file(path, std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + data);
}

std::vector<float> values_of(const auto& parameters) { return {parameters.span().begin(), parameters.span().end()}; }

}  // namespace

TEST_CASE("weights come back as they were, with their metadata, at another size too") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  const Parameters<Net> saved(GlorotUniform{5});
  save_weights(path, saved, {{"classes", "a,b"}});
  Parameters<Net> loaded;
  CHECK(load_weights(path, loaded).at("classes") == "a,b");
  CHECK(values_of(loaded) == values_of(saved));
  Parameters<Net::resized<16, 24>> larger;
  load_weights(path, larger);
  CHECK(values_of(larger) == values_of(saved));
}

TEST_CASE("a weights file is safetensors: header length, JSON by layer name, float32 data") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  const Parameters<Net> saved(GlorotUniform{5});
  save_weights(path, saved);
  const std::string bytes = read_file(path);
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  const auto header = nlohmann::json::parse(bytes.substr(8, length));
  const auto& entry = header.at("conv2d_1.weight");
  CHECK(entry.at("dtype") == "F32");
  CHECK(entry.at("shape") == std::vector<int>{3, 3, 2, 2});
  float first = 0;
  std::memcpy(&first, bytes.data() + 8 + length + entry.at("data_offsets").at(0).get<std::size_t>(), 4);
  CHECK(first == saved.span()[3 * 3 * 3 * 2 + 2]);
  CHECK(bytes.size() == 8 + length + parameter_count<Net> * 4);
}

TEST_CASE("another network's weights are refused, naming the first tensor that differs, and change nothing") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "wider.safetensors";
  save_weights(path, Parameters<Wider>(GlorotUniform{5}));
  Parameters<Net> parameters(GlorotUniform{6});
  const std::vector<float> before = values_of(parameters);
  CHECK(message_of(path, parameters) ==
        path.string() +
            ": tensor conv2d.weight: expected float32 of shape [3, 3, 3, 2], found F32 of shape [3, 3, 3, 3]");
  CHECK(values_of(parameters) == before);
}

TEST_CASE("weights with tensors too few or too many are refused") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  save_weights(path, Parameters<Shallower>());
  Parameters<Net> net;
  CHECK(message_of(path, net).find(
            "tensor conv2d_2.weight: expected float32 of shape [3, 3, 2, 4], found F32 of shape [3, 3, 2, 3]") !=
        std::string::npos);
  save_weights(path, net);
  using One = Conv2D<Shape{8, 8, 3}, Conv2DConfig{.filters = 2}>;
  Parameters<One> one;
  CHECK(message_of(path, one).find("expected none of this name in the network") != std::string::npos);
}

TEST_CASE("an optimizer's tensors do not keep weights from being loaded, of whatever type they are") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  const Parameters<Net> saved(GlorotUniform{5});
  save_weights(path, saved);
  for (const std::string dtype : {"F8_E4M3FNUZ", "F4", "C64", "F31"}) add_tensor(path, "optimizer." + dtype, dtype);
  Parameters<Net> loaded;
  load_weights(path, loaded);
  CHECK(values_of(loaded) == values_of(saved));
  add_tensor(path, "conv2d_9.weight", "F8_E5M2FNUZ");
  CHECK(message_of(path, loaded) ==
        path.string() + ": tensor conv2d_9.weight: expected none of this name in the network, found one in the file");
}

TEST_CASE("files that are no weights are refused by name, and change nothing") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  Parameters<Net> net(GlorotUniform{1});
  const std::vector<float> before = values_of(net);
  CHECK(message_of(path, net).find(path.string()) == 0);  // missing
  write_file(path, "abc");
  CHECK(message_of(path, net).find("expected a safetensors file") != std::string::npos);
  write_file(path, std::string("\x04\0\0\0\0\0\0\0", 8) + "[12]");
  CHECK(message_of(path, net).find("expected a safetensors header in JSON") != std::string::npos);
  write_file(path, std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8) + "{}");
  CHECK(message_of(path, net).find("expected a safetensors file") != std::string::npos);
  save_weights(path, net);
  const std::string whole = read_file(path);
  write_file(path, whole.substr(0, whole.size() - 1));
  CHECK(message_of(path, net).find("tensor conv2d_6.bias") != std::string::npos);
  std::string other = whole;
  other.replace(other.find("\"F32\""), 5, "\"I32\"");
  write_file(path, other);
  CHECK(message_of(path, net).find("found I32") != std::string::npos);
  other = whole;
  other.replace(other.find("\"dtype\""), 7, "\"dtypo\"");
  write_file(path, other);
  CHECK(message_of(path, net).find("tensor conv2d.weight") != std::string::npos);
  CHECK(values_of(net) == before);
}

TEST_CASE("weights that are NaN or infinite are refused, naming the tensor and where, and change nothing") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    Parameters<Net> saved(GlorotUniform{5});
    const NamedTensor tensor = parameter_tensors<Net>().at(2);
    saved.span()[tensor.offset + 4] = saved.span()[tensor.offset + 7] = bad;
    write_safetensors(path, named_data(saved), {});
    Parameters<Net> net(GlorotUniform{1});
    const std::vector<float> before = values_of(net);
    CHECK(message_of(path, net) ==
          path.string() +
              ": tensor conv2d_1.weight: expected finite numbers, found 2 of 36 that are NaN or infinite, the first at "
              "index 4; a model from before its training went wrong would help");
    CHECK(values_of(net) == before);
  }
}

TEST_CASE("weights that are NaN are not written, and the file from before stays") {
  const io_tests::TemporaryFolder folder;
  const auto path = folder.path() / "model.safetensors";
  Parameters<Net> net;
  save_weights(path, net);
  const std::string before = read_file(path);
  net.span()[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(io_tests::contains(io_tests::message_of<NonFiniteLossError>([&] { save_weights(path, net); }),
                           "not written: tensor conv2d.weight: expected finite numbers"));
  CHECK(read_file(path) == before);
}

}  // namespace weights_test
