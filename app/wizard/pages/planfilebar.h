#pragma once
#include "app/wizard/shell/message.h"
#include "core/layout/plan.h"

#include <QWidget>

class QPlainTextEdit;
class QPushButton;

namespace edgelift::wizard {

class Session;

/// "Open plan" and "Save plan": the file edgeliftctl uses. A file that cannot be used leaves everything as it was and its problems are
/// listed here, all of them.
class PlanFileBar final : public QWidget
{
    Q_OBJECT
public:
    explicit PlanFileBar(Session &session, QWidget *parent = nullptr);

    void openFile(const QString &path);
    void saveFile(const QString &path);
    [[nodiscard]] QString problemText() const; ///< empty: none
    void retranslate();

Q_SIGNALS:
    void message(const edgelift::wizard::Message &message);

private:
    void listProblems(const QList<Error> &problems);

    Session &m_session;
    QList<Error> m_problems;
    QPushButton *m_open;
    QPushButton *m_save;
    QPlainTextEdit *m_list;
};

}
