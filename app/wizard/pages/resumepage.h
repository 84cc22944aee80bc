#pragma once
#include "app/wizard/shell/page.h"

#include <QDateTime>

class QLabel;
class QPushButton;

namespace edgelift::wizard {

/// Shown first when an earlier setup was saved: go on, or begin anew (ux.md 2.2).
class ResumePage final : public Page
{
    Q_OBJECT
public:
    ResumePage(Session &session, QWidget *parent = nullptr);

    /// What was saved, and where `resumed` leads.
    void setDraft(const QDateTime &saved, PageId page, const QString &stepName);

    QString title() const override { return tr("Welcome back"); }
    bool hasNext() const override { return false; }
    bool canGoBack() const override { return false; }
    QWidget *firstField() const override;

Q_SIGNALS:
    void resumed(edgelift::wizard::PageId page);
    void discarded();

protected:
    void retranslate() override;

private:
    QDateTime m_saved;
    PageId m_page = PageId::Welcome;
    QString m_step;
    QLabel *m_text;
    QPushButton *m_continue;
    QPushButton *m_over;
};

}
