#include "unetpp/io/files/model_info.hpp"

#include <string>

#include "../../catch.hpp"
#include "../fixtures.hpp"
#include "unetpp/unet.hpp"

namespace model_info_test {

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

TEST_CASE("the words of a model file say how its images are resized, also the shorter ones in files of before") {
  CHECK(resize_of(info.preprocessing) == Resize::bilinear);
  CHECK(resize_of("RGB / 255, resized bilinearly with half-pixel centres") == Resize::bilinear);
  CHECK(resize_of(model_info<Net>({}, Resize::antialiased).preprocessing) == Resize::antialiased);
  CHECK(resize_of(model_info<Net>({}, Resize::crop).preprocessing) == Resize::crop);
  CHECK_FALSE(resize_of("").has_value());
  CHECK_FALSE(resize_of("RGB / 255").has_value());
}

TEST_CASE("every kind of UNet comes back from a model file's metadata") {
  using Other = UNet<UNetConfig{.height = 16,
                                .width = 32,
                                .base_channels = 4,
                                .depth = 3,
                                .block = BlockKind::residual,
                                .normalisation = Normalisation::batch,
                                .activation = BlockActivation::silu,
                                .bottom_dropout_per_thousand = 250,
                                .way_up = WayUp::bilinear,
                                .norm_groups = 2,
                                .batch_epsilon_per_million = 10,
                                .head_kernel = 1,
                                .supervised_levels = 2}>;
  const ModelInfo other = model_info<Other>({}), back = parse_model_info(to_metadata(other), "f");
  CHECK(back == other);
  CHECK(back.block == BlockKind::residual);
  CHECK(back.normalisation == Normalisation::batch);
  CHECK(back.activation == BlockActivation::silu);
  CHECK(back.bottom_dropout_per_thousand == 250);
  CHECK(back.way_up == WayUp::bilinear);
  CHECK(back.supervised_levels == 2);
  CHECK(back.norm_groups == 2);
  CHECK(back.batch_epsilon_per_million == 10);
  CHECK(back.head_kernel == 1);
  CHECK(to_metadata(other).at("network") ==
        R"({"input":[16,32,3],"classes":3,"base_channels":4,"depth":3,"block":"residual","normalisation":"batch",)"
        R"("activation":"silu","bottom_dropout_per_thousand":250,"way_up":"bilinear","norm_groups":2,)"
        R"("batch_epsilon_per_million":10,"head_kernel":1,"supervised_levels":2})");
}

TEST_CASE("the kinds of a UNet have the names of their enums") {
  const std::string before = R"({"input":[16,32,3],"classes":2,"base_channels":4,"depth":1)";
  const auto parsed = [&](const std::string& more) {
    return parse_model_info({{"network", before + more + "}"}}, "f");
  };
  CHECK(parsed(R"(,"block":"plain","normalisation":"none","activation":"relu","way_up":"transposed")") == parsed(""));
  CHECK(parsed(R"(,"activation":"leaky_relu")").activation == BlockActivation::leaky_relu);
  CHECK(parsed(R"(,"normalisation":"group")").normalisation == Normalisation::group);
  CHECK(parsed(R"(,"way_up":"bilinear_alone")").way_up == WayUp::bilinear_alone);
}

TEST_CASE("a vanilla UNet's metadata are those of files from before there were other kinds") {
  CHECK(to_metadata(info).at("network") == R"({"input":[16,32,3],"classes":2,"base_channels":4,"depth":1})");
}

TEST_CASE("a kind of UNet that is not known is an error that names the file, the value and those that are known") {
  const std::string before = R"({"input":[1,2,3],"classes":2,"base_channels":1,"depth":1,)";
  CHECK(refusal("network", before + R"("activation":"gelu"})") ==
        "model.safetensors: metadata network: activation: expected one of relu, leaky_relu, silu, found \"gelu\"");
  for (const std::string wrong :
       {R"("block":"dense"})", R"("normalisation":1})", R"("way_up":null})", R"("bottom_dropout_per_thousand":1000})",
        R"("bottom_dropout_per_thousand":-1})", R"("norm_groups":0})", R"("batch_epsilon_per_million":1e-5})",
        R"("head_kernel":0})", R"("supervised_levels":8})", R"("supervised_levels":1.5})"}) {
    INFO(wrong);
    CHECK(contains(refusal("network", before + wrong), "model.safetensors: metadata network: "));
  }
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

TEST_CASE("a model's channel scaling comes back bit by bit, and a model without one has no text of it") {
  const ChannelScaling scaling{{0.1f, 1 / 3.0f, -7e-30f}, {0.2f, 16777217.0f, 2e-38f}};
  const ModelInfo scaled = model_info<Net>({}, Resize::antialiased, scaling);
  CHECK(parse_model_info(to_metadata(scaled), "f").scaling == scaling);
  CHECK(resize_of(scaled.preprocessing) == Resize::antialiased);
  CHECK(scaled.preprocessing.ends_with("metadata \"channels\")"));
  CHECK_FALSE(to_metadata(info).contains("channels"));
}

TEST_CASE("a model of other than 3 channels does not say that its images are RGB") {
  using Grey = Conv2D<Shape{8, 8, 1}, Conv2DConfig{.filters = 5}>;
  for (const Resize how : {Resize::bilinear, Resize::antialiased, Resize::crop}) {
    const std::string text = model_info<Grey>({}, how).preprocessing;
    CHECK(text.starts_with("Channels / full scale (255 of 8 bits, 65535 of 16 bits, 1 of floats), "));
    CHECK(resize_of(text) == how);
  }
}

TEST_CASE("a model's channel scaling that cannot be one is an error that names the file") {
  for (const char* text :
       {R"({"mean": [0, 0, 0]})", R"({"mean": [0], "deviation": [1]})",
        R"({"mean": [0, 0, 0], "deviation": [1, 0, 1]})", R"({"mean": [0, null, 0], "deviation": [1, 1, 1]})",
        R"({"mean": [0, 1e39, 0], "deviation": [1, 1, 1]})", R"({"mean": 1, "deviation": 1})"}) {
    CAPTURE(text);
    CHECK(refusal("channels", text).starts_with("model.safetensors: metadata channels"));
  }
  CHECK_THROWS_AS(model_info<Net>({}, Resize::bilinear, {{0}, {1}}), ArgumentError);
}

}  // namespace model_info_test
