#include "app/wizard/widgets/decisioncard.h"

#include "app/wizard/shell/format.h"
#include "app/wizard/widgets/textlabel.h"

#include <QEvent>
#include <QFontDatabase>
#include <QGridLayout>
#include <QRadioButton>
#include <QVBoxLayout>

namespace edgelift::wizard {

DecisionCard::DecisionCard(const PromptInfo &prompt, const QString &answer, QWidget *parent)
    : QFrame(parent)
    , m_prompt(prompt)
    , m_title(new TextLabel(this))
    , m_reason(new TextLabel(this))
    , m_command(new TextLabel(this))
{
    setObjectName(QLatin1String("card-") + prompt.id);
    setFrameShape(prompt.needed ? QFrame::StyledPanel : QFrame::NoFrame);
    auto *column = new QVBoxLayout(this);
    for (TextLabel *label : {m_title, m_reason, m_command})
        column->addWidget(label);
    if (prompt.needed)
        addChoices(*column, prompt.choices.contains(answer) ? answer : prompt.recommended);
    else
        column->setContentsMargins(0, 0, 0, 0);
    m_reason->setVisible(prompt.needed);
    m_command->setVisible(prompt.needed && !prompt.command.isEmpty());
    QFont bold = m_title->font();
    bold.setBold(prompt.needed);
    m_title->setFont(bold);
    setCommandFont();
    retranslate();
}

/// Each answer with what follows from it beside it.
void DecisionCard::addChoices(QVBoxLayout &column, const QString &chosen)
{
    auto *grid = new QGridLayout;
    grid->setColumnStretch(1, 1);
    grid->setHorizontalSpacing(fontMetrics().averageCharWidth() * 2);
    for (const QString &choice : m_prompt.choices) {
        auto *button = new QRadioButton(this);
        button->setObjectName(m_prompt.id + QLatin1Char('-') + choice);
        button->setChecked(choice == chosen);
        m_choices.append(button);
        m_consequences.append(new TextLabel(this));
        grid->addWidget(button, int(m_choices.size()), 0, Qt::AlignTop);
        grid->addWidget(m_consequences.last(), int(m_choices.size()), 1);
        connect(button, &QRadioButton::toggled, this, [this, choice](bool on) {
            if (on)
                Q_EMIT answered(choice);
        });
    }
    column.addLayout(grid);
    setFocusProxy(m_choices.value(0)); // of a link that leads to the question
}

void DecisionCard::setCommandFont()
{
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    fixed.setPointSizeF(font().pointSizeF());
    m_command->setFont(fixed);
}

void DecisionCard::changeEvent(QEvent *event)
{
    QFrame::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        setCommandFont();
}

QString DecisionCard::answer() const
{
    for (qsizetype i = 0; i < m_choices.size(); ++i) {
        if (m_choices.at(i)->isChecked())
            return m_prompt.choices.at(i);
    }
    return {};
}

void DecisionCard::retranslate()
{
    if (!m_prompt.needed) {
        //: A question that need not be asked: %1 the question, %2 why
        m_title->say(tr("%1 – %2").arg(m_prompt.title(), m_prompt.reasonText()));
        return;
    }
    m_title->say(m_prompt.title());
    m_reason->say(m_prompt.reasonText());
    m_command->say(tr("Command: %1").arg(format::ltr(m_prompt.command)));
    setAccessibleName(m_prompt.title());
    for (qsizetype i = 0; i < m_choices.size(); ++i) {
        const QString &choice = m_prompt.choices.at(i);
        m_choices.at(i)->setText(m_prompt.choiceText(choice));
        m_choices.at(i)->setAccessibleName(tr("%1 %2").arg(m_prompt.title(), m_prompt.choiceText(choice)));
        m_choices.at(i)->setAccessibleDescription(m_prompt.consequenceText(choice));
        m_consequences.at(i)->say(m_prompt.consequenceText(choice));
    }
}

}
