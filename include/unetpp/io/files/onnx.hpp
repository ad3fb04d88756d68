#pragma once
// Networks as ONNX files, for other programs to run. Needs the onnx library (CMake: unetpp::onnx).

// Linux has a macro of the name of one of onnx's constants.
#pragma push_macro("MAP_TYPE")
#undef MAP_TYPE
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#pragma pop_macro("MAP_TYPE")

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "unetpp/core/utf8.hpp"
#include "unetpp/core/version.hpp"
#include "unetpp/io/files/file.hpp"
#include "unetpp/io/files/model_info.hpp"
#include "unetpp/io/files/onnx_graph.hpp"
#include "unetpp/io/files/onnx_layers.hpp"
#include "unetpp/layers/walk.hpp"
#include "unetpp/nn/parameters.hpp"

namespace unetpp {

/// How the exported network takes images and gives its result.
struct OnnxConfig {
  bool nchw = false;     ///< n×channels×height×width at both ends, as PyTorch has it; else as here, channels last
  bool softmax = false;  ///< probabilities, in [0, 1], instead of logits, which are what the network gives here
};

namespace detail {

/// Adds a network's layers to a graph one by one, in the order of execution; values are names.
class OnnxVisitor {
 public:
  OnnxVisitor(OnnxGraph graph, std::vector<std::string> layer_names, const float* trained, const float* statistics)
      : graph_(graph), layer_names_(std::move(layer_names)), trained_(trained), statistics_(statistics) {}

  template <class L>
  std::string leaf(const std::string& x) {
    const std::string name = layer_names_[leaf_++];
    const Tensors<L> p(trained_, statistics_);
    trained_ += parameter_count<L>;
    statistics_ += statistic_count<L>;
    if constexpr (requires { sizeof(OnnxExport<L>); }) {
      const std::string y = OnnxExport<L>::add(graph_, name, x, p);
      return L::rectified ? graph_.relu(name + "_relu", y) : y;
    } else {
      static_assert(Combinator<L>, "unetpp: to_onnx does not know the layer L; specialise OnnxExport<L> for it");
    }
  }
  std::string concatenate(const std::string& a, const std::string& b) {
    return graph_.concatenation("concatenate_" + a, a, b);
  }
  template <bool Rectified>
  std::string add(const std::string& a, const std::string& b) {
    const std::string y = graph_.sum("add_" + a, Rectified ? graph_.take_back() : a, b);
    return Rectified ? graph_.relu(y + "_relu", y) : y;
  }
  /// What runs the graph does not train: it has no heads.
  template <class Head>
  void head(const std::string&) {
    leaf_ += static_cast<std::size_t>(leaf_count<Head>);
    trained_ += parameter_count<Head>;
    statistics_ += statistic_count<Head>;
  }

 private:
  OnnxGraph graph_;
  std::vector<std::string> layer_names_;
  const float* trained_;  // of the layers to come
  const float* statistics_;
  std::size_t leaf_ = 0;
};

/// Declares an input or output: any number of images of this shape.
inline void declare_onnx_value(onnx::ValueInfoProto& value, const std::string& name, Shape shape, bool nchw) {
  value.set_name(name);
  onnx::TypeProto_Tensor& tensor = *value.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(onnx::TensorProto::FLOAT);
  onnx::TensorShapeProto& extents = *tensor.mutable_shape();
  extents.add_dim()->set_dim_param("batch");
  if (nchw) extents.add_dim()->set_dim_value(shape.channels);
  extents.add_dim()->set_dim_value(shape.height);
  extents.add_dim()->set_dim_value(shape.width);
  if (!nchw) extents.add_dim()->set_dim_value(shape.channels);
}

}  // namespace detail

/// A network as an ONNX model of opset 17: input "images", output "logits" or "probabilities", any number of images; the
/// weights under their names, but those of heads (nn/supervised.hpp); what `info` says in metadata_props. The library's
/// checker has seen it.
///
/// What runs it may compute otherwise. OpenVINO takes bfloat16 on processors that have it, unless it is compiled with
/// {"INFERENCE_PRECISION_HINT": "f32"}; there, metadata_props are the model's rt_info "framework". A maximum of NaN and
/// numbers is NaN here and in PyTorch, a number in OpenVINO, and either in ONNX Runtime, by the place of the NaN.
/// OpenCV 4.14 takes all that is exported: padding of transposed convolutions is even, and what remains is cut off by
/// Slice. onnx2torch 1.5.15 refuses average pooling whose padding is uneven.
/// Shapes  as Net's, or with the channels first (OnnxConfig::nchw).
template <Layer Net>
onnx::ModelProto to_onnx(const Parameters<Net>& parameters, OnnxConfig config = {},
                         const ModelInfo& info = model_info<Net>({})) {
  static_assert(parameter_count<Net> + statistic_count<Net> < (std::size_t{1} << 29) - (1 << 20),
                "unetpp: an ONNX file holds less than 2 GiB");
  onnx::ModelProto model;
  model.set_ir_version(8);  // what ONNX 1.12, the first with opset 17, writes
  model.set_producer_name("unetpp");
  model.set_producer_version(version);
  model.add_opset_import()->set_version(17);
  for (const auto& [key, value] : to_metadata(info)) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(to_utf8(value));  // protobuf's text is UTF-8
  }
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("unetpp");
  OnnxGraph nodes(graph);
  const std::string x = config.nchw ? "images" : nodes.transpose("images_nchw", "images", {0, 3, 1, 2});
  detail::OnnxVisitor visitor(nodes, layer_names<Net>(), parameters.span().data(), parameters.statistics().data());
  std::string y = walk<Net>(visitor, x);
  const bool has_softmax = std::string_view(leaves<Net>.back().kind) == "softmax";
  if (config.softmax && !has_softmax) y = nodes.softmax("to_probabilities", y);
  if (!config.nchw) nodes.transpose("result_nhwc", y, {0, 2, 3, 1});
  const std::string result = config.softmax || has_softmax ? "probabilities" : "logits";
  graph.mutable_node()->rbegin()->set_output(0, result);
  detail::declare_onnx_value(*graph.add_input(), "images", Net::in, config.nchw);
  detail::declare_onnx_value(*graph.add_output(), result, Net::out, config.nchw);
  onnx::checker::check_model(model);
  return model;
}

/// Writes a network as an ONNX file: `to_onnx` says what programs that run it do otherwise.
/// Errors  FileError; the old file then stays as it was.
template <Layer Net>
void save_onnx(const std::filesystem::path& path, const Parameters<Net>& parameters, OnnxConfig config = {},
               const ModelInfo& info = model_info<Net>({})) {
  write_file(path, to_onnx(parameters, config, info).SerializeAsString());
}

}  // namespace unetpp
