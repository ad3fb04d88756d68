#pragma once
// unetpp: train and run U-Nets on the CPU, every shape checked when it is compiled.
//
// This one header has the tensors, the layers, the networks and the training loop, and needs Eigen and OpenMP only.
// Images, data sets and weights in files are in unetpp/io/, pictures of results in unetpp/report/. Read it in this
// order:

// Tensors: Shape, Tensor<Shape> (an image), Batch<Shape> (n of them), BatchView (a slice of one, not owned), and
// as_matrix, which shows Eigen their pixels.
#include "unetpp/core/error.hpp"
#include "unetpp/core/parallel.hpp"
#include "unetpp/core/random.hpp"
#include "unetpp/core/tensor.hpp"
#include "unetpp/core/version.hpp"
#include "unetpp/kernels/tensor_map.hpp"

// Layers: types with constexpr facts and two functions, forward and backward. To write one, read layers/layer.hpp and
// copy layers/relu.hpp. Those that a plain U-Net does without are not included here, but by their names: average_pool2d,
// depthwise_conv2d, dropout, group_norm, leaky_relu, silu and upsample2d in unetpp/layers/, residual and separable_conv2d in
// unetpp/nn/.
#include "unetpp/layers/conv2d.hpp"
#include "unetpp/layers/conv_transpose2d.hpp"
#include "unetpp/layers/max_pool2d.hpp"
#include "unetpp/layers/relu.hpp"
#include "unetpp/layers/softmax.hpp"

// Networks: Sequential and SkipConcat are layers made of layers, UNet is made of them; Parameters are a flat buffer
// with names, TrainingWorkspace and InferenceWorkspace the memory that a network works in, Predictor what comes of it,
// TiledPredictor what comes of it for an image of any size.
#include "unetpp/nn/parameters.hpp"
#include "unetpp/nn/predict_classes.hpp"
#include "unetpp/nn/predictor.hpp"
#include "unetpp/nn/receptive_field.hpp"
#include "unetpp/nn/sequential.hpp"
#include "unetpp/nn/skip_concat.hpp"
#include "unetpp/nn/summary.hpp"
#include "unetpp/nn/tiled_predictor.hpp"
#include "unetpp/nn/unet.hpp"
#include "unetpp/nn/workspace.hpp"

// Training: losses, optimizers, metrics, one step (Trainer), whole epochs (fit), and those who listen (callbacks). To
// write a loss, read train/loss.hpp and copy train/softmax_cross_entropy.hpp.
// By their own names: train/clip.hpp, train/moving_average.hpp, train/schedules.hpp, train/plateau.hpp and
// train/learning_rate_finder.hpp.
#include "unetpp/train/adam.hpp"
#include "unetpp/train/adamw.hpp"
#include "unetpp/train/array_loader.hpp"
#include "unetpp/train/batch_source.hpp"
#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/dice.hpp"
#include "unetpp/train/evaluate.hpp"
#include "unetpp/train/evaluator.hpp"
#include "unetpp/train/fit.hpp"
#include "unetpp/train/loss.hpp"
#include "unetpp/train/metrics.hpp"
#include "unetpp/train/monitor.hpp"
#include "unetpp/train/optimizer.hpp"
#include "unetpp/train/progress.hpp"
#include "unetpp/train/sgd.hpp"
#include "unetpp/train/softmax_cross_entropy.hpp"
#include "unetpp/train/trainer.hpp"
#include "unetpp/train/training_state.hpp"
#include "unetpp/train/weighted_losses.hpp"
