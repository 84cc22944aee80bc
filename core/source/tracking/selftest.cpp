#include "core/source/tracking/selftest.h"

#include "core/base/fd.h"
#include "core/base/files.h"
#include "core/base/ids.h"

#include <QFile>
#include <algorithm>
#include <array>
#include <cstring>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <memory>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace edgelift {

namespace {

constexpr quint64 scratchSize = 1 << 20;

struct Extent
{
    quint64 physical = 0;
    quint64 length = 0;
};

Error unseen(const ChangeTracker &tracker, const TrackedDisk &disk, const QString &what)
{
    return {ErrorCode::TrackerUnavailable, Retry::AfterUserAction, {tracker.backend()},
        QStringLiteral("%1 on %2 left no mark").arg(what, disk.path)};
}

/// A file without a name, so that nothing is left behind whatever happens.
Result<Fd> scratchFile(const QString &folder)
{
    Fd file(::open(QFile::encodeName(folder).constData(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    if (file)
        return file;
    QByteArray name = QFile::encodeName(folder) + "/.edgelift-test-XXXXXX"; // before Linux 3.11, or an old filesystem
    file.reset(::mkostemp(name.data(), O_CLOEXEC));
    if (!file)
        return errnoError(errno, ErrorCode::FileUnwritable, folder);
    ::unlink(name.constData());
    return file;
}

/// Fills the first `length` bytes with noise and waits until they are on the disk.
Result<> writeNoise(const Fd &file, quint64 length, bool direct, const QString &folder)
{
    const std::unique_ptr<char, decltype(&std::free)> memory(static_cast<char *>(std::aligned_alloc(4096, length)), &std::free);
    const QByteArray noise = randomBytes(int(length)); // so that it is not stored compressed
    std::copy(noise.begin(), noise.end(), memory.get());
    const int flags = ::fcntl(file.get(), F_GETFL);
    ::fcntl(file.get(), F_SETFL, direct ? flags | O_DIRECT : flags & ~O_DIRECT); // where it is not to be had, fsync does as well
    if (::pwrite(file.get(), memory.get(), length, 0) != ssize_t(length) || ::fsync(file.get()) != 0)
        return errnoError(errno, ErrorCode::FileUnwritable, folder);
    return ok();
}

/// Where the file's first `length` bytes are on its filesystem's device; empty: the filesystem does not say, or not so that it helps.
std::vector<Extent> extentsOf(const Fd &file, quint64 length)
{
    constexpr quint32 room = 64; // more pieces than a file of this size has
    alignas(fiemap) std::array<char, sizeof(fiemap) + room * sizeof(fiemap_extent)> memory{};
    auto *map = reinterpret_cast<fiemap *>(memory.data());
    map->fm_length = length;
    map->fm_flags = FIEMAP_FLAG_SYNC;
    map->fm_extent_count = room;
    if (::ioctl(file.get(), FS_IOC_FIEMAP, map) != 0)
        return {};
    std::vector<Extent> found;
    constexpr quint32 elsewhere = FIEMAP_EXTENT_UNKNOWN | FIEMAP_EXTENT_DELALLOC | FIEMAP_EXTENT_ENCODED | FIEMAP_EXTENT_NOT_ALIGNED;
    for (quint32 i = 0; i < std::min(map->fm_mapped_extents, room); ++i) {
        fiemap_extent one{};
        std::memcpy(&one, memory.data() + sizeof(fiemap) + i * sizeof one, sizeof one);
        if (one.fe_flags & elsewhere)
            return {};
        const quint64 past = one.fe_logical < length ? length - one.fe_logical : 0;
        if (past > 0)
            found.push_back({one.fe_physical, std::min<quint64>(one.fe_length, past)});
    }
    return found;
}

/// A whole disk or a partition of one of the tracked disks; nothing for everything else, btrfs among it.
std::vector<LinearPiece> simplePieces(const Fd &file, const Epoch &epoch)
{
    struct stat about
    {
    };
    if (::fstat(file.get(), &about) != 0)
        return {};
    const QString folder = QStringLiteral("/sys/dev/block/%1:%2").arg(major(about.st_dev)).arg(minor(about.st_dev));
    const bool partition = QFile::exists(folder + QLatin1String("/partition"));
    const Result<QByteArray> number = readFile(folder + QLatin1String(partition ? "/../dev" : "/dev"), 64);
    const Result<QByteArray> start = partition ? readFile(folder + QLatin1String("/start"), 64) : Result<QByteArray>(QByteArray("0"));
    const Result<QByteArray> size = readFile(folder + QLatin1String("/size"), 64);
    if (!number || !start || !size)
        return {};
    const QString wanted = QString::fromLatin1(number->trimmed());
    for (int i = 0; i < epoch.disks.size(); ++i) {
        if (wanted == QStringLiteral("%1:%2").arg(epoch.disks.at(i).major).arg(epoch.disks.at(i).minor))
            return {{0, size->trimmed().toULongLong() * 512, i, start->trimmed().toULongLong() * 512}};
    }
    return {};
}

/// The blocks of all disks in which `extents` lie; empty when a part lies in none of the pieces.
std::vector<std::pair<int, quint64>> blocksOf(const std::vector<Extent> &extents, const std::vector<LinearPiece> &pieces, quint64 blockSize)
{
    std::vector<std::pair<int, quint64>> blocks;
    for (const Extent &extent : extents) {
        quint64 covered = 0;
        for (const LinearPiece &piece : pieces) {
            const quint64 from = std::max(extent.physical, piece.start);
            const quint64 to = std::min(extent.physical + extent.length, piece.start + piece.length);
            if (from >= to)
                continue;
            covered += to - from;
            const quint64 onDisk = from - piece.start + piece.diskStart;
            for (quint64 block = onDisk / blockSize; block * blockSize < onDisk + (to - from); ++block)
                blocks.emplace_back(piece.disk, block);
        }
        if (covered < extent.length)
            return {};
    }
    return blocks;
}

/// Whether `blocks` carry marks of `era` or later.
Result<bool> allMarked(ChangeTracker &tracker, const std::vector<std::pair<int, quint64>> &blocks, quint32 era)
{
    for (int disk = 0; disk < tracker.epoch().disks.size(); ++disk) {
        const Result<std::vector<quint32>> marks = tracker.marks(disk);
        if (!marks)
            return marks.error();
        for (const auto &[on, block] : blocks) {
            if (on == disk && (block >= marks->size() || (*marks)[block] < era))
                return false;
        }
    }
    return true;
}

/// One known write. Whether its exact blocks could be told.
Result<DiskProof> testWrite(ChangeTracker &tracker, const SelfTestPlace &place, const Fd &file, bool direct)
{
    const TrackedDisk &disk = tracker.epoch().disks.at(place.disk);
    const quint64 before = tracker.writtenSectors(place.disk);
    const Result<quint32> era = tracker.advanceEra();
    if (!era)
        return era.error();
    const quint64 length = direct ? scratchSize : 4096;
    if (const Result<> written = writeNoise(file, length, direct, place.folder); !written)
        return written.error();
    const std::vector<LinearPiece> pieces = place.pieces.empty() ? simplePieces(file, tracker.epoch()) : place.pieces;
    const auto blocks = blocksOf(extentsOf(file, length), pieces, tracker.epoch().blockSize.count);
    const Result<bool> marked = allMarked(tracker, blocks, *era);
    if (!marked)
        return marked.error();
    const QString what = direct ? QStringLiteral("a direct write") : QStringLiteral("a write with fsync");
    if (!*marked || tracker.writtenSectors(place.disk) < before + length / 512) {
        const Result<> intact = tracker.intact(); // lost this once, or blind?
        return intact ? unseen(tracker, disk, what) : intact.error();
    }
    return blocks.empty() ? DiskProof::Seen : DiskProof::Marked;
}

}

Result<QList<DiskProof>> selfTest(ChangeTracker &tracker, const QList<SelfTestPlace> &places)
{
    QList<DiskProof> proofs(tracker.epoch().disks.size(), DiskProof::Untested);
    for (const SelfTestPlace &place : places) {
        if (place.disk < 0 || place.disk >= proofs.size())
            return Error{ErrorCode::RequestMalformed, Retry::Never, {place.folder}, {}};
        const Result<Fd> file = scratchFile(place.folder);
        if (!file)
            return file.error();
        const Result<DiskProof> first = testWrite(tracker, place, *file, true);
        if (!first)
            return first.error();
        const Result<DiskProof> second = testWrite(tracker, place, *file, false);
        if (!second)
            return second.error();
        proofs[place.disk] = std::min(*first, *second);
    }
    if (const Result<> intact = tracker.intact(); !intact)
        return intact.error();
    return proofs;
}

}
