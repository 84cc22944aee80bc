#include "core/base/files.h"
#include "core/base/log.h"
#include "core/source/diskimage.h"
#include "core/source/inspector.h"
#include "core/source/rawview.h"
#include "core/source/source.h"

#include <QTemporaryDir>
#include <unistd.h>

namespace edgelift {

namespace {

/// A set of disk images. What it shows does not change after open().
class ImageSource final : public Source
{
public:
    Result<> open(const QStringList &paths, const QString &workFolder, const std::stop_token &stop)
    {
        std::vector<OpenedDisk> disks;
        for (const QString &path : paths) {
            Result<DiskImage> image = DiskImage::open(path);
            if (!image)
                return image.error();
            Result<QString> shown = show(*image, workFolder);
            if (!shown)
                return shown.error();
            disks.push_back({*shown, image->name(), image->size(), QStringLiteral("file-") + image->name()});
            m_images.push_back(image.take());
        }
        const QTemporaryDir folder(workFolder + QStringLiteral("/inspect-XXXXXX"));
        if (!folder.isValid())
            return errnoError(errno, ErrorCode::FileUnwritable, workFolder);
        Inspector inspector(disks, folder.path(), stop);
        if (Result<> inspected = inspector.run(); !inspected)
            return inspected;
        m_facts = inspector.facts();
        m_notes = inspector.notes();
        m_names = inspector.partitionNames();
        m_diskIds = inspector.diskIds();
        for (size_t i = 0; i < disks.size(); ++i)
            m_places.insert(inspector.diskIds().at(qsizetype(i)), {disks.at(i).path, m_images.at(i).identity()});
        for (const SourceNote &note : std::as_const(m_notes))
            log::info("source", note.text, {{QStringLiteral("subject"), note.subject}});
        return verifyUnchanged();
    }

    const ServerFacts &facts() const override { return m_facts; }
    QString diskPath(const QString &diskId) const override { return m_places.value(diskId).path; }
    QString diskIdentity(const QString &diskId) const override { return m_places.value(diskId).identity; }
    QList<SourceNote> notes() const override { return m_notes; }
    QList<PartitionNames> partitionNames() const override { return m_names; }
    QStringList kernelOrder() const override { return m_diskIds; }
    Result<> verifyUnchanged() const override
    {
        for (const DiskImage &image : m_images) {
            if (Result<> same = image.verifyUnchanged(); !same)
                return same;
        }
        return ok();
    }

private:
    struct Place
    {
        QString path;
        QString identity;
    };

    /// A path that opens as the raw disk.
    Result<QString> show(const DiskImage &image, const QString &workFolder)
    {
        if (image.format() == ImageFormat::Raw)
            return image.path();
        Result<std::unique_ptr<RawView>> view = RawView::open(image.blockNode(QLatin1String(RawView::nodeName)), image.size(), workFolder);
        if (!view && view.error().code == ErrorCode::SourceBusy)
            return Error{ErrorCode::SourceBusy, Retry::AfterUserAction, {image.path()}, view.error().detail};
        if (!view)
            return view.error();
        m_views.push_back(view.take());
        return m_views.back()->path();
    }

    std::vector<DiskImage> m_images;
    std::vector<std::unique_ptr<RawView>> m_views;
    ServerFacts m_facts;
    QHash<QString, Place> m_places; ///< by disk id
    QList<SourceNote> m_notes;
    QList<PartitionNames> m_names;
    QStringList m_diskIds; ///< as given, for want of better
};

}

Result<std::unique_ptr<Source>> openDiskImages(const QStringList &paths, const QString &workFolder, const std::stop_token &stop)
{
    if (::geteuid() != 0)
        return Error{ErrorCode::PermissionDenied, Retry::AfterUserAction, {QStringLiteral("Looking into a disk image")}, {}};
    if (const Result<> made = makeFolder(workFolder); !made)
        return made.error();
    auto source = std::make_unique<ImageSource>();
    if (const Result<> opened = source->open(paths, workFolder, stop); !opened)
        return opened.error();
    return std::unique_ptr<Source>(std::move(source));
}

}
