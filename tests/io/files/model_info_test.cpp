#include "unetpp/io/files/model_info.hpp"

#include <string>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/unet.hpp"

using namespace unetpp;
using io_tests::contains;

namespace {

using Net = UNet<UNetConfig{.height = 16, .width = 32, .classes = 2, .base_channels = 4, .depth = 1}>;
const ModelInfo info = model_info<Net>({{"road, \"dry\"", {1, 2, 255}}, {"other", {0, 0, 0}}});

/// What is said of a model file with this text under this key.
std::string refusal(const std::string& key, const std::string& text) {
  Metadata metadata = to_metadata(info);
  metadata[key] = text;
  return io_tests::message_of<FormatError>([&] { parse_model_info(metadata, "model.safetensors"); });
}

}  // namespace

TEST_CASE("a UNet's size, depth and classes come back from a model file's metadata") {
  const ModelInfo back = parse_model_info(to_metadata(info), "f");
  CHECK(back == info);
  CHECK(back.input == Shape{16, 32, 3});
  CHECK(back.classes == 2);
  CHECK(back.base_channels == 4);
  CHECK(back.depth == 1);
  CHECK(back.class_list[0].name == "road, \"dry\"");
}

TEST_CASE("a network that is no UNet has a size and classes only") {
  const ModelInfo other = model_info<Conv2D<Shape{8, 8, 1}, Conv2DConfig{.filters = 5}>>({});
  CHECK(other.classes == 5);
  CHECK(other.depth == 0);
  CHECK(parse_model_info(to_metadata(other), "f") == other);
}

TEST_CASE("a model file that says nothing of its network leaves the defaults") {
  CHECK(parse_model_info({{"format", "pt"}}, "f") == ModelInfo{});
}

TEST_CASE("a model file's preprocessing says that images are not antialiased, and who resizes alike") {
  const std::string text = to_metadata(info).at("preprocessing");
  for (const std::string words :
       {"without antialiasing", "TensorFlow", "PyTorch", "INTER_LINEAR_EXACT", "not as Pillow"})
    CHECK(contains(text, words));
}

TEST_CASE("the shorter words for the same preprocessing, in files of before, are known") {
  CHECK(is_default_preprocessing(info.preprocessing));
  CHECK(is_default_preprocessing("RGB / 255, resized bilinearly with half-pixel centres"));
  CHECK_FALSE(is_default_preprocessing(""));
  CHECK_FALSE(is_default_preprocessing("RGB / 255"));
}

TEST_CASE("what a model file says of its network is checked") {
  for (const std::string text : {"", "[]", "{}", "text", R"({"input":[1,2],"classes":1,"base_channels":1,"depth":1})",
                                 R"({"input":[0,2,3],"classes":2,"base_channels":1,"depth":1})",
                                 R"({"input":[1,2,3],"classes":2,"base_channels":1})",
                                 R"({"input":[1,2,3],"classes":2.0,"base_channels":1,"depth":1})",
                                 R"({"input":[1,2,3],"classes":-1,"base_channels":1,"depth":1})",
                                 R"({"input":[1,2,99999999999],"classes":2,"base_channels":1,"depth":1})",
                                 R"({"input":[1,2,3],"classes":2,"base_channels":1,"depth":17})",
                                 R"({"input":[1,2,3],"classes":2,"classes":2,"base_channels":1,"depth":1})"}) {
    INFO(text);
    CHECK(contains(refusal("network", text), "model.safetensors: metadata network"));
  }
}

TEST_CASE("a model file's list of classes is checked") {
  for (const std::string text :
       {"", "{}", "a,b", "[1,2]", R"([{"name":"a","colour":[0,0,0]}])", R"([{"name":"a"},{"name":"b"}])",
        R"([{"name":1,"colour":[0,0,0]},{"name":"b","colour":[0,0,0]}])",
        R"([{"name":"a","colour":[0,0,256]},{"name":"b","colour":[0,0,0]}])",
        R"([{"name":"a","colour":[0,0]},{"name":"b","colour":[0,0,0]}])"}) {
    INFO(text);
    CHECK(contains(refusal("classes", text), "model.safetensors: metadata classes"));
  }
}
