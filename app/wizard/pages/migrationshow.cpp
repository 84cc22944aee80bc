#include "app/wizard/pages/errorpanel.h"
#include "app/wizard/pages/livebox.h"
#include "app/wizard/pages/migrationpage.h"
#include "app/wizard/pages/modifypanel.h"
#include "app/wizard/pages/progresspanel.h"
#include "app/wizard/pages/resourcelist.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/askpanel.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/factgrid.h"
#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/linkline.h"
#include "app/wizard/widgets/logview.h"
#include "app/wizard/widgets/parts.h"
#include "app/wizard/widgets/phasestrip.h"

#include <QVBoxLayout>

/// What the migration page shows, and in which words.
namespace edgelift::wizard {

namespace {

using State = JobWatch::State;
using Action = JobWatch::Action;

}

QString MigrationPage::title() const { return tr("Migration"); }

QString MigrationPage::subtitle() const
{
    if (m_session.hasOwnEngine() && !hasNext())
        return tr("When this window is closed the demonstration ends, and its migration with it.");
    switch (m_watch.lastState()) {
    case State::Preparing:
    case State::Synchronizing:
    case State::Processing:
        return tr("You may close this window: the migration goes on, and starting Edgelift again shows it.");
    case State::Cancelling:
        return tr("You may close this window: the clean-up goes on.");
    case State::None:
    case State::Paused:
    case State::Error:
    case State::Completed:
    case State::Cancelled:
    case State::Offline:
        return {};
    }
    Q_UNREACHABLE();
}

QString MigrationPage::help() const
{
    return tr("The speed counts the data of the disks before it is compressed, so it can be higher than the speed of the network. The "
              "remaining time is shown once the speed is steady.\n\n"
              "Pause keeps everything that was copied, and the transit instance, which keeps costing. Cancel removes both.\n\n"
              "After an error nothing is lost: what was copied is kept, and Retry goes on from there.");
}

bool MigrationPage::hasNext() const
{
    return m_watch.lastState() == State::Completed || m_watch.lastState() == State::Cancelled || m_watch.isCancelFailed();
}

QString MigrationPage::windowTitleState() const
{
    if (m_watch.state() == State::None)
        return {};
    const std::optional<double> share = m_watch.state() == State::Synchronizing ? m_watch.share() : std::nullopt;
    //: In the window's title: per cent and state
    const QString text = share ? tr("%1 %2").arg(format::percent(*share), m_progress->stateText()) : m_progress->stateText();
    const QString name = m_watch.job().sourceName;
    //: In the window's title: how far the migration is, and the server's name
    return name.isEmpty() ? text : tr("%1 — %2").arg(text, format::shown(name));
}

void MigrationPage::showAll()
{
    const QWidget *before = window()->focusWidget();
    showState();
    m_progress->refresh();
    m_live->refresh();
    showHint();
    showWarnings();
    showDetails();
    showLog();
    m_focus.settle(before);
}

void MigrationPage::showState()
{
    const State last = m_watch.lastState();
    const bool failed = last == State::Error;
    const bool atEnd = last == State::Completed || last == State::Cancelled;
    m_phases->setVisible(!m_watch.job().cancelling);
    m_phases->show(m_watch.phase(), failed, last == State::Completed);
    m_error->setVisible(failed && m_watch.error());
    if (failed)
        m_error->refresh();
    auto *column = static_cast<QVBoxLayout *>(layout());
    const bool explained = m_error->isVisibleTo(this);
    column->setStretchFactor(m_progress, explained ? 0 : 1); // the graph takes what nobody else needs
    column->setStretch(column->count() - 1, explained ? 1 : 0);
    m_notice->setVisible(!atEnd && !failed && last != State::Cancelling);
    if (atEnd || last == State::Cancelling)
        m_question->hide();
    m_question->setConfirmable(!m_watch.isStale());
    const bool changeable = last == State::Synchronizing || last == State::Paused || failed;
    if (!changeable)
        m_change->hide();
    m_change->refresh();
    showButtons();
}

void MigrationPage::showButtons()
{
    const State last = m_watch.lastState();
    m_pause->setVisible(last != State::Paused && last != State::Error);
    m_resume->setVisible(last == State::Paused);
    m_cancel->setVisible(last != State::Error); // its panel has one
    m_pause->setEnabled(m_watch.can(Action::Pause));
    m_resume->setEnabled(m_watch.can(Action::Resume));
    m_modify->setEnabled(m_watch.can(Action::Modify));
    m_cancel->setEnabled(m_watch.can(Action::Cancel));
}

QString MigrationPage::hint() const
{
    constexpr int givenUpAfter = 300; // s
    if (m_watch.isStale() && m_watch.progressTime().isValid())
        return tr("The numbers are of %1.").arg(format::clock(m_watch.progressTime()));
    if (m_watch.lastState() == State::Paused) {
        const QString price = pricePerDay(m_watch.resources());
        //: %1 is such as "CNY 12.50 a day"
        return price.isEmpty() ? tr("The transit instance keeps costing while the migration is paused.")
                               : tr("The transit instance keeps costing while the migration is paused: %1.").arg(price);
    }
    if (const int still = m_watch.stalledSeconds(); still >= givenUpAfter)
        return tr("No data for %1 s. Check the network of this server, or choose Pause and go on later.").arg(format::number(still));
    else if (still > 0)
        return tr("No data for %1 s. Waiting for the network.").arg(format::number(still));
    if (m_watch.isSlow())
        return tr("The transfer is slow. To speed it up, raise the bandwidth of this server and of the destination for a while.");
    if (const double held = m_watch.progress().limits.backOffMBps; held > 0 && m_watch.lastState() == State::Synchronizing)
        return tr("This server's own disk accesses are slow, so the migration reads at most %1 for now.").arg(format::speed(held * 1e6));
    return {};
}

void MigrationPage::showHint()
{
    m_hint->say(FieldNote::Kind::Warning, hint());
    m_slowLink->setVisible(m_watch.isSlow() && m_watch.stalledSeconds() == 0);
}

void MigrationPage::showWarnings()
{
    QStringList lines;
    for (const WarningInfo &warning : m_watch.warnings()) {
        const QString line = format::shown(warning.text());
        if (!lines.contains(line))
            lines.append(line);
    }
    m_warnings->say(FieldNote::Kind::Warning, lines.join(QLatin1Char('\n')));
}

void MigrationPage::showDetails()
{
    if (!m_detailsFold->isOpen())
        return;
    const JobInfo &job = m_watch.job();
    QStringList tags;
    for (auto it = job.tags.begin(); it != job.tags.end(); ++it)
        tags.append(format::shown(it.key() + QLatin1Char('=') + it.value()));
    const auto remaining = m_watch.remainingSeconds();
    const auto share = m_watch.share();
    const QString values[] = {format::ltr(job.id), format::shown(job.name), m_watch.isStale() ? m_progress->stateText() : job.stateText(),
        format::date(job.created), format::date(job.started), format::date(job.ended), share ? format::percent(*share, 1) : QString(),
        format::ltr(job.region), format::ltr(job.instanceId), tags.join(QStringLiteral(", ")),
        //: The transit instance's resource group: the account's own, because no other is asked for
        tr("Default resource group"), remaining ? format::number(*remaining) : QString()};
    for (qsizetype i = 0; i < qsizetype(std::size(values)); ++i)
        m_details->setValue(i, values[i]);
}

void MigrationPage::showLog()
{
    const QList<LogLine> &lines = m_watch.log().lines();
    const bool open = m_logFold->isOpen();
    sayOrHide(*m_lastLine, lines.isEmpty() || open ? QString() : lines.last().lineText());
    if (!open)
        return;
    const qint64 written = m_watch.log().written();
    const bool anew = m_logJob != m_watch.jobId() || m_logShown > written || m_logShown < written - lines.size();
    const auto text = [&lines](qsizetype from) {
        QStringList out;
        for (const LogLine &line : lines.mid(from))
            out.append(line.lineText());
        return out;
    };
    if (anew)
        m_log->setLines(text(0));
    else
        m_log->addLines(text(lines.size() - (written - m_logShown)));
    m_logJob = m_watch.jobId();
    m_logShown = written;
}

void MigrationPage::retranslate()
{
    m_phases->retranslate();
    m_progress->retranslate();
    m_error->retranslate();
    m_change->retranslate();
    m_live->retranslate();
    m_question->setTexts(tr("Cancel this migration? The job is deleted, the transit instance is released and the copied data is lost. "
                            "What was used until now is still charged."),
        tr("&Keep migrating"), tr("Cancel migrati&on"));
    m_slowLink->setTitle(tr("Estimate migration time and test transfer speed"));
    m_pause->setText(tr("&Pause"));
    m_resume->setText(tr("&Resume"));
    m_modify->setText(tr("&Modify…"));
    m_cancel->setText(tr("Cancel &job…"));
    m_detailsFold->setText(tr("&Details"));
    m_logFold->setText(tr("&Log"));
    m_log->setAccessibleName(tr("Log"));
    m_copyDetails->setText(tr("Copy all"));
    m_copyDetails->setAccessibleName(tr("Copy all details"));
    m_details->setNames({tr("Job ID"), tr("Job name"), tr("Job status"), tr("Creation time"), tr("Start time"), tr("End time"),
        tr("Job progress"), tr("Target region"), tr("Transit instance ID"), tr("Tags"), tr("Resource group"), tr("Remaining time (s)")});
    m_notice->say(tr("Do not stop, start, restart or release the transit instance, nor change its billing method, during migration; it is "
                     "released automatically afterwards."));
    m_logJob.clear(); // its lines are in the old language
    showAll();
}

}
