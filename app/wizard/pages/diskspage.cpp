#include "app/wizard/pages/diskspage.h"

#include "app/wizard/pages/disksbars.h"
#include "app/wizard/pages/diskstable.h"
#include "app/wizard/pages/layoutgestures.h"
#include "app/wizard/shell/format.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/diskbar.h"
#include "app/wizard/widgets/flowlayout.h"
#include "core/base/errortext.h"
#include "core/layout/layoutchange.h"
#include "core/layout/layoutroom.h"

#include <QAccessible>
#include <QLabel>
#include <QRadioButton>
#include <QShortcut>
#include <QToolButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

QLabel *makeLabel(QWidget *parent, const char *name)
{
    auto *label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QToolButton *makeButton(QWidget *parent, const char *name)
{
    auto *button = new QToolButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

/// Why the agent would refuse this layout although no rule is against it.
QString refusal(const Error &error)
{
    const ErrorText text = describe(error);
    //: an error: %1 what happened, %2 what to do, %3 its code
    return DisksPage::tr("%1 %2 [%3]").arg(format::shown(text.message), text.remedy, displayCode(error.code));
}

}

DisksPage::DisksPage(Session &session, QWidget *parent)
    : Page(session, parent)
    , m_automatic(new QRadioButton(this))
    , m_adjust(new QRadioButton(this))
    , m_fits(makeLabel(this, "fits"))
    , m_undo(makeButton(this, "undo"))
    , m_redo(makeButton(this, "redo"))
    , m_reset(makeButton(this, "reset"))
    , m_fix(makeButton(this, "fix"))
    , m_rescan(makeButton(this, "rescan"))
    , m_show(makeButton(this, "showLayout"))
    , m_state(makeLabel(this, "state"))
    , m_bars(new DisksBars(m_model, this))
    , m_detail(makeLabel(this, "detail"))
    , m_table(new DisksTable(m_model, this))
    , m_problems(new LayoutProblems(this))
    , m_gestures(new LayoutGestures(m_model, *m_table, this))
{
    m_automatic->setObjectName(QStringLiteral("automatic"));
    m_adjust->setObjectName(QStringLiteral("adjust"));
    m_fits->setWordWrap(false);
    m_show->setCheckable(true);
    m_show->setAutoRaise(true);
    m_show->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_detail->setAlignment(Qt::AlignTop | Qt::AlignLeading);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(makeTop());
    for (QWidget *part : {static_cast<QWidget *>(m_state), static_cast<QWidget *>(m_bars), static_cast<QWidget *>(m_detail)})
        column->addWidget(part);
    column->addWidget(m_table, 1);
    column->addWidget(m_problems);
    column->addStretch();
    connectButtons();
    connectModel();
    connectViews();
    takeSession();
    retranslate();
}

QWidget *DisksPage::makeTop()
{
    auto *top = new QWidget(this);
    auto *flow = new FlowLayout(top);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(fontMetrics().averageCharWidth());
    for (QWidget *part : {static_cast<QWidget *>(m_automatic), static_cast<QWidget *>(m_adjust), static_cast<QWidget *>(m_show),
             static_cast<QWidget *>(m_undo), static_cast<QWidget *>(m_redo), static_cast<QWidget *>(m_reset), static_cast<QWidget *>(m_fix),
             static_cast<QWidget *>(m_rescan), static_cast<QWidget *>(m_fits)}) {
        part->setParent(top);
        flow->addWidget(part);
    }
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    top->setSizePolicy(policy);
    return top;
}

void DisksPage::connectButtons()
{
    connect(m_automatic, &QRadioButton::clicked, this, [this] { m_model.edit(SetModify{false}); });
    connect(m_adjust, &QRadioButton::clicked, this, [this] { m_model.edit(SetModify{true}); });
    connect(m_show, &QToolButton::toggled, this, &DisksPage::showState);
    connect(m_undo, &QToolButton::clicked, &m_model, &LayoutModel::undo);
    connect(m_redo, &QToolButton::clicked, &m_model, &LayoutModel::redo);
    connect(m_reset, &QToolButton::clicked, this, [this] { m_model.edit(ResetLayout{}); });
    connect(m_fix, &QToolButton::clicked, this, &DisksPage::fix);
    connect(m_rescan, &QToolButton::clicked, this, &DisksPage::rescan);
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
        [this](const Problem &problem) { say(Message::Severity::Warning, [problem] { return format::shown(describe(problem)); }); });
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
        return refusal(m_session.inspectionError());
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
    const QString state = stateText();
    const bool open = some && (modify || m_show->isChecked());
    m_state->setText(state);
    m_state->setVisible(!state.isEmpty());
    for (QWidget *part : {static_cast<QWidget *>(m_bars), static_cast<QWidget *>(m_detail), static_cast<QWidget *>(m_table)})
        part->setVisible(open);
    for (QToolButton *button : {m_undo, m_redo, m_reset, m_fix})
        button->setVisible(modify || (some && m_model.history().canUndo() && button == m_undo));
    m_show->setVisible(some && !modify);
    m_show->setArrowType(m_show->isChecked() ? Qt::DownArrow : isRightToLeft() ? Qt::LeftArrow : Qt::RightArrow);
    m_automatic->setChecked(!modify);
    m_adjust->setChecked(modify);
    m_automatic->setEnabled(some);
    m_adjust->setEnabled(some);
    m_undo->setEnabled(m_model.history().canUndo());
    m_redo->setEnabled(m_model.history().canRedo());
    m_fix->setEnabled(hasBlocker(m_model.problems()));
    m_rescan->setEnabled(m_session.inspection() != Session::Asked::Waiting);
    m_problems->setLines(problemLines());
    const int count = blockers();
    m_fits->setText(!some ? QString() : count > 0 ? tr("%n problem(s) to solve", nullptr, count) : tr("Fits: yes"));
    m_bars->refresh();
    m_bars->setCurrent(m_table->currentIndex());
    m_table->fitColumns();
    showDetail();
}

QList<LayoutProblems::Line> DisksPage::problemLines() const
{
    QList<LayoutProblems::Line> lines;
    for (const Problem &problem : m_model.problems())
        lines.append({format::shown(describe(problem)), problem.severity == Problem::Severity::Blocker});
    if (m_model.rowCount() == 0 || hasBlocker(m_model.problems()))
        return lines; // what stands in the way first; the agent's own limits after that
    if (const Result<> allowed = requireUnchangedLayout(m_model.plan(), m_model.facts()); !allowed)
        lines.append({refusal(allowed.error()), true});
    return lines;
}

int DisksPage::blockers() const
{
    const QList<LayoutProblems::Line> lines = problemLines();
    return int(std::count_if(lines.begin(), lines.end(), [](const LayoutProblems::Line &line) { return line.blocks; }));
}

QList<ToDo> DisksPage::toDo() const
{
    if (m_model.rowCount() == 0)
        return {{tr("let Edgelift read the disks of this server"), m_rescan}};
    const int count = blockers();
    if (count == 0)
        return {};
    return {{tr("solve %n problem(s) of the layout", nullptr, count), m_problems}};
}

QWidget *DisksPage::firstField() const { return m_model.plan().modifyDisks ? static_cast<QWidget *>(m_table) : m_automatic; }

void DisksPage::judge(const std::optional<DropVerdict> &verdict)
{
    m_verdict = verdict;
    showDetail();
}

void DisksPage::showDetail()
{
    const QModelIndex row = m_table->currentIndex().siblingAtColumn(LayoutModel::Name);
    const QString notes = row.siblingAtColumn(LayoutModel::Notes).data().toString();
    QString text;
    if (m_verdict) {
        text = format::shown(describe(*m_verdict));
        if (m_gestures->target() >= 0)
            //: %1 a disk, %2 whether what is picked up could be dropped there
            text = tr("%1: %2").arg(diskTitle(m_gestures->target()), text);
    } else if (m_gestures->target() >= 0) {
        text = diskTitle(m_gestures->target());
    } else if (row.isValid() && !notes.isEmpty()) {
        //: %1 a mount target or disk, %2 what is to be said about it
        text = tr("%1: %2").arg(row.data().toString(), notes);
    } else if (m_model.plan().modifyDisks) {
        text = tr("Drag a mount target by its handle to another disk, or press Ctrl+X on it. F2 changes a size, Space clears Migrate.");
    }
    m_detail->setMinimumHeight(fontMetrics().lineSpacing() * 2); // so that nothing moves away under the mouse
    if (text == m_detail->text())
        return;
    m_detail->setText(text);
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
            lines.append(format::shown(describe(step)));
        if (!solved)
            lines.append(tr("What is left needs your decision: see the list below the table."));
        return lines.join(QLatin1Char('\n'));
    });
}

void DisksPage::rescan()
{
    m_session.inspect();
    m_rescan->setEnabled(m_session.inspection() != Session::Asked::Waiting);
}

void DisksPage::retranslate()
{
    m_automatic->setText(tr("&Automatic layout"));
    m_adjust->setText(tr("Ad&just"));
    m_show->setText(tr("&Show the layout"));
    m_undo->setText(tr("&Undo"));
    m_redo->setText(tr("Red&o"));
    m_reset->setText(tr("Reset to au&tomatic"));
    m_fix->setText(tr("&Fix automatically"));
    m_rescan->setText(tr("&Rescan"));
    m_undo->setToolTip(tr("Ctrl+Z"));
    m_redo->setToolTip(tr("Ctrl+Shift+Z"));
    m_rescan->setToolTip(tr("F5"));
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
