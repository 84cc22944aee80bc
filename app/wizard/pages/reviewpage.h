#pragma once
#include "app/wizard/shell/page.h"
#include "core/layout/planrules.h"

#include <QMap>

class QFrame;
class QGridLayout;
class QLabel;
class QPushButton;

namespace edgelift::wizard {

class TextLabel;

/// Everything chosen on one page, each line with a way back to it; costs and consequences; the notice to confirm (R90); then the only
/// button that spends money (ux.md 2.9).
class ReviewPage final : public Page
{
    Q_OBJECT
public:
    explicit ReviewPage(Session &session, QWidget *parent = nullptr);

    QString title() const override { return tr("Review and start"); }
    QString stepName() const override { return tr("Review"); }
    QString subtitle() const override { return tr("Starting creates a paid transit instance in your account."); }
    QString help() const override;
    QString nextText() const override { return tr("&Start migration"); }
    QList<ToDo> toDo() const override;
    QWidget *firstField() const override;
    void enter() override;
    void next() override;

protected:
    void changeEvent(QEvent *event) override;
    void retranslate() override;

private:
    struct Line
    {
        QString name;
        QString value;
        PageId page;
    };
    QList<Line> lines() const;
    void layOut();
    QFrame *makeCard(QLabel *mark, TextLabel *text, QWidget *below);
    void showMarks();
    [[nodiscard]] ToDo toDoOf(const Problem &problem) const;
    void rebuild();
    void addLine(int row, const Line &line);
    QString command() const; ///< the same by edgeliftctl

    QGridLayout *m_lines;
    QWidget *m_table;
    TextLabel *m_costs;
    TextLabel *m_notice;
    QLabel *m_costsMark;
    QLabel *m_noticeMark;
    QPushButton *m_gotIt;
    QPushButton *m_copyCommand;
    bool m_confirmed = false;
};

}
