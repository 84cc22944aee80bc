#pragma once
#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/base/result.h"
#include "core/stream/diskreader.h"

#include <QString>
#include <atomic>
#include <functional>
#include <memory>

namespace edgelift {

/// Reads a disk or an image of one, past the page cache where the kernel allows it, and without leaving pages behind where it
/// does not. Opened read-only. Any number of threads may read at once.
class BlockReader final : public DiskReader
{
public:
    /// As ::pread(); tests give one that fails.
    using ReadCall = std::function<ssize_t(int fd, void *into, size_t length, off_t offset)>;
    /// `size`: what will be read, at most. Errors: SourceUnreadable (args: path), SourceChanged (it is smaller; args: path).
    [[nodiscard]] static Result<std::unique_ptr<BlockReader>> open(const QString &path, Bytes size, ReadCall readCall = ::pread);

    /// Of any multiple of 512. Tries a failed read again, then finds the first bad place. Errors: SourceUnreadable (args: path; detail:
    /// offset), SourceChanged (it ended early; args: path).
    [[nodiscard]] Result<> read(quint64 offset, size_t length, const Buffer &into) override;
    /// Whether reads go past the page cache. May turn false with the first read.
    bool isDirect() const { return m_direct; }

private:
    BlockReader(QString path, ReadCall readCall)
        : m_path(std::move(path))
        , m_readCall(std::move(readCall))
    {
    }
    [[nodiscard]] Result<> readOnce(quint64 offset, size_t length, const Buffer &into);
    [[nodiscard]] Error firstBadPlace(quint64 offset, size_t length, const Buffer &into, const Error &error);
    [[nodiscard]] Error unreadable(quint64 offset, int number) const;

    QString m_path;
    ReadCall m_readCall;
    Fd m_buffered;
    Fd m_directFd;
    std::atomic<bool> m_direct = false;
};

}
