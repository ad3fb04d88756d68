#include "unetpp/io/files/onnx.hpp"

#include <onnx/shape_inference/implementation.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "../../catch.hpp"
#include "interop/zoo.hpp"
#include "unetpp/nn/fold_batch_norm.hpp"
#include "unetpp/unet.hpp"

namespace onnx_test {

using namespace unetpp;

namespace {

using Ints = std::vector<int>;

const onnx::NodeProto& node_of(const onnx::ModelProto& model, const std::string& name) {
  for (const onnx::NodeProto& node : model.graph().node())
    if (node.name() == name) return node;
  throw ArgumentError("no node " + name);
}

Ints ints_of(const onnx::ModelProto& model, const std::string& node, const std::string& attribute) {
  for (const onnx::AttributeProto& a : node_of(model, node).attribute())
    if (a.name() == attribute) return {a.ints().begin(), a.ints().end()};
  return {};
}

/// The shape of a declared or inferred value; -1 for a dimension that is open.
Ints shape_of(const onnx::ValueInfoProto& value) {
  Ints shape;
  for (const auto& dim : value.type().tensor_type().shape().dim())
    shape.push_back(dim.has_dim_value() ? static_cast<int>(dim.dim_value()) : -1);
  return shape;
}

/// What ONNX itself works out of the shapes of all values.
std::map<std::string, Ints> inferred_shapes(onnx::ModelProto model) {
  onnx::ShapeInferenceOptions strict(true, 1, false);
  onnx::shape_inference::InferShapes(model, onnx::OpSchemaRegistry::Instance(), strict);
  std::map<std::string, Ints> shapes;
  for (const onnx::ValueInfoProto& value : model.graph().value_info()) shapes[value.name()] = shape_of(value);
  for (const onnx::ValueInfoProto& value : model.graph().output()) shapes[value.name()] = shape_of(value);
  return shapes;
}

template <Layer L>
onnx::ModelProto exported(OnnxConfig config = {.nchw = true}) {
  return to_onnx(Parameters<L>(), config);
}

/// How ONNX pads what the layer does, and the shape that it gets then.
template <Layer L>
void check_pads(const char* name, const Ints& pads) {
  const onnx::ModelProto model = exported<Sequential<L, ReLU<L::out>>>();
  CHECK(ints_of(model, name, "pads") == pads);
  CHECK(inferred_shapes(model).at(name) == Ints{-1, L::out.channels, L::out.height, L::out.width});
}

}  // namespace

TEST_CASE("ONNX gets the shapes that the layers have") {
  const std::map<std::string, Ints> shapes = inferred_shapes(exported<io_tests::Zoo>());
  const std::vector<std::string> names = layer_names<io_tests::Zoo>();
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    INFO(names[i]);
    const Shape out = leaves<io_tests::Zoo>[i].out;
    CHECK(shapes.at(names[i]) == Ints{-1, out.channels, out.height, out.width});
  }
}

TEST_CASE("same padding that is odd goes after the image in ONNX, too") {
  constexpr Shape even{8, 6, 2}, odd{7, 9, 2};
  check_pads<Conv2D<even, Conv2DConfig{.filters = 1}>>("conv2d", {1, 1, 1, 1});
  check_pads<Conv2D<even, Conv2DConfig{.filters = 1, .stride = 2}>>("conv2d", {0, 0, 1, 1});
  check_pads<Conv2D<odd, Conv2DConfig{.filters = 1, .stride = 2}>>("conv2d", {1, 1, 1, 1});
  check_pads<Conv2D<even, Conv2DConfig{.filters = 1, .kernel = 2}>>("conv2d", {0, 0, 1, 1});
  check_pads<Conv2D<even, Conv2DConfig{.filters = 1, .kernel = Extent(3, 1), .dilation = 2}>>("conv2d", {2, 0, 2, 0});
  check_pads<Conv2D<odd, Conv2DConfig{.filters = 1, .kernel = 1, .stride = 3}>>("conv2d", {0, 0, 0, 0});
  check_pads<Conv2D<even, Conv2DConfig{.filters = 1, .stride = 2, .padding = Padding::valid}>>("conv2d", {0, 0, 0, 0});
  check_pads<MaxPool2D<odd, MaxPool2DConfig{.padding = Padding::same}>>("max_pooling2d", {0, 0, 1, 1});
  check_pads<MaxPool2D<odd>>("max_pooling2d", {0, 0, 0, 0});
}

TEST_CASE("a transposed convolution is cut in ONNX where Keras cuts it") {
  constexpr Shape in{3, 5, 2};
  check_pads<ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 1}>>("conv2d_transpose", {0, 0, 0, 0});
  check_pads<ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 1, .kernel = 4}>>("conv2d_transpose", {1, 1, 1, 1});
  check_pads<ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 1, .kernel = 3, .padding = Padding::valid}>>(
      "conv2d_transpose", {0, 0, 0, 0});
  using Sparse = ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 1, .kernel = 1, .stride = 3}>;
  check_pads<Sparse>("conv2d_transpose", {0, 0, 0, 0});
  CHECK(ints_of(exported<Sparse>(), "conv2d_transpose", "output_padding") == Ints{2, 2});
}

TEST_CASE("a row more at the end of a transposed convolution is cut by a node of its own, its padding stays even") {
  constexpr Shape in{3, 5, 2};
  using Odd = ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 1, .kernel = 3}>;
  check_pads<Odd>("conv2d_transpose", {0, 0, 0, 0});
  CHECK(node_of(exported<Odd>(), "conv2d_transpose_cut").op_type() == "Slice");
  check_pads<ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 1, .kernel = 5}>>("conv2d_transpose", {1, 1, 1, 1});
  using Mixed =
      ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 1, .kernel = Extent(4, 1), .stride = Extent(3, 2)}>;
  check_pads<Mixed>("conv2d_transpose", {0, 0, 0, 0});
  CHECK(ints_of(exported<Mixed>(), "conv2d_transpose", "output_padding") == Ints{0, 1});
  using Last = Sequential<Odd>;  // the network's result is the cut one
  CHECK(shape_of(exported<Last>().graph().output(0)) == Ints{-1, 1, 6, 10});
  CHECK(inferred_shapes(exported<Last>()).at("logits") == Ints{-1, 1, 6, 10});
  CHECK(exported<ConvTranspose2D<in, ConvTranspose2DConfig{.filters = 1}>>().graph().node_size() == 1);
}

TEST_CASE("ONNX's weights are turned: outputs first, taps last") {
  using Net = Conv2D<Shape{4, 4, 2}, Conv2DConfig{.filters = 3, .kernel = Extent(1, 2)}>;
  Parameters<Net> parameters;
  for (std::size_t i = 0; i < parameter_count<Net>; ++i) parameters.span()[i] = static_cast<float>(i);
  const onnx::ModelProto model = to_onnx(parameters);
  const onnx::TensorProto& weight = model.graph().initializer(0);
  CHECK(weight.name() == "conv2d.weight");
  CHECK(Ints(weight.dims().begin(), weight.dims().end()) == Ints{3, 2, 1, 2});
  std::vector<float> values(12);
  REQUIRE(weight.raw_data().size() == 48);
  std::memcpy(values.data(), weight.raw_data().data(), 48);
  CHECK(values == std::vector<float>{0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11});
  CHECK(model.graph().initializer(1).name() == "conv2d.bias");
}

TEST_CASE("an ONNX model is of opset 17, takes any batch, and has height, width and channels where it is told") {
  using Net = UNet<UNetConfig{.height = 8, .width = 16, .classes = 2, .base_channels = 2, .depth = 1}>;
  const onnx::ModelProto nhwc = exported<Net>({}), nchw = exported<Net>();
  CHECK(nhwc.opset_import(0).version() == 17);
  CHECK(shape_of(nhwc.graph().input(0)) == Ints{-1, 8, 16, 3});
  CHECK(inferred_shapes(nhwc).at("logits") == Ints{-1, 8, 16, 2});
  CHECK(shape_of(nchw.graph().input(0)) == Ints{-1, 3, 8, 16});
  CHECK(inferred_shapes(nchw).at("logits") == Ints{-1, 2, 8, 16});
  CHECK(nhwc.graph().node_size() == nchw.graph().node_size() + 2);
}

TEST_CASE("an ONNX model ends in probabilities when it is told to, and not in two softmaxes") {
  using Logits = Conv2D<Shape{4, 4, 1}, Conv2DConfig{.filters = 2}>;
  using Probabilities = Sequential<Logits, Softmax<Logits::out>>;
  CHECK(exported<Logits>({.nchw = true}).graph().output(0).name() == "logits");
  CHECK(exported<Logits>({.nchw = true, .softmax = true}).graph().output(0).name() == "probabilities");
  for (const bool asked : {false, true}) {
    const onnx::ModelProto model = exported<Probabilities>({.nchw = true, .softmax = asked});
    CHECK(model.graph().node_size() == 2);
    CHECK(model.graph().output(0).name() == "probabilities");
  }
}

TEST_CASE("an ONNX model says how its classes are called and how pixels become input") {
  using Net = UNet<UNetConfig{.height = 8, .width = 8, .classes = 2, .base_channels = 2, .depth = 0}>;
  const ModelInfo info = model_info<Net>({{"road", {1, 2, 3}}, {"other", {4, 5, 6}}});
  Metadata metadata;
  const onnx::ModelProto model = to_onnx(Parameters<Net>(), {}, info);
  for (const auto& entry : model.metadata_props()) metadata[entry.key()] = entry.value();
  CHECK(parse_model_info(metadata, "model.onnx") == info);
}

TEST_CASE("text for ONNX that is not UTF-8 gets replacement characters") {
  using L = Conv2D<Shape{4, 4, 1}, Conv2DConfig{.filters = 1}>;
  ModelInfo info = model_info<L>({});
  info.preprocessing = "d\xe9j\xe0";
  const onnx::ModelProto model = to_onnx(Parameters<L>(), {}, info);
  std::string found;
  for (const onnx::StringStringEntryProto& entry : model.metadata_props())
    if (entry.key() == "preprocessing") found = entry.value();
  CHECK(found == "d\xef\xbf\xbdj\xef\xbf\xbd");
}

TEST_CASE("a U-Net's heads have no nodes and no weights in ONNX, and the layers behind them have their own") {
  constexpr UNetConfig plain{.height = 16, .width = 16, .base_channels = 4, .depth = 2};
  using Headed = UNet<UNetConfig{.height = 16, .width = 16, .base_channels = 4, .depth = 2, .supervised_levels = 1}>;
  const Parameters<Headed> parameters(HeNormal{3});
  const auto graph = [](const onnx::ModelProto& model) { return model.graph().SerializeAsString(); };
  const Parameters<UNet<plain>> same = [&] {
    Parameters<UNet<plain>> without;
    float* to = without.span().data();
    for (const NamedTensor& t : parameter_tensors<Headed>())
      if (!t.name.starts_with("head")) to = std::copy_n(parameters.span().data() + t.offset, t.size, to);
    return without;
  }();
  CHECK(graph(to_onnx(parameters)) == graph(to_onnx(same)));
}

TEST_CASE("a folded U-Net has no nodes of batch normalisation and dropout in ONNX, but those of the plain one") {
  constexpr UNetConfig plain{.height = 16, .width = 16, .base_channels = 4, .depth = 1};
  using Best = UNet<UNetConfig{.height = 16,
                               .width = 16,
                               .base_channels = 4,
                               .depth = 1,
                               .normalisation = Normalisation::batch,
                               .bottom_dropout_per_thousand = 300}>;
  const auto operators = [](const onnx::ModelProto& model) {
    std::vector<std::string> types;
    for (const onnx::NodeProto& node : model.graph().node()) types.push_back(node.op_type());
    return types;
  };
  CHECK(operators(to_onnx(fold_batch_norm(Parameters<Best>()))) == operators(exported<UNet<plain>>({})));
}

}  // namespace onnx_test
