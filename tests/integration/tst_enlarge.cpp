#include "tests/support/planedits.h"
#include "tests/support/simulation.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>
#include <algorithm>
#include <csignal>

using namespace edgelift;
using test::CtlResult;
using test::setDisk;
using test::setVolume;
using test::Simulation;

namespace {

QString key(const char *text) { return QString::fromLatin1(text); }

QString text(const QJsonObject &object, const char *name) { return object.value(key(name)).toString(); }

}

/// A target filesystem that fills up, and the same migration with more room. The source's /srv has files that share their blocks, which
/// no copy by files keeps: what is in use there passes the rule and does not fit.
class TestEnlarge : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY2(m_server.isValid(), "no temporary folder");
        QVERIFY(test::runTool(test::supportScript(key("mini-server.sh")), {key("--several"), m_server.path()}));
        for (const char *name : {"system.img", "data.img", "backups.img"})
            m_disks.append(m_server.filePath(key(name)));
        QVERIFY(test::runTool(test::supportScript(key("share-blocks.sh")), {m_disks.at(1), key("2"), key("60"), key("6")}));
    }

    void aFullTargetIsEnlargedInTheSameMigration()
    {
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        const CtlResult full = simulation.migrate(m_disks, planWith(simulation, 320, 1));
        QVERIFY2(full.exitCode == 4, qPrintable(full.describe())); // failed, retry possible
        QCOMPARE(text(full.last(key("error")), "code"), key("EL-0221"));
        QVERIFY2(text(full.last(key("error")), "message").contains(key("/srv")), qPrintable(full.describe()));
        QVERIFY2(text(full.last(key("error")), "remedy").contains(key("edgeliftctl retry JOB --plan")), qPrintable(full.describe()));
        const QString job = text(full.last(key("error")), "job");
        const QString instance = instanceOf(full);
        QVERIFY2(!job.isEmpty() && !instance.isEmpty(), qPrintable(full.describe()));

        refusedPlansChangeNothing(simulation, job);
        const CtlResult done = retry(simulation, job, enlarged(simulation, job));

        QVERIFY2(
            done.output.contains(QByteArray("\"layout-changed\"")) && done.output.contains(instance.toUtf8()), qPrintable(done.describe()));
        isWhole(simulation, job, done);
    }

    void aKillWhileTheOldDisksGoLeavesNothing()
    {
        Simulation simulation;
        QVERIFY2(simulation.startService(), qPrintable(simulation.serviceOutput()));
        const CtlResult full = simulation.migrate(m_disks, planWith(simulation, 320, 1));
        const QString job = text(full.last(key("error")), "job");
        QVERIFY2(!job.isEmpty(), qPrintable(full.describe()));
        bool killed = false;
        const CtlResult cut = retry(simulation, job, enlarged(simulation, job), [&killed](QProcess &ctl, const QList<QJsonObject> &events) {
            const bool now = !killed && std::any_of(events.begin(), events.end(), [](const QJsonObject &event) {
                return text(event, "id") == key("layout-changed");
            });
            const pid_t agent = now ? agentOf(ctl) : 0;
            killed = killed || (agent > 1 && ::kill(agent, SIGKILL) == 0);
        });
        QVERIFY2(killed && cut.exitCode != 0, qPrintable(cut.describe()));

        const CtlResult done = simulation.ctl(test::sourceDisks(m_disks) + QStringList{key("resume"), job, key("--json")});

        isWhole(simulation, job, done);
    }

private:
    static QJsonArray withRoom(QJsonArray disks, int sizeMiB, int diskGiB)
    {
        setVolume(disks, key("/srv"), {{key("sizeMiB"), sizeMiB}, {key("replication"), key("file")}});
        setDisk(disks, 1, "sizeGiB", diskGiB);
        return disks;
    }
    QString planWith(Simulation &simulation, int sizeMiB, int diskGiB)
    {
        return simulation.makePlan(m_disks, [&](QJsonObject &plan) {
            plan.insert(key("disks"), withRoom(plan.value(key("disks")).toArray(), sizeMiB, diskGiB));
            plan.insert(key("modifyDisks"), true);
        });
    }
    /// The plan that the migration has, with room for all files.
    static QString enlarged(Simulation &simulation, const QString &job)
    {
        const CtlResult shown = simulation.ctl({key("--json"), key("plan"), key("show"), key("--job"), job});
        QJsonObject plan = QJsonDocument::fromJson(shown.output).object();
        plan.insert(key("disks"), withRoom(plan.value(key("disks")).toArray(), 800, 2));
        QFile file(simulation.path(key("enlarged.json")));
        return file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(plan).toJson()) > 0 ? file.fileName() : QString();
    }
    CtlResult retry(Simulation &simulation, const QString &job, const QString &plan,
        const std::function<void(QProcess &, const QList<QJsonObject> &)> &whileRunning = {}) const
    {
        return simulation.ctl(
            test::sourceDisks(m_disks) + QStringList{key("retry"), job, key("--plan"), plan, key("--json")}, {}, 240, whileRunning);
    }
    /// The private agent of an edgeliftctl; 0: it has none.
    static pid_t agentOf(const QProcess &ctl)
    {
        QFile children(QStringLiteral("/proc/%1/task/%1/children").arg(ctl.processId()));
        return children.open(QIODevice::ReadOnly) ? children.readAll().trimmed().split(' ').value(0).toInt() : 0;
    }
    /// The migration has ended with an image that has everything, on the second of two instances, and with nothing else.
    void isWhole(const Simulation &simulation, const QString &job, const CtlResult &done)
    {
        QVERIFY2(done.exitCode == 0, qPrintable(done.describe()));
        QCOMPARE(text(done.last(key("finished")), "jobId"), job);
        QCOMPARE(simulation.leftovers().join(QLatin1Char(' ')), QString());
        QVERIFY(test::runTool(test::supportScript(key("compare-volumes.py")),
            QStringList{key("--exclude"), key("*.edgelift-orig")} + m_disks + QStringList{key("--")} + imageDisks(simulation, done)));
        QCOMPARE(instancesMade(done), 2);
    }
    /// A layout the rules refuse, and a change of something else.
    void refusedPlansChangeNothing(Simulation &simulation, const QString &job)
    {
        const CtlResult tooSmall = retry(simulation, job, planWith(simulation, 50, 1));
        QCOMPARE(tooSmall.exitCode, 3);
        QVERIFY2(text(tooSmall.last(key("error")), "message").contains(key("E-DSK-09")), qPrintable(tooSmall.describe()));
        const QString other = simulation.makePlan(m_disks, [&](QJsonObject &plan) {
            plan.insert(key("disks"), withRoom(plan.value(key("disks")).toArray(), 800, 2));
            plan.insert(key("excludes"), QJsonArray{key("/srv/shared/*")});
        });
        const CtlResult more = retry(simulation, job, other);
        QCOMPARE(text(more.last(key("error")), "code"), key("EL-0407"));
        QVERIFY2(text(more.last(key("error")), "message").contains(key("excludes")), qPrintable(more.describe()));
        const CtlResult status = simulation.ctl({key("--json"), key("status"), job});
        QVERIFY2(status.output.contains(QByteArray("\"InError\"")), qPrintable(status.describe()));
    }
    static QString instanceOf(const CtlResult &failed)
    {
        for (const QJsonValue &kept : failed.last(key("error")).value(key("kept")).toArray()) {
            if (text(kept.toObject(), "kind") == key("instance"))
                return text(kept.toObject(), "id");
        }
        return {};
    }
    static int instancesMade(const CtlResult &done)
    {
        QString path = text(done.last(key("finished")), "reportPath");
        QFile file(path.replace(key(".html"), key(".json")));
        if (!file.open(QIODevice::ReadOnly))
            return -1;
        int made = 0;
        const QJsonObject resources = QJsonDocument::fromJson(file.readAll()).object().value(key("resources")).toObject();
        for (const QJsonValue &one : resources.value(key("made")).toArray())
            made += text(one.toObject(), "kind") == key("instance") ? 1 : 0;
        return made;
    }
    static QStringList imageDisks(const Simulation &simulation, const CtlResult &result)
    {
        const QString folder =
            simulation.dataDir() + key("/ens/images/") + text(result.last(key("finished")), "imageId") + QLatin1Char('/');
        QFile file(folder + key("image.json"));
        QStringList paths;
        if (!file.open(QIODevice::ReadOnly))
            return paths;
        for (const QJsonValue &disk : QJsonDocument::fromJson(file.readAll()).object().value(key("disks")).toArray())
            paths.append(folder + text(disk.toObject(), "path"));
        return paths;
    }

    QTemporaryDir m_server;
    QStringList m_disks;
};

QTEST_GUILESS_MAIN(TestEnlarge)
#include "tst_enlarge.moc"
