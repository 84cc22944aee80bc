#pragma once
#include "core/agent/clientvalues.h"

#include <QFrame>

class QRadioButton;
class QVBoxLayout;

namespace edgelift::wizard {

class TextLabel;

/// One question before the import: its reason, the answers with what follows from each, and the command. One line where there is nothing
/// to ask.
class DecisionCard final : public QFrame
{
    Q_OBJECT
public:
    DecisionCard(const PromptInfo &prompt, const QString &answer, QWidget *parent = nullptr);

    [[nodiscard]] const PromptInfo &prompt() const { return m_prompt; }
    [[nodiscard]] QString answer() const; ///< empty: none chosen, or nothing to choose
    void retranslate();

Q_SIGNALS:
    void answered(const QString &answer);

protected:
    void changeEvent(QEvent *event) override;

private:
    void setCommandFont();
    void addChoices(QVBoxLayout &column, const QString &chosen);

    const PromptInfo m_prompt;
    TextLabel *m_title;
    TextLabel *m_reason;
    TextLabel *m_command;
    QList<QRadioButton *> m_choices; ///< as m_prompt.choices
    QList<TextLabel *> m_consequences;
};

}
