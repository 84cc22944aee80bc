#include "app/wizard/pages/disksbuttons.h"

#include "app/wizard/widgets/fieldnote.h"
#include "app/wizard/widgets/flowlayout.h"

#include <QHBoxLayout>
#include <QRadioButton>
#include <QToolButton>

namespace edgelift::wizard {

namespace {

QToolButton *makeButton(QWidget *parent, const char *name)
{
    auto *button = new QToolButton(parent);
    button->setObjectName(QLatin1String(name));
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

}

DisksButtons::DisksButtons(QWidget *parent)
    : QWidget(parent)
    , m_automatic(new QRadioButton(this))
    , m_adjust(new QRadioButton(this))
    , m_undo(makeButton(this, "undo"))
    , m_redo(makeButton(this, "redo"))
    , m_reset(makeButton(this, "reset"))
    , m_fix(makeButton(this, "fix"))
    , m_rescan(makeButton(this, "rescan"))
    , m_fits(new FieldNote(nullptr, this))
{
    layOut();
    connect(m_automatic, &QRadioButton::clicked, this, [this] { Q_EMIT adjustChosen(false); });
    connect(m_adjust, &QRadioButton::clicked, this, [this] { Q_EMIT adjustChosen(true); });
    connect(m_undo, &QToolButton::clicked, this, &DisksButtons::undoWanted);
    connect(m_redo, &QToolButton::clicked, this, &DisksButtons::redoWanted);
    connect(m_reset, &QToolButton::clicked, this, &DisksButtons::resetWanted);
    connect(m_fix, &QToolButton::clicked, this, &DisksButtons::fixWanted);
    connect(m_rescan, &QToolButton::clicked, this, &DisksButtons::rescanWanted);
}

void DisksButtons::layOut()
{
    m_automatic->setObjectName(QStringLiteral("automatic"));
    m_adjust->setObjectName(QStringLiteral("adjust"));
    m_fits->setObjectName(QStringLiteral("fits"));
    auto *buttons = new QWidget(this);
    auto *flow = new FlowLayout(buttons);
    flow->setContentsMargins(0, 0, 0, 0);
    flow->setSpacing(fontMetrics().averageCharWidth());
    for (QWidget *part : std::initializer_list<QWidget *>{m_automatic, m_adjust, m_undo, m_redo, m_reset, m_fix, m_rescan}) {
        part->setParent(buttons);
        flow->addWidget(part);
    }
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    buttons->setSizePolicy(policy);
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(buttons, 1);
    row->addWidget(m_fits, 0, Qt::AlignTop);
}

void DisksButtons::show(const State &state)
{
    for (QToolButton *button : {m_redo, m_reset, m_fix})
        button->setVisible(state.modify);
    m_undo->setVisible(state.modify || (state.some && state.canUndo));
    m_automatic->setChecked(!state.modify);
    m_adjust->setChecked(state.modify);
    m_automatic->setEnabled(state.some);
    m_adjust->setEnabled(state.some);
    m_undo->setEnabled(state.canUndo);
    m_redo->setEnabled(state.canRedo);
    m_fix->setEnabled(state.canFix);
    m_rescan->setEnabled(state.canRescan);
    if (!state.some)
        m_fits->clear();
    else if (state.blockers > 0)
        m_fits->say(FieldNote::Kind::Error, tr("%n problem(s) to solve", nullptr, state.blockers));
    else
        m_fits->say(FieldNote::Kind::Done, tr("Fits: yes"));
}

QWidget *DisksButtons::automatic() const { return m_automatic; }
QWidget *DisksButtons::rescanButton() const { return m_rescan; }

void DisksButtons::retranslate()
{
    m_automatic->setText(tr("&Automatic layout"));
    m_adjust->setText(tr("Ad&just"));
    m_undo->setText(tr("&Undo"));
    m_redo->setText(tr("Red&o"));
    m_reset->setText(tr("Reset to au&tomatic"));
    m_fix->setText(tr("&Fix automatically"));
    m_rescan->setText(tr("&Rescan"));
    m_undo->setToolTip(tr("Ctrl+Z"));
    m_redo->setToolTip(tr("Ctrl+Shift+Z"));
    m_rescan->setToolTip(tr("F5"));
}

}
