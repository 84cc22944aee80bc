#include "app/wizard/pages/finishpage.h"

#include "app/wizard/demo/bootpanel.h"
#include "app/wizard/pages/migrationpanels.h"
#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/flowlayout.h"

#include <QDesktopServices>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QUrl>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

using State = JobWatch::State;
const char *const consoleAddress = "https://ens.console.aliyun.com/";

QLabel *makeLabel(QWidget *parent, const char *name)
{
    auto *label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

QPushButton *makeButton(QWidget *parent, const char *name)
{
    auto *button = new QPushButton(parent);
    button->setObjectName(QLatin1String(name));
    return button;
}

void showText(QLabel *label, const QString &text)
{
    label->setText(text);
    label->setAccessibleName(text);
    label->setVisible(!text.isEmpty());
}

Result<> copyFile(const QString &from, const QString &to)
{
    QFile source(from);
    if (!source.open(QIODevice::ReadOnly))
        return Error{ErrorCode::FileUnreadable, Retry::AfterUserAction, {from}, source.errorString()};
    QSaveFile target(to);
    const QByteArray all = source.readAll();
    if (!target.open(QIODevice::WriteOnly) || target.write(all) != all.size() || !target.commit())
        return Error{ErrorCode::FileUnwritable, Retry::AfterUserAction, {to}, target.errorString()};
    return ok();
}

}

FinishPage::FinishPage(Session &session, JobWatch &watch, BootPanel *boot, QWidget *parent)
    : Page(session, parent)
    , m_watch(watch)
    , m_boot(boot)
    , m_headline(makeLabel(this, "finishHeadline"))
    , m_image(makeLabel(this, "finishImage"))
    , m_steps(makeLabel(this, "finishSteps"))
    , m_link(makeLabel(this, "finishLink"))
    , m_command(makeLabel(this, "finishCommand"))
    , m_copyLink(makeButton(this, "copyLink"))
    , m_copyCommand(makeButton(this, "copyCommand"))
    , m_cleanUp(makeLabel(this, "finishCleanUp"))
    , m_release(makeButton(this, "releaseNow"))
    , m_folder(makeLabel(this, "imageFolder"))
    , m_showFolder(makeButton(this, "showFolder"))
    , m_report(makeButton(this, "saveReport"))
{
    layOut();
    connectParts();
    retranslate();
}

void FinishPage::layOut()
{
    QFont bold = font();
    bold.setBold(true);
    m_headline->setFont(bold);
    auto *copies = new FlowLayout;
    copies->addWidget(m_copyLink);
    copies->addWidget(m_copyCommand);
    auto *buttons = new FlowLayout;
    for (QPushButton *button : {m_report, m_showFolder})
        buttons->addWidget(button);
    auto *column = new QVBoxLayout(this);
    for (QLabel *label : {m_headline, m_image, m_steps, m_link, m_command})
        column->addWidget(label);
    column->addLayout(copies);
    column->addWidget(m_cleanUp);
    column->addWidget(m_release, 0, Qt::AlignLeading);
    column->addWidget(m_folder);
    column->addLayout(buttons);
    if (m_boot)
        column->addWidget(m_boot);
    column->addStretch();
}

void FinishPage::connectParts()
{
    connect(&m_watch, &JobWatch::stateChanged, this, [this] {
        if (isVisible())
            showState();
    });
    connect(&m_watch, &JobWatch::actionFailed, this, [this](const edgelift::Error &error) {
        if (isVisible())
            Q_EMIT message(errorMessage(error));
    });
    connect(m_copyLink, &QPushButton::clicked, this, [] { copyText(QLatin1String(consoleAddress)); });
    connect(m_copyCommand, &QPushButton::clicked, this, [this] { copyText(command()); });
    connect(m_release, &QPushButton::clicked, &m_watch, &JobWatch::clean);
    connect(m_report, &QPushButton::clicked, this, &FinishPage::saveReport);
    connect(m_showFolder, &QPushButton::clicked, this, &FinishPage::showFolder);
}

void FinishPage::enter() { showState(); }

QString FinishPage::title() const { return m_watch.lastState() == State::Completed ? tr("Finish") : tr("Finish and clean-up"); }

QString FinishPage::command() const
{
    const QString image = m_watch.finished().imageId.isEmpty() ? m_watch.job().imageId : m_watch.finished().imageId;
    return QStringLiteral("aliyun ens RunInstances --ImageId %1 --Amount 1 --InstanceType <type> --InstanceChargeType PostPaid "
                          "--ScheduleAreaLevel Region --EnsRegionId <edge region> --InternetMaxBandwidthOut <Mbit/s>")
        .arg(image);
}

QString FinishPage::imageText() const
{
    const JobInfo &job = m_watch.job();
    const QString id = m_watch.finished().imageId.isEmpty() ? job.imageId : m_watch.finished().imageId;
    const auto seconds = m_watch.elapsedSeconds();
    return tr("Image: %1 (%2)\nRegion: %3\nDuration: %4")
        .arg(format::ltr(format::shown(job.imageName)), format::ltr(format::shown(id)), format::ltr(job.region),
            seconds ? format::duration(*seconds) : QStringLiteral("–"));
}

void FinishPage::showState()
{
    const bool ready = m_watch.lastState() == State::Completed;
    const QFileInfo image(m_watch.finished().imagePath);
    const QString folder = image.absolutePath();
    const bool hasFolder = ready && image.isFile();
    if (ready)
        showText(m_headline, tr("The ENS image is ready."));
    else if (m_watch.lastState() == State::Cancelling)
        showText(m_headline, tr("Cleaning up…"));
    else if (!m_watch.resources().isEmpty())
        showText(m_headline, tr("Not everything was released"));
    else
        showText(m_headline, tr("The migration was cancelled. There is no image."));
    showText(m_image, ready ? imageText() : QString());
    showText(m_steps,
        ready ? tr("Next steps\n"
                   "1. Open the ENS console and create an instance from this image.\n"
                   "2. Check application licences: the hardware changed.\n"
                   "3. Compare the new instance with this server before switching over.")
              : QString());
    showText(m_link, ready ? tr("ENS console: %1").arg(format::ltr(QLatin1String(consoleAddress))) : QString());
    showText(m_command, ready ? tr("Or by command: %1").arg(format::ltr(command())) : QString());
    m_copyLink->setVisible(ready);
    m_copyCommand->setVisible(ready);
    showText(m_folder, hasFolder ? tr("Folder of the image: %1").arg(format::ltr(format::shown(folder))) : QString());
    m_showFolder->setVisible(hasFolder);
    if (m_boot) {
        m_boot->setImage(image.filePath());
        m_boot->setVisible(hasFolder);
    }
    m_report->setEnabled(!m_watch.finished().reportPath.isEmpty() || !m_watch.jobId().isEmpty());
    showCleanUp();
}

void FinishPage::showCleanUp()
{
    QStringList lines;
    bool costs = false;
    for (const ResourceInfo &resource : m_watch.resources()) {
        //: %1: a cloud resource and its price
        lines.append(resource.kept ? tr("Kept on purpose: %1").arg(resourceLine(resource))
                                   : tr("Still there: %1 – costs continue").arg(resourceLine(resource)));
        costs = costs || !resource.kept;
    }
    if (!costs)
        lines.prepend(tr("Everything temporary was released: the intermediate instance, the temporary images and snapshots."));
    showText(m_cleanUp, tr("Clean-up\n%1").arg(lines.join(QLatin1Char('\n'))));
    m_cleanUp->setVisible(m_watch.lastState() != State::Cancelling);
    m_release->setVisible(costs);
    m_release->setEnabled(!m_watch.isBusy() && !m_watch.isStale());
}

void FinishPage::saveReport()
{
    const QString proposed = QDir::home().filePath(QStringLiteral("edgelift-report.html"));
    const QString path = QFileDialog::getSaveFileName(this, tr("Save report"), proposed, tr("Reports (*.html)"));
    if (path.isEmpty())
        return;
    const auto save = [this, path](const QString &from) {
        if (const Result<> saved = copyFile(from, path); !saved) {
            Q_EMIT message(errorMessage(saved.error()));
            return;
        }
        Q_EMIT message({Message::Severity::Information,
            [path] { return tr("The report was saved as %1.").arg(format::ltr(format::shown(path))); }, {}, {}});
    };
    if (const QString from = m_watch.finished().reportPath; QFileInfo(from).isReadable())
        return save(from);
    m_session.link().call(
        QStringLiteral("report"), {{QStringLiteral("job"), m_watch.jobId()}}, this, [this, save](const Result<QJsonObject> &reply) {
            if (reply)
                save(reply->value(QLatin1String("reportPath")).toString());
            else
                Q_EMIT message(errorMessage(reply.error()));
        });
}

void FinishPage::showFolder()
{
    const QString folder = QFileInfo(m_watch.finished().imagePath).absolutePath();
    if (!QDesktopServices::openUrl(QUrl::fromLocalFile(folder)))
        Q_EMIT message({Message::Severity::Warning,
            [folder] {
                return tr("No file manager could be opened. The image is in the folder %1.").arg(format::ltr(format::shown(folder)));
            },
            {}, {}});
}

void FinishPage::retranslate()
{
    m_copyLink->setText(tr("Copy &address"));
    m_copyCommand->setText(tr("Copy &command"));
    m_release->setText(tr("&Release now"));
    m_showFolder->setText(tr("Show in &file manager"));
    m_report->setText(tr("&Save report…"));
    showState();
}

}
