#pragma once
// Work on all threads that may throw.

#include <cstddef>
#include <exception>
#include <unetpp/core/parallel.hpp>
#include <vector>

namespace examples {

/// Calls work(i) for each i < count on all threads; what it throws comes back.
template <class Work>
std::vector<std::exception_ptr> in_parallel(std::size_t count, const Work& work) {
  std::vector<std::exception_ptr> errors(count);
  unetpp::parallel_for(unetpp::max_threads(), count, [&](std::size_t i, int) {
    try {
      work(i);
    } catch (...) {
      errors[i] = std::current_exception();
    }
  });
  return errors;
}

inline void rethrow_first(const std::vector<std::exception_ptr>& errors) {
  for (const std::exception_ptr& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace examples
