// The deleter of a C library's object for std::unique_ptr, made of the function that frees it:
// std::unique_ptr<SSL, Freed<SSL_free>>.
#pragma once

namespace plumb {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

}  // namespace plumb
