#include "app/wizard/wizard.h"

#include <QFile>
#include <cstdio>

/// What a job's news mean for the program.
namespace edgelift::wizard {

/// With the settings of a job that cannot go on; what is left of it is being removed meanwhile.
void Wizard::startAgain()
{
    for (int id = int(PageId::Welcome); id <= int(PageId::Review); ++id)
        m_window.markVisited(PageId(id));
    m_window.lockSetup(false);
    m_window.go(m_session.credential().isComplete() ? PageId::Review : PageId::Connect);
    m_window.say({Message::Severity::Information,
        [] {
            return tr(
                "The settings of the last migration are here again, and what is left of it is being removed. Start when you are ready.");
        },
        {}, {}});
}

void Wizard::jobChanged()
{
    const QString state = m_job.job().state;
    if (state == QLatin1String("Finished") || state == QLatin1String("Cancelled")) {
        if (m_window.current() >= PageId::Migration) // else the next one is being set up already
            QFile::remove(m_draftPath);
    }
    showStatus();
}

QString Wizard::closingText() const
{
    switch (m_job.isGoingOn() ? JobWatch::State::Synchronizing : m_job.lastState()) {
    case JobWatch::State::Preparing:
    case JobWatch::State::Synchronizing:
    case JobWatch::State::Processing:
    case JobWatch::State::Cancelling:
        return tr("Migration %1 continues in the background. Start “edgelift” again to watch it.").arg(m_job.jobId());
    case JobWatch::State::Paused:
    case JobWatch::State::Error:
        return tr("Migration %1 waits, and what it made in the cloud keeps costing. Start “edgelift” again to go on or to clean up.")
            .arg(m_job.jobId());
    case JobWatch::State::None:
    case JobWatch::State::Completed:
    case JobWatch::State::Cancelled:
    case JobWatch::State::Offline:
        return {};
    }
    Q_UNREACHABLE();
}

void Wizard::closing()
{
    if (m_saving.isActive())
        save();
    m_job.leaveSoon();
    const QString text = m_demo ? QString() : closingText();
    if (!text.isEmpty())
        std::printf("%s\n", qUtf8Printable(text));
    std::fflush(stdout);
}

}
