#pragma once
// Which samples a run has skipped, of all its processes.

#include <algorithm>
#include <cstddef>
#include <vector>

#include "unetpp/train/batch_source.hpp"
#include "unetpp/train/team.hpp"

namespace unetpp::detail {

/// They only ever become more, so that hardly a batch copies any. In the order in which they were met; of several shards in
/// ascending order, since processes that share these meet them in another one.
template <class Source>
void note_skipped(const Source& source, std::size_t shards, std::vector<std::size_t>& skipped) {
  if constexpr (requires { source.skipped_samples(); })
    if (source.skipped_samples().size() != skipped.size()) {
      skipped = source.skipped_samples();
      if (shards > 1) {
        std::make_heap(skipped.begin(), skipped.end());  // std::sort is three algorithms to compile
        std::sort_heap(skipped.begin(), skipped.end());
      }
    }
}

template <class Source>
std::size_t skipped_count(const Source& source) {
  if constexpr (requires { source.skipped_samples(); })
    return source.skipped_samples().size();
  else
    return 0;
}

/// The same of what any process has skipped. All call it.
template <class Source>
void note_skipped_of_all(const Team& team, const Source& source, std::vector<std::size_t>& skipped) {
  if constexpr (requires { source.skipped_samples(); }) {
    std::vector<double> flags(source.samples() + source.skipped_samples().size());
    for (const std::size_t i : source.skipped_samples()) flags[i] = 1;
    team.sum(flags);
    skipped.clear();
    for (std::size_t i = 0; i < flags.size(); ++i)
      if (flags[i] > 0) skipped.push_back(i);
  }
}

}  // namespace unetpp::detail
