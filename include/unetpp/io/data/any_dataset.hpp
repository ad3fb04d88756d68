#pragma once
// Data sets as values of one type.

#include <concepts>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "unetpp/io/data/dataset.hpp"
#include "unetpp/io/data/sample.hpp"

namespace unetpp {

/// Any data set, so that what trains on one is compiled once for all. Copies share it.
class AnyDataset {
 public:
  template <Dataset T>
  requires(!std::same_as<T, AnyDataset>) explicit AnyDataset(T dataset)
      : dataset_(std::make_shared<const Model<T>>(std::move(dataset))) {}

  std::size_t size() const { return dataset_->size(); }
  std::string name(std::size_t index) const { return dataset_->name(index); }
  /// Errors  Those of the data set.
  Sample load(std::size_t index) const { return dataset_->load(index); }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::size_t size() const = 0;
    virtual std::string name(std::size_t index) const = 0;
    virtual Sample load(std::size_t index) const = 0;
  };
  template <class T>
  struct Model final : Interface {
    T dataset;

    explicit Model(T d) : dataset(std::move(d)) {}
    std::size_t size() const override { return dataset.size(); }
    std::string name(std::size_t index) const override { return dataset.name(index); }
    Sample load(std::size_t index) const override { return dataset.load(index); }
  };

  std::shared_ptr<const Interface> dataset_;
};

}  // namespace unetpp
