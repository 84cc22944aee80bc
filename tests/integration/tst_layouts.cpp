#include "tests/support/simulation.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <functional>

using namespace edgelift;
using test::CtlResult;
using test::Simulation;
using Edit = std::function<void(QJsonArray &disks)>;
Q_DECLARE_METATYPE(Edit)

namespace {

QString key(const char *text) { return QString::fromLatin1(text); }

/// The volume that is mounted there, taken out of its disk.
QJsonObject takeVolume(QJsonArray &disks, const QString &mount)
{
    for (qsizetype i = 0; i < disks.size(); ++i) {
        QJsonObject disk = disks.at(i).toObject();
        QJsonArray volumes = disk.value(key("volumes")).toArray();
        for (qsizetype k = 0; k < volumes.size(); ++k) {
            const QJsonObject volume = volumes.at(k).toObject();
            if (volume.value(key("mount")).toString() != mount)
                continue;
            volumes.removeAt(k);
            disk.insert(key("volumes"), volumes);
            disks.replace(i, disk);
            return volume;
        }
    }
    return {};
}

void addVolume(QJsonArray &disks, qsizetype to, const QJsonObject &volume)
{
    QJsonObject disk = disks.at(to).toObject();
    QJsonArray volumes = disk.value(key("volumes")).toArray();
    volumes.append(volume);
    disk.insert(key("volumes"), volumes);
    disks.replace(to, disk);
}

void setDisk(QJsonArray &disks, qsizetype at, const char *name, const QJsonValue &value)
{
    QJsonObject disk = disks.at(at).toObject();
    disk.insert(key(name), value);
    disks.replace(at, disk);
}

}

/// Servers whose disks change on the way, from plan to the image that starts.
class TestLayouts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_server.isValid(), "no temporary folder");
        QVERIFY(test::runTool(test::supportScript(key("mini-server.sh")), {key("--several"), m_server.path()}));
        QFile expected(m_server.filePath(key("expected")));
        QVERIFY(expected.open(QIODevice::ReadOnly));
        m_expected = QString::fromUtf8(expected.readAll()).trimmed();
        for (const char *name : {"system.img", "data.img", "backups.img"})
            m_disks.append(m_server.filePath(key(name)));
    }

    void changedLayouts_data()
    {
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<int>("disks");
        QTest::addColumn<bool>("starts"); // BusyBox knows no LVM
        QTest::newRow("a volume on another disk, block by block")
            << Edit([](QJsonArray &disks) { addVolume(disks, 2, takeVolume(disks, key("/data"))); }) << 3 << true;
        QTest::newRow("all volumes of a disk on another one: it is dropped") << Edit([](QJsonArray &disks) {
            addVolume(disks, 1, takeVolume(disks, key("/var/backups")));
            setDisk(disks, 1, "sizeGiB", 2);
        }) << 2 << true;
        QTest::newRow("a disk with LVM") << Edit([](QJsonArray &disks) {
            addVolume(disks, 2, takeVolume(disks, key("/srv")));
            setDisk(disks, 1, "lvm", true);
        }) << 3 << false;
    }
    void changedLayouts()
    {
        QFETCH(Edit, edit);
        QFETCH(int, disks);
        QFETCH(bool, starts);
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        const QString plan = simulation.makePlan(m_disks, [&edit](QJsonObject &object) {
            QJsonArray list = object.value(key("disks")).toArray();
            edit(list);
            object.insert(key("disks"), list);
            object.insert(key("modifyDisks"), true);
        });

        const CtlResult result = simulation.migrate(m_disks, plan);

        QVERIFY2(result.exitCode == 0, qPrintable(result.describe()));
        QCOMPARE(simulation.leftovers().join(QLatin1Char(' ')), QString());
        const QStringList image = imageDisks(simulation, result);
        QCOMPARE(image.size(), disks);
        QVERIFY(test::runTool(test::supportScript(key("compare-volumes.py")), m_disks + QStringList{key("--")} + image));
        if (!starts)
            return;
        const auto line = test::runTool(test::supportScript(key("boot-check.sh")), QStringList{m_expected} + image);
        QVERIFY(line);
        QCOMPARE(QString::fromUtf8(*line).trimmed(), m_expected); // with the checksum of every file
    }

private:
    static QStringList imageDisks(const Simulation &simulation, const CtlResult &result)
    {
        const QString id = result.last(key("finished")).value(key("imageId")).toString();
        const QString folder = simulation.dataDir() + QLatin1String("/ens/images/") + id + QLatin1Char('/');
        QFile file(folder + QLatin1String("image.json"));
        QStringList paths;
        if (!file.open(QIODevice::ReadOnly))
            return paths;
        for (const QJsonValue &disk : QJsonDocument::fromJson(file.readAll()).object().value(key("disks")).toArray())
            paths.append(folder + disk.toObject().value(key("path")).toString());
        return paths;
    }

    QTemporaryDir m_server;
    QStringList m_disks;
    QString m_expected;
};

QTEST_GUILESS_MAIN(TestLayouts)
#include "tst_layouts.moc"
