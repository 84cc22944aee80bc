#include "core/guest/btrfssubvolumes.h"

#include <QDir>
#include <QFile>
#include <algorithm>
#include <array>
#include <btrfsutil.h>
#include <cstdlib>
#include <memory>

namespace edgelift {

namespace {

constexpr uint64_t topId = 5; // BTRFS_FS_TREE_OBJECTID
constexpr uint64_t readOnlyFlag = 1; // BTRFS_ROOT_SUBVOL_RDONLY
constexpr qsizetype subvolumesMost = 10000;

struct IteratorDeleter
{
    void operator()(btrfs_util_subvolume_iterator *iterator) const { btrfs_util_destroy_subvolume_iterator(iterator); }
};

QString words(btrfs_util_error error) { return QString::fromLocal8Bit(btrfs_util_strerror(error)); }

template <size_t Size>
bool isSet(const uint8_t (&uuid)[Size]) // NOLINT(cppcoreguidelines-avoid-c-arrays): as the library has it
{
    return std::any_of(std::begin(uuid), std::end(uuid), [](uint8_t byte) { return byte != 0; });
}

Error unreadable(const QString &name, const QString &why)
{
    return {ErrorCode::FilesystemDamaged, Retry::AfterUserAction, {name, why}, QStringLiteral("its subvolumes")};
}

Result<> failed(const QString &path, btrfs_util_error error)
{
    return Error{ErrorCode::TargetBuildFailed, Retry::AfterUserAction, {path, QStringLiteral("libbtrfsutil")}, words(error)};
}

}

Result<QList<SubvolumeFacts>> btrfsSubvolumes(const QString &folder, const QString &name)
{
    const QByteArray at = QFile::encodeName(folder);
    uint64_t byDefault = topId;
    if (const auto error = btrfs_util_get_default_subvolume(at.constData(), &byDefault); error != BTRFS_UTIL_OK)
        return unreadable(name, words(error));
    btrfs_util_subvolume_iterator *raw = nullptr;
    if (const auto error = btrfs_util_create_subvolume_iterator(at.constData(), topId, 0, &raw); error != BTRFS_UTIL_OK)
        return unreadable(name, words(error));
    const std::unique_ptr<btrfs_util_subvolume_iterator, IteratorDeleter> iterator(raw);
    QList<SubvolumeFacts> found;
    for (;;) {
        char *path = nullptr;
        struct btrfs_util_subvolume_info info = {};
        const auto error = btrfs_util_subvolume_iterator_next_info(iterator.get(), &path, &info);
        if (error == BTRFS_UTIL_ERROR_STOP_ITERATION)
            return found;
        if (error != BTRFS_UTIL_OK)
            return unreadable(name, words(error));
        const std::unique_ptr<char, decltype(&std::free)> owned(path, &std::free);
        if (found.size() == subvolumesMost)
            return unreadable(name, QStringLiteral("more than %1 subvolumes").arg(subvolumesMost));
        found.append({QFile::decodeName(path), info.id, (info.flags & readOnlyFlag) != 0, isSet(info.parent_uuid),
            isSet(info.received_uuid), info.id == byDefault});
    }
}

Result<> makeSubvolumes(const QString &folder, const QStringList &paths, const QString &byDefault)
{
    for (const QString &path : paths) {
        const QString full = folder + QLatin1Char('/') + path;
        QDir().mkpath(full.section(QLatin1Char('/'), 0, -2));
        const auto error = btrfs_util_create_subvolume(QFile::encodeName(full).constData(), 0, nullptr, nullptr);
        if (error != BTRFS_UTIL_OK)
            return failed(path, error);
    }
    if (byDefault.isEmpty())
        return ok();
    const auto error = btrfs_util_set_default_subvolume(QFile::encodeName(folder + QLatin1Char('/') + byDefault).constData(), 0);
    return error == BTRFS_UTIL_OK ? ok() : failed(byDefault, error);
}

QString topOption(FsType fs) { return fs == FsType::Btrfs ? QStringLiteral("subvolid=5") : QString(); }

}
