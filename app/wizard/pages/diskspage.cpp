#include "app/wizard/pages/diskspage.h"

#include "app/wizard/pages/disksbars.h"
#include "app/wizard/pages/disksbuttons.h"
#include "app/wizard/pages/diskstable.h"
#include "app/wizard/pages/layoutgestures.h"
#include "app/wizard/pages/layoutlines.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/disclosure.h"
#include "app/wizard/widgets/diskbar.h"
#include "app/wizard/widgets/pointlist.h"
#include "app/wizard/widgets/textlabel.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutroom.h"

#include <QAccessible>
#include <QShortcut>
#include <QVBoxLayout>
#include <algorithm>

namespace edgelift::wizard {

DisksPage::DisksPage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_buttons(new DisksButtons(this))
    , m_state(new TextLabel(this, "state"))
    , m_summary(new PointList(this))
    , m_show(new Disclosure(this))
    , m_bars(new DisksBars(m_model, this))
    , m_detail(new TextLabel(this, "detail"))
    , m_table(new DisksTable(m_model, this))
    , m_problems(new LayoutProblems(this))
    , m_gestures(new LayoutGestures(m_model, *m_table, this))
{
    layOut();
    connectButtons();
    connectModel();
    connectViews();
    takeSession();
    retranslate();
}

void DisksPage::layOut()
{
    m_show->setObjectName(QStringLiteral("showLayout"));
    m_summary->setObjectName(QStringLiteral("layoutSummary"));
    m_detail->setAlignment(Qt::AlignTop | Qt::AlignLeading);
    auto *column = new QVBoxLayout(this);
    for (QWidget *part : std::initializer_list<QWidget *>{m_buttons, m_state, m_summary})
        column->addWidget(part);
    column->addWidget(m_show, 0, Qt::AlignLeading);
    column->addWidget(m_bars);
    column->addWidget(m_detail);
    column->addWidget(m_table, 1);
    column->addWidget(m_problems);
    column->addStretch();
}

void DisksPage::connectButtons()
{
    connect(m_buttons, &DisksButtons::adjustChosen, this, [this](bool adjust) { m_model.edit(SetModify{adjust}); });
    connect(m_show, &QToolButton::toggled, this, &DisksPage::showState);
    connect(m_buttons, &DisksButtons::undoWanted, &m_model, &LayoutModel::undo);
    connect(m_buttons, &DisksButtons::redoWanted, &m_model, &LayoutModel::redo);
    connect(m_buttons, &DisksButtons::resetWanted, this, [this] { m_model.edit(ResetLayout{}); });
    connect(m_buttons, &DisksButtons::fixWanted, this, &DisksPage::fix);
    connect(m_buttons, &DisksButtons::rescanWanted, this, &DisksPage::rescan);
    const auto keys = [this](const QKeySequence &sequence, auto run) {
        auto *shortcut = new QShortcut(sequence, this);
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, run);
    };
    keys(QKeySequence::Undo, [this] { m_model.undo(); });
    keys(Qt::CTRL | Qt::SHIFT | Qt::Key_Z, [this] { m_model.redo(); });
    auto *again = new QShortcut(Qt::Key_F5, this); // also when the focus is in the step list; only the page that is seen answers
    connect(again, &QShortcut::activated, this, &DisksPage::rescan);
}

void DisksPage::connectModel()
{
    connect(&m_session, &Session::planChanged, this, &DisksPage::takeSession);
    connect(&m_session, &Session::inspectionChanged, this, &DisksPage::takeSession);
    connect(&m_model, &LayoutModel::planChanged, this, [this] {
        m_session.setPlan(m_model.plan());
        judge({});
        showState();
        Q_EMIT messageGone();
        Q_EMIT changed();
    });
    connect(&m_model, &LayoutModel::dropJudged, this, [this](const DropVerdict &verdict) { judge(verdict); });
    connect(&m_model, &LayoutModel::refused, this,
        [this](const Problem &problem) { say(Message::Severity::Warning, [problem] { return said::of(problem); }); });
}

void DisksPage::connectViews()
{
    connect(
        m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex &index, const QModelIndex &old) {
            m_bars->setCurrent(index);
            if (index.siblingAtColumn(0) != old.siblingAtColumn(0))
                judge({});
        });
    connect(m_table, &DisksTable::notASize, this, [this](const QString &text) {
        say(Message::Severity::Warning, [text = format::shown(text)] {
            return tr("“%1” is not a size. Enter a number, alone for GiB or with a unit, such as 20 or 512 MiB.").arg(text);
        });
    });
    connect(m_table, &QWidget::customContextMenuRequested, this,
        [this](const QPoint &point) { m_gestures->showMenu(m_table->viewport()->mapToGlobal(point)); });
    connect(m_bars, &DisksBars::menuWanted, m_gestures, &LayoutGestures::showMenu);
    connect(m_bars, &DisksBars::currentChanged, this, &DisksPage::selectRow);
    connect(m_bars, &DisksBars::rebuilt, this, [this] {
        for (DiskBar *bar : m_bars->bars())
            m_gestures->watch(bar);
        setTabOrder(m_bars, m_table);
    });
    const auto dragged = [this] { // why not stays; what a drop would have meant is over
        if (m_verdict && m_verdict->allowed)
            judge({});
    };
    connect(m_bars, &DisksBars::dragEnded, this, dragged);
    connect(m_table, &DisksTable::dragEnded, this, dragged);
    connect(m_gestures, &LayoutGestures::pickedUp, this, [this](const QString &name) {
        say(Message::Severity::Information,
            [name] { return tr("%1 picked up. Use Up and Down to choose a disk, Enter to drop, Esc to cancel.").arg(name); });
    });
    connect(m_gestures, &LayoutGestures::targetChanged, this, [this](int disk) {
        judge({});
        m_bars->setTarget(disk);
        if (disk < 0)
            Q_EMIT messageGone();
    });
}

void DisksPage::selectRow(const QModelIndex &index)
{
    if (m_table->currentIndex().siblingAtColumn(0) != index)
        m_table->setCurrentIndex(index);
    else
        m_bars->setCurrent(index);
}

void DisksPage::takeSession()
{
    if (m_model.plan() != m_session.plan() || m_model.facts() != m_session.facts())
        m_model.setPlan(m_session.plan(), m_session.facts());
    showState();
    Q_EMIT changed();
}

QString DisksPage::stateText() const
{
    if (m_model.rowCount() > 0)
        return {};
    switch (m_session.inspection()) {
    case Session::Asked::Failed:
        return said::paragraph(m_session.inspectionError());
    case Session::Asked::Answered:
        return tr("No disks found.");
    case Session::Asked::Not:
    case Session::Asked::Waiting:
        return tr("Reading disks…");
    }
    Q_UNREACHABLE();
}

void DisksPage::showState()
{
    const bool modify = m_model.plan().modifyDisks;
    const bool some = m_model.rowCount() > 0;
    const bool open = some && (modify || m_show->isOpen());
    m_state->say(stateText());
    m_state->setVisible(!m_state->said().isEmpty());
    m_summary->setPoints(layoutLines(m_model.plan(), m_model.facts()));
    m_summary->setVisible(some && !open);
    m_show->setVisible(some && !modify);
    for (QWidget *part : std::initializer_list<QWidget *>{m_bars, m_detail, m_table})
        part->setVisible(open);
    m_problems->setLines(LayoutProblems::linesOf(m_model));
    m_buttons->show({some, modify, m_model.history().canUndo(), m_model.history().canRedo(), hasBlocker(m_model.problems()),
        m_session.inspection() != Session::Asked::Waiting, blockers()});
    m_bars->refresh();
    m_bars->setCurrent(m_table->currentIndex());
    m_table->fitColumns();
    showDetail();
}

int DisksPage::blockers() const
{
    const QList<LayoutProblems::Line> lines = LayoutProblems::linesOf(m_model);
    return int(std::count_if(lines.begin(), lines.end(), [](const LayoutProblems::Line &line) { return line.blocks; }));
}

QList<ToDo> DisksPage::toDo() const
{
    if (m_model.rowCount() == 0)
        return {{tr("let Edgelift read the disks of this server"), m_buttons->rescanButton()}};
    const int count = blockers();
    if (count == 0)
        return {};
    return {{tr("solve %n problem(s) of the layout", nullptr, count), m_problems}};
}

QWidget *DisksPage::firstField() const { return m_model.plan().modifyDisks ? m_table : m_buttons->automatic(); }

void DisksPage::judge(const std::optional<DropVerdict> &verdict)
{
    m_verdict = verdict;
    showDetail();
}

QString DisksPage::detailText() const
{
    const QString target = m_gestures->target() >= 0 ? diskTitle(m_gestures->target()) : QString();
    if (m_verdict && !target.isEmpty())
        //: %1 a disk, %2 whether what is picked up could be dropped there
        return tr("%1: %2").arg(target, said::of(*m_verdict));
    if (m_verdict)
        return said::of(*m_verdict);
    if (!target.isEmpty())
        return target;
    const QModelIndex row = m_table->currentIndex().siblingAtColumn(LayoutModel::Name);
    const QStringList about{row.data(LayoutModel::DetailRole).toString(), m_table->hiddenText(row)};
    const QString text = about.join(QLatin1Char(' ')).trimmed();
    if (row.isValid() && !text.isEmpty())
        //: %1 a mount target or disk, %2 what is to be said about it
        return tr("%1: %2").arg(row.data().toString(), text);
    return m_model.plan().modifyDisks
        ? tr("Drag a mount target by its handle to another disk, or press Ctrl+X on it. F2 changes a size, Space clears Migrate.")
        : tr("Choose Adjust to change this layout.");
}

void DisksPage::showDetail()
{
    const QString text = detailText();
    m_detail->setMinimumHeight(fontMetrics().lineSpacing() * 2); // so that nothing moves away under the mouse
    if (text == m_detail->said())
        return;
    m_detail->say(text);
    if (m_verdict || m_gestures->target() >= 0) {
        QAccessibleEvent told(m_detail, QAccessible::Alert);
        QAccessible::updateAccessibility(&told);
    }
}

void DisksPage::say(Message::Severity severity, const std::function<QString()> &text) { Q_EMIT message({severity, text, {}, {}}); }

void DisksPage::fix()
{
    const QList<ArrangeStep> steps = m_model.fix();
    const bool solved = !hasBlocker(m_model.problems());
    say(solved ? Message::Severity::Information : Message::Severity::Warning, [steps, solved] {
        QStringList lines;
        for (const ArrangeStep &step : steps)
            lines.append(said::of(step));
        if (!solved)
            lines.append(tr("What is left needs your decision: see the list below the table."));
        return lines.join(QLatin1Char('\n'));
    });
}

void DisksPage::rescan()
{
    m_session.inspect();
    showState();
}

void DisksPage::retranslate()
{
    m_buttons->retranslate();
    m_show->setText(tr("&Show the layout"));
    m_table->setAccessibleName(tr("Mount targets"));
    m_model.retranslate();
    m_bars->retranslate();
    showState();
}

QString DisksPage::help() const
{
    return tr(
        "The automatic layout makes the disks of the image like those of this server. Choose “Adjust” to change sizes, to move mount "
        "targets to other disks, to leave some out or to use LVM.\n\n"
        "With the keyboard: Ctrl+X picks up a mount target, Up and Down choose a disk, Enter drops it, Esc cancels. Alt+1 to Alt+5 move "
        "it to a disk at once, Alt+Up and Alt+Down change the order. F2 changes a size, Space sets or clears Migrate, L sets or clears "
        "LVM on the row of a disk. Shift+F10 opens a menu with all of this. Ctrl+Z undoes.");
}

}
