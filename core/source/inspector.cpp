#include "core/source/inspector.h"

#include "core/base/files.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>

namespace edgelift {

Inspector::Inspector(std::vector<OpenedDisk> disks, QString folder, std::stop_token stop)
    : DiskScan(std::move(disks), std::move(stop))
    , m_folder(std::move(folder))
{
}

Result<> Inspector::run()
{
    if (Result<> scanned = scan(); !scanned)
        return scanned;
    const QString mountFolder = m_folder + QStringLiteral("/guest");
    if (Result<> made = makeFolder(mountFolder); !made)
        return made;
    if (Result<> looked = inPrivateMounts(mountFolder, [this](GuestMounts &mounts) { look(mounts); }); !looked)
        return looked;
    m_loops.clear();
    m_views.clear();
    if (m_stop.stop_requested())
        return Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {m_disks.front().name}, QStringLiteral("stopped")};
    if (!m_facts.systemDisk())
        return noRoot();
    settleBootMode();
    settleOrder();
    return ok();
}

/// In one piece, whatever the volume is made of.
Result<QString> Inspector::viewOf(const VolumeFacts &volume, Bytes *offset)
{
    *offset = volume.segments.constFirst().offset;
    if (volume.segments.size() == 1)
        return pathOf(volume.segments.constFirst().disk);
    *offset = Bytes{0};
    if (const auto known = m_views.find(volume.id); known != m_views.end())
        return known->second->path();
    // A VMDK that consists of pieces of other files says just that, and QEMU can show it as one.
    const QString base = QStringLiteral("%1/pieces-%2").arg(m_folder).arg(m_views.size());
    QByteArray description = "# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType=\"twoGbMaxExtentFlat\"\n";
    int number = 0; // "RW" below because QEMU passes over pieces that are marked otherwise; the view is read-only all the same
    for (const DiskSegment &segment : volume.segments) {
        const QString link = QStringLiteral("%1-%2").arg(base).arg(++number); // whatever the image's path is, this name needs no quoting
        QFile::remove(link);
        if (!QFile::link(pathOf(segment.disk), link))
            return errnoError(errno, ErrorCode::FileUnwritable, link);
        description += QStringLiteral("RW %1 FLAT \"%2\" %3\n")
                           .arg(segment.length.count / 512)
                           .arg(QFileInfo(link).fileName())
                           .arg(segment.offset.count / 512)
                           .toUtf8();
    }
    const QString descriptor = base + QStringLiteral(".vmdk");
    if (const Result<> written = writeFileDurably(descriptor, description); !written)
        return written.error();
    const QJsonObject file{{QStringLiteral("driver"), QStringLiteral("file")}, {QStringLiteral("filename"), descriptor}};
    const QJsonObject node{{QStringLiteral("driver"), QStringLiteral("vmdk")}, {QStringLiteral("read-only"), true},
        {QStringLiteral("node-name"), QLatin1String(RawView::nodeName)}, {QStringLiteral("file"), file}};
    Result<std::unique_ptr<RawView>> view = RawView::open(node, volume.size, m_folder);
    if (!view)
        return view.error();
    return m_views.emplace(volume.id, view.take()).first->second->path();
}

Result<QString> Inspector::lvmDevice(const VolumeFacts &volume)
{
    Bytes offset;
    const Result<QString> path = viewOf(volume, &offset);
    Result<LoopDevice> loop = path ? LoopDevice::attach(*path, offset, volume.size) : Result<LoopDevice>(path.error());
    if (!loop)
        return loop.error();
    m_physical.push_back(loop.take());
    return m_physical.back().path();
}

}
