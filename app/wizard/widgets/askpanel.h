#pragma once
#include <QFrame>

class QPushButton;

namespace edgelift::wizard {

class TextLabel;
/// A question in place, before something that cannot be taken back. The answer that changes nothing has the focus, and Escape gives it.
class AskPanel final : public QFrame
{
    Q_OBJECT
public:
    /// Its parts are `name`Question, `name`Keep and `name`Confirm, for tests.
    AskPanel(QWidget *parent, const QString &name);

    void setTexts(const QString &question, const QString &keep, const QString &confirm); ///< buttons with mnemonics
    void open(); ///< shows it, in view
    /// Whether the answer can be carried out just now.
    void setConfirmable(bool confirmable);

Q_SIGNALS:
    void kept(); ///< it is hidden by then, as with confirmed()
    void confirmed();

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    void keep();

    TextLabel *m_question;
    QPushButton *m_keep;
    QPushButton *m_confirm;
};

}
