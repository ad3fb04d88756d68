#pragma once

#include <optional>
#include <tuple>

#include "unetpp/train/callbacks.hpp"
#include "unetpp/train/progress.hpp"

namespace unetpp::detail {

/// Those who listen to `fit`: its own progress first, then the callbacks in the order given.
template <class... Callbacks>
class Listeners {
 public:
  explicit Listeners(bool progress, Callbacks&... callbacks) : callbacks_(callbacks...) {
    if (progress) progress_.emplace();
  }

  template <class Event>
  void tell(const Event& event) {
    if (progress_) notify(*progress_, event);
    std::apply([&](auto&... callback) { (notify(callback, event), ...); }, callbacks_);
  }
  bool stop() {
    return std::apply([](auto&... callback) { return (wants_stop(callback) || ...); }, callbacks_);
  }

 private:
  std::optional<Progress> progress_;
  std::tuple<Callbacks&...> callbacks_;
};

}  // namespace unetpp::detail
