#pragma once
// Every error that the library throws: one base type, one named type for each kind of cause.

#include <stdexcept>
#include <string>

#include "unetpp/core/one_line.hpp"

namespace unetpp {

/// Base of all errors thrown by unetpp; `what()` is one line: the place, what was expected, what was found. Controls in
/// it, as in the name of a file, are written out.
struct Error : std::runtime_error {
  explicit Error(const std::string& text) : std::runtime_error(detail::one_line(text)) {}
};

/// An argument of a call is outside its domain: a batch of zero, a label that is no class.
struct ArgumentError : Error {
  using Error::Error;
};

/// A file or folder is missing, unreadable or cannot be written.
struct FileError : Error {
  using Error::Error;
};

/// A file's contents are not what its format or its use here demands.
struct FormatError : Error {
  using Error::Error;
};

/// What a network computed is NaN or infinite, so that nothing follows from it.
struct NonFiniteError : Error {
  using Error::Error;
};

/// The loss, or the parameters that training made, became NaN or infinite.
struct NonFiniteLossError : NonFiniteError {
  using NonFiniteError::NonFiniteError;
};

}  // namespace unetpp
