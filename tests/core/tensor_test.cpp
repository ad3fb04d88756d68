#include "unetpp/core/tensor.hpp"

#include "../catch.hpp"
#include "unetpp/kernels/tensor_map.hpp"

namespace tensor_test {

using namespace unetpp;

namespace {

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};

}  // namespace

TEST_CASE("a Tensor is zero at first, NHWC and aligned") {
  Tensor<Shape{2, 3, 4}> t;
  CHECK(std::count(t.span().begin(), t.span().end(), 0.0f) == 24);
  t(1, 2, 3) = 5;
  CHECK(t.data()[(1 * 3 + 2) * 4 + 3] == 5);
  CHECK(reinterpret_cast<std::uintptr_t>(t.data()) % buffer_alignment == 0);
}

TEST_CASE("a Batch lays its images one after the other") {
  Batch<Shape{2, 2, 1}> b(3);
  b(2, 1, 0, 0) = 7;
  CHECK(b.data()[2 * 4 + 2] == 7);
  CHECK(b.view().images(2, 1)(0, 1, 0, 0) == 7);
}

TEST_CASE("a view of a slice of channels reads and writes the wide batch") {
  Batch<Shape{2, 2, 5}> b(2);
  const auto slice = b.view().channels<3, 2>();
  STATIC_REQUIRE(decltype(slice)::shape == Shape{2, 2, 2});
  slice(1, 1, 0, 1) = 9;
  CHECK(b(1, 1, 0, 4) == 9);
  CHECK_FALSE(slice.dense());
}

TEST_CASE("tensors of one shape compute elementwise, those of different shapes do not compile") {
  Tensor<Shape{1, 2, 2}> a, b;
  a.fill(6);
  b.fill(2);
  CHECK((a + b)(0, 1, 1) == 8);
  CHECK((a - b)(0, 1, 1) == 4);
  CHECK((a * b)(0, 0, 1) == 12);
  CHECK((a / b)(0, 0, 1) == 3);
  CHECK((2.0f * a - 1.0f + a / 2.0f)(0, 0, 0) == 14);
  STATIC_REQUIRE(Addable<Tensor<Shape{1, 2, 2}>, Tensor<Shape{1, 2, 2}>>);
  STATIC_REQUIRE_FALSE(Addable<Tensor<Shape{1, 2, 2}>, Tensor<Shape{2, 2, 1}>>);
  STATIC_REQUIRE_FALSE(Addable<Batch<Shape{1, 2, 2}>, Batch<Shape{2, 2, 1}>>);
}

TEST_CASE("batches of different counts do not add") {
  Batch<Shape{1, 1, 1}> a(2), b(3);
  CHECK_THROWS_AS(a += b, ArgumentError);
}

#ifndef NDEBUG
TEST_CASE("an index outside a tensor throws in a debug build") {
  Tensor<Shape{2, 3, 4}> t;
  Batch<Shape{2, 3, 4}> b(2);
  CHECK_THROWS_AS(t(2, 0, 0), std::out_of_range);
  CHECK_THROWS_AS(t(0, -1, 0), std::out_of_range);
  CHECK_THROWS_AS(b(2, 0, 0, 0), std::out_of_range);
  CHECK_THROWS_AS(b.view()(0, 0, 0, 4), std::out_of_range);
}
#endif

TEST_CASE("a view maps to an Eigen matrix of pixels and channels without copying") {
  Batch<Shape{2, 2, 3}> b(2);
  as_matrix(b.view()).row(5) << 1, 2, 3;
  CHECK(b(1, 0, 1, 2) == 3);
  as_matrix(b.view().channels<1, 1>()).setConstant(4);
  CHECK(b(1, 1, 1, 1) == 4);
  CHECK(b(1, 0, 1, 2) == 3);
  const auto sum = as_matrix(std::as_const(b).view().channels<1, 2>()).colwise().sum().eval();
  CHECK(sum(0) == 32);
  CHECK(sum(1) == 3);
}

}  // namespace tensor_test
