#pragma once
#include "core/base/fd.h"
#include "core/source/tracking/changetracker.h"

#include <QByteArray>

namespace edgelift::test {

/// A disk that is a loop device over memory or over a file. It goes when the object and all other users are gone, also after a crash.
class LoopDisk
{
public:
    explicit LoopDisk(quint64 bytes); ///< sparse memory
    /// Over a file that is open for reading and writing. `direct`: past the page cache, so that requests run side by side.
    LoopDisk(Fd file, bool direct);
    const QString &path() const { return m_path; }
    TrackedDisk tracked() const; ///< as a tracker wants it
    int backing() const { return m_file.get(); }

    void write(quint64 offset, const QByteArray &bytes, int flags = 0) const; ///< O_DIRECT unless flags say otherwise (O_SYNC, …)
    void writeBuffered(quint64 offset, const QByteArray &bytes) const; ///< and fsync
    void read(quint64 offset, quint64 length) const; ///< O_DIRECT
    void control(unsigned long request, quint64 offset, quint64 length) const; ///< BLKDISCARD, BLKZEROOUT
    void setSize(quint64 bytes); ///< grows or shrinks it under its users

private:
    void attach(bool direct);

    Fd m_file;
    Fd m_device;
    QString m_path;
};

}
