#include "realtransfer.h"

#include <QProcess>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

using namespace edgelift;
using namespace edgelift::test;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto settling = 1s; // the promise: after so long …
constexpr double tolerance = 0.05; // … the rate is so near to the limit
constexpr auto window = 1500ms;
constexpr int windowsAtMost = 4; // a busy machine may stand still for a moment; a limit that does not hold does so in each of them

const QList<int> networkLimits{200, 20, 120, 60, 8, 240, 40, 160, 12, 300, 30, 100, 10, 200, 50, 140, 16, 280, 80, 25}; // Mbit/s
const QList<int> diskLimits{20, 5, 40, 10, 50, 8, 30, 15, 60, 6, 25, 12, 45, 4, 35, 18, 55, 9, 22, 28}; // MB/s

/// Takes everything and keeps nothing: the receiver's disk is not what is measured.
class Nowhere final : public receiver::Medium
{
public:
    explicit Nowhere(Bytes size)
        : m_size(size)
    {
    }
    Bytes size() const override { return m_size; }
    QString path() const override { return QStringLiteral("nowhere"); }
    int write(std::span<const char>, quint64) override { return 0; }
    int zero(quint64, quint64) override { return 0; }
    int sync() override { return 0; }
    int read(std::span<char>, quint64) override { return EIO; }

private:
    const Bytes m_size;
};

class NowhereDisks final : public receiver::TargetDisks
{
public:
    Result<std::unique_ptr<receiver::Medium>> open(const QString &) override
    {
        return std::unique_ptr<receiver::Medium>(std::make_unique<Nowhere>(Bytes{64ULL << 30}));
    }
};

/// What left through loopback, by the kernel's count: everything between the two ends, headers and acknowledgements included.
/// Nobody else is in this namespace.
quint64 bytesOnTheWire()
{
    QFile file(QStringLiteral("/proc/self/net/dev"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        const QByteArray words = line.simplified();
        if (words.startsWith("lo:"))
            return words.mid(3).simplified().split(' ').value(8).toULongLong();
    }
    return 0;
}

/// What this process let the disks read, by the kernel's count.
quint64 bytesFromTheDisk()
{
    QFile file(QStringLiteral("/proc/self/io"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("read_bytes: "))
            return line.mid(12).toULongLong();
    }
    return 0;
}

/// Bytes a second.
double rateOf(quint64 (*counter)(), std::chrono::milliseconds time)
{
    const Clock::time_point begin = Clock::now();
    const quint64 before = counter();
    std::this_thread::sleep_for(time);
    const quint64 after = counter();
    return double(after - before) / std::chrono::duration<double>(Clock::now() - begin).count();
}

struct Measurement
{
    double rate = 0; ///< bytes a second
    int windows = 0; ///< looked at
};

/// Only a rate that is too low gets a second look: nothing but us can make it too high.
Measurement measure(quint64 (*counter)(), double limit)
{
    std::this_thread::sleep_for(settling);
    Measurement found;
    do {
        found.rate = rateOf(counter, window);
        ++found.windows;
    } while (found.rate < limit * (1 - tolerance) && found.windows < windowsAtMost);
    return found;
}

/// A file of which every extent has something in it, and that costs no disk.
void writeSparse(const QString &path, quint64 size)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite) && file.resize(qint64(size)));
    for (quint64 at = 0; at < size; at += MiB)
        QVERIFY(file.seek(qint64(at)) && file.write("used") == 4);
}

void writeFull(const QString &path, quint64 size)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    for (quint64 at = 0; at < size; at += MiB)
        QVERIFY(file.write(QByteArray(MiB, 'x')) == qint64(MiB));
    QVERIFY(file.flush() && ::fsync(file.handle()) == 0);
}

}

class TestLimits : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    // The short ones run always, the long ones are named by whoever wants them.
    void networkLimitChanged4Times()
    {
        change(networkLimits.first(4), 2048 * MiB, &writeSparse, bytesOnTheWire, &TransferTuning::limitMbps, 1e6 / 8);
    }
    void diskLimitChanged4Times() { change(diskLimits.first(4), 640 * MiB, &writeFull, bytesFromTheDisk, &TransferTuning::diskMBps, 1e6); }
    void networkLimitLoweredOnASlowLink();
    void networkLimitChanged20Times()
    {
        change(networkLimits, 4096 * MiB, &writeSparse, bytesOnTheWire, &TransferTuning::limitMbps, 1e6 / 8);
    }
    void diskLimitChanged20Times() { change(diskLimits, 2048 * MiB, &writeFull, bytesFromTheDisk, &TransferTuning::diskMBps, 1e6); }

private:
    static void change(const QList<int> &limits, quint64 size, void (*write)(const QString &, quint64), quint64 (*counter)(),
        std::atomic<int> TransferTuning::*tuned, double unit);
};

/// A network of our own, in which nothing else moves.
void TestLimits::initTestCase()
{
    QVERIFY2(::unshare(CLONE_NEWNET) == 0, "needs root");
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    ifreq loopback = {};
    qstrncpy(loopback.ifr_name, "lo", IFNAMSIZ);
    loopback.ifr_flags = IFF_UP;
    QCOMPARE(::ioctl(socket, SIOCSIFFLAGS, &loopback), 0);
    ::close(socket);
}

/// What the kernel's buffers hold when the limit is lowered goes on leaving at the link's speed: it must not be much.
void TestLimits::networkLimitLoweredOnASlowLink()
{
    const auto tc = [](const QStringList &words) { return QProcess::execute(QStringLiteral("tc"), words); };
    const QString device = QStringLiteral("lo");
    QCOMPARE(tc({QStringLiteral("qdisc"), QStringLiteral("add"), QStringLiteral("dev"), device, QStringLiteral("root"),
                 QStringLiteral("tbf"), QStringLiteral("rate"), QStringLiteral("100mbit"), QStringLiteral("burst"), QStringLiteral("256k"),
                 QStringLiteral("limit"), QStringLiteral("256k")}),
        0);
    change({0, 10, 0, 20}, 2048 * MiB, &writeSparse, bytesOnTheWire, &TransferTuning::limitMbps, 1e6 / 8);
    QCOMPARE(tc({QStringLiteral("qdisc"), QStringLiteral("del"), QStringLiteral("dev"), device, QStringLiteral("root")}), 0);
}

/// Changes one limit again and again while a copy runs, from no limit to the first.
void TestLimits::change(const QList<int> &limits, quint64 size, void (*write)(const QString &, quint64), quint64 (*counter)(),
    std::atomic<int> TransferTuning::*tuned, double unit)
{
    NowhereDisks disks;
    RealTransfer transfer(disks);
    write(transfer.sourcePath(), size);
    if (QTest::currentTestFailed())
        return;
    transfer.addSource();
    (transfer.tuning.*tuned) = limits.last();
    std::stop_source stop;
    std::optional<Outcome> outcome;
    std::jthread copying([&] { outcome = transfer.run(stop.get_token()); });
    std::this_thread::sleep_for(500ms); // it is under way
    int wrong = 0;
    QTextStream out(stdout);
    out << "     limit    measured  deviation  windows\n";
    for (const int limit : limits) {
        (transfer.tuning.*tuned) = limit;
        const Measurement found = measure(counter, limit * unit);
        if (limit == 0) // as fast as the link is
            continue;
        const double deviation = found.rate / (limit * unit) - 1;
        wrong += std::abs(deviation) > tolerance ? 1 : 0;
        out << QStringLiteral("%1 %2 %3 % %4\n")
                   .arg(limit, 10)
                   .arg(found.rate / unit, 11, 'f', 2)
                   .arg(deviation * 100, 8, 'f', 2)
                   .arg(found.windows, 8);
        out.flush();
    }
    const bool early = outcome.has_value();
    stop.request_stop();
    copying.join();
    QVERIFY2(!early, qPrintable(outcome->error ? outcome->error->detail : QStringLiteral("the copy ended before the measurements")));
    QCOMPARE(int(outcome->end), int(Outcome::End::Stopped));
    QCOMPARE(wrong, 0);
}

QTEST_GUILESS_MAIN(TestLimits)
#include "tst_limits.moc"
