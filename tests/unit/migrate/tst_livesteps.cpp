#include "core/migrate/livesteps.h"

#include <QTest>

using namespace edgelift;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

/// A server with "/srv" on a volume of its own, mounted as `mounts` say.
ServerFacts server()
{
    ServerFacts facts;
    VolumeFacts volume;
    volume.id = key("d/p1");
    facts.volumes.append(volume);
    UseFacts use;
    use.place = key("/srv");
    use.device = key("8:1");
    use.volume = volume.id;
    facts.live.emplace();
    facts.live->uses.append(use);
    return facts;
}

}

/// Where the files of a server that runs are copied from.
class TestLiveSteps final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theWholeFilesystemIsCopied()
    {
        const ServerFacts facts = server();
        const Result<QString> folder = mountedFolder(
            facts.volumes.first(), facts, "1 0 8:1 /part /bind rw - ext4 /dev/sda1 rw\n2 0 8:1 / /srv rw - ext4 /dev/sda1 rw\n");
        QVERIFY(folder);
        QCOMPARE(*folder, key("/srv"));
    }
    void aPartOfItIsNotEnough()
    {
        const ServerFacts facts = server();
        const Result<QString> folder = mountedFolder(facts.volumes.first(), facts, "1 0 8:1 /part /srv rw - ext4 /dev/sda1 rw\n");
        QVERIFY(!folder);
        QCOMPARE(folder.error().code, ErrorCode::LayoutChangeUnsupported);
        QCOMPARE(folder.error().args, QStringList{key("/srv")});
    }
    void whatIsNotMountedIsReadFromItsDisk()
    {
        ServerFacts facts = server();
        facts.live->uses.first().volume = key("d/p2");
        const Result<QString> folder = mountedFolder(facts.volumes.first(), facts, "1 0 8:1 / /srv rw - ext4 /dev/sda1 rw\n");
        QVERIFY(folder);
        QVERIFY(folder->isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestLiveSteps)
#include "tst_livesteps.moc"
