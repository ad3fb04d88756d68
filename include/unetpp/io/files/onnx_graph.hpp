#pragma once
// A graph of ONNX operators that grows layer by layer, values in NCHW.

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "unetpp/kernels/convolution/geometry.hpp"
#include "unetpp/kernels/pooling.hpp"

namespace unetpp {

namespace detail {

/// One axis of a sliding window as ONNX counts it: padding on both sides.
struct OnnxAxis {
  int begin;
  int end;
  int more = 0;  // of a transposed one: rows to add after the padded ones, or, when negative, to cut off

  /// A window that slides from `in` to `out` places. What lies after its last place needs no padding.
  static constexpr OnnxAxis sliding(int in, int out, int window, int stride, int pad) {
    return {pad, std::max(0, (out - 1) * stride + window - in - pad)};
  }
  /// The transposed one, from `in` to `out`: ONNX cuts `pad` off both ends of the full result. That it could cut more off
  /// the end than off the beginning is no use: OpenCV 4.14 and onnx2torch 1.5.15 refuse such a node.
  static constexpr OnnxAxis transposed(int in, int out, int window, int stride, int pad) {
    return {pad, pad, out - ((in - 1) * stride + window - 2 * pad)};
  }
};

}  // namespace detail

/// Builds the nodes; each call names a value, takes the name of its input, and returns the name of its output.
class OnnxGraph {
 public:
  explicit OnnxGraph(onnx::GraphProto& graph) : graph_(graph) {}

  std::string convolution(const std::string& name, const std::string& x, const kernels::ConvGeometry& g,
                          std::span<const float> weight, std::span<const float> bias) {
    const int height = (g.kernel.height - 1) * g.dilation.height + 1,
              width = (g.kernel.width - 1) * g.dilation.width + 1;
    onnx::NodeProto& node = convolution_node("Conv", name, x, g, weight, bias);
    pads(node, detail::OnnxAxis::sliding(g.in.height, g.out.height, height, g.stride.height, g.pad_top),
         detail::OnnxAxis::sliding(g.in.width, g.out.width, width, g.stride.width, g.pad_left));
    return name;
  }

  /// `g` is the convolution whose input gradient it is.
  std::string transposed_convolution(const std::string& name, const std::string& x, const kernels::ConvGeometry& g,
                                     std::span<const float> weight, std::span<const float> bias) {
    onnx::NodeProto& node = convolution_node("ConvTranspose", name, x, g, weight, bias);
    const detail::OnnxAxis rows =
        detail::OnnxAxis::transposed(g.out.height, g.in.height, g.kernel.height, g.stride.height, g.pad_top);
    const detail::OnnxAxis columns =
        detail::OnnxAxis::transposed(g.out.width, g.in.width, g.kernel.width, g.stride.width, g.pad_left);
    pads(node, rows, columns);
    attribute(node, "output_padding", {std::max(0, rows.more), std::max(0, columns.more)});
    if (rows.more < 0 || columns.more < 0) {
      node.set_output(0, name + "_full");
      first_pixels(name, name + "_full", g.in.height, g.in.width);
    }
    return name;
  }

  std::string pool(const char* type, const std::string& name, const std::string& x, const kernels::PoolGeometry& g) {
    onnx::NodeProto& node = add(type, name, {x});
    attribute(node, "kernel_shape", {g.window.height, g.window.width});
    attribute(node, "strides", {g.stride.height, g.stride.width});
    pads(node, detail::OnnxAxis::sliding(g.in.height, g.out.height, g.window.height, g.stride.height, g.pad_top),
         detail::OnnxAxis::sliding(g.in.width, g.out.width, g.window.width, g.stride.width, g.pad_left));
    return name;
  }

  std::string relu(const std::string& name, const std::string& x) {
    add("Relu", name, {x});
    return name;
  }
  std::string identity(const std::string& name, const std::string& x) {
    add("Identity", name, {x});
    return name;
  }
  std::string softmax(const std::string& name, const std::string& x) {
    axis(add("Softmax", name, {x}));
    return name;
  }
  std::string concatenation(const std::string& name, const std::string& first, const std::string& second) {
    axis(add("Concat", name, {first, second}));
    return name;
  }
  std::string sum(const std::string& name, const std::string& first, const std::string& second) {
    add("Add", name, {first, second});
    return name;
  }
  std::string reshape(const std::string& name, const std::string& x, const std::vector<std::int64_t>& extents) {
    initializer(name + ".extents", extents);
    add("Reshape", name, {x, name + ".extents"});
    return name;
  }
  std::string transpose(const std::string& name, const std::string& x, std::initializer_list<int> order) {
    attribute(add("Transpose", name, {x}), "perm", order);
    return name;
  }

  /// A node of any operator with one output, which has the node's name.
  onnx::NodeProto& add(const char* type, const std::string& name, const std::vector<std::string>& inputs) {
    onnx::NodeProto& node = *graph_.add_node();
    node.set_op_type(type);
    node.set_name(name);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(name);
    return node;
  }
  onnx::NodeProto& last() { return *graph_.mutable_node()->rbegin(); }

  static void attribute(onnx::NodeProto& node, const char* name, std::initializer_list<int> values) {
    onnx::AttributeProto& a = add_attribute(node, name, onnx::AttributeProto::INTS);
    for (const int v : values) a.add_ints(v);
  }
  static void attribute(onnx::NodeProto& node, const char* name, int value) {
    add_attribute(node, name, onnx::AttributeProto::INT).set_i(value);
  }
  static void attribute(onnx::NodeProto& node, const char* name, float value) {
    add_attribute(node, name, onnx::AttributeProto::FLOAT).set_f(value);
  }
  static void attribute(onnx::NodeProto& node, const char* name, const char* value) {
    add_attribute(node, name, onnx::AttributeProto::STRING).set_s(value);
  }

  /// Removes the node that was added last, which has one input; its name is returned.
  std::string take_back() {
    const std::string input = last().input(0);
    graph_.mutable_node()->RemoveLast();
    return input;
  }

  /// A tensor that nodes can name as an input.
  void initializer(const std::string& name, const std::vector<int>& extents, std::span<const float> values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const int e : extents) tensor.add_dims(e);
    tensor.set_raw_data(values.data(), values.size_bytes());  // little-endian, as ONNX wants it
  }

 private:
  onnx::NodeProto& convolution_node(const char* type, const std::string& name, const std::string& x,
                                    const kernels::ConvGeometry& g, std::span<const float> weight,
                                    std::span<const float> bias) {
    onnx::NodeProto& node = add(type, name, {x, name + ".weight"});
    attribute(node, "kernel_shape", {g.kernel.height, g.kernel.width});
    attribute(node, "strides", {g.stride.height, g.stride.width});
    attribute(node, "dilations", {g.dilation.height, g.dilation.width});
    // Ours is taps×in×out of `g`, for the transposed one, too. ONNX's is out×in×taps: Conv has its outputs first,
    // ConvTranspose its inputs, which are g's outputs.
    const std::size_t taps = g.taps(), rows = static_cast<std::size_t>(g.in.channels),
                      columns = static_cast<std::size_t>(g.out.channels);
    std::vector<float> turned(weight.size());
    for (std::size_t t = 0; t < taps; ++t)
      for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c)
          turned[(c * rows + r) * taps + t] = weight[(t * rows + r) * columns + c];
    initializer(name + ".weight", {g.out.channels, g.in.channels, g.kernel.height, g.kernel.width}, turned);
    if (!bias.empty()) {
      node.add_input(name + ".bias");
      initializer(name + ".bias", {static_cast<int>(bias.size())}, bias);
    }
    return node;
  }

  /// The value `name`: of `x`, the first rows and columns.
  void first_pixels(const std::string& name, const std::string& x, int height, int width) {
    const std::string cut = name + "_cut";
    initializer(cut + ".starts", {0, 0});
    initializer(cut + ".ends", {height, width});
    initializer(cut + ".axes", {2, 3});
    add("Slice", cut, {x, cut + ".starts", cut + ".ends", cut + ".axes"}).set_output(0, name);
  }

  void initializer(const std::string& name, const std::vector<std::int64_t>& values) {
    onnx::TensorProto& tensor = *graph_.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(static_cast<std::int64_t>(values.size()));
    for (const std::int64_t v : values) tensor.add_int64_data(v);
  }
  static void pads(onnx::NodeProto& node, detail::OnnxAxis rows, detail::OnnxAxis columns) {
    attribute(node, "pads", {rows.begin, columns.begin, rows.end, columns.end});
  }
  static onnx::AttributeProto& add_attribute(onnx::NodeProto& node, const char* name,
                                             onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& a = *node.add_attribute();
    a.set_name(name);
    a.set_type(type);
    return a;
  }
  static void axis(onnx::NodeProto& node) { attribute(node, "axis", 1); }  // the channels

  onnx::GraphProto& graph_;
};

}  // namespace unetpp
