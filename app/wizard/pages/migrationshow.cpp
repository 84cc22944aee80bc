#include "app/wizard/pages/migrationpage.h"

#include "app/wizard/pages/migrationpanels.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/phasestrip.h"
#include "app/wizard/widgets/sweepchart.h"

#include <QGridLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>

/// What the migration page shows, and in which words.
namespace edgelift::wizard {

namespace {

using State = JobWatch::State;
using Action = JobWatch::Action;
constexpr int barSteps = 1000;

void put(QLabel *label, const QString &text)
{
    if (label->text() == text)
        return;
    label->setText(text);
    label->setAccessibleName(text);
}

void showText(QLabel *label, const QString &text)
{
    put(label, text);
    label->setVisible(!text.isEmpty());
}

}

QString MigrationPage::stateText() const
{
    switch (m_watch.state()) {
    case State::None:
        return tr("No migration");
    case State::Preparing:
        return m_watch.phase() == QLatin1String("transit") ? tr("Creating the intermediate instance…") : tr("Preparing");
    case State::Synchronizing:
        return tr("Synchronizing");
    case State::Paused:
        return tr("Paused. The intermediate instance keeps costing.");
    case State::Processing:
        return phaseTitle(m_watch.phase());
    case State::Error:
        return tr("Error");
    case State::Completed:
        return tr("Completed");
    case State::Cancelling:
        return tr("Cleaning up…");
    case State::Cancelled:
        return tr("Cancelled");
    case State::Offline:
        return tr("Reconnecting to the migration engine… (%1 s)").arg(format::number(m_watch.offlineSeconds()));
    }
    Q_UNREACHABLE();
}

QString MigrationPage::hint() const
{
    constexpr int givenUpAfter = 300; // s
    if (m_watch.isStale() && m_watch.progressTime().isValid())
        return tr("The numbers are of %1.").arg(format::clock(m_watch.progressTime()));
    if (const int still = m_watch.stalledSeconds(); still >= givenUpAfter)
        return tr("No data for %1 s. Check the network of this server, or choose Pause and go on later.").arg(format::number(still));
    else if (still > 0)
        return tr("No data for %1 s. Waiting for the network.").arg(format::number(still));
    if (m_watch.isSlow())
        return tr("The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.");
    return {};
}

void MigrationPage::showState()
{
    const State last = m_watch.lastState();
    const bool failed = last == State::Error;
    m_phases->show(m_watch.phase(), failed, last == State::Completed);
    m_error->setVisible(failed && m_watch.error());
    m_chart->setVisible(!m_error->isVisibleTo(this));
    m_error->refresh();
    const bool resume = last == State::Paused;
    m_pause->setText(resume ? tr("&Resume") : tr("&Pause"));
    m_pause->setEnabled(m_watch.can(Action::Pause) || m_watch.can(Action::Resume));
    m_modify->setEnabled(m_watch.can(Action::Modify));
    m_cancel->setEnabled(m_watch.can(Action::Cancel));
    const bool greyed = m_watch.isStale();
    for (QWidget *each : std::initializer_list<QWidget *>{m_bar, m_amount, m_remaining, m_numbers, m_more, m_diskBox})
        each->setEnabled(!greyed);
    const bool atEnd = last == State::Completed || last == State::Cancelled;
    m_notice->setVisible(!atEnd);
    if (atEnd || last == State::Cancelling)
        m_question->hide();
    showWarnings();
    if (m_detailsFold->isOpen())
        showDetails();
}

void MigrationPage::showNumbers()
{
    const ProgressInfo &progress = m_watch.progress();
    put(m_state, stateText());
    m_bar->setValue(int(m_watch.share() * barSteps));
    const QString percent = format::percent(m_watch.share(), 1);
    m_bar->setAccessibleDescription(percent);
    put(m_amount,
        progress.bytesTotal.count == 0
            ? percent
            : tr("%1 · %2 of %3").arg(percent, format::size(progress.bytesDone), format::size(progress.bytesTotal)));
    const auto remaining = m_watch.remainingSeconds();
    showText(
        m_remaining, remaining ? tr("%1 left").arg(format::remaining(remaining)) : tr("Remaining time: %1").arg(format::remaining({})));
    put(m_numbers,
        tr("Speed: %1 before compression · Network: %2 · Limit: %3 · Average: %4")
            .arg(format::speed(m_watch.diskSpeed()), format::speed(m_watch.wireSpeed()), format::limit(progress.limits.limitMbps),
                format::speed(m_watch.averageSpeed())));
    const quint64 done = progress.bytesDone.count;
    const quint64 wire = progress.wireBytes.count;
    const Bytes saved{done > wire ? done - wire : 0};
    const auto elapsed = m_watch.elapsedSeconds();
    put(m_more,
        tr("Elapsed: %1 · Sent: %2 · Saved by compression: %3 · Interruptions: %4")
            .arg(elapsed ? format::duration(*elapsed) : QStringLiteral("–"), format::size(progress.wireBytes), format::size(saved),
                format::number(m_watch.linkInterruptions())));
    showText(m_hint, hint());
    showDisks();
}

void MigrationPage::showDisks()
{
    const QList<ProgressInfo::Disk> &disks = m_watch.progress().disks;
    while (m_disks.size() > disks.size()) {
        const DiskRow row = m_disks.takeLast();
        delete row.name;
        delete row.bar;
        delete row.amount;
    }
    while (m_disks.size() < disks.size()) {
        const int at = int(m_disks.size());
        DiskRow row{new QLabel(m_diskBox), new QProgressBar(m_diskBox), new QLabel(m_diskBox)};
        row.name->setObjectName(QStringLiteral("diskName%1").arg(at));
        row.name->setTextFormat(Qt::PlainText);
        row.bar->setObjectName(QStringLiteral("diskProgress%1").arg(at));
        row.bar->setRange(0, barSteps);
        row.bar->setTextVisible(false);
        row.amount->setObjectName(QStringLiteral("diskAmount%1").arg(at));
        row.amount->setTextFormat(Qt::PlainText);
        row.amount->setAlignment(Qt::AlignTrailing);
        m_diskGrid->addWidget(row.name, at, 0);
        m_diskGrid->addWidget(row.bar, at, 1);
        m_diskGrid->addWidget(row.amount, at, 2);
        m_disks.append(row);
    }
    m_diskBox->setVisible(!disks.isEmpty());
    for (int i = 0; i < disks.size(); ++i) {
        const ProgressInfo::Disk &disk = disks.at(i);
        const DiskRow &row = m_disks.at(i);
        const QString whole = format::shown(disk.name.isEmpty() ? disk.id : disk.name);
        put(row.name, fontMetrics().elidedText(whole, Qt::ElideMiddle, fontMetrics().averageCharWidth() * 24));
        row.name->setAccessibleName(whole);
        const double share = disk.total.count == 0 ? 1 : double(disk.done.count) / double(disk.total.count);
        row.bar->setValue(int(share * barSteps));
        row.bar->setAccessibleName(tr("Progress of %1").arg(whole));
        //: Of a disk: per cent, amount that is copied, amount in all
        put(row.amount, tr("%1 · %2 of %3").arg(format::percent(share), format::size(disk.done), format::size(disk.total)));
    }
}

void MigrationPage::showWarnings()
{
    QStringList lines;
    for (const WarningInfo &warning : m_watch.warnings()) {
        const QString line = tr("Warning: %1").arg(format::shown(warning.text()));
        if (!lines.contains(line))
            lines.append(line);
    }
    showText(m_warnings, lines.join(QLatin1Char('\n')));
}

void MigrationPage::showDetails()
{
    const JobInfo &job = m_watch.job();
    QStringList tags;
    for (auto it = job.tags.begin(); it != job.tags.end(); ++it)
        tags.append(format::shown(it.key() + QLatin1Char('=') + it.value()));
    const auto remaining = m_watch.remainingSeconds();
    const std::pair<QString, QString> fields[] = {{tr("Job ID"), format::ltr(job.id)}, {tr("Job name"), format::shown(job.name)},
        {tr("Job status"), m_watch.isStale() ? stateText() : job.stateText()}, {tr("Creation time"), format::date(job.created)},
        {tr("Start time"), format::date(job.started)}, {tr("End time"), format::date(job.ended)},
        {tr("Job progress"), format::percent(m_watch.share(), 1)}, {tr("Target region"), format::ltr(job.region)},
        {tr("Intermediate instance ID"), format::ltr(job.instanceId)}, {tr("Tags"), tags.join(QStringLiteral(", "))},
        {tr("Remaining time (s)"), remaining ? format::number(*remaining) : QString()}};
    QStringList lines;
    for (const auto &[name, value] : fields)
        lines.append(tr("%1: %2").arg(name, value.isEmpty() ? QStringLiteral("–") : value));
    put(m_details, lines.join(QLatin1Char('\n')));
}

void MigrationPage::showLog()
{
    QStringList lines;
    for (const JobWatch::LogLine &line : m_watch.log())
        lines.append(tr("%1  %2").arg(format::clock(line.time), line.text()));
    showText(m_lastLine, lines.isEmpty() ? QString() : lines.last());
    if (m_logFold->isOpen())
        m_log->setPlainText(lines.join(QLatin1Char('\n')));
}

void MigrationPage::retranslate()
{
    m_phases->retranslate();
    m_question->retranslate();
    m_change->retranslate();
    m_bar->setAccessibleName(tr("Progress"));
    m_modify->setText(tr("&Modify…"));
    m_cancel->setText(tr("&Cancel job…"));
    m_detailsFold->setText(tr("&Details"));
    m_logFold->setText(tr("Lo&g"));
    m_log->setAccessibleName(tr("Log"));
    m_copyDetails->setText(tr("Copy &all"));
    put(m_notice,
        tr("Do not stop, start, restart or release the intermediate instance, nor change its billing method, during migration; it is "
           "released automatically afterwards."));
    showState();
    showNumbers();
    showLog();
}

}
