#include "app/wizard/pages/finishpage.h"

#include "app/wizard/demo/bootpanel.h"
#include "app/wizard/pages/cleanupbox.h"
#include "app/wizard/pages/links.h"
#include "app/wizard/pages/resourcelist.h"
#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/jobfiles.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/factgrid.h"
#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/linkline.h"
#include "app/wizard/widgets/parts.h"
#include "app/wizard/widgets/phasestrip.h"
#include "app/wizard/widgets/savedialog.h"
#include "core/base/errortext.h"
#include "core/base/files.h"
#include "core/layout/planfile.h"

#include <QDesktopServices>
#include <QFileInfo>
#include <QFontDatabase>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <array>

namespace edgelift::wizard {

namespace {

using State = JobWatch::State;
constexpr unsigned readableFile = 0644; // a plan holds no secret

}

FinishPage::FinishPage(Session &session, JobWatch &watch, BootPanel *boot, QWidget *parent)
    : Page(session, parent)
    , m_watch(watch)
    , m_boot(boot)
    , m_mark(new PhaseMark(this))
    , m_headline(makeText(this, "finishHeadline"))
    , m_image(new FactGrid(this, QStringLiteral("image")))
    , m_bootCheck(makeText(this, "bootCheck"))
    , m_next(new QWidget(this))
    , m_stepsTitle(makeText(m_next, "finishStepsTitle"))
    , m_steps(makeText(m_next, "finishSteps"))
    , m_link(new LinkLine(m_next, QStringLiteral("console"), QLatin1String(links::ensConsole)))
    , m_commandTitle(makeText(m_next, "finishCommandTitle"))
    , m_command(makeText(m_next, "finishCommand"))
    , m_copyCommand(makeButton(m_next, "copyCommand"))
    , m_cleanUp(new CleanUpBox(watch, this))
    , m_folder(makeText(this, "imageFolder"))
    , m_showFolder(makeButton(this, "showFolder"))
    , m_report(makeButton(this, "saveReport"))
    , m_settings(makeButton(this, "saveSettings"))
{
    layOut();
    connectParts();
    retranslate();
}

void FinishPage::layOut()
{
    embolden(*m_headline);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_command->setLayoutDirection(Qt::LeftToRight);
    auto *next = new QGridLayout(m_next);
    next->setContentsMargins(0, 0, 0, 0);
    embolden(*m_stepsTitle);
    int row = 0;
    for (QWidget *each : std::initializer_list<QWidget *>{m_stepsTitle, m_steps, m_link, m_commandTitle})
        next->addWidget(each, row++, 0, 1, 2);
    next->addWidget(m_command, row, 0);
    next->addWidget(m_copyCommand, row, 1, Qt::AlignTop);
    next->setColumnStretch(0, 1);
    auto *buttons = new FlowLayout;
    for (QPushButton *button : {m_report, m_settings, m_showFolder})
        buttons->addWidget(button);
    auto *head = new QHBoxLayout;
    head->addWidget(m_mark, 0, Qt::AlignTop);
    head->addWidget(m_headline, 1);
    auto *column = new QVBoxLayout(this);
    column->addLayout(head);
    for (QWidget *each : std::initializer_list<QWidget *>{m_image, m_bootCheck, m_next, m_cleanUp, m_folder})
        column->addWidget(each);
    column->addLayout(buttons);
    if (m_boot)
        column->addWidget(m_boot);
    column->addStretch();
}

void FinishPage::connectParts()
{
    connect(&m_watch, &JobWatch::stateChanged, this, [this] {
        if (!isVisible())
            return;
        showState();
        Q_EMIT changed();
    });
    connect(&m_watch, &JobWatch::actionFailed, this, [this](const edgelift::Error &error) {
        if (isVisible())
            Q_EMIT message(errorMessage(error));
    });
    connect(m_copyCommand, &QPushButton::clicked, this, [this] { copyText(command()); });
    connect(m_report, &QPushButton::clicked, this, [this] {
        const QString name = QStringLiteral("edgelift-report-%1.html").arg(m_watch.jobId());
        askWhereToSave(this, {tr("Save report"), name, tr("Reports (*.html *.json)")}, [this](const QString &path) { saveReportAs(path); });
    });
    connect(m_settings, &QPushButton::clicked, this, [this] {
        askWhereToSave(this, {tr("Save settings"), QStringLiteral("plan.json"), tr("Plan files (*.json)")},
            [this](const QString &path) { saveSettingsAs(path); });
    });
    connect(m_showFolder, &QPushButton::clicked, this, &FinishPage::showFolder);
}

void FinishPage::enter() { showState(); }

QWidget *FinishPage::firstField() const
{
    if (QWidget *clean = m_cleanUp->firstField())
        return clean;
    return m_watch.lastState() == State::Completed ? m_copyCommand : m_report;
}

QString FinishPage::help() const
{
    return tr(
        "The image is in your account; an ENS instance is created from it in the ENS console or with the command shown here. What the "
        "migration made on the way is removed; if something is left, it is listed with what it costs and can be cleaned up here. The "
        "report says what was done, when and with which settings; it holds no passwords and no keys.");
}

QString FinishPage::title() const { return m_watch.lastState() == State::Completed ? tr("Finish") : tr("Finish and clean-up"); }

QString FinishPage::stepName() const { return tr("Finish"); }

QString FinishPage::subtitle() const { return format::ltr(format::shown(m_watch.job().sourceName)); }

QString FinishPage::imageId() const
{
    return format::shown(m_watch.finished().imageId.isEmpty() ? m_watch.job().imageId : m_watch.finished().imageId);
}

QString FinishPage::folder() const
{
    const QFileInfo image(m_watch.finished().imagePath);
    return m_watch.lastState() == State::Completed && image.isFile() ? image.absolutePath() : QString();
}

QString FinishPage::command() const
{
    return QStringLiteral("aliyun ens RunInstances --ImageId %1 --Amount 1 --InstanceType TYPE \\\n"
                          "  --InstanceChargeType PostPaid --ScheduleAreaLevel Region \\\n"
                          "  --EnsRegionId REGION --InternetMaxBandwidthOut MBIT")
        .arg(imageId());
}

/// What the test boot showed; empty: there is none.
QString FinishPage::bootText() const
{
    const BootCheckInfo &boot = m_watch.bootCheck();
    if (boot.running)
        return tr("Test boot: the image is being started in a virtual machine on this server…");
    if (boot.error)
        return tr("There was no test boot: %1").arg(format::shown(describe(*boot.error).message));
    if (boot.works)
        //: %1 a time such as “24 s”, %2 an IP address
        return tr("Test boot passed: after %1 the image had shown its login prompt and answered on its network as %2.")
            .arg(format::duration(boot.seconds), format::ltr(format::shown(boot.address)));
    if (!boot.ended)
        return {};
    static const std::array<std::pair<QLatin1String, const char *>, 5> stages{{{QLatin1String("loader"), QT_TR_NOOP("the boot loader")},
        {QLatin1String("kernel"), QT_TR_NOOP("the kernel")}, {QLatin1String("root"), QT_TR_NOOP("the root file system")},
        {QLatin1String("login"), QT_TR_NOOP("the login prompt")}, {QLatin1String("network"), QT_TR_NOOP("the network")}}};
    const auto *stage = std::find_if(stages.begin(), stages.end(), [&boot](const auto &each) { return each.first == boot.reached; });
    if (stage == stages.end())
        return tr("Test boot: in %1 the image showed nothing on its console.").arg(format::duration(boot.seconds));
    //: %1 a time such as “24 s”, %2 such as “the kernel”
    return tr("Test boot: in %1 the image did not come up. The last that was seen: %2. The report has what its console said.")
        .arg(format::duration(boot.seconds), tr(stage->second));
}

void FinishPage::showHeadline()
{
    const State state = m_watch.lastState();
    if (state == State::Completed) {
        m_mark->setState(PhaseMark::State::Done);
        m_headline->say(tr("The ENS image is ready."));
    } else if (state == State::Cancelling) {
        m_mark->setState(PhaseMark::State::Running);
        m_headline->say(tr("Cleaning up…"));
    } else if (m_watch.isCancelFailed() || isAnythingLeft(m_watch.resources())) {
        m_mark->setState(PhaseMark::State::Failed);
        m_headline->say(tr("Not everything was released"));
    } else {
        m_mark->setState(PhaseMark::State::Done);
        m_headline->say(tr("The migration was cancelled. There is no image."));
    }
}

void FinishPage::showState()
{
    const bool ready = m_watch.lastState() == State::Completed;
    showHeadline();
    m_image->setVisible(ready);
    m_next->setVisible(ready);
    if (ready)
        showImage();
    sayOrHide(*m_bootCheck, ready ? bootText() : QString());
    m_cleanUp->refresh();
    sayOrHide(*m_folder, folder().isEmpty() ? QString() : tr("Folder of the image: %1").arg(format::ltr(format::shown(folder()))));
    m_showFolder->setVisible(!folder().isEmpty());
    if (m_boot) {
        m_boot->setImage(m_watch.finished().imagePath);
        m_boot->setVisible(!folder().isEmpty());
    }
    for (QPushButton *button : {m_report, m_settings})
        button->setEnabled(!m_watch.jobId().isEmpty() && !m_watch.isStale());
}

void FinishPage::showImage()
{
    const JobInfo &job = m_watch.job();
    const auto seconds = m_watch.elapsedSeconds();
    const QString values[] = {format::ltr(format::shown(job.imageName)), format::ltr(imageId()), format::ltr(job.region),
        job.bytesTotal.count == 0 ? QString() : format::size(job.bytesTotal),
        job.wireBytes.count == 0 ? QString() : format::size(job.wireBytes), seconds ? format::duration(*seconds) : QString()};
    for (qsizetype i = 0; i < qsizetype(std::size(values)); ++i)
        m_image->setValue(i, values[i]);
    m_command->say(command());
}

void FinishPage::told(const Result<> &saved, const QString &path)
{
    if (!saved)
        return Q_EMIT message(errorMessage(saved.error()));
    Q_EMIT message({Message::Severity::Information,
        [path] {
            //: %1 is the path of a file
            return tr("Saved as %1.").arg(format::ltr(format::shown(path)));
        },
        {}, {}});
}

void FinishPage::saveReportAs(const QString &path)
{
    jobfiles::saveReport(m_watch.link(), m_watch.jobId(), path, this, [this, path](const Result<> &saved) { told(saved, path); });
}

void FinishPage::saveSettingsAs(const QString &path)
{
    m_watch.askPlan(this, [this, path](const Result<Plan> &plan) {
        told(plan ? writeFileDurably(path, writePlan(*plan), readableFile) : Result<>(plan.error()), path);
    });
}

void FinishPage::showFolder()
{
    const QString path = folder();
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(path)))
        Q_EMIT message({Message::Severity::Warning,
            [path] { return tr("No file manager could be opened. The image is in the folder %1.").arg(format::ltr(format::shown(path))); },
            {}, {}});
}

void FinishPage::retranslate()
{
    m_image->setNames({tr("Image"), tr("Image ID"), tr("Region"), tr("Copied"), tr("Sent"), tr("Duration")});
    m_stepsTitle->say(tr("Next steps"));
    //: The capitals are in the command and stay as they are
    m_commandTitle->say(tr("Or by this command, with your own values for TYPE, REGION and MBIT:"));
    m_steps->say(tr("1. Open the ENS console and create an instance from this image.\n"
                    "2. Check application licences: the hardware changed.\n"
                    "3. Compare the new instance with this server before switching over."));
    m_link->setTitle(tr("ENS console"));
    m_copyCommand->setText(tr("Copy co&mmand"));
    m_showFolder->setText(tr("Show in &file manager"));
    m_report->setText(tr("&Save report…"));
    m_settings->setText(tr("Save these settin&gs…"));
    m_settings->setAccessibleDescription(tr("To migrate another server with the same settings"));
    m_cleanUp->retranslate();
    showState();
}

}
