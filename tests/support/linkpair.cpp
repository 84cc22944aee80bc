#include "tests/support/linkpair.h"

#include "core/base/files.h"

#include <QCoreApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QThread>
#include <fcntl.h>
#include <sched.h>
#include <thread>
#include <unistd.h>

namespace edgelift::test {

namespace {

constexpr qint64 mib = 1 << 20;

void fillWithNoise(const QString &path, qint64 size)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("the test's disk cannot be made");
    QByteArray piece(mib, 0);
    for (qint64 at = 0; at < size; at += mib) {
        QRandomGenerator::global()->fillRange(reinterpret_cast<quint32 *>(piece.data()), mib / 4);
        file.write(piece.constData(), std::min(mib, size - at));
    }
}

}

LinkPair::LinkPair(NetworkPair &network)
    : m_network(network)
    , m_ours(*wire::makeLinkKeys(QStringLiteral("source")))
    , m_theirs(*wire::makeLinkKeys(QStringLiteral("receiver")))
    , m_folder(QStringLiteral("/var/tmp/edgelift-link-XXXXXX")) // not in /tmp, which a test may make read-only
{
    QDir(m_folder.path()).mkdir(QStringLiteral("devices"));
    settings.receiver = {QStringLiteral("10.77.0.1"), 8080, 8703, QStringLiteral("j-link")};
    settings.keys = m_ours;
    settings.peerPin = *wire::pinOf(m_theirs.certificate);
    settings.epoch = 7;
    settings.journalPath = path(QStringLiteral("journal"));
    settings.patience = std::chrono::seconds(120);
    settings.stall = std::chrono::seconds(3);
    tuning.compression = 0;
    tuning.limitMbps = 100;
}

LinkPair::~LinkPair() { killReceiver(); }

void LinkPair::writeConfig(const QString &file) const
{
    const QJsonObject config{{QStringLiteral("version"), 1}, {QStringLiteral("job"), settings.receiver.job},
        {QStringLiteral("listen"), settings.receiver.host}, {QStringLiteral("controlPort"), 8080}, {QStringLiteral("dataPort"), 8703},
        {QStringLiteral("certificate"), QString::fromLatin1(m_theirs.certificate)},
        {QStringLiteral("privateKey"), QString::fromLatin1(m_theirs.privateKey.reveal())},
        {QStringLiteral("peerPin"), QString::fromLatin1(*wire::pinOf(m_ours.certificate))},
        {QStringLiteral("stateDir"), path(QStringLiteral("receiver"))}, {QStringLiteral("deviceDir"), path(QStringLiteral("devices"))}};
    if (!writeJsonFile(file, config, 0600))
        qFatal("the receiver's configuration cannot be written");
}

QString LinkPair::targetPath(int disk) const { return path(QStringLiteral("devices/virtio-") + disks.at(disk).serial); }

void LinkPair::addDisk(int mebibytes, qint64 larger)
{
    TransferDisk disk;
    disk.index = quint32(disks.size());
    disk.id = QStringLiteral("d%1").arg(disk.index);
    disk.path = path(QStringLiteral("disk%1").arg(disk.index));
    disk.size = Bytes{quint64(mebibytes) << 20};
    disk.used = RangeSet({0, disk.size.count});
    disk.identity = disk.id + QLatin1String("@1");
    disk.targetSize = disk.size;
    disk.serial = QStringLiteral("bp%1").arg(disk.index);
    disks.append(disk);
    fillWithNoise(disk.path, qint64(disk.size.count));
    QFile target(targetPath(int(disk.index)));
    if (!target.open(QIODevice::WriteOnly) || !target.resize(qint64(disk.size.count) + larger))
        qFatal("the test's target cannot be made");
}

bool LinkPair::startReceiver(const QStringList &wrapper)
{
    const QString config = path(QStringLiteral("receiver.json"));
    writeConfig(config);
    m_receiver.setProcessChannelMode(QProcess::MergedChannels);
    m_receiver.start(QStringLiteral("nsenter"),
        QStringList{QStringLiteral("--net=/run/netns/") + m_network.cloud()} + wrapper
            + QStringList{QLatin1String(EDGELIFT_BIN_DIR "/edgelift-receiver"), QStringLiteral("--config"), config});
    QByteArray said;
    QElapsedTimer time;
    for (time.start(); !said.contains("listening on");) {
        if (time.elapsed() > 20000 || m_receiver.state() == QProcess::NotRunning) {
            qWarning("receiver: %s", (said + m_receiver.readAll()).constData());
            return false;
        }
        m_receiver.waitForReadyRead(100);
        said += m_receiver.readAll();
    }
    return true;
}

void LinkPair::killReceiver()
{
    if (m_receiver.state() == QProcess::NotRunning)
        return;
    m_receiver.kill();
    m_receiver.waitForFinished(10000);
}

Outcome LinkPair::run(double percent, const std::function<void()> &fault)
{
    std::atomic<double> reached = -1;
    std::atomic<bool> over = false;
    Outcome outcome;
    std::thread sender([&] {
        // Of this thread and those it begins.
        const Fd space(::open(("/run/netns/" + m_network.source().toLatin1()).constData(), O_RDONLY | O_CLOEXEC));
        if (::setns(space.get(), CLONE_NEWNET) != 0)
            qFatal("no network for the sender");
        Transfer transfer(settings, disks, tuning, [&](const TransferProgress &progress) {
            m_progress = progress;
            reached = progress.total.count == 0 ? 0 : double(progress.done.count) * 100 / double(progress.total.count);
        });
        outcome = transfer.run({});
        over = true;
    });
    for (bool happened = !fault; !over; QThread::msleep(5)) {
        if (!happened && reached >= percent) {
            happened = true;
            fault();
        }
    }
    sender.join();
    return outcome;
}

QString LinkPair::difference() const
{
    for (int i = 0; i < disks.size(); ++i) {
        QFile source(sourcePath(i));
        QFile target(targetPath(i));
        if (!source.open(QIODevice::ReadOnly) || !target.open(QIODevice::ReadOnly))
            return QStringLiteral("disk %1 cannot be read").arg(i);
        while (!source.atEnd()) {
            const qint64 at = source.pos();
            if (source.read(mib) != target.read(std::min(mib, source.size() - at)))
                return QStringLiteral("disk %1 differs after %2 MiB").arg(i).arg(at / mib);
        }
    }
    return {};
}

}
