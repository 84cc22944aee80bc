#include "app/wizard/pages/checkspage.h"

#include "app/wizard/pages/fixbox.h"
#include "app/wizard/widgets/parts.h"
#include "app/wizard/widgets/roomydelegate.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace edgelift::wizard {

ChecksPage::ChecksPage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_model(session)
    , m_summary(new QLabel(this))
    , m_again(new QPushButton(this))
    , m_table(new QTableView(this))
    , m_fix(new FixBox(session, this))
{
    layOut();
    connect(m_again, &QPushButton::clicked, &m_session, &Session::inspect);
    connect(new QShortcut(Qt::Key_F5, this), &QShortcut::activated, m_again, &QPushButton::click);
    connect(&m_session, &Session::inspectionChanged, this, &ChecksPage::showState);
    connect(&m_model, &QAbstractItemModel::modelReset, this, &ChecksPage::addFixButtons);
    connect(&m_model, &QAbstractItemModel::rowsInserted, this, &ChecksPage::showState);
    connect(&m_model, &QAbstractItemModel::rowsRemoved, this, &ChecksPage::showState);
    connect(m_fix, &FixBox::kept, m_table, [this] { m_table->setFocus(Qt::OtherFocusReason); });
    connect(m_fix, &FixBox::started, this, &Page::messageGone);
    connect(m_fix, &FixBox::started, this, &ChecksPage::showState);
    connect(m_fix, &FixBox::done, &m_session, &Session::inspect);
    connect(m_fix, &FixBox::failed, this, [this](const Error &error) {
        showState();
        Q_EMIT message(errorMessage(error, {{[] { return tr("&Retry"); }, [this] { m_fix->carryOut(); }}}));
    });
    retranslate();
}

void ChecksPage::layOut()
{
    m_summary->setObjectName(QStringLiteral("checksSummary"));
    m_summary->setWordWrap(true);
    m_again->setObjectName(QStringLiteral("checkAgain"));
    m_table->setObjectName(QStringLiteral("checks"));
    m_table->setModel(&m_model);
    m_table->setItemDelegate(new RoomyDelegate(m_table));
    m_table->setTabKeyNavigation(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setWordWrap(true);
    m_table->setShowGrid(false);
    m_table->setAlternatingRowColors(true);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setSectionResizeMode(ChecksModel::Finding, QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    auto *top = new QHBoxLayout;
    top->addWidget(m_summary, 1);
    top->addWidget(m_again);
    auto *column = new QVBoxLayout(this);
    column->addLayout(top);
    column->addWidget(m_table, 1);
    column->addWidget(m_fix);
}

/// Rows cannot hold a button of their own kind, so each gets one put over it.
void ChecksPage::addFixButtons()
{
    m_fixButtons.clear();
    for (int row = 0; row < m_model.rowCount(); ++row) {
        const QModelIndex place = m_model.index(row, ChecksModel::Action);
        const QString prompt = place.data(ChecksModel::FixRole).toString();
        if (prompt.isEmpty())
            continue;
        QPushButton *button = makeButton(m_table, "fix");
        button->setObjectName(QLatin1String("fix-") + prompt);
        button->setText(tr("Fix…"));
        button->setAccessibleName(tr("Fix: %1").arg(m_model.index(row, ChecksModel::What).data().toString()));
        button->installEventFilter(this);
        connect(button, &QPushButton::clicked, m_fix, [this, prompt] { m_fix->ask(prompt); });
        m_table->setIndexWidget(place, button);
        m_fixButtons.append(button);
    }
    m_table->setColumnHidden(ChecksModel::Action, m_fixButtons.isEmpty());
    showState();
}

bool ChecksPage::eventFilter(QObject *watched, QEvent *event)
{
    auto *button = qobject_cast<QPushButton *>(watched);
    if (event->type() == QEvent::FocusIn && m_fixButtons.contains(button))
        m_table->setCurrentIndex(m_table->indexAt(button->geometry().center())); // which brings it into view
    return Page::eventFilter(watched, event);
}

bool ChecksPage::isWaiting() const
{
    return m_session.inspection() == Session::Asked::Waiting || m_session.checking() == Session::Asked::Waiting;
}

void ChecksPage::enter()
{
    const bool ask = m_session.inspection() == Session::Asked::Not || m_session.inspection() == Session::Asked::Failed;
    if (ask)
        m_session.inspect();
    else if (m_session.checking() == Session::Asked::Answered && m_session.reaching() == Session::Asked::Not)
        m_session.reachAddresses();
}

QWidget *ChecksPage::firstField() const { return m_table; }

QString ChecksPage::help() const
{
    return tr(
        "Each row says what was looked at, what was found and what to do about it. Problems must be solved before the migration can "
        "start; solve them on the server, then choose Check again. Where Edgelift can do it for you, the row has a Fix button: you are "
        "told what it does before anything changes.");
}

QList<ToDo> ChecksPage::toDo() const
{
    if (isWaiting())
        return {{tr("wait until the checks are done"), nullptr}};
    if (m_fix->isBusy())
        return {{tr("wait until the problem is solved"), nullptr}};
    if (m_session.inspection() != Session::Asked::Answered)
        return {{tr("let the server be read: choose Check again"), m_again}};
    const QString blocker = m_model.blocker();
    return blocker.isEmpty() ? QList<ToDo>() : QList<ToDo>{{blocker, m_table}};
}

void ChecksPage::showState()
{
    using Severity = Check::Severity;
    const bool waiting = isWaiting();
    m_again->setEnabled(!waiting && !m_fix->isBusy());
    for (QPushButton *button : std::as_const(m_fixButtons))
        button->setEnabled(m_again->isEnabled());
    if (waiting) {
        m_summary->setText(tr("Checking…"));
    } else {
        const QString fine = tr("%n OK", nullptr, m_model.count(Severity::Ok) + m_model.count(Severity::Info));
        const QString warnings = tr("%n warning(s)", nullptr, m_model.count(Severity::Warning));
        const QString problems = tr("%n problem(s)", nullptr, m_model.count(Severity::Blocker));
        m_summary->setText(fine + QStringLiteral(" · ") + warnings + QStringLiteral(" · ") + problems);
    }
    m_summary->setAccessibleName(m_summary->text());
    fitColumns();
    Q_EMIT changed();
}

void ChecksPage::retranslate()
{
    m_again->setText(tr("Check &again (F5)"));
    m_table->setAccessibleName(tr("Checks of this server"));
    m_fix->retranslate();
    m_model.retranslate(); // which is shown anew
}

/// What was looked at takes no more than its part of a narrow window; the finding needs the room.
void ChecksPage::fitColumns()
{
    m_table->setIconSize(QSize(1, 1) * fontMetrics().height());
    m_table->setMinimumHeight(fontMetrics().height() * 9);
    const auto wanted = [this](int column) {
        return std::max(static_cast<QAbstractItemView *>(m_table)->sizeHintForColumn(column),
                   m_table->horizontalHeader()->sectionSizeHint(column))
            + 2;
    };
    int word = 0; // the longest one must not be broken
    for (int row = 0; row < m_model.rowCount(); ++row) {
        for (const QString &each : m_model.index(row, ChecksModel::What).data().toString().split(QLatin1Char(' ')))
            word = std::max(word, m_table->fontMetrics().horizontalAdvance(each) + m_table->fontMetrics().averageCharWidth() * 2);
    }
    m_table->setColumnWidth(ChecksModel::State, wanted(ChecksModel::State));
    QSize button;
    for (const QPushButton *each : std::as_const(m_fixButtons))
        button = button.expandedTo(each->sizeHint());
    m_table->verticalHeader()->setMinimumSectionSize(button.height() + 4);
    m_table->setColumnWidth(
        ChecksModel::Action, std::max(button.width(), m_table->horizontalHeader()->sectionSizeHint(ChecksModel::Action)) + 2);
    m_table->setColumnWidth(ChecksModel::What, std::min(wanted(ChecksModel::What), std::max(m_table->width() / 4, word)));
    m_table->resizeRowsToContents();
}

void ChecksPage::resizeEvent(QResizeEvent *event)
{
    Page::resizeEvent(event);
    fitColumns();
}

void ChecksPage::changeEvent(QEvent *event)
{
    Page::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        fitColumns();
}

}
