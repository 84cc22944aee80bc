#include "core/base/files.h"
#include "core/base/loopdevice.h"
#include "core/base/process.h"
#include "core/guest/guestmounts.h"
#include "core/layout/targetimagejson.h"
#include "core/migrate/live/livefiles.h"
#include "tests/unit/receiver/receiverfixture.h"

#include <QDir>
#include <QTest>

using namespace edgelift;
using namespace edgelift::literals;
using receiver::test::ReceiverFixture;

namespace {

constexpr quint64 epoch = 7;
const QString serial = QStringLiteral("t0");
const QString uuid = QStringLiteral("11111111-2222-4333-8444-555555555501");
QString key(const char *text) { return QString::fromLatin1(text); }

TargetImage imageWith(FsType fs)
{
    TargetVolume volume;
    volume.source = key("disk/p1");
    volume.mountPoint = key("/srv");
    volume.content = TargetContent::Files;
    volume.offset = 1_MiB;
    volume.size = 400_MiB;
    volume.fs = fs;
    volume.uuid = uuid;
    volume.partition = 1;
    volume.typeCode = key("0FC63DAF-8483-4772-8E79-3D69D8477DE4");
    TargetDiskLayout disk;
    disk.size = 1_GiB;
    disk.volumes = {volume};
    return {BootMode::Bios, {disk}};
}

/// Looked at when a pass over a volume begins and when it ends.
class PassClock final : public Clock
{
public:
    [[nodiscard]] QDateTime now() const override
    {
        if (m_looks++ % 2 == 0)
            atBegin();
        return QDateTime::fromSecsSinceEpoch(1000 + m_looks, Qt::UTC);
    }
    bool sleep(std::chrono::milliseconds, const std::stop_token &) const override { return true; }
    std::function<void()> atBegin = [] {};

private:
    mutable int m_looks = 0;
};

}

/// The files of a server that runs, in passes: rsync here, rsync in a real receiver.
class TestLiveFiles final : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QDir m_source;
    std::unique_ptr<ReceiverFixture> m_receiver;
    TransferSettings m_settings;
    TransferTuning m_tuning;
    LiveTuning m_live;
    PassClock m_clock;
    CopyOrder m_order;
    std::unique_ptr<LiveFiles> m_files;
    QList<LiveProgress::Phase> m_phases;
    std::optional<FilePass> m_told;
    bool m_mounted = false;

    void write(const QString &name, const QByteArray &content) const { QVERIFY(writeFileDurably(m_source.filePath(name), content)); }
    static QByteArray tool(const char *program, const QStringList &arguments)
    {
        const Result<CommandOutput> output = run({key(program), arguments, {}});
        return output ? output->output + output->errors : QByteArray("cannot run");
    }

    /// A receiver with one disk, built with one empty filesystem, and what copies the folder there.
    void prepare(FsType fs)
    {
        m_receiver = std::make_unique<ReceiverFixture>();
        m_receiver->addDisk(serial, (1_GiB).count);
        m_receiver->start();
        const auto control = m_receiver->address(wire::Port::Control);
        m_settings.receiver = {key("127.0.0.1"), control.port, m_receiver->address(wire::Port::Data).port, control.job};
        m_settings.keys = control.keys;
        m_settings.peerPin = control.receiverPin;
        m_settings.epoch = epoch;
        Result<wire::TlsContext> context = wire::TlsContext::make(m_settings.keys, m_settings.peerPin);
        QVERIFY(context);
        const auto client = ReceiverClient::connect(m_settings.receiver, *context, {});
        QVERIFY(client);
        QVERIFY((*client)->prepare({epoch, false, {{0, serial, 1_GiB, 1_GiB, true}}}));
        const Result<> built = (*client)->build(epoch, toJson(imageWith(fs)));
        QVERIFY2(built, built ? "" : qPrintable(built.error().detail));
        FileOrder file;
        file.volume.id = key("disk/p1");
        file.volume.name = key("/srv");
        file.volume.excludes = QStringList{key("/cache/*")};
        file.folder = m_source.path();
        file.fs = fs;
        file.used = 1_MiB;
        m_order.disks = QList<TransferDisk>(1);
        m_order.files.volumes = {file};
        m_order.files.tunnel = QLatin1String(EDGELIFT_BIN_DIR) + key("/edgelift-tunnel");
        m_order.files.mountsFolder = m_folder.filePath(key("mounts"));
        CopyOrder::Live &live = m_order.live.emplace();
        live.tuning = &m_live;
        live.clock = &m_clock;
        live.filesCopied = [this](const FileOrder &, const FilePass &pass) {
            m_told = pass;
            return ok();
        };
        m_files = std::make_unique<LiveFiles>(m_settings, m_order, m_tuning, context.take(), [this](const TransferProgress &now) {
            if (m_phases.isEmpty() || m_phases.last() != now.live->phase)
                m_phases.append(now.live->phase);
        });
    }
    void copy(LiveMoment moment)
    {
        const Result<> copied = m_files->copy(moment, {});
        QVERIFY2(copied, copied ? "" : qPrintable(copied.error().args.join(QLatin1Char(' ')) + copied.error().detail));
    }
    /// Names of all files on the target, below "/".
    QStringList onTarget(FsType fs)
    {
        QStringList names;
        const Result<LoopDevice> device = LoopDevice::attach(m_receiver->diskPath(serial), 1_MiB, 400_MiB);
        const Result<> done = inPrivateMounts(m_folder.filePath(key("mounts")), [&](GuestMounts &mounts) {
            const Result<QString> folder = mounts.mount(device->path(), fs, {}, key("target"));
            const QByteArray found = folder ? tool("find", {*folder, key("-type"), key("f"), key("-printf"), key("%P\\n")}) : QByteArray();
            names = QString::fromUtf8(found).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        });
        names.sort();
        return done ? names : QStringList{key("no mounts")};
    }

private Q_SLOTS:
    void init()
    {
        QVERIFY2(::geteuid() == 0, "run as root: it makes loop devices and mounts");
        m_source = QDir(m_folder.filePath(key("source")));
        m_source.removeRecursively();
        QVERIFY(m_source.mkpath(key("cache")) && m_source.mkpath(key("below")) && QDir().mkpath(m_folder.filePath(key("mounts"))));
        m_clock = PassClock();
        m_phases.clear();
        m_told.reset();
    }
    void cleanup()
    {
        if (std::exchange(m_mounted, false))
            (void)tool("umount", {m_source.filePath(key("below"))});
        m_files.reset();
        m_receiver.reset();
    }

    void theTargetFollowsUntilThePoint();
    void muchIsCopiedAgainAndAgain_data();
    void muchIsCopiedAgainAndAgain();
    void btrfsGetsItsNameAtTheEnd();
};

void TestLiveFiles::theTargetFollowsUntilThePoint()
{
    write(key("stays"), "1");
    write(key("goes"), "2");
    write(key("cache/excluded"), "3");
    write(key("below/hidden"), "4");
    QCOMPARE(tool("mount", {key("-t"), key("tmpfs"), key("none"), m_source.filePath(key("below"))}), QByteArray());
    m_mounted = true;
    write(key("below/elsewhere"), "5");
    prepare(FsType::Ext4);
    if (QTest::currentTestFailed())
        return;
    copy(LiveMoment::FirstPassDone);
    QCOMPARE(onTarget(FsType::Ext4), (QStringList{key("below/hidden"), key("goes"), key("stays")}));
    QVERIFY(QFile::remove(m_source.filePath(key("goes"))));
    write(key("comes"), "6");
    copy(LiveMoment::FirstPassDone); // tracking began anew: there is nothing to do again
    QCOMPARE(onTarget(FsType::Ext4), (QStringList{key("below/hidden"), key("goes"), key("stays")}));
    copy(LiveMoment::FreezeNear);
    QCOMPARE(onTarget(FsType::Ext4), (QStringList{key("below/hidden"), key("comes"), key("stays")}));
    QVERIFY(m_files->conclude({}));
    QCOMPARE(m_phases, (QList<LiveProgress::Phase>{LiveProgress::Phase::Files, LiveProgress::Phase::ChangedFiles}));
    QVERIFY(m_told);
    QCOMPARE(m_told->passes, 2);
    QCOMPARE(m_told->copied.changed, quint64(2)); // one came, one went
    QVERIFY(m_told->begin < m_told->end);
}

void TestLiveFiles::muchIsCopiedAgainAndAgain_data()
{
    QTest::addColumn<int>("busyPasses"); // passes near the freeze before which much changes
    QTest::addColumn<int>("passes");
    QTest::newRow("nothing changes") << 0 << 2;
    QTest::newRow("much, once") << 1 << 3;
    QTest::newRow("much, always") << 100 << 4; // three and the first
}

void TestLiveFiles::muchIsCopiedAgainAndAgain()
{
    QFETCH(const int, busyPasses);
    QFETCH(const int, passes);
    write(key("big"), "small yet");
    prepare(FsType::Ext4);
    if (QTest::currentTestFailed())
        return;
    copy(LiveMoment::FirstPassDone);
    int begun = 0;
    m_clock.atBegin = [&] {
        if (begun++ < busyPasses)
            write(key("big"), QByteArray(20 << 20, char('a' + begun)));
    };
    copy(LiveMoment::FreezeNear);
    QVERIFY(m_files->conclude({}));
    QCOMPARE(m_told->passes, passes);
}

/// A second btrfs with the name of one that is mounted could not be filled on the same machine.
void TestLiveFiles::btrfsGetsItsNameAtTheEnd()
{
    write(key("stays"), "1");
    prepare(FsType::Btrfs);
    if (QTest::currentTestFailed())
        return;
    const auto name = [this] {
        const Result<LoopDevice> device = LoopDevice::attach(m_receiver->diskPath(serial), 1_MiB, 400_MiB);
        return QString::fromUtf8(tool("blkid", {key("-p"), key("-s"), key("UUID"), key("-o"), key("value"), device->path()})).trimmed();
    };
    copy(LiveMoment::FirstPassDone);
    copy(LiveMoment::FreezeNear);
    QVERIFY(name() != uuid);
    QVERIFY(QFile::remove(m_source.filePath(key("stays"))));
    QVERIFY(m_files->conclude({}));
    QCOMPARE(name(), uuid);
    QCOMPARE(onTarget(FsType::Btrfs), QStringList{key("stays")}); // as it was at the point
}

QTEST_GUILESS_MAIN(TestLiveFiles)
#include "tst_livefiles.moc"
