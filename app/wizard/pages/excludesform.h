#pragma once
#include <QWidget>

class QLineEdit;
class QListWidget;
class QPushButton;

namespace edgelift::wizard {

class FieldNote;
class FormField;
class Session;

/// Files and folders that are left out (R51, R52): a list in the plan. Each change goes into the session's plan at once.
class ExcludesForm final : public QWidget
{
    Q_OBJECT
public:
    explicit ExcludesForm(Session &session, QWidget *parent = nullptr);

    void refresh(); ///< after a change of the plan
    void retranslate();

protected:
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void layOut();
    void add();
    void remove();
    void setListHeight();

    Session &m_session;
    QLineEdit *m_path;
    QListWidget *m_paths;
    QPushButton *m_add;
    QPushButton *m_remove;
    FormField *m_pathField = nullptr;
    FieldNote *m_ignored; ///< W-PRE-05
};

}
