#pragma once
#include "core/receiver/medium.h"

#include <cstdlib>
#include <new>

namespace edgelift::receiver {

/// Memory that O_DIRECT accepts. `size` is a multiple of Medium::alignment.
class AlignedBuffer
{
public:
    explicit AlignedBuffer(size_t size)
        : m_memory(static_cast<char *>(std::aligned_alloc(Medium::alignment, size)), &std::free)
        , m_size(size)
    {
        if (!m_memory)
            throw std::bad_alloc();
    }
    [[nodiscard]] std::span<char> first(size_t length) const { return std::span(m_memory.get(), m_size).first(length); }

private:
    std::unique_ptr<char, void (*)(void *)> m_memory;
    size_t m_size;
};

}
