#pragma once
#include "app/wizard/models/layoutmodel.h"
#include "app/wizard/pages/layoutproblems.h"
#include "app/wizard/shell/page.h"

namespace edgelift::wizard {

class Disclosure;
class DisksBars;
class DisksButtons;
class DisksTable;
class LayoutGestures;
class PointList;
class TextLabel;

/// Which disks the image gets and what goes on them (ux.md 2.8). The automatic layout is shown on demand; an adjusted one is edited here.
class DisksPage final : public Page
{
    Q_OBJECT
public:
    explicit DisksPage(Session &session, QWidget *parent = nullptr);

    QString title() const override { return tr("Disks and mount targets"); }
    QString stepName() const override { return tr("Disks"); }
    QString subtitle() const override { return tr("Choose what the disks of the image look like and what is migrated to them."); }
    QString help() const override;
    QList<ToDo> toDo() const override;
    QWidget *firstField() const override;

protected:
    void retranslate() override;

private:
    void layOut();
    void connectButtons();
    void connectModel();
    void connectViews();
    void takeSession(); ///< shows the session's plan and server
    void showState(); ///< everything that depends on the plan but the rows themselves
    void showDetail();
    void judge(const std::optional<DropVerdict> &verdict);
    void say(Message::Severity severity, const std::function<QString()> &text);
    void fix();
    void rescan();
    void selectRow(const QModelIndex &index);
    [[nodiscard]] QString detailText() const;
    [[nodiscard]] QString stateText() const; ///< instead of disks, while there are none
    [[nodiscard]] int blockers() const;

    LayoutModel m_model;
    DisksButtons *m_buttons;
    TextLabel *m_state;
    PointList *m_summary; ///< of the automatic layout
    Disclosure *m_show; ///< opens the automatic layout
    DisksBars *m_bars;
    TextLabel *m_detail; ///< the answer while something is dragged, else about the current row
    DisksTable *m_table;
    LayoutProblems *m_problems;
    LayoutGestures *m_gestures;
    std::optional<DropVerdict> m_verdict;
};

}
