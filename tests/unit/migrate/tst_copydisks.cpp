#include "core/migrate/copydisks.h"

#include <QtTest>

using namespace edgelift;

namespace {

QString key(const char *text) { return QString::fromLatin1(text); }

VolumeFacts volume(const char *id, const char *disk, quint64 offset)
{
    VolumeFacts out;
    out.id = key(id);
    out.disk = key(disk);
    out.segments = {{key(disk), Bytes{offset}, Bytes{1 << 20}}};
    return out;
}

class TwoDisks final : public Source
{
public:
    TwoDisks()
    {
        m_facts.volumes = {volume("a1", "serial-a", 1 << 20), volume("b1", "serial-b", 2 << 20), volume("b2", "serial-b", 3 << 20)};
    }
    const ServerFacts &facts() const override { return m_facts; }
    QString diskPath(const QString &diskId) const override { return key("/dev/sd") + diskId.back(); }
    QString diskIdentity(const QString &diskId) const override { return diskId + key("@1"); }
    Result<> verifyUnchanged() const override { return ok(); }

private:
    ServerFacts m_facts;
};

TargetVolume target(const char *source, quint64 offset)
{
    TargetVolume out;
    out.source = key(source);
    out.offset = Bytes{offset};
    out.size = out.contentSize = Bytes{1 << 20};
    return out;
}

}

class TestCopyDisks : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aBuiltDiskIsNamedByWhereItComesFrom()
    {
        const TwoDisks source;
        TargetDiskLayout layout;
        layout.index = 1;
        layout.size = Bytes{8 << 20};
        layout.volumes = {target("b1", 1 << 20), target("b2", 2 << 20)};
        QCOMPARE(builtDisk(layout, source, {}).path, key("/dev/sdb"));
        layout.volumes.append(target("a1", 3 << 20));
        const TransferDisk both = builtDisk(layout, source, {});
        QCOMPARE(both.path, key("/dev/sdb, /dev/sda"));
        QCOMPARE(both.pieces->size(), 3);
        QCOMPARE(both.pieces->at(2).path, key("/dev/sda"));
        QCOMPARE(both.pieces->at(2).offset, quint64(1 << 20));
        QVERIFY(both.identity.contains(key("serial-a@1")) && both.identity.contains(key("serial-b@1")));
    }
};

QTEST_GUILESS_MAIN(TestCopyDisks)
#include "tst_copydisks.moc"
