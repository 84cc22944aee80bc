#pragma once
#include "app/wizard/models/checksmodel.h"
#include "app/wizard/shell/page.h"

class QLabel;
class QPushButton;
class QTableView;

namespace edgelift::wizard {

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
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void fitColumns();
    void showState();

    ChecksModel m_model;
    QLabel *m_summary;
    QPushButton *m_again;
    QTableView *m_table;
};

}
