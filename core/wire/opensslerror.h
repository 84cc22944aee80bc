#pragma once
#include <QString>
#include <memory>

namespace edgelift::wire {

/// The oldest entry of this thread's OpenSSL error queue as text, and the queue emptied. "unknown" when there is none.
[[nodiscard]] QString takeOpensslError();

/// A unique_ptr whose deleter is the C function `free`: OpenSsl<EVP_PKEY, EVP_PKEY_free>.
template <auto free>
struct OpenSslFree
{
    template <class T>
    void operator()(T *object) const
    {
        free(object);
    }
};
template <class T, auto free>
using OpenSsl = std::unique_ptr<T, OpenSslFree<free>>;

}
