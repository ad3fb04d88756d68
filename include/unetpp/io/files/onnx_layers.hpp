#pragma once
// How each layer becomes ONNX operators.

#include <onnx/onnx_pb.h>

#include <array>
#include <span>
#include <string>
#include <vector>

#include "unetpp/io/files/onnx_graph.hpp"
#include "unetpp/layers/average_pool2d.hpp"
#include "unetpp/layers/batch_norm2d.hpp"
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/conv_transpose2d.hpp"
#include "unetpp/layers/depthwise_conv2d.hpp"
#include "unetpp/layers/dropout.hpp"
#include "unetpp/layers/group_norm.hpp"
#include "unetpp/layers/identity.hpp"
#include "unetpp/layers/leaky_relu.hpp"
#include "unetpp/layers/max_pool2d.hpp"
#include "unetpp/layers/relu.hpp"
#include "unetpp/layers/silu.hpp"
#include "unetpp/layers/softmax.hpp"
#include "unetpp/layers/upsample2d.hpp"

namespace unetpp {

/// How a layer becomes ONNX operators. A layer of one's own takes part by a specialisation with
///   static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L> p)
/// which adds nodes for the layer of this name and returns the name of their output, x being that of their input, in NCHW.
/// A fused ReLU is added behind them.
template <class L>
struct OnnxExport;

template <Shape In, Conv2DConfig C>
struct OnnxExport<Conv2D<In, C>> {
  using L = Conv2D<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L> p) {
    return graph.convolution(name, x, L::geometry, p[L::weight], C.bias ? p[L::bias] : std::span<const float>());
  }
};

template <Shape In, ConvTranspose2DConfig C>
struct OnnxExport<ConvTranspose2D<In, C>> {
  using L = ConvTranspose2D<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L> p) {
    return graph.transposed_convolution(name, x, L::geometry, p[L::weight],
                                        C.bias ? p[L::bias] : std::span<const float>());
  }
};

template <Shape In, MaxPool2DConfig C>
struct OnnxExport<MaxPool2D<In, C>> {
  using L = MaxPool2D<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L>) {
    return graph.pool("MaxPool", name, x, L::geometry);
  }
};

template <Shape In>
struct OnnxExport<Identity<In>> {
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<Identity<In>>) {
    return graph.identity(name, x);
  }
};

template <Shape In>
struct OnnxExport<ReLU<In>> {
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<ReLU<In>>) {
    return graph.relu(name, x);
  }
};

template <Shape In>
struct OnnxExport<Softmax<In>> {
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<Softmax<In>>) {
    return graph.softmax(name, x);
  }
};

template <Shape In, DepthwiseConv2DConfig C>
struct OnnxExport<DepthwiseConv2D<In, C>> {
  using L = DepthwiseConv2D<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L> p) {
    kernels::ConvGeometry of_group = L::geometry;
    of_group.in.channels = 1;
    graph.convolution(name, x, of_group, p[L::weight], C.bias ? p[L::bias] : std::span<const float>());
    OnnxGraph::attribute(graph.last(), "group", In.channels);
    return name;
  }
};

template <Shape In, AveragePool2DConfig C>
struct OnnxExport<AveragePool2D<In, C>> {
  using L = AveragePool2D<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L>) {
    return graph.pool("AveragePool", name, x, L::geometry);
  }
};

template <Shape In, Upsample2DConfig C>
struct OnnxExport<Upsample2D<In, C>> {
  using L = Upsample2D<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L>) {
    constexpr bool nearest = C.interpolation == Interpolation::nearest;
    const std::array scales{1.0f, 1.0f, static_cast<float>(C.factor.height), static_cast<float>(C.factor.width)};
    graph.initializer(name + ".scales", {4}, scales);
    onnx::NodeProto& node = graph.add("Resize", name, {x, "", name + ".scales"});
    OnnxGraph::attribute(node, "mode", nearest ? "nearest" : "linear");
    constexpr std::array modes{"asymmetric", "half_pixel", "align_corners"};  // in the order of Interpolation
    OnnxGraph::attribute(node, "coordinate_transformation_mode", modes[static_cast<std::size_t>(C.interpolation)]);
    if (nearest) OnnxGraph::attribute(node, "nearest_mode", "floor");
    return name;
  }
};

template <Shape In, LeakyReLUConfig C>
struct OnnxExport<LeakyReLU<In, C>> {
  using L = LeakyReLU<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L>) {
    OnnxGraph::attribute(graph.add("LeakyRelu", name, {x}), "alpha", L::slope);
    return name;
  }
};

template <Shape In>
struct OnnxExport<SiLU<In>> {
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<SiLU<In>>) {
    graph.add("Sigmoid", name + "_sigmoid", {x});
    graph.add("Mul", name, {x, name + "_sigmoid"});
    return name;
  }
};

template <Shape In, DropoutConfig C>
struct OnnxExport<Dropout<In, C>> {
  using L = Dropout<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L>) {
    return graph.identity(name, x);
  }
};

template <Shape In, BatchNorm2DConfig C>
struct OnnxExport<BatchNorm2D<In, C>> {
  using L = BatchNorm2D<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L> p) {
    std::vector<std::string> inputs{x};
    for (std::size_t i = 0; i < L::tensors.size(); ++i) {
      inputs.push_back(name + "." + L::tensors[i].name);
      graph.initializer(inputs.back(), {In.channels}, p[static_cast<int>(i)]);
    }
    OnnxGraph::attribute(graph.add("BatchNormalization", name, inputs), "epsilon", L::epsilon);
    return name;
  }
};

/// Each group as one channel, normalised by itself; GroupNormalization is there from opset 18 on.
template <Shape In, GroupNormConfig C>
struct OnnxExport<GroupNorm<In, C>> {
  using L = GroupNorm<In, C>;
  static std::string add(OnnxGraph& graph, const std::string& name, const std::string& x, Tensors<L> p) {
    const std::vector<float> ones(C.groups, 1.0f), zeros(C.groups, 0.0f);
    graph.initializer(name + ".ones", {C.groups}, ones);
    graph.initializer(name + ".zeros", {C.groups}, zeros);
    graph.initializer(name + ".scale", {In.channels, 1, 1}, p[L::scale]);
    graph.initializer(name + ".offset", {In.channels, 1, 1}, p[L::offset]);
    graph.reshape(name + "_groups", x, {0, C.groups, -1});
    onnx::NodeProto& node =
        graph.add("InstanceNormalization", name + "_normalised", {name + "_groups", name + ".ones", name + ".zeros"});
    OnnxGraph::attribute(node, "epsilon", L::geometry.epsilon);
    graph.reshape(name + "_channels", name + "_normalised", {0, In.channels, In.height, In.width});
    graph.add("Mul", name + "_scaled", {name + "_channels", name + ".scale"});
    graph.add("Add", name, {name + "_scaled", name + ".offset"});
    return name;
  }
};

}  // namespace unetpp
