#include "core/stream/buffers.h"

#include <cstdlib>
#include <new>
#include <sys/mman.h>

namespace edgelift {

namespace {

constexpr size_t largePage = 2U << 20;

using Owned = std::unique_ptr<Buffer, void (*)(Buffer *)>;

void destroy(Buffer *buffer)
{
    std::free(buffer->data);
    delete buffer;
}

Owned make(size_t size)
{
    // Large pages where there is room for one: the kernel then pins a few pages for a direct read instead of a thousand.
    const size_t alignment = size >= largePage ? largePage : BufferPool::alignment;
    const size_t rounded = (size + alignment - 1) / alignment * alignment;
    void *memory = std::aligned_alloc(alignment, rounded);
    if (!memory)
        throw std::bad_alloc();
    if (size >= largePage)
        ::madvise(memory, size / largePage * largePage, MADV_HUGEPAGE); // only a wish
    return Owned(new Buffer{static_cast<char *>(memory), size}, destroy);
}

}

BufferPool::BufferPool(size_t count, size_t size)
    : m_size(size)
    , m_shelf(std::make_shared<Shelf>())
{
    m_shelf->unmade = count;
    m_shelf->free.reserve(count);
}

BufferRef BufferPool::acquire(const std::stop_token &stop)
{
    std::unique_lock lock(m_shelf->mutex);
    if (!m_shelf->changed.wait(lock, stop, [this] { return !m_shelf->free.empty() || m_shelf->unmade > 0; }))
        return nullptr;
    Owned buffer(nullptr, destroy);
    if (m_shelf->free.empty()) {
        --m_shelf->unmade;
        buffer = make(m_size);
    } else {
        buffer = std::move(m_shelf->free.back());
        m_shelf->free.pop_back();
    }
    return BufferRef(buffer.release(), [shelf = m_shelf](Buffer *back) {
        const std::lock_guard backLock(shelf->mutex);
        shelf->free.emplace_back(back, destroy);
        shelf->changed.notify_one();
    });
}

}
