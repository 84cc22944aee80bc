#include "tests/gui/jobstage.h"

#include "app/wizard/widgets/textlabel.h"

#include "core/base/errortext.h"

#include <QAbstractButton>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTest>

namespace edgelift::test {

using namespace wizard;

namespace {

constexpr int soon = 20000; ///< ms, on a busy machine

QString key(const char *name) { return QString::fromUtf8(name); }

QJsonObject jobWith(const QString &state, const QString &phase, const QJsonObject &more)
{
    QJsonObject job = fakeJob(state, phase);
    for (auto it = more.begin(); it != more.end(); ++it)
        job.insert(it.key(), it.value());
    return job;
}

}

JobStage::JobStage()
    : migration(new MigrationPage(session, watch))
    , finish(new FinishPage(session, watch))
{
    window.addPage(PageId::Migration, migration);
    window.addPage(PageId::Finish, finish);
    window.resize(1000, 560);
    window.lockSetup(true);
    window.go(PageId::Migration);
    window.show();
    (void)QTest::qWaitForWindowExposed(&window);
    watch.setClock([this] { return now; });
    link.open(agent.path());
    (void)QTest::qWaitFor([this] { return link.isOpen(); }, soon);
}

JobStage::~JobStage()
{
    link.disconnect();
    link.close();
}

bool JobStage::show(const QString &state, const QString &phase, const QJsonObject &more)
{
    agent.setJob(jobWith(state, phase, more));
    watch.follow(key("j-1"));
    const auto done = [this, &state] {
        return watch.job().state == state && !agent.calls(key("subscribe")).isEmpty()
            && (state == key("Running") || !agent.calls(key("resources")).isEmpty());
    };
    const bool shown = QTest::qWaitFor(done, soon);
    QTest::qWait(50); // what the answers set off
    return shown;
}

void JobStage::end(const QString &how, const QString &state, const QString &phase, const QJsonObject &more)
{
    agent.setJob(jobWith(state, phase, more));
    agent.end(how);
}

bool JobStage::tellProgress(const QJsonObject &event)
{
    const auto done = quint64(event.value(key("bytesDone")).toInteger());
    agent.tell(event);
    return QTest::qWaitFor(
        [this, done, &event] {
            return watch.progress().bytesDone.count == done && watch.progress() == progressInfo(event) && watch.progressTime().isValid();
        },
        soon);
}

bool JobStage::progress(qint64 done, qint64 total, qint64 wire, double speed)
{
    now += 1000;
    const bool told = tellProgress(fakeProgress(done, total, wire, speed));
    watch.tick();
    return told;
}

void JobStage::pass(qint64 seconds)
{
    now += seconds * 1000;
    watch.tick();
}

bool JobStage::called(const char *method, int times)
{
    return QTest::qWaitFor([this, method, times] { return agent.calls(key(method)).size() >= times; }, soon)
        && agent.calls(key(method)).size() == times;
}

void JobStage::keepResources(const QJsonArray &resources)
{
    agent.answer(
        key("resources"), QJsonObject{{key("jobs"), QJsonArray{QJsonObject{{key("job"), key("j-1")}, {key("resources"), resources}}}}});
}

QString JobStage::text(const char *name)
{
    const auto *label = find<QLabel>(name);
    const auto *paragraph = qobject_cast<const TextLabel *>(label);
    return paragraph ? paragraph->said() : label ? label->text() : QString();
}

bool JobStage::isOffered(const char *name)
{
    const auto *button = find<QAbstractButton>(name);
    return button && button->isEnabled();
}

bool JobStage::click(const char *name)
{
    auto *button = find<QAbstractButton>(name);
    if (!button || !button->isEnabled())
        return false;
    for (QWidget *each = button->parentWidget(); each; each = each->parentWidget()) {
        if (auto *area = qobject_cast<QScrollArea *>(each))
            area->ensureWidgetVisible(button);
    }
    QCoreApplication::processEvents();
    QTest::mouseClick(button, Qt::LeftButton);
    return true;
}

QString JobStage::typePath(const QString &path)
{
    QLineEdit *name = nullptr;
    const auto appears = [this, &name] {
        const auto *dialog = window.findChild<QFileDialog *>(key("saveDialog"));
        name = dialog && dialog->isVisible() ? dialog->findChild<QLineEdit *>(key("fileNameEdit")) : nullptr;
        return name != nullptr;
    };
    if (!QTest::qWaitFor(appears, soon))
        return {};
    const QString proposed = name->text();
    name->setText(path); // typed keys would open its list of proposals
    auto *buttons = window.findChild<QFileDialog *>(key("saveDialog"))->findChild<QDialogButtonBox *>();
    QTest::mouseClick(buttons->button(QDialogButtonBox::Save), Qt::LeftButton);
    return proposed;
}

QJsonObject fakeResource(const char *kind, const char *id, const QJsonValue &pricePerDay, bool kept)
{
    return {{key("kind"), key(kind)}, {key("id"), key(id)}, {key("name"), key(id)}, {key("region"), key("cn-beijing")},
        {key("pricePerDay"), pricePerDay}, {key("currency"), key("CNY")}, {key("kept"), kept}};
}

QJsonObject fakeError(const Error &error, const QString &phase)
{
    QJsonObject out = rpc::toJson(error);
    out.insert(key("event"), key("error"));
    out.insert(key("phase"), phase);
    return out;
}

}
