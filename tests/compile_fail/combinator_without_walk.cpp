// expect: unetpp: the combinator L needs a member `walk`
// expect: Twice<
#include <unetpp/unet.hpp>

using namespace unetpp;

template <class Inner>
struct Twice : Sequential<Inner, Inner> {
 private:
  static constexpr int walk = 0;
};

constexpr int leaves_of_it = leaf_count<Twice<ReLU<Shape{8, 8, 2}>>>;
