#pragma once
#include "core/source/source.h"

#include <functional>
#include <memory>
#include <mutex>

namespace edgelift {

/// The source of this agent: opened when it is first needed, once, and opened again when it changed since. Thread-safe.
class SourceHolder
{
public:
    using Opener = std::function<Result<std::unique_ptr<Source>>(const QStringList &disks, const std::stop_token &stop)>;
    /// No disks: this machine itself. `opener` is told the same.
    SourceHolder(QStringList disks, Opener opener)
        : m_disks(std::move(disks))
        , m_opener(std::move(opener))
    {
    }
    /// The source stays open as long as somebody holds it. Blocks for seconds. Errors: those of openDiskImages() and openMachine().
    Result<std::shared_ptr<const Source>> get(const std::stop_token &stop = {});
    /// As it is now. A machine that runs is looked at again, because much of what is asked about it changes while its disks stay the same.
    Result<std::shared_ptr<const Source>> look(const std::stop_token &stop = {});
    [[nodiscard]] const QStringList &disks() const { return m_disks; }

private:
    Result<std::shared_ptr<const Source>> openLocked(const std::stop_token &stop);

    const QStringList m_disks;
    const Opener m_opener;
    std::mutex m_mutex; ///< held while opening, so that it is opened once
    std::shared_ptr<const Source> m_source;
};

}
