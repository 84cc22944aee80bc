#include "tests/gui/scenes.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QTest>

namespace edgelift::test {

using namespace wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

QJsonObject withFields(QJsonObject object, const QJsonObject &more)
{
    for (auto it = more.begin(); it != more.end(); ++it)
        object.insert(it.key(), it.value());
    return object;
}

void follow(Stage &stage, const QJsonObject &job, PageId page = PageId::Migration)
{
    stage.agent().setJob(job);
    stage.program().job().follow(job.value(key("id")).toString());
    stage.settle();
    stage.go(page);
}

/// Twelve minutes of copying in no time.
void copy(Stage &stage)
{
    const auto now = std::make_shared<qint64>(0);
    stage.program().job().setClock([now] { return *now; });
    constexpr qint64 mib = 1 << 20;
    for (int i = 1; i <= 24; ++i) {
        *now += 30000;
        const qint64 speed = (22 + i % 5) * mib;
        const qint64 done = i * 700 * mib;
        stage.agent().tell(fakeProgress(done, 40960 * mib, i * 290 * mib, double(speed)));
        QElapsedTimer since;
        for (since.start(); stage.program().job().progress().bytesDone.count != quint64(done) && since.elapsed() < 2000;)
            QTest::qWait(1);
    }
    stage.settle();
}

void runningJob(Stage &stage, const QString &state = QStringLiteral("Running"))
{
    follow(stage, fakeJob(state, key("copy")));
    copy(stage);
}

QJsonObject resource(const char *kind, const char *id, const QString &name, double price)
{
    return {{key("kind"), key(kind)}, {key("id"), key(id)}, {key("name"), name}, {key("region"), key("cn-beijing")},
        {key("pricePerDay"), price}, {key("currency"), key("CNY")}};
}

void keepResources(Stage &stage)
{
    const QJsonArray kept{resource("instance", "i-2zeexample00001", key("No_Delete_SMC_Transition_Instance"), 9.6),
        resource("disk", "d-2zeexample00002", QString(128, QLatin1Char('d')), 1.2),
        resource("image", "m-2zeexample00003", key("web01_20261123"), 0)};
    stage.agent().answer(
        key("resources"), QJsonObject{{key("jobs"), QJsonArray{QJsonObject{{key("job"), key("j-1")}, {key("resources"), kept}}}}});
}

void failedJob(Stage &stage)
{
    keepResources(stage);
    const Error error{ErrorCode::ReceiverUnreachable, Retry::AfterWait, {key("47.94.1.2"), key("8703")},
        key("connect to 47.94.1.2:8703: Connection timed out")};
    follow(stage, withFields(fakeJob(key("InError"), key("copy")), {{key("error"), rpc::toJson(error)}}));
}

QList<Scene> migrationScenes()
{
    const auto opened = [](const char *name) {
        return [name](Stage &stage) {
            runningJob(stage);
            stage.click(name);
        };
    };
    return {
        {"migration-preparing", [](Stage &stage) { follow(stage, fakeJob(key("Running"), key("transit"))); }},
        {"migration-running", [](Stage &stage) { runningJob(stage); }},
        {"migration-log", opened("logFold")},
        {"migration-details", opened("detailsFold")},
        {"migration-modify", opened("modify")},
        {"migration-cancel", opened("cancelJob")},
        {"migration-paused", [](Stage &stage) { runningJob(stage, key("Stopped")); }},
        {"migration-processing", [](Stage &stage) { follow(stage, fakeJob(key("Running"), key("export"))); }},
        {"migration-failed", failedJob},
        {"migration-evidence",
            [](Stage &stage) {
                failedJob(stage);
                stage.click("errorEvidenceFold");
            }},
        {"migration-offline",
            [](Stage &stage) {
                runningJob(stage);
                stage.agent().stop();
                stage.settle();
            }},
    };
}

QList<Scene> finishScenes()
{
    return {
        {"finish-finished",
            [](Stage &stage) {
                follow(stage, withFields(fakeJob(key("Finished"), key("done")), {{key("imageId"), key("m-5sbx1example")}}), PageId::Finish);
            }},
        {"finish-cancelled", [](Stage &stage) { follow(stage, fakeJob(key("Cancelled"), key("cleanup")), PageId::Finish); }},
        {"finish-kept",
            [](Stage &stage) {
                keepResources(stage);
                follow(stage, fakeJob(key("Cancelled"), key("cleanup")), PageId::Finish);
            }},
    };
}

}

QList<Scene> jobScenes() { return migrationScenes() + finishScenes(); }

QList<Scene> scenes() { return setupScenes() + planScenes() + jobScenes(); }

}
