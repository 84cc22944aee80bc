#include "app/wizard/pages/excludesform.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/shell/said.h"
#include "app/wizard/state/session.h"
#include "app/wizard/widgets/formfield.h"
#include "app/wizard/widgets/lineinput.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>

namespace edgelift::wizard {

namespace {

/// What the rules say about the excludes of a plan.
std::optional<Problem> excludeProblem(const Session &session, const QStringList &excludes, Rule rule)
{
    Plan plan = session.plan();
    plan.excludes = excludes;
    const QList<Problem> problems = checkSettings(plan, session.facts());
    const auto found = std::find_if(problems.begin(), problems.end(), [rule](const Problem &each) { return each.rule == rule; });
    return found == problems.end() ? std::nullopt : std::optional(*found);
}

}

ExcludesForm::ExcludesForm(Session &session, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_path(new QLineEdit(this))
    , m_paths(new QListWidget(this))
    , m_add(new QPushButton(this))
    , m_remove(new QPushButton(this))
    , m_ignored(new FieldNote(m_paths, this))
{
    layOut();
    connect(m_add, &QPushButton::clicked, this, &ExcludesForm::add);
    connect(m_path, &QLineEdit::returnPressed, this, &ExcludesForm::add);
    onInput(m_path, this, [this] { m_pathField->note().clear(); });
    connect(m_remove, &QPushButton::clicked, this, &ExcludesForm::remove);
    connect(m_paths, &QListWidget::currentRowChanged, this, [this](int index) { m_remove->setEnabled(index >= 0); });
    connect(&m_session, &Session::planChanged, this, &ExcludesForm::refresh);
    retranslate();
}

void ExcludesForm::layOut()
{
    m_path->setObjectName(QStringLiteral("excludePath"));
    m_paths->setObjectName(QStringLiteral("excludeList"));
    m_add->setObjectName(QStringLiteral("excludeAdd"));
    m_remove->setObjectName(QStringLiteral("excludeRemove"));
    m_path->setLayoutDirection(Qt::LeftToRight);
    m_paths->setTextElideMode(Qt::ElideMiddle);
    m_paths->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setListHeight();
    auto *form = new Form(this);
    m_pathField = new FormField(form, m_path, m_add);
    auto *row = new QHBoxLayout;
    row->addWidget(m_paths, 1);
    row->addWidget(m_remove, 0, Qt::AlignTop);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(form);
    column->addLayout(row);
    column->addWidget(m_ignored);
}

void ExcludesForm::setListHeight() { m_paths->setFixedHeight(fontMetrics().height() * 6); }

void ExcludesForm::add()
{
    const QString path = m_path->text();
    if (path.isEmpty())
        return;
    if (const auto problem = excludeProblem(m_session, {path}, Rule::ExcludeNotAbsolute)) {
        m_pathField->note().say(FieldNote::Kind::Error, said::of(*problem));
        return;
    }
    Plan plan = m_session.plan();
    if (!plan.excludes.contains(path))
        plan.excludes.append(path);
    m_path->clear();
    m_session.setPlan(plan);
}

void ExcludesForm::remove()
{
    Plan plan = m_session.plan();
    const int row = m_paths->currentRow();
    if (row < 0 || row >= plan.excludes.size())
        return;
    plan.excludes.removeAt(row);
    m_session.setPlan(plan);
}

void ExcludesForm::refresh()
{
    const QStringList &excludes = m_session.plan().excludes;
    QStringList lines;
    for (const QString &path : excludes)
        lines.append(format::ltr(format::shown(path)));
    QStringList shown;
    for (int i = 0; i < m_paths->count(); ++i)
        shown.append(m_paths->item(i)->text());
    if (lines != shown) {
        m_paths->clear();
        m_paths->addItems(lines);
        for (int i = 0; i < m_paths->count(); ++i)
            m_paths->item(i)->setToolTip(lines.at(i).toHtmlEscaped()); // those that are too long
    }
    m_remove->setEnabled(m_paths->currentRow() >= 0);
    const auto ignored = excludeProblem(m_session, excludes, Rule::ExcludesIgnored);
    m_ignored->say(FieldNote::Kind::Warning, ignored ? said::of(*ignored) : QString());
}

void ExcludesForm::keyPressEvent(QKeyEvent *event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (event->key() == Qt::Key_Delete && m_paths->hasFocus())
        remove();
    else if (!enter) // which adds a path, here, and no further: the window would choose Next
        QWidget::keyPressEvent(event);
}

void ExcludesForm::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        setListHeight();
}

void ExcludesForm::retranslate()
{
    m_pathField->setLabel(tr("Path to &leave out:"));
    m_add->setText(tr("&Add"));
    m_remove->setText(tr("&Remove"));
    m_paths->setAccessibleName(tr("Paths that are left out"));
    refresh();
}

}
