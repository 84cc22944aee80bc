#include "app/wizard/models/layoutmodel.h"
#include "app/wizard/widgets/parts.h"
#include "core/base/files.h"
#include "tests/gui/scenes.h"
#include "tests/gui/sceneservers.h"

#include "app/wizard/pages/planfilebar.h"

#include <QJsonArray>
#include <QTreeView>

namespace edgelift::test {

using namespace wizard;

namespace {

QString key(const char *name) { return QString::fromLatin1(name); }

void editPlan(Stage &stage, const std::function<void(Plan &)> &edit)
{
    Plan plan = stage.session().plan();
    edit(plan);
    stage.session().setPlan(plan);
    stage.settle();
}

/// The account has two networks, and names of any length.
void serveNetworks(Stage &stage)
{
    const QString vpc = key("vpc-2zeisljtzlfd0w5example");
    const auto network = [&](const char *id, const QString &name, const QString &of) {
        return QJsonObject{{key("id"), key(id)}, {key("name"), name}, {key("vpcId"), of}, {key("region"), key("cn-beijing")}};
    };
    stage.agent().answer(key("cloud.options"),
        QJsonObject{{key("account"), key("1234567890123456")}, {key("regions"), QJsonArray{key("cn-beijing")}},
            {key("transitRegions"), QJsonArray{key("cn-beijing")}},
            {key("vpcs"), QJsonArray{network("vpc-2zeisljtzlfd0w5example", key("production"), {})}},
            {key("vSwitches"), QJsonArray{network("vsw-2zexample000000000001", QString(128, QLatin1Char('s')), vpc)}}});
}

void disks(Stage &stage, const ServerFacts &facts)
{
    stage.serve(facts);
    stage.fill();
    stage.go(PageId::Disks);
    stage.click("adjust");
}

void selectMount(Stage &stage, const QString &id)
{
    auto *table = stage.find<QTreeView>("disksTable");
    table->setFocus();
    table->setCurrentIndex(static_cast<LayoutModel *>(table->model())->volumeIndex(id));
    stage.settle();
}

QList<Scene> settingsScenes()
{
    return {
        {"settings-empty", [](Stage &stage) { stage.go(PageId::Settings); }},
        {"settings-filled",
            [](Stage &stage) {
                stage.fill();
                stage.go(PageId::Settings);
            }},
        {"settings-vpc",
            [](Stage &stage) {
                serveNetworks(stage);
                stage.fill();
                editPlan(stage, [](Plan &plan) {
                    plan.network = {Plan::Network::Type::Vpc, key("vpc-2zeisljtzlfd0w5example"), key("vsw-2zexample000000000001")};
                });
                stage.go(PageId::Settings);
            }},
        {"settings-error",
            [](Stage &stage) {
                stage.fill();
                editPlan(stage, [](Plan &plan) {
                    plan.image.namePrefix = QStringLiteral("1 \u202Eweb") + QString(500, QLatin1Char('b'));
                    plan.image.bucket = key("edgelift-transit-sg");
                    plan.network.type = Plan::Network::Type::Vpc;
                });
                stage.go(PageId::Settings);
            }},
        {"settings-more",
            [](Stage &stage) {
                stage.fill();
                stage.go(PageId::Settings);
                stage.click("moreConfigurations");
                stage.click("whatIsSent");
                stage.scrollDown();
            }},
        {"settings-more-middle",
            [](Stage &stage) {
                stage.fill();
                stage.go(PageId::Settings);
                stage.click("moreConfigurations");
            }},
        {"settings-more-live",
            [](Stage &stage) {
                ServerFacts facts = sampleServer();
                facts.live.emplace();
                stage.serve(facts);
                stage.fill();
                stage.go(PageId::Settings);
                stage.click("moreConfigurations");
                stage.waitForWidget("freezeSeconds");
                bringIntoView(*stage.find<QWidget>("freezeSeconds"));
                stage.settle();
            }},
        {"settings-more-error",
            [](Stage &stage) {
                stage.fill();
                editPlan(stage, [](Plan &plan) {
                    plan.job.name = key("-");
                    plan.job.description = key("?");
                    plan.transfer.limitMbps = 100000;
                    plan.transfer.diskMBps = 80;
                    for (int i = 0; i < 21; ++i)
                        plan.job.tags.insert(QStringLiteral("acs:%1").arg(i), QString(300, QLatin1Char('v')));
                });
                stage.go(PageId::Settings);
                stage.click("moreConfigurations");
                stage.scrollDown();
            }},
        {"settings-planfile",
            [](Stage &stage) {
                stage.fill();
                stage.go(PageId::Settings);
                QTemporaryDir folder;
                const QString path = folder.filePath(key("plan.json"));
                (void)writeFileDurably(path, R"({"version": 1, "disks": [], "colour": 1, "transfer": {"compression": 11, "limit": -1}})");
                stage.window().findChild<PlanFileBar *>()->openFile(path);
            }},
    };
}

QList<Scene> disksScenes()
{
    return {
        {"disks-waiting", [](Stage &stage) { stage.go(PageId::Disks); }, [](const Stage::Before &before) { before.agent.stop(); }},
        {"disks-unreadable",
            [](Stage &stage) {
                stage.agent().answer(key("inspect"),
                    Error{ErrorCode::SourceUnreadable, Retry::AfterUserAction, {key("/dev/vdb")}, key("read failed at 4096: EIO")});
                stage.session().inspect();
                stage.settle();
                stage.go(PageId::Disks);
            }},
        {"disks-automatic",
            [](Stage &stage) {
                stage.fill();
                stage.go(PageId::Disks);
            }},
        {"disks-shown",
            [](Stage &stage) {
                stage.fill();
                stage.go(PageId::Disks);
                stage.click("showLayout");
            }},
        {"disks-filled",
            [](Stage &stage) {
                disks(stage, sampleServer());
                selectMount(stage, key("data/p1"));
            }},
        {"disks-lvm",
            [](Stage &stage) {
                disks(stage, sampleServer());
                stage.click("diskLvm1");
            }},
        {"disks-carried",
            [](Stage &stage) {
                disks(stage, sampleServer());
                selectMount(stage, key("data/p2"));
                stage.press("disksTable", Qt::Key_X, Qt::ControlModifier);
                stage.press("disksTable", Qt::Key_Up);
            }},
        {"disks-error",
            [](Stage &stage) {
                disks(stage, sampleServer());
                stage.type("diskSize0", key("1"));
                stage.type("diskSize1", key("17"));
            }},
        {"disks-many", [](Stage &stage) { disks(stage, manyMounts()); }},
        {"disks-hostile",
            [](Stage &stage) {
                disks(stage, hostileServer());
                selectMount(stage, key("data/p2"));
            }},
    };
}

QList<Scene> reviewScenes()
{
    const auto review = [](Stage &stage) {
        stage.fill();
        stage.go(PageId::Review);
    };
    return {
        {"review-filled", review},
        {"review-confirmed",
            [review](Stage &stage) {
                review(stage);
                stage.click("gotIt");
            }},
        {"review-problems",
            [](Stage &stage) {
                stage.serve(unreadyServer());
                stage.go(PageId::Review);
            }},
        {"review-hostile",
            [review](Stage &stage) {
                stage.serve(hostileServer());
                review(stage);
            }},
        {"review-starting",
            [review](Stage &stage) {
                review(stage);
                stage.never(key("migrate"));
                stage.click("gotIt");
                stage.click("next");
            }},
        {"review-error",
            [review](Stage &stage) {
                review(stage);
                stage.agent().answer(key("migrate"),
                    Error{ErrorCode::StockSoldOut, Retry::AfterUserAction, {key("ecs.g6.large"), key("cn-beijing")},
                        key("OperationDenied.NoStock, request 6E1187E8-1234")});
                stage.click("gotIt");
                stage.click("next");
                stage.waitForWidget("messageBar");
            }},
    };
}

}

QList<Scene> planScenes() { return settingsScenes() + disksScenes() + reviewScenes(); }

}
