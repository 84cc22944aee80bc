#pragma once
#include "core/base/fd.h"
#include "core/base/result.h"

#include <QByteArray>
#include <QString>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace edgelift::receiver {

/// Which 1 MiB extents of one target disk may ever have been written. An extent that was never written still reads as zeros on
/// a fresh disk, so "make this zero" costs nothing there; being wrong in that direction would leave old data behind.
///
/// Two bitmaps in one file, so that no write needs a sync of its own:
///  * exact: a bit per extent, in the kernel's hands before the extent is written. Survives the death of the process.
///  * intent: a bit per 512 extents, on stable storage before the first write among them. Survives the death of the machine:
///    when the file was not closed and was used under another boot, every extent of an intended unit counts as written.
/// Too many bits only cost time (zeros are written that need not be); a missing bit is impossible. Thread-safe.
class WrittenMap
{
public:
    static constexpr quint64 intentUnit = 512; ///< extents

    /// A new file for `extents` extents that replaces `path`. With `earlier`, everything written then counts as written now.
    /// Errors: NoSpace, FileUnwritable.
    [[nodiscard]] static Result<std::unique_ptr<WrittenMap>> create(
        const QString &path, quint64 extents, const WrittenMap *earlier = nullptr, const QByteArray &bootId = thisBoot());
    /// Errors: FileUnreadable, FileUnwritable; StateUnreadable when the file is not a map of `extents` extents.
    [[nodiscard]] static Result<std::unique_ptr<WrittenMap>> open(
        const QString &path, quint64 extents, const QByteArray &bootId = thisBoot());
    /// Changes from one start of the kernel to the next (/proc/sys/kernel/random/boot_id, 36 characters).
    [[nodiscard]] static QByteArray thisBoot();

    WrittenMap(const WrittenMap &) = delete;
    WrittenMap &operator=(const WrittenMap &) = delete;
    ~WrittenMap(); ///< closes the file in order; one that could not be read stays as it is

    [[nodiscard]] quint64 extents() const { return m_extents; }
    [[nodiscard]] bool written(quint64 extent) const;
    [[nodiscard]] quint64 count() const { return m_count; } ///< extents that count as written
    /// After this the extents [first, first + number) may be written. Errors: NoSpace, FileUnwritable.
    [[nodiscard]] Result<> mark(quint64 first, quint64 number);

private:
    WrittenMap(QString path, Fd file, quint64 extents);
    Result<> load(const QByteArray &bootId);
    Result<> writeHeader(bool closed);
    Result<> writeAll();
    Result<> intend(quint64 firstUnit, quint64 units);
    void expandIntents();
    [[nodiscard]] Error unreadable(const char *why) const;
    void recount();

    const QString m_path;
    const Fd m_file;
    const quint64 m_extents;
    QByteArray m_bootId;
    bool m_sound = false; ///< what is in memory is also in the file
    std::vector<std::atomic<quint64>> m_exact; ///< read without the lock
    std::vector<quint64> m_intent; ///< what is on stable storage
    std::atomic<quint64> m_count{0};
    std::mutex m_mutex;
};

}
