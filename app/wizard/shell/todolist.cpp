#include "app/wizard/shell/todolist.h"

#include "app/wizard/shell/todoline.h"
#include "app/wizard/widgets/discard.h"

#include <QEvent>
#include <QLabel>
#include <QVBoxLayout>
#include <algorithm>

namespace edgelift::wizard {

ToDoList::ToDoList(QWidget *parent)
    : QWidget(parent)
    , m_title(new QLabel(this))
    , m_more(new QLabel(this))
    , m_lines(new QVBoxLayout)
{
    setObjectName(QStringLiteral("toDo"));
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_lines->setSpacing(0);
    column->addWidget(m_title);
    column->addLayout(m_lines);
    column->addWidget(m_more);
    hide();
}

void ToDoList::show(const QList<ToDo> &list)
{
    setVisible(!list.isEmpty());
    const auto same = [](const ToDo &a, const ToDo &b) { return a.text == b.text && a.field == b.field; };
    if (m_lines->count() > 0 && std::equal(list.begin(), list.end(), m_shown.begin(), m_shown.end(), same))
        return;
    m_shown = list;
    discardItems(*m_lines);
    for (const ToDo &each : list.first(std::min<qsizetype>(list.size(), most)))
        addLine(each);
    m_left = int(list.size()) - m_lines->count();
    retranslate();
}

void ToDoList::addLine(const ToDo &each)
{
    auto *line = new ToDoLine(each.text, each.field, this);
    line->setObjectName(QStringLiteral("toDo%1").arg(m_lines->count()));
    connect(line, &QLabel::linkActivated, this, [this, field = each.field] {
        if (!field)
            return;
        field->setFocus(Qt::OtherFocusReason);
        Q_EMIT led(field);
    });
    m_lines->addWidget(line);
}

void ToDoList::retranslate()
{
    m_title->setText(tr("To continue you need to:"));
    m_more->setVisible(m_left > 0);
    //: Below a list of things to do
    m_more->setText(m_left > 0 ? tr("and %n more", nullptr, m_left) : QString());
}

void ToDoList::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange)
        retranslate();
}

}
