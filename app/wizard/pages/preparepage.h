#pragma once
#include "app/wizard/shell/page.h"
#include "app/wizard/widgets/waitline.h"
#include "core/agent/clientvalues.h"
#include "core/base/result.h"

class QVBoxLayout;

namespace edgelift::wizard {

class DecisionCard;
class Disclosure;
class ExcludesForm;
class FieldNote;

/// The questions that need an answer before this server is registered, what is left out of the copy, and the registration itself
/// (ux.md 2.6, R51–R59).
class PreparePage final : public Page
{
    Q_OBJECT
public:
    explicit PreparePage(Session &session, QWidget *parent = nullptr);

    [[nodiscard]] QString title() const override;
    [[nodiscard]] QString stepName() const override;
    [[nodiscard]] QString subtitle() const override;
    [[nodiscard]] QString help() const override;
    [[nodiscard]] QList<ToDo> toDo() const override;
    [[nodiscard]] QString nextText() const override;
    [[nodiscard]] bool canGoBack() const override { return !m_busy; }
    void enter() override;
    void next() override;

protected:
    void retranslate() override;

private:
    void ask(); ///< the agent: which questions there are
    void layOut();
    void setPrompts(const QList<PromptInfo> &prompts);
    void applyAnswers(); ///< the next one that is not applied yet; then the import
    void applied(const PromptInfo &prompt, const Result<QJsonObject> &reply);
    void importChanged();
    void fail(const Error &error);
    void refresh();
    [[nodiscard]] bool isImported() const;

    QList<PromptInfo> m_prompts;
    QList<DecisionCard *> m_cards;
    QStringList m_applied; ///< "rsync=yes": not done twice
    bool m_asked = false; ///< the agent answered
    bool m_busy = false;
    QString m_step; ///< the prompt being applied; empty: the import
    QVBoxLayout *m_cardColumn;
    Disclosure *m_excludesHeading;
    ExcludesForm *m_excludes;
    WaitLine *m_wait;
    FieldNote *m_driver; ///< W-PRE-01
    std::optional<Error> m_driverError;
    FieldNote *m_result;
    FieldNote *m_online; ///< the status of the source
};

}
