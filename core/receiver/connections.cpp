#include "core/receiver/connections.h"

#include <algorithm>

namespace edgelift::receiver {

void Connections::add(std::function<void(Self &)> serve)
{
    const std::lock_guard lock(m_mutex);
    if (m_ended)
        return;
    reap();
    makeRoom();
    Entry &entry = m_entries.emplace_back();
    entry.thread = std::thread([&entry, work = std::move(serve)] {
        work(entry.self);
        entry.done = true;
    });
}

void Connections::reap()
{
    m_entries.remove_if([](Entry &entry) {
        if (entry.done)
            entry.thread.join();
        return entry.done.load();
    });
}

void Connections::makeRoom()
{
    const auto isStranger = [](const Entry &entry) { return !entry.self.trusted; };
    if (std::ranges::count_if(m_entries, isStranger) < mostStrangers)
        return;
    const auto oldest = std::ranges::find_if(m_entries, isStranger);
    if (oldest == m_entries.end())
        return; // one of them proved itself just now
    oldest->self.end.request_stop();
    oldest->thread.join(); // at once: all its waits end when stop is asked
    m_entries.erase(oldest);
}

void Connections::endAll()
{
    std::list<Entry> entries;
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
        entries.swap(m_entries);
    }
    for (Entry &entry : entries)
        entry.self.end.request_stop();
    for (Entry &entry : entries)
        entry.thread.join();
}

}
