#include "tests/support/planedits.h"
#include "tests/support/simulation.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <functional>

using namespace edgelift;
using test::addVolume;
using test::CtlResult;
using test::setDisk;
using test::setVolume;
using test::Simulation;
using test::takeVolume;
using Edit = std::function<void(QJsonArray &disks)>;
Q_DECLARE_METATYPE(Edit)

namespace {

QString key(const char *text) { return QString::fromLatin1(text); }

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
        QTest::addColumn<bool>("starts");
        QTest::addColumn<QString>("exclude");
        const auto row = [](const char *name, const Edit &edit, int disks, bool starts = true, const char *exclude = "") {
            QTest::newRow(name) << edit << disks << starts << key(exclude);
        };
        row(
            "a volume on another disk, block by block", [](QJsonArray &disks) { addVolume(disks, 2, takeVolume(disks, key("/data"))); }, 3);
        row(
            "all volumes of a disk on another one: it is dropped",
            [](QJsonArray &disks) {
                addVolume(disks, 1, takeVolume(disks, key("/var/backups")));
                setDisk(disks, 1, "sizeGiB", 2);
            },
            2);
        row(
            "the root made smaller by files",
            [](QJsonArray &disks) {
                setVolume(disks, key("/"), {{key("sizeMiB"), 600}, {key("replication"), key("file")}});
            },
            3);
        row(
            "everything by files, larger and smaller, one volume on another disk",
            [](QJsonArray &disks) {
                setVolume(disks, key("/"), {{key("sizeMiB"), 1500}, {key("replication"), key("file")}});
                setVolume(disks, key("/boot"), {{key("replication"), key("file")}});
                setVolume(disks, key("/data"), {{key("sizeMiB"), 200}, {key("replication"), key("file")}});
                setVolume(disks, key("/srv"), {{key("sizeMiB"), 500}, {key("replication"), key("file")}});
                addVolume(disks, 2, takeVolume(disks, key("/data")));
            },
            3);
        row(
            "excludes",
            [](QJsonArray &disks) {
                setVolume(disks, key("/data"), {{key("replication"), key("file")}});
            },
            3, false, "random-1*");
    }
    /// Root is not on it, but the server would lack the volumes all the same: said before anything is made.
    void logicalVolumesForAServerWithoutLvmAreRefused()
    {
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        const QString plan = simulation.makePlan(m_disks, [&](QJsonObject &object) {
            QJsonArray list = object.value(key("disks")).toArray();
            setVolume(list, key("/srv"), {{key("sizeMiB"), 400}, {key("replication"), key("file")}});
            setDisk(list, 1, "lvm", true);
            object.insert(key("disks"), list);
        });
        const CtlResult result = simulation.migrate(m_disks, plan);
        QCOMPARE(result.last(key("error")).value(key("code")).toString(), key("EL-0055"));
        QVERIFY2(result.last(key("error")).value(key("message")).toString().contains(key("E-DSK-20")), qPrintable(result.describe()));
        QCOMPARE(result.exitCode, 3);
    }

    void changedLayouts()
    {
        QFETCH(Edit, edit);
        QFETCH(int, disks);
        QFETCH(bool, starts);
        QFETCH(QString, exclude);
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        const QString plan = simulation.makePlan(m_disks, [&](QJsonObject &object) {
            QJsonArray list = object.value(key("disks")).toArray();
            edit(list);
            object.insert(key("disks"), list);
            object.insert(key("modifyDisks"), true);
            if (!exclude.isEmpty())
                object.insert(key("excludes"), QJsonArray{key("/data/") + exclude});
        });

        const CtlResult result = simulation.migrate(m_disks, plan);

        QVERIFY2(result.exitCode == 0, qPrintable(result.describe()));
        QCOMPARE(simulation.leftovers().join(QLatin1Char(' ')), QString());
        const QStringList image = imageDisks(simulation, result);
        QCOMPARE(image.size(), disks);
        // What makes it start in the cloud is no difference: files that the report lists, and their folders' times.
        QStringList arguments{key("--exclude"), key("*.edgelift-orig")};
        if (!exclude.isEmpty())
            arguments << key("--exclude") << exclude;
        QVERIFY(test::runTool(test::supportScript(key("compare-volumes.py")), arguments + m_disks + QStringList{key("--")} + image));
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
