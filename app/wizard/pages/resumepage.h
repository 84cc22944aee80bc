#pragma once
#include "app/wizard/shell/page.h"

#include <QDateTime>
#include <functional>

class QPushButton;

namespace edgelift::wizard {

class TextLabel;

/// Shown first when an earlier setup was saved: go on, or begin anew (ux.md 2.2).
class ResumePage final : public Page
{
    Q_OBJECT
public:
    ResumePage(Session &session, QWidget *parent = nullptr);

    /// What was saved: when, where `resumed` leads, how that step is called, and the source that stays registered ("s-…"; may be empty).
    struct Saved
    {
        QDateTime time;
        PageId page = PageId::Welcome;
        std::function<QString()> step; ///< in the language set now
        QString sourceId;
    };
    void setDraft(const Saved &saved);

    QString title() const override { return tr("Welcome back"); }
    bool hasNext() const override { return false; }
    bool canGoBack() const override { return false; }
    QString help() const override;
    QWidget *firstField() const override;

Q_SIGNALS:
    void resumed(edgelift::wizard::PageId page);
    void discarded();

protected:
    void retranslate() override;

private:
    Saved m_saved;
    TextLabel *m_text;
    TextLabel *m_secrets;
    QPushButton *m_continue;
    QPushButton *m_over;
};

}
