#include "core/source/live/disknode.h"

#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/source/probe.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace edgelift {

namespace {

constexpr Bytes edge{2U << 20}; ///< tables, superblocks and LVM's headers are within that of a start or an end

/// Fit for an id: no blanks, no slashes, nothing that cannot be printed.
QString plain(const QString &text)
{
    QString out;
    for (const QChar c : text.simplified().left(200))
        out += c.isLetterOrNumber() || QStringLiteral(".:_-@+").contains(c) ? c : QChar(u'_');
    return out;
}

}

bool isNodeOf(const QString &path, const BlockDevice &device)
{
    struct stat facts
    {
    };
    return ::stat(QFile::encodeName(path).constData(), &facts) == 0 && S_ISBLK(facts.st_mode)
        && facts.st_rdev == makedev(device.major, device.minor);
}

Result<DiskNode> DiskNode::open(const BlockDevice &device, bool isMounted, const MachineView &view, const QString &folder)
{
    DiskNode node;
    node.m_device = device;
    node.m_isMounted = isMounted;
    node.m_path = view.dev + devicePath(device.name).mid(4);
    if (!isNodeOf(node.m_path, device)) {
        node.m_path = QStringLiteral("%1/%2").arg(folder, plain(device.name));
        if (::mknod(QFile::encodeName(node.m_path).constData(), S_IFBLK | 0400, makedev(device.major, device.minor)) != 0)
            return errnoError(errno, ErrorCode::FileUnwritable, node.m_path);
    }
    node.identify();
    return node;
}

void DiskNode::identify()
{
    const auto tagged = [](const char *tag, const QString &value) { return QLatin1String(tag) + plain(value); };
    if (!m_device.wwn.isEmpty()) {
        m_otherId = tagged("wwn-", m_device.wwn);
    } else if (!m_device.serial.isEmpty()) {
        m_otherId = tagged("serial-", m_device.serial);
    } else if (!m_device.loopFile.isEmpty()) {
        m_otherId = tagged("file-", QFileInfo(m_device.loopFile).fileName());
    } else {
        forgetCached(Bytes{0}, edge);
        const Result<ProbedContent> content = probeContent(m_path, Bytes{0}, m_device.size); // of a disk without a table
        m_byPlace = !content || content->uuid.isEmpty();
        m_otherId =
            m_byPlace ? tagged("place-", m_device.place.section(QStringLiteral("/block/"), 0, 0)) : tagged("fs-", content->uuid.toLower());
    }
}

void DiskNode::forgetCached(Bytes offset, Bytes length) const
{
    if (m_isMounted || length.count == 0)
        return;
    const Fd fd(::open(QFile::encodeName(m_path).constData(), O_RDONLY | O_CLOEXEC));
    const quint64 piece = std::min(length.count, edge.count);
    if (!fd)
        return;
    ::posix_fadvise(fd.get(), off_t(offset.count), off_t(piece), POSIX_FADV_DONTNEED);
    ::posix_fadvise(fd.get(), off_t(offset.count + length.count - piece), off_t(piece), POSIX_FADV_DONTNEED);
}

QString DiskNode::identity() const
{
    const bool named = m_table && !m_table->id.isEmpty();
    QStringList lines{named ? m_table->id : m_otherId, QString::number(m_device.size.count), m_device.wwn, m_device.serial};
    if (m_table) {
        for (const Partition &partition : m_table->partitions)
            lines.append(QStringLiteral("%1 %2 %3 %4 %5")
                             .arg(partition.number)
                             .arg(partition.offset.count)
                             .arg(partition.size.count)
                             .arg(partition.typeCode, partition.uuid));
    }
    return QString::fromLatin1(QCryptographicHash::hash(lines.join(QLatin1Char('\n')).toUtf8(), QCryptographicHash::Sha256).toHex());
}

Result<> DiskNode::verifyUnchanged(const BlockDevices &now) const
{
    const BlockDevice *found = now.byName(m_device.name);
    if (!found)
        return Error{ErrorCode::SourceMissing, Retry::AfterUserAction, {m_device.name}, {}};
    const auto changed = [this](const char *what) {
        return Error{ErrorCode::SourceChanged, Retry::Never, {m_device.name}, QStringLiteral("%1 is another").arg(QLatin1String(what))};
    };
    if (found->major != m_device.major || found->minor != m_device.minor || found->sequence != m_device.sequence)
        return changed("the device");
    if (found->wwn != m_device.wwn || found->serial != m_device.serial)
        return changed("the disk");
    if (found->size != m_device.size)
        return changed("its size");
    if (!m_table)
        return ok();
    forgetCached(Bytes{0}, m_device.size);
    const Result<PartitionTable> table = readPartitionTable(m_path, m_device.name);
    if (!table || table->type != m_table->type || table->id != m_table->id || table->partitions != m_table->partitions)
        return changed("its partition table");
    return ok();
}

}
