// expect: unetpp: the combinator L needs a member `walk`
// expect: Twice<
#include <unetpp/unet.hpp>

using namespace unetpp;

template <class Inner>
struct Twice : Sequential<Inner, Inner> {
 private:
  static constexpr int walk = 0;
};

constexpr const char* first = leaves<Twice<ReLU<Shape{8, 8, 2}>>>[0].kind;
