// Expected failure is a value: Result<T> holds a T or an Error that says what is wrong and what would be right.
// Broken infrastructure (out of memory, a bug) is an exception and never travels as an Error.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include <boost/system/result.hpp>

namespace plumb {

struct Error {
    std::string message;  // one line for a person; holds no secret and no unescaped peer text
};

template <class T>
using Result = boost::system::result<T, Error>;

// Lets Result<T>::value() throw for callers that already checked.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error(error.message);
}

}  // namespace plumb
