#include "core/base/files.h"
#include "core/stream/extentplan.h"
#include "core/stream/journal.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace edgelift;

namespace {

constexpr quint64 MiB = 1U << 20;
constexpr quint64 diskBytes = 32ULL << 40;

quint64 residentKiB(const QByteArray &which) // VmRSS or VmHWM
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith(which + ':'))
            return line.mid(which.size() + 1).trimmed().split(' ').first().toULongLong();
    }
    return 0;
}

/// As an aged filesystem: every second MiB used, each run beginning at another block.
RangeSet agedDisk()
{
    RangeSet used;
    for (quint64 at = 0; at < diskBytes; at += 2 * MiB)
        used.add({at + (at / MiB * 7 % 200) * 4096, MiB});
    used.squeeze();
    return used;
}

}

/// What a sender keeps in memory for a disk of 32 TiB with 16 million used ranges.
class HugeDiskTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void mapsFitIntoAGibibyte()
    {
        QTemporaryDir folder;
        const quint64 before = residentKiB("VmRSS");
        const RangeSet used = agedDisk();
        QCOMPARE(used.count(), size_t(diskBytes / (2 * MiB)));
        const ExtentPlan plan(Bytes{diskBytes}, used);
        const auto journal = Journal::open(folder.filePath(QStringLiteral("journal")),
            {QStringLiteral("j-huge"), 1, {{0, QStringLiteral("/dev/huge"), QStringLiteral("id"), Bytes{diskBytes}, plan.mapDigest()}}});
        QVERIFY(bool(journal));
        const quint64 peak = residentKiB("VmHWM") - before;
        qInfo("%llu MiB for %zu ranges and %llu extents", peak >> 10, used.count(), plan.extents());
        QVERIFY2(peak < 1U << 20, qPrintable(QStringLiteral("%1 KiB").arg(peak)));

        quint64 free = 0; // asked for every piece of the copy: must not walk the whole map
        for (quint64 piece = 0; piece < 1000000; ++piece) {
            for (const ByteRange &range : plan.freeWithin(ByteRange{piece * 32 * MiB, 4 * MiB}))
                free += range.length;
        }
        QVERIFY(free > 0);
    }
};

QTEST_GUILESS_MAIN(HugeDiskTest)
#include "tst_hugedisk.moc"
