// Expected failure is a value: Result<T> holds a T or an Error that says what is wrong and what would be
// right. Broken infrastructure (out of memory, a bug) is an exception and never travels as an Error.
#pragma once

#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include <boost/system/result.hpp>

namespace plumb {

// Made as Error{"…"}. The constructor takes a list because Boost's result converts a value implicitly only if
// the error type cannot be made from the same value in parentheses: with a plain string member a
// Result<std::string> could not be returned from a string.
struct Error {
    Error() = default;
    Error(std::initializer_list<std::string> words) {
        for (const std::string& word : words)
            message += word;
    }
    std::string message;  // one line for a person; holds no secret and no unescaped peer text
};

template <class T>
using Result = boost::system::result<T, Error>;

// Lets Result<T>::value() throw for callers that already checked.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error(error.message);
}

}  // namespace plumb
