#include "core/base/errortext.h"
#include "core/source/live/livechecks.h"
#include "tests/unit/layout/samplefacts.h"

#include <QTest>

using namespace edgelift;
using namespace edgelift::test;

namespace {

using S = Check::Severity;

UseFacts mounted(const char *place, const char *volume, const QStringList &disks, const QStringList &layers = {})
{
    return {UseFacts::Kind::Mount, QString::fromLatin1(place), QStringLiteral("ext4"), QStringLiteral("8:1"), QString::fromLatin1(volume),
        disks, layers, false};
}

/// A machine that runs with which everything is in order.
ServerFacts runningServer()
{
    ServerFacts facts = twoDisks();
    facts.os.prettyName = QStringLiteral("Debian GNU/Linux 12");
    facts.os.boot = QStringLiteral("grub2");
    facts.os.rsync = true;
    facts.live.emplace();
    facts.live->freeMemory = Bytes{2ULL << 30};
    facts.live->uses = {mounted("/", "sys/p3", {QStringLiteral("sys")}), mounted("/boot", "sys/p2", {QStringLiteral("sys")}),
        mounted("/data", "data/p1", {QStringLiteral("data")})};
    return facts;
}

QString severities(const QList<Check> &checks, const char *id)
{
    static const QStringList names{QStringLiteral("ok"), QStringLiteral("info"), QStringLiteral("warning"), QStringLiteral("blocker")};
    QStringList found;
    for (const Check &check : checks) {
        if (check.id == QLatin1String(id))
            found.append(names.at(int(check.severity)) + QLatin1Char(' ') + check.args.join(QLatin1Char('|')));
    }
    return found.join(QStringLiteral("; "));
}

}

using Change = void (*)(ServerFacts &);
Q_DECLARE_METATYPE(Change)

class LiveChecksTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aServerInOrderIsAskedForTheDriverOnly()
    {
        for (const Check &check : readinessChecks(runningServer())) {
            QVERIFY2(check.severity <= S::Info, qPrintable(check.id));
            QVERIFY(!check.error);
        }
        QCOMPARE(severities(readinessChecks(runningServer()), "readiness.snapshot-driver"), QStringLiteral("info "));
        QCOMPARE(severities(readinessChecks(runningServer()), "readiness.rsync-found"), QStringLiteral("ok "));
    }
    void eachObstacleHasARowOfItsOwn()
    {
        QStringList evidence;
        for (int kind = 0; kind <= int(ObstacleFacts::Kind::Unknown); ++kind) {
            ServerFacts facts = runningServer();
            facts.live->obstacles = {{ObstacleFacts::Kind(kind), QStringLiteral("/data"), QStringLiteral("dm-3 (mpatha)")}};
            const QList<Check> checks = readinessChecks(facts);
            const auto row = std::find_if(checks.begin(), checks.end(), [](const Check &check) { return check.severity == S::Blocker; });
            QVERIFY(row != checks.end());
            QCOMPARE(row->id, QStringLiteral("readiness.stack-") + obstacleName(ObstacleFacts::Kind(kind)));
            QCOMPARE(row->error->code, ErrorCode::DeviceStackUnsupported);
            const CheckText words = describe(*row);
            QVERIFY2(
                words.evidence.contains(QStringLiteral("/data")) || kind == int(ObstacleFacts::Kind::Cluster), qPrintable(words.evidence));
            QVERIFY2(words.evidence.contains(QStringLiteral("mpatha")), qPrintable(words.evidence));
            QVERIFY(!words.remedy.isEmpty() && words.title != row->id);
            QVERIFY(describe(*row->error).message.contains(QStringLiteral("mpatha")));
            QVERIFY(!evidence.contains(words.evidence));
            evidence.append(words.evidence);
        }
    }
    void eachFactHasItsRow_data();
    void eachFactHasItsRow();
};

void LiveChecksTest::eachFactHasItsRow_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("id");
    QTest::addColumn<QString>("rows");
    const auto row = [](const char *name, const char *id, const char *rows, Change change) {
        QTest::newRow(name) << change << QString::fromLatin1(id) << QString::fromUtf8(rows);
    };
    row("root on RAID", "readiness.system-stack", "blocker /|md0 (RAID, raid1)", [](ServerFacts &f) {
        f.volumes[2].system = false;
        f.live->uses[0] = mounted("/", "", {QStringLiteral("data"), QStringLiteral("sys")}, {QStringLiteral("md0 (RAID, raid1)")});
    });
    row("root on RAID is not called missing", "readiness.os", "ok Debian GNU/Linux 12", [](ServerFacts &f) {
        f.volumes[2].system = false;
        f.live->uses[0] = mounted("/", "", {QStringLiteral("sys")}, {QStringLiteral("md0 (RAID, raid1)")});
    });
    row("root in memory", "readiness.os", "blocker web.img", [](ServerFacts &f) {
        f.volumes[2].system = false;
        f.live->uses.removeFirst(); // a live CD, a container
    });
    row("root on a thin volume", "readiness.system-stack", "blocker /|dm-0 (LVM, vg-root)", [](ServerFacts &f) {
        f.volumes[2].fs = FsType::Unknown;
        f.live->uses[0].layers = {QStringLiteral("dm-0 (LVM, vg-root)")};
    });
    row("/boot on RAID", "readiness.system-stack", "blocker /boot|md0 (RAID, raid1)",
        [](ServerFacts &f) { f.live->uses[1] = mounted("/boot", "", {QStringLiteral("sys")}, {QStringLiteral("md0 (RAID, raid1)")}); });
    row("data on RAID", "readiness.stack", "info /data|md0 (RAID, raid1)", [](ServerFacts &f) {
        f.live->uses[2] = mounted("/data", "", {QStringLiteral("data"), QStringLiteral("sys")}, {QStringLiteral("md0 (RAID, raid1)")});
    });
    row("data on a logical volume", "readiness.stack", "",
        [](ServerFacts &f) { f.live->uses[2].layers = {QStringLiteral("dm-0 (LVM, vg-data)")}; });
    row("a filesystem in a file", "readiness.stack", "",
        [](ServerFacts &f) { f.live->uses.append(mounted("/snap/x", "", {QStringLiteral("sys")}, {QStringLiteral("loop0 (/x.snap)")})); });
    row("an ESP", "readiness.not-frozen", "info /boot/efi|vfat", [](ServerFacts &f) {
        f.live->uses.append(mounted("/boot/efi", "sys/p1", {QStringLiteral("sys")}));
        f.live->uses.last().fs = QStringLiteral("vfat");
    });
    row("an ESP that is read-only", "readiness.not-frozen", "", [](ServerFacts &f) {
        f.live->uses.append(mounted("/boot/efi", "sys/p1", {QStringLiteral("sys")}));
        f.live->uses.last().fs = QStringLiteral("vfat");
        f.live->uses.last().readOnly = true;
    });
    row("NFS", "readiness.elsewhere", "info /n1, /n2", [](ServerFacts &f) {
        f.live->elsewhere = {QStringLiteral("/n1"), QStringLiteral("/n2")};
    });
    row("much NFS", "readiness.elsewhere", "info /n, /n, /n, /n, /n, …",
        [](ServerFacts &f) { f.live->elsewhere = QStringList(60, QStringLiteral("/n")); });
    row("a disk nobody understands", "readiness.disk-unreadable", "warning sdz|it is torn", [](ServerFacts &f) {
        f.live->unreadable = {{QStringLiteral("sdz"), QStringLiteral("it is torn")}};
    });
    row("the root's disk nobody may read", "readiness.disk-unreadable", "blocker sys.img|no", [](ServerFacts &f) {
        f.volumes.clear();
        f.live->unreadable = {{QStringLiteral("sys.img"), QStringLiteral("no")}};
    });
    row("... is no odd layer", "readiness.system-stack", "", [](ServerFacts &f) {
        f.volumes.clear();
        f.live->unreadable = {{QStringLiteral("sys.img"), QStringLiteral("no")}};
    });
    row("LVM nobody understands", "readiness.disk-unreadable", "blocker LVM|no program", [](ServerFacts &f) {
        f.live->uses[2] = mounted("/data", "", {QStringLiteral("data")}, {QStringLiteral("dm-0 (LVM, vg-data)")});
        f.live->unreadable = {{QStringLiteral("LVM"), QStringLiteral("no program")}};
    });
    row("a disk without an id", "readiness.disk-place", "warning vdb", [](ServerFacts &f) { f.live->byPlace = {QStringLiteral("vdb")}; });
    row("little memory", "readiness.memory", "warning 128.00 MiB", [](ServerFacts &f) { f.live->freeMemory = Bytes{128U << 20}; });
    row("memory not known", "readiness.memory", "", [](ServerFacts &f) { f.live->freeMemory = Bytes{0}; });
    row("no rsync", "readiness.rsync", "info ", [](ServerFacts &f) { f.os.rsync = false; });
    row("swap by the name of a device", "readiness.fstab-missing", "", [](ServerFacts &f) {
        f.fstab.append({QStringLiteral("/dev/sda4"), QStringLiteral("none"), QStringLiteral("swap"), QStringLiteral("sw")});
        f.live->uses.append({UseFacts::Kind::Swap, QStringLiteral("/dev/sda4"), {}, {}, {}, {QStringLiteral("sys")}, {}, false});
    });
    row("RAID that is mounted", "readiness.fstab-missing", "", [](ServerFacts &f) {
        f.fstab.append({QStringLiteral("UUID=md"), QStringLiteral("/raid"), QStringLiteral("xfs"), QStringLiteral("defaults")});
        f.live->uses.append(mounted("/raid", "", {QStringLiteral("sys")}, {QStringLiteral("md0 (RAID, raid1)")}));
    });
    row("a name that is another disk's in the order", "readiness.fstab-missing", "warning /dev/sda3|/x", [](ServerFacts &f) {
        f.fstab.append({QStringLiteral("/dev/sda3"), QStringLiteral("/x"), QStringLiteral("xfs"), QStringLiteral("defaults")});
    });
}

void LiveChecksTest::eachFactHasItsRow()
{
    QFETCH(Change, change);
    QFETCH(QString, id);
    ServerFacts facts = runningServer();
    change(facts);
    const QList<Check> checks = readinessChecks(facts);
    QTEST(severities(checks, id.toLatin1().constData()), "rows");
    for (const Check &check : checks) {
        QCOMPARE(bool(check.error), check.severity == S::Blocker);
        const CheckText words = describe(check);
        QVERIFY2(words.title != check.id, qPrintable(check.id));
        QVERIFY2(!words.evidence.contains(QLatin1Char('%')), qPrintable(words.evidence));
        for (const QString &arg : check.args)
            QVERIFY2(words.evidence.contains(arg) || words.remedy.contains(arg), qPrintable(check.id + QLatin1Char(' ') + arg));
    }
}

QTEST_APPLESS_MAIN(LiveChecksTest)
#include "tst_livechecks.moc"
