#include "app/wizard/widgets/decisioncard.h"

#include "app/wizard/shell/format.h"

#include <QFontDatabase>
#include <QLabel>
#include <QRadioButton>
#include <QStyle>
#include <QVBoxLayout>

namespace edgelift::wizard {

namespace {

QLabel *addLabel(QVBoxLayout *column)
{
    auto *label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    column->addWidget(label);
    return label;
}

}

DecisionCard::DecisionCard(const PromptInfo &prompt, const QString &answer, QWidget *parent)
    : QFrame(parent)
    , m_prompt(prompt)
{
    setObjectName(QLatin1String("card-") + prompt.id);
    setFrameShape(prompt.needed ? QFrame::StyledPanel : QFrame::NoFrame);
    auto *column = new QVBoxLayout(this);
    m_title = addLabel(column);
    m_reason = addLabel(column);
    m_command = addLabel(column);
    if (!prompt.needed) {
        column->setContentsMargins(0, 0, 0, 0);
        m_reason->hide();
        m_command->hide();
        retranslate();
        return;
    }
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_command->setVisible(!prompt.command.isEmpty());
    const QString chosen = prompt.choices.contains(answer) ? answer : prompt.recommended;
    for (const QString &choice : prompt.choices) {
        auto *button = new QRadioButton(this);
        button->setObjectName(prompt.id + QLatin1Char('-') + choice);
        button->setChecked(choice == chosen);
        column->addWidget(button);
        m_choices.append(button);
        m_consequences.append(addLabel(column));
        m_consequences.last()->setIndent(
            style()->pixelMetric(QStyle::PM_ExclusiveIndicatorWidth) + style()->pixelMetric(QStyle::PM_RadioButtonLabelSpacing));
        connect(button, &QRadioButton::toggled, this, [this, choice](bool on) {
            if (on)
                Q_EMIT answered(choice);
        });
    }
    retranslate();
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
        m_title->setText(tr("%1 – %2").arg(m_prompt.title(), m_prompt.reasonText()));
        return;
    }
    m_title->setText(m_prompt.title());
    m_reason->setText(m_prompt.reasonText());
    m_command->setText(tr("Command: %1").arg(format::ltr(m_prompt.command)));
    setAccessibleName(m_prompt.title());
    for (qsizetype i = 0; i < m_choices.size(); ++i) {
        const QString &choice = m_prompt.choices.at(i);
        m_choices.at(i)->setText(m_prompt.choiceText(choice));
        m_choices.at(i)->setAccessibleName(tr("%1 %2").arg(m_prompt.title(), m_prompt.choiceText(choice)));
        m_choices.at(i)->setAccessibleDescription(m_prompt.consequenceText(choice));
        m_consequences.at(i)->setText(m_prompt.consequenceText(choice));
    }
}

}
