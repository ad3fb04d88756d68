#pragma once
// Tensors: one image, a batch of images, and a view of a batch whose pixels may lie apart.
//
// All are NHWC: the channels of a pixel are neighbours, then come the pixels of a row, the rows, the images.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "unetpp/core/buffer.hpp"
#include "unetpp/core/error.hpp"
#include "unetpp/core/shape.hpp"

namespace unetpp {

namespace detail {

/// Throws std::out_of_range in debug builds (NDEBUG not defined); costs nothing in others.
inline void check_index([[maybe_unused]] std::size_t image, [[maybe_unused]] std::size_t count,
                        [[maybe_unused]] Shape s, [[maybe_unused]] int h, [[maybe_unused]] int w,
                        [[maybe_unused]] int c) {
#ifndef NDEBUG
  if (image >= count || h < 0 || h >= s.height || w < 0 || w >= s.width || c < 0 || c >= s.channels)
    throw std::out_of_range("unetpp: index (" + std::to_string(image) + ", " + std::to_string(h) + ", " +
                            std::to_string(w) + ", " + std::to_string(c) + ") is outside " + std::to_string(count) +
                            " x " + to_string(s));
#endif
}

constexpr std::size_t pixel_index(Shape s, std::size_t image, int h, int w) {
  return image * s.pixels() + static_cast<std::size_t>(h * s.width + w);
}

constexpr std::size_t dense_offset(Shape s, std::size_t image, int h, int w, int c) {
  return pixel_index(s, image, h, w) * static_cast<std::size_t>(s.channels) + static_cast<std::size_t>(c);
}

/// What a view of a batch has whatever its shape is, which is compiled once for all of them.
template <class T>
class ViewedPixels {
 public:
  T* data() const { return data_; }
  std::size_t count() const { return count_; }
  std::size_t pixel_stride() const { return pixel_stride_; }
  T* pixel(std::size_t index) const { return data_ + index * pixel_stride_; }

 protected:
  ViewedPixels(T* data, std::size_t count, std::size_t pixel_stride)
      : data_(data), count_(count), pixel_stride_(pixel_stride) {}

 private:
  T* data_;
  std::size_t count_;
  std::size_t pixel_stride_;
};

}  // namespace detail

/// A non-owning view of n images of shape S whose pixels are `pixel_stride()` elements apart, so that it can be a slice
/// of the channels of a wider batch. T is const for a view that only reads.
template <class T, Shape S>
class BatchView : public detail::ViewedPixels<T> {
 public:
  static constexpr Shape shape = S;

  BatchView() : BatchView(nullptr, 0) {}
  BatchView(T* data, std::size_t count, std::size_t pixel_stride = S.channels)
      : detail::ViewedPixels<T>(data, count, pixel_stride) {}
  /// A view that writes is also one that reads.
  operator BatchView<const T, S>() const  // NOLINT: implicit like span<T> to span<const T>
      requires(!std::is_const_v<T>) {
    return {this->data(), this->count(), this->pixel_stride()};
  }

  std::size_t pixels() const { return this->count() * S.pixels(); }
  bool dense() const { return this->pixel_stride() == S.channels; }

  T& operator()(std::size_t image, int h, int w, int c) const {
    detail::check_index(image, this->count(), S, h, w, c);
    return this->pixel(detail::pixel_index(S, image, h, w))[c];
  }

  /// The images [first, first + count).
  BatchView images(std::size_t first, std::size_t count) const {
    assert(first + count <= this->count());
    return {this->pixel(first * S.pixels()), count, this->pixel_stride()};
  }

  /// The channels [First, First + Count) of every pixel.
  template <int First, int Count>
  auto channels() const {
    static_assert(First >= 0 && Count > 0 && First + Count <= S.channels,
                  "unetpp: a slice of channels that are not there");
    return BatchView<T, Shape{S.height, S.width, Count}>{this->data() + First, this->count(), this->pixel_stride()};
  }
};

/// What Tensor and Batch share: owned dense elements and elementwise arithmetic, which takes two operands of one type
/// only: tensors of different shapes do not add.
template <class Self, class T>
class DenseArray {
 public:
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }
  std::size_t size() const { return values_.size(); }
  std::span<T> span() { return values_; }
  std::span<const T> span() const { return values_; }

  void fill(T value) { std::fill(values_.begin(), values_.end(), value); }

  Self& operator+=(const Self& other) {
    return zip(other, [](T a, T b) { return a + b; });
  }
  Self& operator-=(const Self& other) {
    return zip(other, [](T a, T b) { return a - b; });
  }
  Self& operator*=(const Self& other) {
    return zip(other, [](T a, T b) { return a * b; });
  }
  Self& operator/=(const Self& other) {
    return zip(other, [](T a, T b) { return a / b; });
  }
  Self& operator+=(T s) {
    return map([s](T a) { return a + s; });
  }
  Self& operator-=(T s) {
    return map([s](T a) { return a - s; });
  }
  Self& operator*=(T s) {
    return map([s](T a) { return a * s; });
  }
  Self& operator/=(T s) {
    return map([s](T a) { return a / s; });
  }

  friend Self operator+(Self a, const Self& b) { return std::move(a += b); }
  friend Self operator-(Self a, const Self& b) { return std::move(a -= b); }
  friend Self operator*(Self a, const Self& b) { return std::move(a *= b); }
  friend Self operator/(Self a, const Self& b) { return std::move(a /= b); }
  friend Self operator+(Self a, T s) { return std::move(a += s); }
  friend Self operator-(Self a, T s) { return std::move(a -= s); }
  friend Self operator*(Self a, T s) { return std::move(a *= s); }
  friend Self operator*(T s, Self a) { return std::move(a *= s); }
  friend Self operator/(Self a, T s) { return std::move(a /= s); }
  friend bool operator==(const DenseArray&, const DenseArray&) = default;

 protected:
  explicit DenseArray(std::size_t size) : values_(size) {}

 private:
  template <class F>
  Self& map(F f) {
    for (T& v : values_) v = static_cast<T>(f(v));
    return static_cast<Self&>(*this);
  }
  template <class F>
  Self& zip(const Self& other, F f) {
    if (size() != other.size())
      throw ArgumentError("unetpp: elementwise arithmetic on batches of " + std::to_string(size()) + " and " +
                          std::to_string(other.size()) + " values");
    std::transform(values_.begin(), values_.end(), other.span().begin(), values_.begin(),
                   [&](T a, T b) { return static_cast<T>(f(a, b)); });
    return static_cast<Self&>(*this);
  }

  Buffer<T> values_;
};

/// One image of shape S.
template <Shape S, class T = float>
class Tensor : public DenseArray<Tensor<S, T>, T> {
 public:
  static constexpr Shape shape = S;

  Tensor() : DenseArray<Tensor, T>(S.size()) {}

  T& operator()(int h, int w, int c) {
    detail::check_index(0, 1, S, h, w, c);
    return this->data()[detail::dense_offset(S, 0, h, w, c)];
  }
  const T& operator()(int h, int w, int c) const {
    detail::check_index(0, 1, S, h, w, c);
    return this->data()[detail::dense_offset(S, 0, h, w, c)];
  }

  BatchView<T, S> view() { return {this->data(), 1}; }
  BatchView<const T, S> view() const { return {this->data(), 1}; }
};

/// n images of shape S, where n is known when the program runs.
template <Shape S, class T = float>
class Batch : public DenseArray<Batch<S, T>, T> {
 public:
  static constexpr Shape shape = S;

  explicit Batch(std::size_t count) : DenseArray<Batch, T>(count * S.size()), count_(count) {}

  std::size_t count() const { return count_; }

  T& operator()(std::size_t image, int h, int w, int c) {
    detail::check_index(image, count_, S, h, w, c);
    return this->data()[detail::dense_offset(S, image, h, w, c)];
  }
  const T& operator()(std::size_t image, int h, int w, int c) const {
    detail::check_index(image, count_, S, h, w, c);
    return this->data()[detail::dense_offset(S, image, h, w, c)];
  }

  BatchView<T, S> view() { return {this->data(), count_}; }
  BatchView<const T, S> view() const { return {this->data(), count_}; }

 private:
  std::size_t count_;
};

}  // namespace unetpp
