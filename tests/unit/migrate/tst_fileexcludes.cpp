#include "core/migrate/fileexcludes.h"

#include <QTest>

using namespace edgelift;

namespace {

/// A btrfs with the subvolumes @ (/), @home (/home) and two snapshots.
ServerFacts server()
{
    ServerFacts facts;
    VolumeFacts pool;
    pool.id = QStringLiteral("disk/p1");
    pool.fs = FsType::Btrfs;
    pool.uuid = QStringLiteral("1234");
    pool.mountPoint = QStringLiteral("/");
    pool.subvolumes = {{QStringLiteral("@"), 256, false, false, false, false}, {QStringLiteral("@home"), 257, false, false, false, false},
        {QStringLiteral("@/old"), 258, true, true, false, false}, {QStringLiteral("snap[1]"), 259, true, true, false, false}};
    facts.volumes = {pool};
    facts.fstab = {{QStringLiteral("UUID=1234"), QStringLiteral("/"), QStringLiteral("btrfs"), QStringLiteral("subvol=@")},
        {QStringLiteral("UUID=1234"), QStringLiteral("/home"), QStringLiteral("btrfs"), QStringLiteral("compress=zstd,subvol=/@home")}};
    return facts;
}

}

class TestFileExcludes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void subvolumesAreCopiedFromTheTop()
    {
        const ServerFacts facts = server();
        const QStringList patterns{QStringLiteral("/var/cache/*"), QStringLiteral("/home/me/tmp"), QStringLiteral("*.iso")};
        const QStringList out = fileExcludes(facts.volumes.first(), facts, patterns);
        for (const char *wanted : {"/@/old", "/snap\\[1]", "/@/var/cache/*", "/@home/me/tmp", "*.iso"})
            QVERIFY2(out.contains(QLatin1String(wanted)), wanted);
        QVERIFY(!out.contains(QStringLiteral("/var/cache/*")));
        QCOMPARE(out.count(QStringLiteral("*.iso")), 1);
    }

    void whatNobodyMountsHasPatternsForEveryVolume()
    {
        ServerFacts facts = server();
        facts.fstab.clear();
        facts.volumes[0].mountPoint.clear();
        QVERIFY(fileExcludes(facts.volumes.first(), facts, {QStringLiteral("*.iso")}).contains(QStringLiteral("*.iso")));
    }

    void otherFilesystemsBeginWhereTheyAreMounted()
    {
        ServerFacts facts = server();
        facts.volumes[0].fs = FsType::Ext4;
        facts.volumes[0].subvolumes.clear();
        facts.volumes[0].mountPoint = QStringLiteral("/var");
        QCOMPARE(fileExcludes(facts.volumes.first(), facts, {QStringLiteral("/var/cache/*")}), QStringList{QStringLiteral("/cache/*")});
    }
};

QTEST_GUILESS_MAIN(TestFileExcludes)
#include "tst_fileexcludes.moc"
