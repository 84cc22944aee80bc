#include "app/wizard/pages/migrationpage.h"

#include "app/wizard/pages/migrationpanels.h"
#include "app/wizard/shell/clipboard.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/flowlayout.h"
#include "app/wizard/widgets/phasestrip.h"
#include "app/wizard/widgets/sweepchart.h"

#include <QAccessible>
#include <QGridLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

using State = JobWatch::State;
using Action = JobWatch::Action;
constexpr int barSteps = 1000;

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

QProgressBar *makeBar(QWidget *parent, const QString &name)
{
    auto *bar = new QProgressBar(parent);
    bar->setObjectName(name);
    bar->setRange(0, barSteps);
    bar->setTextVisible(false);
    return bar;
}

}

MigrationPage::MigrationPage(Session &session, JobWatch &watch, QWidget *parent)
    : Page(session, parent)
    , m_watch(watch)
    , m_phases(new PhaseStrip(this))
    , m_state(makeLabel(this, "jobState"))
    , m_bar(makeBar(this, QStringLiteral("jobProgress")))
    , m_amount(makeLabel(this, "jobAmount"))
    , m_remaining(makeLabel(this, "jobRemaining"))
    , m_numbers(makeLabel(this, "jobSpeeds"))
    , m_more(makeLabel(this, "jobMore"))
    , m_chart(new SweepChart(this))
    , m_error(new ErrorPanel(watch, this))
    , m_diskBox(new QWidget(this))
    , m_diskGrid(new QGridLayout(m_diskBox))
    , m_hint(makeLabel(this, "jobHint"))
    , m_notice(makeLabel(this, "jobNotice"))
    , m_warnings(makeLabel(this, "jobWarnings"))
    , m_pause(makeButton(this, "pauseResume"))
    , m_modify(makeButton(this, "modify"))
    , m_cancel(makeButton(this, "cancelJob"))
    , m_question(new CancelPanel(this))
    , m_change(new ModifyPanel(this))
    , m_detailsFold(new Disclosure(this))
    , m_detailsBox(new QWidget(this))
    , m_details(makeLabel(m_detailsBox, "jobDetails"))
    , m_copyDetails(makeButton(m_detailsBox, "copyDetails"))
    , m_logFold(new Disclosure(this))
    , m_log(new QPlainTextEdit(this))
    , m_lastLine(makeLabel(this, "lastLogLine"))
{
    layOut();
    connectParts();
    retranslate();
}

QWidget *MigrationPage::makeNumbers()
{
    auto *box = new QWidget(this);
    auto *grid = new QGridLayout(box);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->addWidget(m_state, 0, 0);
    grid->addWidget(m_amount, 0, 1);
    grid->addWidget(m_remaining, 0, 2);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    m_amount->setAlignment(Qt::AlignHCenter);
    m_remaining->setAlignment(Qt::AlignTrailing);
    grid->addWidget(m_bar, 1, 0, 1, 3);
    return box;
}

void MigrationPage::layOut()
{
    QFont bold = font();
    bold.setBold(true);
    m_state->setFont(bold);
    m_chart->setObjectName(QStringLiteral("speedChart"));
    m_detailsFold->setObjectName(QStringLiteral("detailsFold"));
    m_logFold->setObjectName(QStringLiteral("logFold"));
    m_log->setObjectName(QStringLiteral("log"));
    m_log->setReadOnly(true);
    m_log->setTabChangesFocus(true);
    m_log->setMinimumHeight(fontMetrics().height() * 8);
    m_diskGrid->setContentsMargins(0, 0, 0, 0);
    m_diskGrid->setColumnStretch(1, 1);
    auto *details = new QVBoxLayout(m_detailsBox);
    details->setContentsMargins(0, 0, 0, 0);
    details->addWidget(m_details);
    details->addWidget(m_copyDetails, 0, Qt::AlignLeading);
    auto *buttons = new FlowLayout;
    for (QWidget *each : std::initializer_list<QWidget *>{m_pause, m_modify, m_cancel, m_detailsFold, m_logFold})
        buttons->addWidget(each);
    auto *column = new QVBoxLayout(this);
    column->addWidget(m_phases);
    column->addWidget(makeNumbers());
    for (QWidget *each : std::initializer_list<QWidget *>{m_numbers, m_more, m_chart, m_error, m_hint, m_diskBox, m_notice, m_warnings})
        column->addWidget(each);
    column->addLayout(buttons);
    for (QWidget *each : std::initializer_list<QWidget *>{m_question, m_change, m_lastLine, m_detailsBox, m_log})
        column->addWidget(each);
    column->addStretch();
    m_detailsFold->setPart(m_detailsBox);
    m_logFold->setPart(m_log);
    m_error->hide();
}

void MigrationPage::connectParts()
{
    connect(&m_watch, &JobWatch::stateChanged, this, &MigrationPage::stateChanged);
    connect(&m_watch, &JobWatch::progressed, this, &MigrationPage::progressed);
    connect(&m_watch, &JobWatch::logged, this, [this] {
        if (isVisible())
            showLog();
    });
    connect(&m_watch, &JobWatch::actionFailed, this, [this](const edgelift::Error &error) { Q_EMIT message(errorMessage(error)); });
    connect(&m_watch, &JobWatch::modified, this, [this](bool later) {
        m_change->say(later ? tr("Applied. It takes effect when the migration goes on.")
                            : tr("Applied. The new limit takes effect within %1 s.").arg(format::number(10)));
    });
    connect(m_pause, &QPushButton::clicked, this, [this] {
        if (m_watch.can(Action::Pause))
            m_watch.pause();
        else
            m_watch.resume();
    });
    connect(m_modify, &QPushButton::clicked, this, [this] {
        const Plan::Transfer &transfer = m_session.plan().transfer;
        const bool told = m_watch.progressTime().isValid();
        m_change->open(told ? m_watch.progress().limits.limitMbps : transfer.limitMbps, transfer.compression, transfer.checksum);
    });
    connect(m_change, &ModifyPanel::applied, &m_watch, &JobWatch::modify);
    connect(m_cancel, &QPushButton::clicked, this, &MigrationPage::askCancel);
    connect(m_error, &ErrorPanel::cleanUpWished, this, &MigrationPage::askCancel);
    connect(m_error, &ErrorPanel::retryWished, &m_watch, &JobWatch::retry);
    connect(m_question, &CancelPanel::kept, this, &MigrationPage::keep);
    connect(m_question, &CancelPanel::confirmed, this, [this] {
        m_question->hide();
        m_pausedToAsk = false;
        m_watch.cancel();
    });
    connect(m_detailsFold, &QAbstractButton::toggled, this, &MigrationPage::showDetails);
    connect(m_logFold, &QAbstractButton::toggled, this, &MigrationPage::showLog);
    connect(m_copyDetails, &QPushButton::clicked, this, [this] { copyText(m_details->text()); });
}

/// The copy stands still while the question is open (ux.md 2.10).
void MigrationPage::askCancel()
{
    m_pausedToAsk = m_watch.can(Action::Pause);
    if (m_pausedToAsk)
        m_watch.pause();
    m_question->open();
}

void MigrationPage::keep()
{
    m_question->hide();
    m_cancel->setFocus(Qt::OtherFocusReason);
    if (std::exchange(m_pausedToAsk, false))
        m_watch.resume();
}

void MigrationPage::enter() { stateChanged(); }

void MigrationPage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    showState();
    showNumbers();
    showLog();
}

void MigrationPage::stateChanged()
{
    const bool moved = std::exchange(m_shownState, m_watch.state()) != m_watch.state();
    if (isVisible()) {
        showState();
        showNumbers();
    }
    if (moved) {
        QAccessibleEvent alert(m_state, QAccessible::Alert);
        QAccessible::updateAccessibility(&alert);
    }
    m_shownTitle = windowTitleState();
    Q_EMIT changed();
    if (moved && isVisible() && (m_shownState == State::Completed || m_shownState == State::Cancelled))
        Q_EMIT finished();
}

void MigrationPage::progressed()
{
    if (m_watch.state() == State::Synchronizing)
        m_chart->add(m_watch.diskSpeed(), m_watch.wireSpeed());
    if (isVisible())
        showNumbers();
    if (const QString text = windowTitleState(); text != m_shownTitle) {
        m_shownTitle = text;
        Q_EMIT changed();
    }
}

QString MigrationPage::windowTitleState() const
{
    if (m_watch.state() == State::None)
        return {};
    if (m_watch.state() != State::Synchronizing)
        return stateText();
    //: In the window's title: per cent and state
    return tr("%1 %2").arg(format::percent(m_watch.share()), stateText());
}

QString MigrationPage::title() const { return tr("Migration"); }
QString MigrationPage::subtitle() const
{
    if (m_session.hasOwnEngine())
        return tr("When this window is closed the demonstration ends, and its migration with it.");
    return tr("You may close this window: the migration goes on, and starting Edgelift again shows it.");
}
bool MigrationPage::hasNext() const { return m_watch.lastState() == State::Completed || m_watch.lastState() == State::Cancelled; }

QList<ToDo> MigrationPage::toDo() const { return hasNext() ? QList<ToDo>() : QList<ToDo>{{tr("The migration is not finished."), {}}}; }

}
