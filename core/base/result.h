#pragma once
#include "core/base/error.h"

#include <utility>
#include <variant>

namespace edgelift {

struct Done
{
};

/// A value or the reason there is none. C++20 has no std::expected; this is the part of it we use.
/// Reading the value of an error (or the error of a value) throws std::bad_variant_access: a programming mistake.
template <class T = Done>
class [[nodiscard]] Result
{
public:
    Result(T value) // NOLINT(google-explicit-constructor): `return value;` is the point
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error) // NOLINT(google-explicit-constructor)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    explicit operator bool() const { return m_state.index() == 0; }
    const T &operator*() const & { return std::get<0>(m_state); }
    T &operator*() & { return std::get<0>(m_state); }
    T &&operator*() && { return std::get<0>(std::move(m_state)); }
    const T *operator->() const { return &std::get<0>(m_state); }
    T *operator->() { return &std::get<0>(m_state); }
    /// Moves the value out: for types that cannot be copied.
    T take() { return std::get<0>(std::move(m_state)); }
    const Error &error() const { return std::get<1>(m_state); }

private:
    std::variant<T, Error> m_state;
};

inline Result<> ok() { return Done{}; }

}
