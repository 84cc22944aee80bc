#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>

namespace edgelift {

/// Hands items from one stage to the next; a full queue makes the earlier stage wait. Thread-safe.
template <class T>
class BoundedQueue
{
public:
    explicit BoundedQueue(size_t capacity)
        : m_capacity(capacity)
    {
    }
    /// Blocks while full. False (and the item is dropped) when stop was asked.
    bool push(T item, const std::stop_token &stop)
    {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait(lock, stop, [this] { return m_items.size() < m_capacity; }))
            return false;
        m_items.push_back(std::move(item));
        m_changed.notify_all();
        return true;
    }
    /// Blocks while empty. Nothing when stop was asked, or when close() came and everything was taken.
    std::optional<T> pop(const std::stop_token &stop)
    {
        std::unique_lock lock(m_mutex);
        if (!m_changed.wait(lock, stop, [this] { return !m_items.empty() || m_closed; }) || m_items.empty())
            return std::nullopt;
        T item = std::move(m_items.front());
        m_items.pop_front();
        m_changed.notify_all();
        return item;
    }
    /// Nothing more will be pushed.
    void close()
    {
        const std::lock_guard lock(m_mutex);
        m_closed = true;
        m_changed.notify_all();
    }

private:
    const size_t m_capacity;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<T> m_items;
    bool m_closed = false;
};

}
