#include "core/agent/sourceholder.h"

namespace edgelift {

Result<std::shared_ptr<const Source>> SourceHolder::get(const std::stop_token &stop)
{
    const std::lock_guard lock(m_mutex);
    if (m_source && m_source->verifyUnchanged())
        return m_source;
    return openLocked(stop);
}

Result<std::shared_ptr<const Source>> SourceHolder::look(const std::stop_token &stop)
{
    const std::lock_guard lock(m_mutex);
    if (m_source && !m_source->facts().live && m_source->verifyUnchanged())
        return m_source;
    return openLocked(stop);
}

Result<std::shared_ptr<const Source>> SourceHolder::openLocked(const std::stop_token &stop)
{
    m_source.reset();
    Result<std::unique_ptr<Source>> opened = m_opener(m_disks, stop);
    if (!opened)
        return opened.error();
    m_source = opened.take();
    return m_source;
}

}
