#pragma once
#include "app/wizard/models/checksmodel.h"
#include "app/wizard/shell/page.h"

class QLabel;
class QPushButton;
class QTableView;

namespace edgelift::wizard {

class FixBox;

/// Whether this server can be migrated: a list that fills by itself and can be asked again (ux.md 2.4).
class ChecksPage final : public Page
{
    Q_OBJECT
public:
    explicit ChecksPage(Session &session, QWidget *parent = nullptr);

    QString title() const override { return tr("Is this server ready?"); }
    QString stepName() const override { return tr("Checks"); }
    QString subtitle() const override { return tr("Only a problem stops the migration; warnings are for you to weigh."); }
    QString help() const override;
    QList<ToDo> toDo() const override;
    void enter() override;
    QWidget *firstField() const override;

protected:
    void retranslate() override;
    bool eventFilter(QObject *watched, QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void layOut();
    void addFixButtons(); ///< as the model stands now
    void fitColumns();
    void showState();
    [[nodiscard]] bool isWaiting() const;

    ChecksModel m_model;
    QLabel *m_summary;
    QPushButton *m_again;
    QTableView *m_table;
    FixBox *m_fix;
    QList<QPushButton *> m_fixButtons; ///< in the table's rows, which delete them when the model is another one
};

}
