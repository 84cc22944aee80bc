#include "tests/unit/tracking/trackerrows.h"

#include "core/source/tracking/blktracetracker.h"
#include "core/source/tracking/ebpftracker.h"
#include "core/source/tracking/perftracker.h"

namespace edgelift::test {

Started startTracker(const QByteArray &backend, const TrackedDisk &disk)
{
    if (backend == "blktrace")
        return startBlktraceTracker({disk});
    return backend == "ebpf" ? startEbpfTracker({disk}) : startPerfTracker({disk});
}

QList<int> markedSince(ChangeTracker &tracker, quint32 era)
{
    QList<int> blocks;
    const auto marks = tracker.marks(0);
    if (!marks)
        return {-1};
    for (size_t i = 0; i < marks->size(); ++i)
        if ((*marks)[i] >= era)
            blocks.append(int(i));
    return blocks;
}

QString notAsPromised(const QString &what) { return QStringLiteral("NOT as promised: ") + what; }

QString lostOr(const Result<> &outcome)
{
    const bool lost = !outcome && outcome.error().code == ErrorCode::TrackingLost;
    return lost ? QStringLiteral("TrackingLost: ") + outcome.error().detail : notAsPromised(QStringLiteral("the epoch is intact"));
}

QString numbers(const QList<int> &blocks)
{
    QStringList texts;
    for (const int one : blocks)
        texts.append(QString::number(one));
    return texts.isEmpty() ? QStringLiteral("none") : texts.join(QLatin1Char(' '));
}

}
