#pragma once
// Parameters of which none is special: no scale is 1, no offset and no mean 0.

#include <cstdint>

#include "unetpp/core/random.hpp"
#include "unetpp/nn/parameters.hpp"

namespace check {

/// Random weights, and numbers between 0.5 and 1.5 for all else.
template <class Net>
unetpp::Parameters<Net> random_tensors() {
  unetpp::Parameters<Net> p(unetpp::HeNormal{3});
  std::uint64_t i = 0;
  const unetpp::Random random(7);
  for (const unetpp::NamedTensor& t : unetpp::parameter_tensors<Net>())
    if (t.role != unetpp::Role::weight)
      for (float& v : p.span().subspan(t.offset, t.size)) v = 0.5f + random.uniform(i++);
  for (float& v : p.statistics()) v = 0.5f + random.uniform(i++);
  return p;
}

}  // namespace check
