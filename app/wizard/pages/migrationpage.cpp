#include "app/wizard/pages/migrationpage.h"

#include "app/wizard/pages/errorpanel.h"
#include "app/wizard/pages/links.h"
#include "app/wizard/pages/livebox.h"
#include "app/wizard/pages/modifypanel.h"
#include "app/wizard/pages/progresspanel.h"
#include "app/wizard/shell/clipboard.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/askpanel.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/factgrid.h"
#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/linkline.h"
#include "app/wizard/widgets/logview.h"
#include "app/wizard/widgets/parts.h"
#include "app/wizard/widgets/phasestrip.h"

#include <QAccessible>
#include <QApplication>
#include <QHideEvent>
#include <QTimer>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

using State = JobWatch::State;
using Action = JobWatch::Action;

}

MigrationPage::MigrationPage(Session &session, JobWatch &watch, QWidget *parent)
    : Page(session, parent)
    , m_watch(watch)
    , m_phases(new PhaseStrip(this))
    , m_progress(new ProgressPanel(watch, this))
    , m_error(new ErrorPanel(watch, this))
    , m_live(new LiveBox(watch, this))
    , m_hint(new FieldNote(nullptr, this))
    , m_slowLink(new LinkLine(this, QStringLiteral("slowLink"), QLatin1String(links::faq)))
    , m_notice(makeText(this, "jobNotice"))
    , m_warnings(new FieldNote(nullptr, this))
    , m_pause(makeButton(this, "pause"))
    , m_resume(makeButton(this, "resume"))
    , m_modify(makeButton(this, "modify"))
    , m_cancel(makeButton(this, "cancelJob"))
    , m_question(new AskPanel(this, QStringLiteral("cancel")))
    , m_change(new ModifyPanel(watch, this))
    , m_detailsFold(new Disclosure(this))
    , m_detailsBox(new QWidget(this))
    , m_details(new FactGrid(m_detailsBox, QStringLiteral("detail")))
    , m_copyDetails(makeButton(m_detailsBox, "copyDetails"))
    , m_logFold(new Disclosure(this))
    , m_log(new LogView(int(JobLog::limit), this))
    , m_lastLine(makeText(this, "lastLogLine"))
{
    layOut();
    connectParts();
    connectButtons();
    retranslate();
}

void MigrationPage::layOut()
{
    m_hint->setObjectName(QStringLiteral("jobHint"));
    m_warnings->setObjectName(QStringLiteral("jobWarnings"));
    m_detailsFold->setObjectName(QStringLiteral("detailsFold"));
    m_logFold->setObjectName(QStringLiteral("logFold"));
    m_log->setObjectName(QStringLiteral("log"));
    m_log->setFixedHeight(fontMetrics().height() * 9);
    auto *details = new QVBoxLayout(m_detailsBox);
    details->setContentsMargins(0, 0, 0, 0);
    details->addWidget(m_details);
    details->addWidget(m_copyDetails, 0, Qt::AlignLeading);
    auto *buttons = new FlowLayout;
    for (QWidget *each : std::initializer_list<QWidget *>{m_pause, m_resume, m_modify, m_cancel, m_detailsFold, m_logFold})
        buttons->addWidget(each);
    auto *column = new QVBoxLayout(this);
    for (QWidget *each : std::initializer_list<QWidget *>{m_phases, m_progress, m_error, m_live, m_hint, m_slowLink, m_warnings, m_notice})
        column->addWidget(each);
    column->addLayout(buttons);
    for (QWidget *each : std::initializer_list<QWidget *>{m_question, m_change, m_detailsBox, m_lastLine, m_log})
        column->addWidget(each);
    column->addStretch();
    m_detailsFold->setPart(m_detailsBox);
    m_logFold->setPart(m_log);
}

void MigrationPage::connectParts()
{
    connect(&m_watch, &JobWatch::stateChanged, this, &MigrationPage::stateChanged);
    connect(&m_watch, &JobWatch::progressed, this, &MigrationPage::progressed);
    connect(new QShortcut(Qt::CTRL | Qt::Key_L, this), &QShortcut::activated, m_logFold, &QToolButton::click);
    connect(&m_watch, &JobWatch::logged, this, [this] {
        if (isVisible())
            showLog();
    });
    const auto fail = [this](const edgelift::Error &error) {
        if (isVisible())
            Q_EMIT message(errorMessage(error));
    };
    connect(&m_watch, &JobWatch::actionFailed, this, fail);
    connect(m_change, &ModifyPanel::failed, this, fail);
    connect(m_change, &ModifyPanel::opened, this, [this] { openPanel(m_change); });
    connect(m_change, &ModifyPanel::closed, this, [this] { m_modify->setFocus(Qt::OtherFocusReason); });
    connect(m_error, &ErrorPanel::cleanUpWished, this, &MigrationPage::askCancel);
    connect(m_error, &ErrorPanel::restartWished, this, &MigrationPage::startAgain);
    connect(m_error, &ErrorPanel::retryWished, this, [this] {
        m_focus.pass(m_cancel);
        m_watch.retry();
    });
    connect(m_question, &AskPanel::kept, this, [this] {
        m_focus.pass(m_cancel);
        keep();
        showAll();
    });
    connect(m_question, &AskPanel::confirmed, this, [this] {
        m_pausedToAsk = false;
        m_detailsFold->setFocus(Qt::OtherFocusReason); // the buttons are about to go
        m_watch.cancel();
    });
}

void MigrationPage::connectButtons()
{
    connect(m_pause, &QPushButton::clicked, this, [this] {
        m_focus.pass(m_resume);
        m_watch.pause();
    });
    connect(m_resume, &QPushButton::clicked, this, [this] {
        m_focus.pass(m_pause);
        m_watch.resume();
    });
    connect(m_modify, &QPushButton::clicked, m_change, &ModifyPanel::open);
    connect(m_cancel, &QPushButton::clicked, this, &MigrationPage::askCancel);
    connect(m_detailsFold, &QAbstractButton::toggled, this, [this] {
        showDetails();
        bringIntoView(*m_detailsBox);
    });
    connect(m_logFold, &QAbstractButton::toggled, this, [this] {
        showLog();
        bringIntoView(*m_log);
    });
    connect(m_copyDetails, &QPushButton::clicked, this, [this] { copyText(m_details->text()); });
}

/// One at a time: they stand in the same place.
void MigrationPage::openPanel(QWidget *panel)
{
    if (panel != m_change)
        m_change->hide();
    if (panel != m_question)
        closeQuestion();
}

/// The copy stands still while the question is open (ux.md 2.10).
void MigrationPage::askCancel()
{
    openPanel(m_question);
    m_pausedToAsk = m_watch.can(Action::Pause);
    if (m_pausedToAsk)
        m_watch.pause();
    m_question->open();
}

void MigrationPage::keep()
{
    if (std::exchange(m_pausedToAsk, false))
        m_watch.resume();
}

void MigrationPage::closeQuestion()
{
    m_question->hide();
    keep();
}

/// The transit instance is gone, and all that was copied with it (R128): what is left of the job goes as well.
void MigrationPage::startAgain()
{
    m_watch.askPlan(this, [this](const Result<Plan> &plan) {
        if (!plan)
            return Q_EMIT message(errorMessage(plan.error()));
        m_session.setPlan(*plan);
        m_watch.cancel();
        Q_EMIT startedAgain();
    });
}

void MigrationPage::enter()
{
    stateChanged();
    leaveAtEnd();
}

/// Not at once: the shell may be on its way to this page.
void MigrationPage::leaveAtEnd()
{
    QTimer::singleShot(0, this, [this] {
        if (isVisible() && hasNext())
            Q_EMIT finished();
    });
}

void MigrationPage::next()
{
    if (hasNext())
        Page::next();
}

QWidget *MigrationPage::firstField() const
{
    for (QWidget *each : std::initializer_list<QWidget *>{m_resume, m_pause, m_cancel}) {
        if (each->isVisibleTo(this) && each->isEnabled())
            return each;
    }
    return nullptr;
}

void MigrationPage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    showAll();
}

void MigrationPage::hideEvent(QHideEvent *event)
{
    Page::hideEvent(event);
    if (!event->spontaneous()) // not minimized
        closeQuestion();
}

void MigrationPage::stateChanged()
{
    const bool moved = std::exchange(m_shownState, m_watch.state()) != m_watch.state();
    if (isVisible())
        showAll();
    if (moved)
        announce();
    m_shownTitle = windowTitleState();
    Q_EMIT changed();
    if (moved)
        leaveAtEnd();
}

/// Told where it is not seen: to screen readers, and to people who look at another window.
void MigrationPage::announce()
{
    QAccessibleEvent alert(m_progress, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
    if (m_shownState == State::Error || m_shownState == State::Completed)
        QApplication::alert(window());
    if (m_shownState == State::Error && isVisible() && (!focusWidget() || !focusWidget()->isVisible()))
        m_error->focusRemedy();
}

void MigrationPage::setLowBandwidth(bool on)
{
    m_every = on ? 5 : 1;
    m_progress->setEvery(m_every);
}

void MigrationPage::progressed()
{
    m_progress->sample();
    if (++m_since < m_every)
        return; // of a far display every repaint costs
    m_since = 0;
    if (isVisible()) {
        m_progress->refresh();
        m_live->refresh();
        showHint();
        if (m_detailsFold->isOpen())
            showDetails();
    }
    if (const QString text = windowTitleState(); text != m_shownTitle) {
        m_shownTitle = text;
        Q_EMIT changed();
    }
}

}
