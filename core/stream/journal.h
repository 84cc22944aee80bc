#pragma once
#include "core/base/bytes.h"
#include "core/base/fd.h"
#include "core/base/result.h"
#include "core/wire/messages.h"

#include <QList>
#include <QString>
#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace edgelift {

struct JournalRecord;

/// What is durable at the receiver, extent by extent, with the hash it was sent with: resume and verification rest on it. An
/// append-only file of 32-byte records, each with a checksum that covers its place; what follows the first bad one is a torn tail
/// and dropped. Bound to job, epoch and each disk's identity and size. Thread-safe. Memory: 4 bytes an extent. Extents are of
/// Binding::extentSize.
///
/// A mark is in the file when the call returns and on the medium after sync(): a crash of the machine can only forget marks, and
/// then those extents are sent again.
///
/// A source that stays in sync for weeks stores the same extents again and again. When the file has `mostRecords()`, sync() writes it anew
/// beside itself with what still counts, brings that to the medium and renames it: a crash leaves the old file or the new one.
class Journal
{
public:
    struct Disk
    {
        quint32 index = 0; ///< on the wire
        QString name; ///< for messages
        QString identity;
        Bytes size;
        wire::Digest map; ///< of the used ranges; another one than before forgets this disk's marks
    };
    struct Binding
    {
        QString job;
        quint64 epoch = 0;
        QList<Disk> disks;
        quint32 extentSize = wire::extentSize;
    };
    /// Opens or makes the file. Errors: JournalUnreadable (of another job, epoch or version, or damaged at its head; args: path),
    /// SourceChanged (a disk is not what it was; args: its name), JobRunning (another process has it), NoSpace, FileUnwritable.
    [[nodiscard]] static Result<std::unique_ptr<Journal>> open(const QString &path, const Binding &binding);
    ~Journal();

    // `disk` is the place in Binding::disks.
    [[nodiscard]] bool isStored(int disk, quint64 extent) const;
    [[nodiscard]] quint64 storedExtents(int disk) const; ///< how many
    /// The hash the extent was stored with. Errors: JournalUnreadable (not stored, or the file was damaged meanwhile).
    [[nodiscard]] Result<wire::Digest> digest(int disk, quint64 extent) const;
    /// The extents from `first` on are durable at the receiver. Errors: NoSpace, FileUnwritable.
    [[nodiscard]] Result<> markStored(int disk, quint64 first, std::span<const wire::Digest> digests);
    /// They are not what they should be: to be sent again.
    [[nodiscard]] Result<> forget(int disk, const QList<quint64> &extents);
    /// Brings everything to the medium, with `wireBytes` sent in all runs so far. Cheap when there is nothing new.
    [[nodiscard]] Result<> sync(quint64 wireBytes);
    [[nodiscard]] quint64 wireBytes() const { return m_wireBytes; } ///< as of the last sync
    /// How many there may be, for as much as is stored now, before the next sync() writes the file anew.
    [[nodiscard]] quint64 mostRecords() const;

private:
    Journal(QString path, const Binding &binding);
    [[nodiscard]] Result<> create(const Binding &binding);
    [[nodiscard]] Result<> load(quint64 fileSize);
    [[nodiscard]] Result<> checkHead(const Binding &binding) const;
    [[nodiscard]] bool isHeadWhole(qsizetype disks) const;
    [[nodiscard]] Result<> bindMaps(const Binding &binding);
    void apply(const JournalRecord &record, quint32 number, std::vector<wire::Digest> &maps);
    [[nodiscard]] Result<> append(std::span<JournalRecord> records);
    [[nodiscard]] Error unreadable(const QString &why) const;
    void syncFolder() const;
    // journalcompaction.cpp, which has sync() as well; the callers hold both mutexes
    [[nodiscard]] quint64 liveRecords() const;
    void compactWhenLarge();
    [[nodiscard]] Result<> compact();
    [[nodiscard]] Result<quint32> writeLive(int fd, std::vector<std::vector<quint32>> &places) const;
    [[nodiscard]] static QString temporaryPath(const QString &path) { return path + QLatin1String(".new"); }

    QString m_path;
    std::mutex m_syncMutex; // the file changes within sync() only; taken before m_mutex
    Fd m_fd;
    QList<quint32> m_indexes; // wire index of each disk
    std::vector<wire::Digest> m_maps; // as recorded
    mutable std::mutex m_mutex;
    std::vector<std::vector<quint32>> m_places; // record number by disk and extent; 0: not stored
    std::vector<quint64> m_counts;
    quint32 m_records = 0; // good ones in the file
    quint64 m_notBefore = 0; // so many records, since writing it anew failed
    std::atomic<quint64> m_wireBytes = 0;
    bool m_dirty = false;
};

}
