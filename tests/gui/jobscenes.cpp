#include "core/layout/planfile.h"
#include "tests/gui/scenes.h"

#include <QJsonArray>
#include <QTest>
#include <cmath>

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
    Plan plan;
    plan.transfer.limitMbps = 100;
    stage.agent().answer(key("plan.show"), QJsonObject{{key("plan"), toJson(plan)}});
    stage.program().job().follow(job.value(key("id")).toString());
    stage.settle();
    stage.go(page);
}

/// Four minutes of copying in no time: a second passes whenever one was shown, so the graph has a place for each.
void copy(Stage &stage)
{
    constexpr int seconds = 240;
    constexpr qint64 mib = 1 << 20;
    JobWatch &job = stage.program().job();
    const auto now = std::make_shared<qint64>(1000);
    job.setClock([now] { return *now; });
    const auto passing = QObject::connect(&job, &JobWatch::progressed, &job, [now] { *now += 1000; });
    qint64 done = 9000 * mib;
    for (int i = 1; i <= seconds; ++i) {
        const auto speed = qint64((26 + 5 * std::sin(i / 23.0) + 2 * std::sin(i / 3.7)) * mib);
        done += speed;
        stage.agent().tell(fakeProgress(done, 40960 * mib, done * 2 / 5, double(speed)));
    }
    stage.waitFor([&job, done] { return job.progress().bytesDone.count == quint64(done); });
    QObject::disconnect(passing);
    *now = seconds * 1000;
    job.tick();
    stage.settle();
}

void runningJob(Stage &stage, const QString &state = QStringLiteral("Running"), const QJsonObject &more = {})
{
    follow(stage, withFields(fakeJob(state, key("copy")), more));
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
        {"migration-far",
            [](Stage &stage) {
                stage.window().setLowBandwidth(true);
                runningJob(stage);
            }},
        {"migration-preparing", [](Stage &stage) { follow(stage, fakeJob(key("Running"), key("transit"))); }},
        {"migration-running", [](Stage &stage) { runningJob(stage); }},
        {"migration-log", opened("logFold")},
        {"migration-details", opened("detailsFold")},
        {"migration-live",
            [](Stage &stage) {
                runningJob(stage);
                QJsonObject event = fakeProgress(15270LL << 20, 15300LL << 20, 6108LL << 20, 3e6);
                event.insert(key("live"),
                    QJsonObject{
                        {key("state"), key("in-sync")}, {key("dirtyBytes"), 12 << 20}, {key("writeRate"), 3e6}, {key("freezeMs"), 260}});
                JobWatch &job = stage.program().job();
                job.setClock([] { return qint64(241000); }); // a second after copy()
                stage.agent().tell(event);
                stage.waitFor([&job] { return job.progress().live.has_value(); });
                job.tick();
                stage.waitForWidget("cutOver");
            }},
        {"migration-modify", opened("modify")},
        {"migration-modify-live",
            [](Stage &stage) {
                runningJob(stage, key("Running"), {{key("live"), true}});
                stage.click("modify");
            }},
        {"migration-cancel", opened("cancelJob")},
        {"migration-paused", [](Stage &stage) { runningJob(stage, key("Stopped")); }},
        {"migration-processing", [](Stage &stage) { follow(stage, fakeJob(key("Running"), key("export"))); }},
        {"migration-failed", failedJob},
        {"migration-gone",
            [](Stage &stage) {
                keepResources(stage);
                const Error error{ErrorCode::TransitReleased, Retry::Never, {key("i-2zeexample00001")}, {}};
                follow(stage, withFields(fakeJob(key("InError"), key("copy")), {{key("error"), rpc::toJson(error)}}));
            }},
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
        {"finish-booted",
            [](Stage &stage) {
                follow(stage, withFields(fakeJob(key("Finished"), key("done")), {{key("imageId"), key("m-5sbx1example")}}), PageId::Finish);
                const QJsonObject boot{
                    {key("works"), true}, {key("reached"), key("network")}, {key("seconds"), 24}, {key("address"), key("10.0.2.15")}};
                stage.agent().tell({{key("event"), key("bootCheck")}, {key("bootCheck"), boot}});
                stage.waitForWidget("bootCheck");
            }},
        {"finish-cancelled", [](Stage &stage) { follow(stage, fakeJob(key("Cancelled"), key("cleanup")), PageId::Finish); }},
        {"finish-failed",
            [](Stage &stage) {
                keepResources(stage);
                const Error error{ErrorCode::CloudRefused, Retry::AfterUserAction, {key("DeleteInstance"), key("Forbidden.RAM")}, {}};
                follow(stage,
                    withFields(fakeJob(key("InError"), key("cleanup")), {{key("cancelling"), true}, {key("error"), rpc::toJson(error)}}),
                    PageId::Finish);
                stage.click("byHandFold");
                stage.click("releaseNow");
            }},
        {"finish-kept",
            [](Stage &stage) {
                keepResources(stage);
                follow(stage, fakeJob(key("Cancelled"), key("cleanup")), PageId::Finish);
            }},
    };
}

}

QList<Scene> jobScenes() { return migrationScenes() + finishScenes(); }

}
